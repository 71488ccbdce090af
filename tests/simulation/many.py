"""Many seeds on all cores."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.simulation.run import simulate

_CHUNK = 250


@dataclass(slots=True)
class Tally:
    """What many runs came to; ``broken`` holds (seed, promise)."""

    runs: int = 0
    sales: int = 0
    crashes: int = 0
    broken: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.runs += other.runs
        self.sales += other.sales
        self.crashes += other.crashes
        self.broken += other.broken


def play(first: int, runs: int, progress: Callable[[Tally], object]) -> Tally:
    """Play ``runs`` seeds from ``first`` on; the outcome does not depend on the cores."""
    total = Tally()
    starts = range(first, first + runs, _CHUNK)
    sizes = [min(_CHUNK, first + runs - start) for start in starts]
    with ProcessPoolExecutor(max_workers=os.cpu_count(), initializer=hurry) as pool:
        for part in pool.map(_chunk, starts, sizes):
            total.add(part)
            progress(total)
    return total


def hurry() -> None:
    """Look for cycles less often in this process: a run leaves few, and looking costs a fifth."""
    gc.set_threshold(200_000, 50, 50)


def _chunk(first: int, runs: int) -> Tally:
    tally = Tally()
    for seed in range(first, first + runs):
        verdict = simulate(seed)
        tally.runs += 1
        tally.sales += verdict.sales
        tally.crashes += verdict.crashes
        if verdict.broken:
            tally.broken.append((seed, verdict.broken))
    return tally
