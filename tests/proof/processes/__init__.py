"""Real processes, killed by SIGKILL, against the simulator and the backend in theirs."""

from __future__ import annotations

from tests.proof.part import Figure, Part, Scale
from tests.proof.processes import chance, matrix
from tests.proof.processes.books import Ends
from tests.proof.processes.street import open_street

_GOOD_ENDS = {"paid", "abandoned", "voided", "needs check"}
_NOTES = (
    "Update, capture and refund_payment do not exist in this till: 5 kinds of POST are left.",
    (
        "A pair is run for every way its fault comes in, and twice: after the restart the cashier"
        " goes on, or cancels."
    ),
    "After a fault on the wire the process is killed as soon as what it did is on the disk.",
    "A random instant comes from the seed; what the process did at that instant is the machine's.",
    (
        "Kill-at-every-step of cash, cash and sync, card, decline, refund, and a second kill while"
        " recovering, are in tests/crash."
    ),
    "SIGKILL loses nothing that was written; power cuts are the part on the disk.",
)


def run(scale: Scale) -> Part:
    """Kill tills in every pair of the matrix, at random instants and at every step."""
    total = Ends()
    with open_street(scale.work) as street:
        figures, table = matrix.play(street, scale, total)
        by_chance = chance.at_random(street, scale, total)
        by_step = chance.at_every_step(street, scale, total)
    figures += [
        _deaths("SIGKILL at random instants: runs that ended well", by_chance),
        _deaths("SIGKILL at every step of cancel and of offline then sync", by_step),
        *_totals(total),
    ]
    seeds = f"seed {scale.seed}; a failing run prints its number, flow and instant or step"
    return Part("Real processes", tuple(figures), seeds, _NOTES, tuple(table))


def _deaths(what: str, deaths: chance.Deaths) -> Figure:
    held = f"{deaths.runs - len(deaths.wrong)} of {deaths.runs}"
    return Figure(what, "; ".join([held, *deaths.wrong[:3]]), "all", not deaths.wrong)


def _totals(total: Ends) -> list[Figure]:
    counts = {
        "sales charged twice": total.double,
        "sales shown as paid but lost": total.lost,
        "tills with a gap in the receipt numbers": total.gaps,
        "tills with a broken journal": total.chains,
    }
    ends = ", ".join(f"{times} {end}" for end, times in sorted(total.runs.items()))
    return [
        *(Figure(what, str(times), "0", times == 0) for what, times in counts.items()),
        Figure("sales the screen called paid", str(total.shown), "more than 0", total.shown > 0),
        Figure(
            "how checkouts ended",
            ends,
            "paid, abandoned, voided or needs check",
            set(total.runs) <= _GOOD_ENDS,
        ),
    ]
