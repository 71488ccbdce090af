"""The deterministic simulation as a part of the proof."""

from __future__ import annotations

from tests.proof.part import Figure, Part, Scale
from tests.simulation.many import Tally, play

WHOLE = 1_000_000


def run(scale: Scale) -> Part:
    """Play this scale's share of a million seeds."""
    runs = scale.count(WHOLE, 1_000)

    def progress(tally: Tally) -> None:
        if tally.runs % 25_000 == 0:
            scale.progress(f"simulation: {tally.runs:,} of {runs:,} runs")

    tally = play(0, runs, progress)
    found = "; ".join(f"seed {seed}: {promise}" for seed, promise in tally.broken[:3])
    return Part(
        "Simulation of the real cores",
        (
            Figure("broken promises", found or "0", "0", not tally.broken),
            Figure("runs", f"{tally.runs:,}", f"{runs:,}", tally.runs == runs),
            Figure("sales paid", f"{tally.sales:,}", "more than 0", tally.sales > 0),
            Figure("power cuts", f"{tally.crashes:,}", "more than 0", tally.crashes > 0),
        ),
        seeds=f"0 to {runs - 1}; one alone: python3 dev.py simulate --seed N",
        notes=(
            "Stripe, the reader and the backend are models: see the assumptions below.",
            "Credits, approvals and stock join with their features.",
        ),
    )
