"""From the process's begin to the first paint, to the first scan kept, and to its painted line."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from bench.goods import goods
from bench.harness import MIN_ROUNDS, paired_ratio
from bench.report import Goal, write_section
from pos.app.build import build
from pos.config import Config
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.secrets import MemorySecrets

SIZES = (1_000, 818_233)
STEPS = ("painted", "accepted", "answered")
NOTE = """
A fresh process of the till, as its command line starts it (offscreen): its frame painted;
a scan at that moment recognised and kept for the sale; the line of that scan painted on the
sale screen, after the libraries were loaded, the file was checked, what an earlier run left
was looked through and all screens were made. CPU is that of all threads since the process
began, wall time is the parent's.

The floor is a program that imports Qt and paints an empty widget (`bench/floors/start.py`)."""
BEFORE_PAINT = (
    "reading the command line's modules takes 10 ms, the frame's and its look 20, Qt's first text 5"
)
CAUSE = (
    "between the frame and the sale SQLAlchemy, the services, httpx and 40 modules of screens are"
    " imported (two thirds of the time) and six screens are made (a sixth)"
)

Times = dict[str, tuple[float, float]]
"""Step to wall and CPU time in milliseconds."""


def main() -> int:
    """Measure, print and write the table; returns 0."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folders = {size: Path(name) / str(size) for size in SIZES}
        for size, folder in folders.items():
            _stock(folder, size)
        code = goods(1)[0].code
        sides: dict[str, Callable[[], Times]] = {"floor": partial(_run, ["bench.floors.start"])}
        for size, folder in folders.items():
            sides[str(size)] = partial(_fresh, folder, ["bench.starting", code])
        taken = _rounds(sides)
    rows, goals = _figures(taken)
    write_section("start", "Start", f"{NOTE.strip()}\n\n{rows}\n{MIN_ROUNDS} rounds.", goals)
    return 0


def _stock(folder: Path, size: int) -> None:
    till = build(Config(data_dir=folder), secrets=MemorySecrets(), preset=shop.DEMO)
    file = folder / "goods.csv"
    rows = [f"{each.code},{each.name},{each.price_minor / 100:.2f}" for each in goods(size)]
    file.write_text("\n".join(["barcode,name,price", *rows]), "utf-8")
    import_file(file, till.shop().currency, till.catalogue)
    till.close()
    file.unlink()


def _fresh(folder: Path, words: list[str]) -> Times:
    """Start with an empty cart, as the line to be painted is the first."""
    till = build(Config(data_dir=folder), secrets=MemorySecrets())
    till.cart.clear()
    till.close()
    return _run(words, folder)


def _run(words: list[str], folder: Path | None = None) -> Times:
    times: Times = {}
    began = time.perf_counter()
    command = [sys.executable, "-m", *words]
    variables = os.environ | ({"TILLKEEP_DATA_DIR": str(folder)} if folder else {})
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as process:
        for line in process.stdout or ():
            with suppress(ValueError):
                step, cpu = line.split()
                times.setdefault(step, ((time.perf_counter() - began) * 1e3, float(cpu) * 1e3))
    return times


def _rounds(sides: dict[str, Callable[[], Times]]) -> dict[str, list[Times]]:
    taken: dict[str, list[Times]] = {name: [] for name in sides}
    order, dice = list(sides), random.Random(1)  # noqa: S311  # an order, nothing secret
    for number in range(MIN_ROUNDS + 1):
        dice.shuffle(order)
        for name in order:
            times = sides[name]()
            if number:  # the first fills the disk's cache
                taken[name].append(times)
    return taken


def _figures(taken: dict[str, list[Times]]) -> tuple[str, list[Goal]]:
    lines = ["| step | products | ratio wall | ratio CPU | wall ms | CPU ms |", "|---" * 6 + "|"]
    ratios: dict[tuple[str, str], float] = {}
    for name, rounds in taken.items():
        for step in STEPS if name != "floor" else STEPS[:1]:
            walls, cpus = ([times[step][side] for times in rounds] for side in (0, 1))
            wall = paired_ratio(walls, _floor(taken, 0))
            cpu = paired_ratio(cpus, _floor(taken, 1))
            ratios[step, name] = wall
            middle = f"{statistics.median(walls):.0f} | {statistics.median(cpus):.0f}"
            lines.append(f"| {step} | {name} | {wall:.2f} | {cpu:.2f} | {middle} |")
    return "\n".join(lines) + "\n", _goals(ratios)


def _floor(taken: dict[str, list[Times]], side: int) -> list[float]:
    return [times["painted"][side] for times in taken["floor"]]


def _goals(ratios: dict[tuple[str, str], float]) -> list[Goal]:
    small, large = map(str, SIZES)
    grown = ratios["answered", large] / ratios["answered", small]
    return [
        Goal("4. first paint", ratios["painted", large], 1.2, cause=BEFORE_PAINT),
        Goal("4. first scan accepted", ratios["accepted", large], 2.7, cause=CAUSE),
        Goal("4. that scan's line painted", ratios["answered", large], 2.7, cause=CAUSE),
        Goal(f"4. the same, {SIZES[1]:,} against 1,000 products", grown, 1.2, cause=CAUSE),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
