"""A damaged file: found at the start or by the day's look, or no figure is touched."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from pos.app.build import Till
from tests.proof.disk import seat
from tests.proof.disk.shim import Child, Job, compiled, told_by
from tests.proof.part import Figure, Scale
from tests.support.simulator import SimulatorProcess

CASES = {
    "a bit turned over": 3000,
    "a sector lost": 400,
    "the end cut off": 200,
    "a bit of the log turned over": 400,
    "the end of the log cut off": 200,
    "the log of earlier": 1,
    "the file of earlier": 1,
    "file and log of earlier": 1,
    "an old copy put back": 1,
}


@dataclass
class Harmed:
    """What the till made of each kind of damage, counted, and what went wrong."""

    found: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def count(self, begins: str) -> int:
        """Count the outcomes that begin with a word, over all kinds."""
        return sum(
            n for kind in self.found.values() for k, n in kind.items() if k.startswith(begins)
        )


def harm(scale: Scale) -> Harmed:
    """Make a till with a day behind it, and damage it in every way; each core takes a part."""
    (scale.work / "harm").mkdir()
    with SimulatorProcess() as simulator:
        job = {
            "data": str(scale.work / "harm" / "till"), "stripe": simulator.url,
            "token": simulator.token, "seed": scale.seed,
        }  # fmt: skip
        job |= _a_days_till(job, scale.work / "harm")
        return _suffered(scale, job)


def _a_days_till(job: Job, work: Path) -> Job:
    """Sell a morning, keep the folder as it is at noon, sell on, keep it as it is at night."""
    folder = Path(job["data"])
    seat.prepare(job)
    clock = seat.Clock()
    till = seat.open_till(job, clock)
    _sell(job, clock, till)
    till.keeper.keep()
    shutil.copytree(folder, work / "early")
    _sell(job, clock, till)
    clock.skip(timedelta(days=1).total_seconds())
    till.keeper.keep()
    _sell(job, clock, till)
    till.keeper.mark()
    shutil.copytree(folder, work / "hot")
    till.close()
    shutil.copytree(folder, work / "template")
    return {name: str(work / name) for name in ("early", "hot", "template")}


def _sell(job: Job, clock: seat.Clock, till: Till) -> None:
    for use in (seat.Sale, seat.CardSale, seat.PartRefund, seat.Sale, seat.CardSale):
        use(job, clock).act(till)


def _suffered(scale: Scale, job: Job) -> Harmed:
    cores, found = os.cpu_count() or 1, Harmed()
    kinds = {kind: scale.count(count) for kind, count in CASES.items()}
    children = [_child(scale, job, core, kinds, cores) for core in range(cores)]
    for said in told_by(children):
        if "wrong" in said:
            found.wrong.append(said)
        else:
            found.found.setdefault(said["kind"], Counter()).update(said["found"])
            scale.progress(f"{said['kind']}: {sum(said['found'].values())} damaged files")
    return found


def _child(scale: Scale, job: Job, core: int, kinds: dict[str, int], cores: int) -> Child:
    part = [(kind, len(range(core, count, cores))) for kind, count in kinds.items()]
    mine = job | {
        "data": f"{job['data']}-{core}", "seed": f"{scale.seed} {core}",
        "kinds": [(kind, count) for kind, count in part if count],
    }  # fmt: skip
    return Child(compiled(scale.work), "harm", mine, lazy=True)


def figures(
    scale: Scale,
) -> tuple[tuple[Figure, ...], tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Measure it; a table of what was found where, and the first cases that went wrong."""
    found = harm(scale)
    cases = found.count("")
    scale.progress(f"{cases} damaged files")
    row = Figure(
        "a damaged file (bits, sectors, truncation, swapped log, old copy): found, or no figure"
        " is touched; never a wrong total, and a good copy is offered",
        f"{cases:,} cases: {found.count('found at the start'):,} found at the start,"
        f" {found.count('refused'):,} refused for another reason,"
        f" {found.count('found by'):,} by the day's look, {found.count('harmless'):,} harmless,"
        f" {len(found.wrong)} wrong",
        "0 wrong",
        not found.wrong and found.count("found at the start") > 0,
    )
    table = tuple(
        (kind, outcome, str(count))
        for kind, outcomes in found.found.items()
        for outcome, count in outcomes.most_common()
    )
    return (
        (row,),
        (("damage", "what the till made of it", "cases"), *table),
        tuple(str(one) for one in found.wrong[:10]),
    )
