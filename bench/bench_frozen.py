"""The packaged program against the source: size, time to a usable window, memory when it sold."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.harness import MIN_ROUNDS, paired_ratio
from bench.report import ROOT, Goal, write_section
from build.artefacts import LIMITS_MB, size_of
from pos.app.build import build
from pos.app.demo import prepare
from pos.config import Config
from pos.services import shop
from pos.services.secrets import MemorySecrets

BUNDLES = {"linux": ROOT / "dist" / "linux" / "tillkeep", "windows": ROOT / "dist/windows/Tillkeep"}
CODE = "9521000079199"
NOTE = """
The packaged program (`dev.py package --target linux`) and the source, each in a fresh process,
offscreen, in one run and a shuffled order: from the process's begin until the window takes a
scan, wall time of whoever started it; then its resident memory (VmRSS) once the first sale is
sold in cash and its last page is shown. Unpacked sizes are sums of the files' bytes; the Windows
one is that of the folder made in Wine, where neither time nor memory would mean anything.
"""
CAUSE = "PyInstaller unpacks each module from one archive, and links its libraries anew"


TITLE = "Packaged"


@dataclass(frozen=True, slots=True)
class Taken:
    """One process: milliseconds to the usable window, and megabytes at the first sale."""

    ready: float
    memory: float


def main() -> int:
    """Measure, print and write the table, or that there is nothing to measure; returns 0."""
    program = BUNDLES["linux"] / "tillkeep"
    if not program.exists():
        missing = (
            "Not measured: there is no bundle, `python3 dev.py package --target linux` makes it."
        )
        write_section("frozen", TITLE, missing)
        return 0
    sides = {
        "source": [sys.executable, "-m", "pos", "tour-child"],
        "packaged": [str(program), "tour-child"],
    }
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        taken = _rounds(sides, Path(name))
    rows, goals = _figures(taken)
    write_section("frozen", TITLE, f"{NOTE.strip()}\n\n{rows}\n{MIN_ROUNDS} rounds.", goals)
    return 0


def _rounds(sides: dict[str, list[str]], folder: Path) -> dict[str, list[Taken]]:
    taken: dict[str, list[Taken]] = {name: [] for name in sides}
    order, dice = list(sides), random.Random(1)  # noqa: S311  an order, nothing secret
    for number in range(MIN_ROUNDS + 1):
        dice.shuffle(order)
        for name in order:
            one = _run(sides[name], folder / f"{name}-{number}")
            if number:  # the first fills the disk's cache
                taken[name].append(one)
    return taken


def _run(command: Sequence[str], folder: Path) -> Taken:
    """Start it in a stocked folder, wait for its two words, and look at its memory."""
    _stock(folder)
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    ) as child:
        if child.stdin is None or child.stdout is None:
            raise RuntimeError("no pipes")
        child.stdin.write(json.dumps(_given(folder)) + "\n")
        child.stdin.flush()
        child.stdout.readline()
        ready = (time.perf_counter() - began) * 1e3
        sold = child.stdout.readline()
        memory = _resident(child.pid)
        child.kill()
    if not sold:
        raise RuntimeError(f"{command[0]} did not sell")
    return Taken(ready, memory)


def _given(folder: Path) -> dict[str, str]:
    """Say what to open; the backend is a port where nothing listens, so that nothing is fetched."""
    told = {"folder": str(folder), "code": CODE, "tender": "cash", "token": "bench"}
    return {**told, "backend": "http://127.0.0.1:9", "stripe": "", "key": "rk_test_benchmark"}


def _stock(folder: Path) -> None:
    till = build(Config(data_dir=folder), secrets=MemorySecrets(), preset=shop.DEMO)
    prepare(till)
    till.close()


def _resident(process: int) -> float:
    """Return the resident memory of a process, in millions of bytes."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    told = dict(line.split(":", 1) for line in lines)
    return int(told["VmRSS"].split()[0]) * 1024 / 1e6


def _figures(taken: dict[str, list[Taken]]) -> tuple[str, list[Goal]]:
    lines = ["| | source | packaged | ratio |", "|---|---|---|---|"]
    ratios = {}
    for what, unit in (("ready", "ms"), ("memory", "MB")):
        source, packed = ([getattr(each, what) for each in taken[side]] for side in taken)
        ratios[what] = paired_ratio(packed, source)
        middles = [f"{statistics.median(side):.0f} {unit}" for side in (source, packed)]
        lines.append(f"| {what} | {' | '.join(middles)} | {ratios[what]:.2f} |")
    goals = [
        Goal("issue 5. start, packaged against source", ratios["ready"], 1.3, cause=CAUSE),
        Goal("issue 5. memory at the first sale", ratios["memory"], 1.2, cause=CAUSE),
    ]
    for target, folder in BUNDLES.items():
        if folder.exists():
            size, limit = size_of(folder), LIMITS_MB[target]
            lines.append(f"| unpacked, {target} | | {size:.0f} MB | |")
            goals.append(Goal(f"issue 5. unpacked size, {target}", size, limit, "MB"))
    return "\n".join(lines) + "\n", goals


if __name__ == "__main__":
    raise SystemExit(main())
