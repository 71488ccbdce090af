"""Both sides' books of one world: the simulator's ledger and the rows of till.db, side by side."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from tests.support.world import World

Row = dict[str, Any]
FOREIGN = "foreign"
"""Keys of requests that a test made beside the till begin like this."""

PATHS = {
    "create": "/v1/payment_intents",
    "process": "/v1/terminal/readers/{}/process_payment_intent",
    "cancel_action": "/v1/terminal/readers/{}/cancel_action",
    "cancel_intent": "/v1/payment_intents/{}/cancel",
    "refund": "/v1/refunds",
}


class Books:
    """Read once, after the fact; ids of the database are written as UUIDs are."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ledger = world.sim.ledger()
        with closing(sqlite3.connect(world.folder / "till.db")) as db:
            db.row_factory = sqlite3.Row
            self._db = {name: _rows(db, name) for name in _TABLES}

    def rows(self, table: str) -> list[Row]:
        return self._db[table]

    @cached_property
    def posts(self) -> list[Row]:
        """The till's POSTs as they arrived."""
        found = [r for r in self.ledger["requests"] if r["method"] == "POST"]
        return [r for r in found if not r["key"].startswith(FOREIGN)]

    @cached_property
    def ops(self) -> dict[str, Row]:
        return {row["key"]: row for row in self.rows("stripe_operation")}

    @cached_property
    def sessions(self) -> dict[str, Row]:
        """Card sessions by id, with their data decoded."""
        found = [r for r in self.rows("payment_session") if r["provider_id"] == "stripe_terminal"]
        return {r["id"]: r | {"data": json.loads(r["data"])} for r in found}

    @cached_property
    def intents(self) -> dict[str, Row]:
        """The till's PaymentIntents by id; those of other tills are not its business."""
        mine = {r["id"] for r in self.rows("register")}
        found = self.ledger["payment_intents"]
        return {pi["id"]: pi for pi in found if pi["metadata"].get("register") in mine}

    @cached_property
    def taken(self) -> dict[str, int]:
        """Money taken by succeeded charges, by intent."""
        sums: defaultdict[str, int] = defaultdict(int)
        for charge in self.ledger["charges"]:
            if charge["status"] == "succeeded":
                sums[charge["payment_intent"]] += charge["amount_captured"]
        return sums

    def intents_of(self, session: str) -> list[Row]:
        return [pi for pi in self.intents.values() if pi["metadata"].get("attempt") == session]

    def sessions_of(self, run: str) -> list[Row]:
        """Card sessions of a run, oldest first."""
        found = [s for s in self.sessions.values() if s["run_id"] == run]
        return sorted(found, key=lambda s: s["id"])

    def ops_of(self, owner: str, kind: str) -> list[Row]:
        found = [op for op in self.ops.values() if (op["owner_id"], op["kind"]) == (owner, kind)]
        return sorted(found, key=lambda op: op["n"])

    def foreign_calls(self, intent: str) -> int:
        """How often a test itself put this intent on a reader."""
        found = [r for r in self.ledger["requests"] if r["key"].startswith(FOREIGN)]
        return sum("process" in r["path"] and intent in r["body"] for r in found)

    def at_rest(self, run: str) -> bool:
        """Nothing is left to do, and no person closed it over our heads."""
        found = self.sessions_of(run)
        return not any(s["needs_step"] or s["phase"] == "closed" for s in found)


_TABLES = (
    "checkout_run",
    "payment_session",
    "stripe_operation",
    "order",
    "payment",
    "refund",
    "register",
    "outbox",
    "journal",
)
_IDS = frozenset({"id", "run_id", "owner_id", "order_id", "payment_id", "session_id", "key"})


def _rows(db: sqlite3.Connection, table: str) -> list[Row]:
    order = "seq" if table in {"outbox", "journal"} else "rowid"
    found = db.execute(f'SELECT * FROM "{table}" ORDER BY {order}').fetchall()  # noqa: S608 - ours
    return [{name: _id(name, row[name]) for name in row.keys()} for row in found]  # noqa: SIM118 - sqlite3.Row


def _id(name: str, value: Any) -> Any:
    plain = isinstance(value, str) and len(value) == 32 and ":" not in value
    return str(UUID(value)) if name in _IDS and plain else value


def flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Return frozen parameters as the form fields they must leave as."""
    if isinstance(value, dict):
        parts = [flat(item, f"{name}[{key}]" if name else key) for key, item in value.items()]
        return [pair for part in parts for pair in part]
    if isinstance(value, list):
        return [pair for i, item in enumerate(value) for pair in flat(item, f"{name}[{i}]")]
    return [(name, str(value).lower() if isinstance(value, bool) else str(value))]


def form(body: str) -> list[tuple[str, str]]:
    """Return a request's form fields."""
    return parse_qsl(body, keep_blank_values=True)
