"""The n-th call to the disk fails, for every n, in everything that is done at a till."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from tests.proof.disk.shim import Child, Job, compiled, told_by
from tests.proof.disk.uses import USES
from tests.proof.part import Figure, Scale
from tests.support.simulator import SimulatorProcess


@dataclass
class Struck:
    """What striking everywhere showed; ``uses`` by name: calls, cases and what was said."""

    uses: dict[str, dict[str, Any]] = field(default_factory=dict)
    wrong: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return sum(use["cases"] for use in self.uses.values())

    @property
    def codes(self) -> Counter[str]:
        """Count what the cashier was told, by code."""
        return sum((Counter(use["codes"]) for use in self.uses.values()), Counter())


def strike(scale: Scale) -> Struck:
    """Strike every use; each core has a simulator and a share of the uses."""
    found, names = Struck(), list(USES)
    cores = min(os.cpu_count() or 1, len(names))
    with ExitStack() as stack:
        children = []
        for core in range(cores):
            simulator = stack.enter_context(SimulatorProcess())
            children.append(_child(scale, simulator, core, names[core::cores]))
        for said in told_by(children):
            if "wrong" in said:
                found.wrong.append(said)
            else:
                found.uses[said["use"]] = said
                scale.progress(f"{said['use']}: {said['cases']} failing disks")
    return found


def repeat(scale: Scale, use: str, fault: tuple[int, bool], nth: int) -> list[Any]:
    """Do one case again, and return what it says of itself."""
    with SimulatorProcess() as simulator:
        child = _child(scale, simulator, 0, [use], again=[*fault, nth])
        return list(child.lines())


def _child(
    scale: Scale, simulator: SimulatorProcess, core: int, names: list[str], **more: Any
) -> Child:
    work = scale.work / f"strike-{core}"
    (work / "data").mkdir(parents=True)
    job: Job = {
        "data": str(work / "data"), "template": str(work / "template"),
        "program": str(work / "program"), "stripe": simulator.url, "token": simulator.token,
        "seed": scale.seed, "share": scale.share, "uses": names, **more,
    }  # fmt: skip
    shim = compiled(scale.work)
    list(Child(shim, "day", job | {"role": "prepare", "data": job["template"]}).lines())
    return Child(shim, "strike", job, lazy=True)


def figures(scale: Scale) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Measure it; the notes quote the first cases that went wrong."""
    found = strike(scale)
    scale.progress(f"{found.cases} struck uses of the till")
    calls = ", ".join(f"{name} {use['calls']}" for name, use in found.uses.items())
    row = Figure(
        "the n-th disk call fails (full, error, locked): words with what to do, nothing half done,"
        " nothing sent unjournalled, and it works again afterwards",
        f"{len(found.wrong)} wrong of {found.cases:,} cases; calls to the disk: {calls}",
        "0 wrong",
        not found.wrong and bool(found.codes),
    )
    said = ", ".join(f"{code} {count}" for code, count in found.codes.most_common())
    return (row,), (f"What the cashier was told: {said}.", *map(str, found.wrong[:10]))
