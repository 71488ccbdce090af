"""SIGKILL by the parent's hand at a random instant of a flow; and at every step of two flows."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.proof.part import Scale
from tests.proof.processes.books import Ends
from tests.proof.processes.street import Blow, Street

WHOLE = 1_000
FLOWS = (
    ("cash", "resume"),
    ("cash_sync", "resume"),
    ("cash_offline", "resume"),
    ("card", "resume"),
    ("card", "cancel"),
    ("decline", "resume"),
    ("cancel", "resume"),
    ("cancel", "cancel"),
    ("refund", "resume"),
)
STEPPED = (("cancel", "resume"), ("cancel", "cancel"), ("cash_offline", "resume"))
"""Flows that tests/crash does not kill at every step."""
_LATE = 1.1
"""Some deaths come after the flow's usual end: a busy machine takes longer."""


@dataclass
class Deaths:
    """What came of many deaths; ``wrong`` says which and why."""

    runs: int
    wrong: list[str]


def at_random(street: Street, scale: Scale, total: Ends) -> Deaths:
    """Kill this scale's share of a thousand processes, each at its own instant."""
    took = {flow: street.uncut(flow)["took"] for flow in dict(FLOWS)}
    deaths = Deaths(scale.count(WHOLE), [])
    for number in range(deaths.runs):
        dice = random.Random(f"{scale.seed}:{number}")  # noqa: S311  a seed, not a secret
        flow, policy = FLOWS[number % len(FLOWS)]
        after = dice.uniform(0, _LATE * took[flow])
        name = f"run {number}, {flow} then {policy}, killed after {after * 1000:.1f} ms"
        _die(street, scale, (name, Blow(flow, policy, how={"after": after})), (deaths, total))
        if (number + 1) % 100 == 0:
            scale.progress(f"processes: {number + 1} of {deaths.runs} random deaths")
    return deaths


def at_every_step(street: Street, scale: Scale, total: Ends) -> Deaths:
    """Kill at each step of the flows that tests/crash lacks; a slice takes some of the steps."""
    every = [
        (
            f"{flow} then {policy}, killed at step {step} ({name})",
            Blow(flow, policy, how={"kill": step}),
        )
        for flow, policy in STEPPED
        for step, name in enumerate(street.uncut(flow)["steps"], 1)
    ]
    count = scale.count(len(every))
    deaths = Deaths(count, [])
    for n in range(count):
        _die(street, scale, every[n * len(every) // count], (deaths, total))
    return deaths


def _die(street: Street, scale: Scale, case: tuple[str, Blow], books: tuple[Deaths, Ends]) -> None:
    name, blow = case
    deaths, total = books
    problem, found = street.strike(blow)
    total.add(found)
    if problem:
        scale.progress(f"processes: seed {scale.seed}, {name}: {problem}")
        deaths.wrong.append(f"{name}: {problem.splitlines()[0]}")
