"""A disk that is really full: refused with words, nothing lost, and on it goes with some room."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.proof.disk.faults import Struck
from tests.proof.disk.room import USES
from tests.proof.disk.shim import Child, Job, compiled
from tests.proof.part import Figure, Scale
from tests.support.simulator import SimulatorProcess

_SIZE = "6m"


@contextmanager
def small_disk(at: Path) -> Iterator[str]:
    """Mount a file system of a few megabytes; yields why that is not possible, or nothing."""
    at.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(at)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield "no file system can be mounted here (that takes root)"
        return
    try:
        yield ""
    finally:
        subprocess.run(["umount", str(at)], check=True, capture_output=True)


def crowd(scale: Scale, way: str, folder: Path) -> Struck:
    """Use the till with hardly any room below a folder."""
    found, work = Struck(), scale.work / f"room-{way}"
    work.mkdir()
    with SimulatorProcess() as simulator:
        job: Job = {
            "data": str(folder / "till"), "template": str(work / "template"), "way": way,
            "stripe": simulator.url, "token": simulator.token, "seed": scale.seed,
            "share": scale.share, "uses": USES,
        }  # fmt: skip
        shim = compiled(scale.work)
        list(Child(shim, "day", job | {"role": "prepare", "data": job["template"]}).lines())
        for said in Child(shim, "room", job).lines():
            if "wrong" in said:
                found.wrong.append(said)
            else:
                found.uses[said["use"]] = said
    return found


def figures(scale: Scale) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Measure both ways of having no room."""
    rows, notes = [], []
    with ExitStack() as stack:
        disk = scale.work / "small"
        why_not = stack.enter_context(small_disk(disk))
        if why_not:
            notes.append(f"A really full disk was not tried: {why_not}.")
        else:
            rows.append(_row(f"a file system of {_SIZE} that is full", crowd(scale, "full", disk)))
        (scale.work / "limited").mkdir()
        limited = crowd(scale, "limit", scale.work / "limited")
        rows.append(_row("no file of the process may grow (RLIMIT_FSIZE)", limited))
    return tuple(rows), tuple(notes)


def _row(what: str, found: Struck) -> Figure:
    refused = ", ".join(f"{code} {count}" for code, count in found.codes.most_common())
    return Figure(
        f"{what}: refused with words, nothing lost or sent unjournalled, then on it goes",
        f"{len(found.wrong)} wrong of {found.cases:,} cases; refused: {refused}"
        + "".join(f"; {one}"[:600] for one in found.wrong[:3]),
        "0 wrong, and some refused",
        not found.wrong and bool(found.codes),
    )
