"""The generated matrix (payments.md, section 5.2): every kind of POST by every fault.

Each process ends with SIGKILL: at its own point where the fault is a kill, else
right after what the fault did has been written down, so that the next start
has nothing to go by but the disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.proof.part import Figure, Scale
from tests.proof.processes.books import Ends
from tests.proof.processes.mortal import AFTER_COMMIT
from tests.proof.processes.street import Blow, Street
from tests.support.witness import AFTER_ANSWER, BEFORE_JOURNAL, BEFORE_SEND

KINDS = {
    "create": ("card", r"/payment_intents$"),
    "process": ("card", r"/process_payment_intent$"),
    "cancel_action": ("cancel", r"/cancel_action$"),
    "cancel_intent": ("cancel", r"/payment_intents/[^/]+/cancel$"),
    "refund": ("refund", r"/refunds$"),
}
"""The flow that sends each kind, and where to."""
REFUSE = "refuse"
FAULTS: dict[str, tuple[str, ...]] = {
    "F1 killed before the journal": (BEFORE_JOURNAL,),
    "F2 killed before sending": (BEFORE_SEND,),
    "F3 connection refused": (REFUSE,),
    "F4 dropped before execution": ("close_before",),
    "F5 executed, then dropped": ("close_after",),
    "F6 executed, then RST in the body": ("rst_after",),
    "F7 executed, then garbage": ("garbage",),
    "F8 slower than the read timeout": ("delay",),
    "F9 502 and 503": ("html_502", "unavailable_503"),
    "F10 500 executed and stored": ("error_500_executed",),
    "F11 429, both codes": ("rate_limit", "lock_timeout"),
    "F12 killed before the commit": (AFTER_ANSWER,),
    "F13 killed after the commit": (AFTER_COMMIT,),
}
"""Each fault with the ways in which it comes."""
_KILLS = {BEFORE_JOURNAL, BEFORE_SEND, AFTER_ANSWER, AFTER_COMMIT}
_POLICIES = ("resume", "cancel")


@dataclass(frozen=True)
class Case:
    """One run: a cell of the table, one way of its fault, and one end of the sale."""

    kind: str
    fault: str
    way: str
    policy: str

    def __str__(self) -> str:
        return f"{self.kind} x {self.fault} ({self.way}), then {self.policy}"

    @property
    def blow(self) -> Blow:
        flow, path = KINDS[self.kind]
        when = self.way if self.way in _KILLS else AFTER_COMMIT
        wire = "" if self.way in _KILLS or self.way == REFUSE else self.way
        how = {"when": when, "kind": self.kind}
        return Blow(flow, self.policy, wire, path, how, outage=self.way == REFUSE)


def cases() -> list[Case]:
    return [
        Case(kind, fault, way, policy)
        for fault, ways in FAULTS.items()
        for kind in KINDS
        for way in ways
        for policy in _POLICIES
    ]


def play(street: Street, scale: Scale, total: Ends) -> tuple[list[Figure], list[tuple[str, ...]]]:
    """Run this scale's share of the matrix, evenly spread over it."""
    every = cases()
    count = min(len(every), scale.count(len(every), 4))
    chosen = [every[(n * len(every) // count + scale.seed - 1) % len(every)] for n in range(count)]
    cells: dict[tuple[str, str], Counter[str]] = {}
    wrong = list(_wrong(street, scale, chosen, total, cells))
    held = len(chosen) - len(wrong)
    figures = [
        Figure(
            "kinds of POST by faults: runs that kept P1 to P8",
            f"{held} of {len(chosen)} runs, {len(cells)} of {len(KINDS) * len(FAULTS)} pairs"
            + "".join(f"; {text}" for text in wrong[:3]),
            "every run",
            not wrong,
        )
    ]
    return figures, _table(cells)


def _wrong(
    street: Street,
    scale: Scale,
    chosen: list[Case],
    total: Ends,
    cells: dict[tuple[str, str], Counter[str]],
) -> Iterator[str]:
    for number, case in enumerate(chosen, 1):
        problem, found = street.strike(case.blow)
        total.add(found)
        cells.setdefault((case.fault, case.kind), Counter())["broken" if problem else "holds"] += 1
        if problem:
            scale.progress(f"processes: {case}: {problem}")
            yield f"{case}: {problem.splitlines()[0]}"
        if number % 25 == 0:
            scale.progress(f"processes: matrix, {number} of {len(chosen)} runs")


def _table(cells: dict[tuple[str, str], Counter[str]]) -> list[tuple[str, ...]]:
    return [
        ("fault", *KINDS),
        *((fault, *(_cell(cells.get((fault, kind))) for kind in KINDS)) for fault in FAULTS),
    ]


def _cell(results: Counter[str] | None) -> str:
    if not results:
        return "not in this slice"
    return ", ".join(f"{what} ({times})" for what, times in sorted(results.items()))
