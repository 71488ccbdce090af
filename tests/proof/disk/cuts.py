"""Power cuts: a recorded day, cut anywhere, on a disk that keeps only what it was told to keep."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from tests.proof.disk import audit, trace
from tests.proof.disk.shim import Child, Job, compiled, told_by
from tests.proof.part import Figure, Scale
from tests.support.simulator import SimulatorProcess

CUTS = 10_000
NORMAL_CUTS = 1_000
_WORTH_A_PROCESS = 200
STEPS = 80
"""Sales, refunds and restarts of the recorded day."""


@dataclass
class Found:
    """What the cuts of one day showed."""

    writes: int = 0
    shown: int = 0
    opened: int = 0
    unsynced: int = 0
    wrong: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def first(self) -> str:
        """Say how to repeat the first case that went wrong."""
        return f"cut {self.wrong[0]['cut']}, seed {self.wrong[0]['seed']}" if self.wrong else ""


def power_cuts(scale: Scale) -> tuple[Found, Found]:
    """Record a day, and another one without full durability, and cut the power of both."""
    with SimulatorProcess() as simulator:
        job = {
            "template": str(scale.work / "template"), "stripe": simulator.url,
            "token": simulator.token, "seed": scale.seed,
            "steps": max(8, min(STEPS, int(STEPS * scale.share * 10))),
        }  # fmt: skip
        first = job | {"role": "prepare", "data": job["template"]}
        list(Child(compiled(scale.work), "day", first).lines())
        return _cut(scale, job, normal=False), _cut(scale, job, normal=True)


def _cut(scale: Scale, job: Job, *, normal: bool) -> Found:
    work = scale.work / ("normal" if normal else "full")
    data, written = work / "data", work / "trace"
    shutil.copytree(job["template"], data)
    job |= {"role": "sell", "data": str(data), "trace": str(written), "normal": normal}
    list(Child(compiled(scale.work), "day", job, trace=written).lines())
    assert not audit.wrong(data / "till.db"), "the day itself went wrong"
    ops, found = trace.read(written), Found()
    found.writes = sum(op.what != trace.MARK for op in ops)
    found.shown = len(ops) - found.writes
    count = scale.count(NORMAL_CUTS if normal else CUTS, least=40)
    _look(scale, job, _chosen(scale, len(ops), count), found)
    return found


def _chosen(scale: Scale, ops: int, count: int) -> list[tuple[int, int]]:
    """Choose where to cut, each with the seed of what the disk then loses."""
    rng = random.Random(scale.seed)  # noqa: S311  a choice of cases
    return sorted((rng.randint(1, ops), rng.randrange(2**32)) for _ in range(count))


def _look(scale: Scale, job: Job, cuts: list[tuple[int, int]], found: Found) -> None:
    """Share the cuts among the cores; each looks at a stretch of the day."""
    began, cores = monotonic(), os.cpu_count() or 1
    size = max(_WORTH_A_PROCESS, -(-len(cuts) // cores))
    shares = [cuts[at : at + size] for at in range(0, len(cuts), size)]
    children = [
        Child(
            compiled(scale.work), "look",
            job | {"data": f"{job['data']}-{number}", "cuts": share}, lazy=True,
        )
        for number, share in enumerate(shares)
    ]  # fmt: skip
    for said in told_by(children):
        if "opened" in said:
            found.opened += said["opened"]
            found.unsynced += said["unsynced"]
            scale.progress(f"{found.opened:,} of {len(cuts):,} power cuts")
        else:
            found.wrong.append(said)
    found.seconds = monotonic() - began


def figures(scale: Scale) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Measure both: that FULL loses nothing, and that the same look sees what NORMAL loses."""
    full, normal = power_cuts(scale)
    scale.progress(f"{full.opened} power cuts in {full.seconds:.0f} s")
    lost = sum(any("I3" in each for each in one["wrong"]) for one in normal.wrong)
    older = sum(any("database_older" in each for each in one["wrong"]) for one in normal.wrong)
    measured = (
        f"{len(full.wrong)} wrong of {full.opened:,} cuts ({full.unsynced:,} with unsynced writes)"
        f" in {full.writes:,} writes of a day with {full.shown} sales and refunds {full.first()}"
    )
    rows = (
        Figure(
            "power cut at any write, FULL: every sale shown as paid is there, nothing is half",
            measured, "0 wrong", not full.wrong,
        ),
        Figure(
            "the same harness on synchronous=NORMAL sees losses (so it can fail)",
            f"{lost} of {normal.opened:,} cuts lost a sale that was shown as paid; in {older} more"
            " the mark beside the file gave it away",
            "more than 0", lost > 0,
        ),
    )  # fmt: skip
    return rows, tuple(str(one) for one in full.wrong[:10])
