"""Compare real code with its floor on a noisy machine.

Every round runs every case once in a shuffled order, so that a busy neighbour
meets both sides; what counts is the median of the per-round ratios. CPU time is
that of the calling thread, unless a bench says otherwise. A run whose floor
moved more than twofold says so.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.report import REPORT, Goal, write_section

MIN_ROUNDS = 15
STEADY = 2.0
"""The floor's slowest round may take this many times its fastest one."""

_SIDES = ("work", "floor")

Work = Callable[[], object]
Clock = Callable[[], tuple[int, int]]
"""Wall and CPU time in nanoseconds."""


def clock() -> tuple[int, int]:
    """Read the wall clock and the CPU time of this thread, in nanoseconds."""
    return time.perf_counter_ns(), time.thread_time_ns()


def clock_of_all_threads() -> tuple[int, int]:
    """Read the wall clock and the CPU time of the process, for work that threads share."""
    return time.perf_counter_ns(), time.process_time_ns()


def _nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to measure: ``work`` against ``floor``, ``repeat`` calls of each a round.

    ``ready`` are run before each call of work and of floor, and are not measured.
    """

    name: str
    work: Work
    floor: Work
    repeat: int = 20
    ready: tuple[Work, Work] = (_nothing, _nothing)


@dataclass(slots=True)
class Samples:
    """Nanoseconds of each call, one list a round."""

    wall: list[list[int]] = field(default_factory=list)
    cpu: list[list[int]] = field(default_factory=list)

    def round_medians(self, *, cpu: bool = False) -> list[float]:
        return [statistics.median(calls) for calls in (self.cpu if cpu else self.wall)]

    def percentile(self, share: float, *, cpu: bool = False) -> float:
        """Return a percentile over all calls, in milliseconds (nearest rank)."""
        ordered = sorted(call for calls in (self.cpu if cpu else self.wall) for call in calls)
        rank = max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)
        return ordered[rank] / 1e6


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; times in milliseconds, ratios are medians over the rounds."""

    name: str
    wall_ratio: float
    cpu_ratio: float
    wall: tuple[float, float]
    floor_wall: tuple[float, float]
    cpu: tuple[float, float]
    floor_cpu: tuple[float, float]
    rounds: int
    floor_moved: float

    @property
    def steady(self) -> bool:
        """Say whether the machine was calm enough for the ratio to gate anything."""
        return self.floor_moved <= STEADY


def measure(
    cases: Sequence[Case], rounds: int = MIN_ROUNDS, seed: int = 1, now: Clock = clock
) -> list[Row]:
    """Run every case and its floor ``rounds`` times, after one round to warm up."""
    if rounds < MIN_ROUNDS:
        raise ValueError(f"{rounds} rounds are too few for a median; at least {MIN_ROUNDS}")
    sides = [(case, side) for case in cases for side in _SIDES]
    taken = {(case.name, side): Samples() for case, side in sides}
    order = random.Random(seed)  # noqa: S311  # an order of measurements, nothing secret
    for number in range(rounds + 1):
        order.shuffle(sides)
        for case, side in sides:
            ready = case.ready[_SIDES.index(side)]
            wall, cpu = _round((ready, getattr(case, side)), case.repeat, now)
            if number:
                taken[case.name, side].wall.append(wall)
                taken[case.name, side].cpu.append(cpu)
    return [_row(case.name, taken[case.name, "work"], taken[case.name, "floor"]) for case in cases]


def _round(job: tuple[Work, Work], repeat: int, now: Clock) -> tuple[list[int], list[int]]:
    wall, cpu = [], []
    ready, work = job
    gc.collect()  # the other side's rubbish is not ours
    for _ in range(repeat):
        ready()
        wall_before, cpu_before = now()
        work()
        wall_after, cpu_after = now()
        wall.append(wall_after - wall_before)
        cpu.append(cpu_after - cpu_before)
    return wall, cpu


def _row(name: str, work: Samples, floor: Samples) -> Row:
    def both(samples: Samples, *, cpu: bool) -> tuple[float, float]:
        return samples.percentile(0.5, cpu=cpu), samples.percentile(0.99, cpu=cpu)

    floors = floor.round_medians()
    return Row(
        name=name,
        wall_ratio=paired_ratio(work.round_medians(), floors),
        cpu_ratio=paired_ratio(work.round_medians(cpu=True), floor.round_medians(cpu=True)),
        wall=both(work, cpu=False),
        floor_wall=both(floor, cpu=False),
        cpu=both(work, cpu=True),
        floor_cpu=both(floor, cpu=True),
        rounds=len(floors),
        floor_moved=max(floors) / max(min(floors), 1),
    )


def paired_ratio(work: Sequence[float], floor: Sequence[float]) -> float:
    """Return the median of the per-round ratios, which a slow round moves on both sides."""
    return statistics.median(mine / max(bare, 1) for mine, bare in zip(work, floor, strict=True))


def table(rows: Sequence[Row]) -> str:
    """Render rows as a Markdown table; an unsteady floor is marked in its line."""
    lines = [
        "| case | ratio wall | ratio CPU | p50 / p99 wall ms | floor | p50 / p99 CPU ms | floor |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        figures = (row.wall, row.floor_wall, row.cpu, row.floor_cpu)
        cells = " | ".join(f"{p50:.3f} / {p99:.3f}" for p50, p99 in figures)
        lines.append(f"| {row.name} | {row.wall_ratio:.2f} | {row.cpu_ratio:.2f} | {cells} |")
    lines += [
        f"\n{row.name}: the floor itself moved {row.floor_moved:.1f}x in this run; "
        "the machine was busy and the ratio gates nothing."
        for row in rows
        if not row.steady
    ]
    return "\n".join(lines)


def publish(
    key: str,
    title: str,
    note: str,
    rows: Sequence[Row],
    goals: Sequence[Goal] = (),
    report: Path = REPORT,
) -> None:
    """Print a bench's table and put it in its place in docs/PERFORMANCE.md.

    ``key`` marks the place; a new key is appended. ``note`` says what was done
    and what the floor is; ``goals`` also go to the top of the report.
    """
    rounds = max(row.rounds for row in rows)
    body = f"{note.strip()}\n\n{table(rows)}\n\n{rounds} rounds, shuffled.\n"
    write_section(key, title, body, goals, report)
