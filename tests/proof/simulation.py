"""The deterministic simulation as a part of the proof."""

from __future__ import annotations

from tests.proof import kept
from tests.proof.part import Figure, Part, Scale
from tests.simulation.many import Tally, play

WHOLE = 250_000
"""A million is ``python3 dev.py simulate --runs 1000000``: two hours of one core."""
_SLICE = 50_000


def run(scale: Scale) -> Part:
    """Play this scale's share of `WHOLE` seeds."""
    runs = scale.count(WHOLE, 1_000)

    code, tally = kept.code_loaded("pos", "tests.simulation"), Tally()
    for first in range(0, runs, _SLICE):
        tally.add(_slice(first, min(_SLICE, runs - first), code))
        scale.progress(f"simulation: {tally.runs:,} of {runs:,} runs")
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
            "More seeds: python3 dev.py simulate --first 250000 --runs 750000 makes it a million.",
            "Stripe, the reader and the backend are models: see the assumptions below.",
            "Credits, approvals and stock join with their features.",
        ),
    )


def _slice(first: int, runs: int, code: str) -> Tally:
    """Play some seeds, unless this very code played them before: all of them take a while."""
    name = f"simulation-{code}-{first}-{runs}"
    tally = kept.fetch(name, Tally)
    if tally is None or tally.broken:
        tally = play(first, runs, lambda _: None)
        kept.keep(name, tally)
    return tally
