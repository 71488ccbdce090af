"""What the files and the ledger say in the end: counted anew, apart from the checks that fail."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pos.models.database import Database
from pos.services import journal
from tests.crash.checks import Row, rows
from tests.proof.processes.teller import shown

_NAMES = {
    "order_committed": "paid",
    "receipt_done": "paid",
    "finished": "paid",
    "abandoned": "abandoned",
    "voided": "voided",
}


@dataclass
class Ends:
    """How many sales were charged twice, lost after the screen said paid, and so on."""

    double: int = 0
    lost: int = 0
    shown: int = 0
    gaps: int = 0
    chains: int = 0
    runs: Counter[str] = field(default_factory=Counter)

    def add(self, other: Ends) -> None:
        for name in ("double", "lost", "shown", "gaps", "chains"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.runs.update(other.runs)


def ends(data: Path, ledger: Row, states: list[str]) -> Ends:
    """Read one till's folder and its Stripe account; ``states`` are its checkouts' ends."""
    till = data / "till.db"
    orders = rows(till, 'SELECT id, receipt_no FROM "order"')
    seen = shown(data)
    return Ends(
        double=_double(till, ledger),
        lost=len(seen - {row["id"] for row in orders}),
        shown=len(seen),
        gaps=int(sorted(row["receipt_no"] for row in orders) != list(range(1, len(orders) + 1))),
        chains=int(_is_broken(till)),
        runs=Counter(_NAMES.get(state, f"still {state}") for state in states),
    )


def _double(till: Path, ledger: Row) -> int:
    """Count the runs for which money was taken more than once, by card or in cash."""
    run_of = {row["id"]: row["run_id"] for row in rows(till, "SELECT * FROM payment_session")}
    attempt = {
        intent["id"]: intent["metadata"]["attempt"].replace("-", "")
        for intent in ledger["payment_intents"]
    }
    taken = Counter(
        run_of.get(attempt[charge["payment_intent"]], charge["payment_intent"])
        for charge in ledger["charges"]
        if charge["paid"]
    )
    cash = "SELECT order_id FROM payment WHERE provider_id = 'cash'"
    taken.update(row["order_id"] for row in rows(till, cash))
    return sum(times > 1 for times in taken.values())


def _is_broken(till: Path) -> bool:
    db = Database(till)
    try:
        with db.reader.begin() as connection:
            return bool(journal.first_broken(connection))
    finally:
        db.close()
