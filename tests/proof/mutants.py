"""The mutants of the protocol as a part of the proof."""

from __future__ import annotations

from tests.proof.part import Figure, Part, Scale
from tests.simulation.mutants.catalogue import MUTANTS
from tests.simulation.mutants.hunt import BOUND, hunt_all, pairs
from tests.simulation.mutants.table import lines, summary


def run(scale: Scale) -> Part:
    """Hunt this scale's share of the mutants, and of sixty pairs."""
    names = list(MUTANTS)[: scale.count(len(MUTANTS))]
    singles = [(name,) for name in names]

    def progress(done: int, of: int) -> None:
        if done % 25 == 0:
            scale.progress(f"mutants: {done} of {of} hunts")

    rows = hunt_all(singles, (0,), BOUND, progress)
    both = hunt_all(pairs(scale.count(60), scale.seed), (0,), BOUND, progress)
    wrong = ", ".join(" + ".join(row.names) for row in [*rows, *both] if not row.as_told)
    return Part(
        "Mutants of the protocol",
        (
            Figure("not as documented", wrong or "none", "none", not wrong),
            Figure("single mutants", summary(rows), "100 % killed or equivalent", not wrong),
            Figure("pairs", summary(both), "100 % killed or equivalent", not wrong),
        ),
        seeds=f"from 0 on; pairs drawn with seed {scale.seed}",
        notes=(f"A mutant survives after {BOUND:,} runs without a broken promise.",),
        table=lines([*rows, *both]),
    )
