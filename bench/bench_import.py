"""A catalogue's file to searchable, what a sale waits meanwhile, and prices changed in place."""

from __future__ import annotations

import gc
import multiprocessing
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

from bench.floors.load import load_single, load_tables
from bench.harness import clock_of_all_threads
from bench.names import write_csv
from bench.report import Goal, write_section
from pos.app.build import Till, build
from pos.config import Config
from pos.pricing.terms import ONE
from pos.services import shop
from pos.services.catalogue import Catalogue, CatalogueItem, VariantRow, import_file
from pos.services.secrets import MemorySecrets

PRODUCTS = 818_233
ROUNDS = 5
"""An import takes most of a minute with its floors: fewer rounds than the other benches."""

DELTA = 5_000
_PAUSE = 0.02
_COMMITS = 400
_NEVER = Event()
_NOTE = f"""A CSV file of {PRODUCTS:,} rows of barcode, name and price (made up, `bench/names.py`)
into an empty catalogue, until it is searchable: read, checked row by row, staged durably (it goes
on after a crash), made into the next catalogue beside the live one, indexed, swapped in.

The floor reads the same file with the csv module and upserts it with bare sqlite3, 5,000 rows a
transaction, into the till's own tables with their indexes, then rebuilds and optimizes the same
full-text index (`bench/floors/load.py`); nothing is checked, reported or resumable. Beside it one
plain table of code, name and price with the same index, which no till could sell from. Python's
collector of cycles is off on all sides, as it is in the till's threads."""

_WHY = "reading, checking and staging each row in Python takes a third of it"
_WHY_WAIT = "the import's Python and the sale's share one interpreter lock"

Sample = tuple[float, float]
"""Seconds of wall and of CPU."""


def main() -> int:
    """Measure, print and write the section; returns 0."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        file = write_csv(here / "goods.csv", PRODUCTS)
        taken = _rounds(file, here)
        delta = _delta(here)
        idle, during = _waits(file, here)
        peak = _in_a_process(file, here)
    body = "\n\n".join((_NOTE, _table(taken), _others(delta, idle, during, peak)))
    write_section("import", "Importing a catalogue", body, _goals(taken, delta, idle, during))
    return 0


def _rounds(file: Path, here: Path) -> dict[str, list[Sample]]:
    sides: dict[str, Callable[[], object]] = {
        "import": lambda: _import(file, here / "till"),
        "floor": lambda: load_tables(file, here / "floor.db"),
        "one table": lambda: load_single(file, here / "single.db"),
    }
    taken: dict[str, list[Sample]] = {name: [] for name in sides}
    order, dice = list(sides), random.Random(1)  # noqa: S311  an order, nothing secret
    gc.disable()
    for _ in range(ROUNDS):
        dice.shuffle(order)
        for name in order:
            taken[name].append(_timed(sides[name]))
            gc.collect()
    gc.enable()
    return taken


def _timed(work: Callable[[], object]) -> Sample:
    wall, cpu = clock_of_all_threads()
    work()
    wall_after, cpu_after = clock_of_all_threads()
    return (wall_after - wall) / 1e9, (cpu_after - cpu) / 1e9


def _import(file: Path, folder: Path) -> None:
    for left in folder.glob("*"):
        left.unlink()
    with closing(Catalogue.open(folder / "catalogue.db")) as catalogue:
        report = import_file(file, "usd", catalogue)
    if report.imported != PRODUCTS:
        raise AssertionError(report)


def _delta(here: Path) -> Sample:
    """Change prices in the imported catalogue, in place; medians."""
    step = PRODUCTS // DELTA
    with closing(Catalogue.open(here / "till" / "catalogue.db")) as catalogue:
        tiles = (catalogue.page("", None, at * step, 1)[0] for at in range(DELTA))
        rows = [catalogue.variants(tile.key)[0] for tile in tiles]
        runs = [_timed(partial(_reprice, catalogue, rows, bump)) for bump in range(ROUNDS)]
    wall, cpu = zip(*runs, strict=True)
    return statistics.median(wall), statistics.median(cpu)


def _reprice(catalogue: Catalogue, rows: Sequence[VariantRow], bump: int) -> None:
    changes = catalogue.apply_delta([_dearer(row, bump + 1) for row in rows])
    if changes.updated != DELTA:
        raise AssertionError(changes)


def _dearer(row: VariantRow, bump: int) -> CatalogueItem:
    return CatalogueItem(
        key=row.key,
        product_key=row.product_key,
        name=row.name,
        barcodes=(row.barcode,),
        price_minor=(row.price_minor or 0) + bump,
    )


def _waits(file: Path, here: Path) -> tuple[list[float], list[float]]:
    """Return how long commits of a cart took without an import and during one, in ms."""
    config = Config(data_dir=here / "selling")
    with closing(build(config, secrets=MemorySecrets(), preset=shop.DEMO)) as till:
        line = till.cart.add_open_item("4006381333931", 480).lines[0].id
        gc.disable()
        idle = [_commit(till, line) for _ in range(_COMMITS)]
        job = Thread(target=import_file, args=(file, "usd", till.catalogue))
        job.start()
        during = []
        while job.is_alive():
            during.append(_commit(till, line))
        idle += [_commit(till, line) for _ in range(_COMMITS)]
        gc.enable()
    return idle, during


def _commit(till: Till, line: UUID) -> float:
    """Change a quantity, durably; a moment passes before the next."""
    _NEVER.wait(_PAUSE)
    started = time.perf_counter_ns()
    till.cart.change_quantity(line, ONE)
    return (time.perf_counter_ns() - started) / 1e6


def peak(file: Path, folder: Path) -> tuple[float, float]:
    """Import in this process; return its memory before and at its highest, in MB (Linux)."""
    gc.disable()
    before = _highest()
    _import(file, folder)
    return before, _highest()


def _highest() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _in_a_process(file: Path, here: Path) -> tuple[float, float]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(peak, file, here / "till").result()


def _ratio(taken: dict[str, list[Sample]], floor: str, which: int) -> float:
    pairs = zip(taken["import"], taken[floor], strict=True)
    return statistics.median(mine[which] / bare[which] for mine, bare in pairs)


def _table(taken: dict[str, list[Sample]]) -> str:
    lines = ["| | wall s | CPU s | import to this, wall | CPU |", "|---|---|---|---|---|"]
    for name, samples in taken.items():
        wall, cpu = (statistics.median(each) for each in zip(*samples, strict=True))
        ratios = f"{_ratio(taken, name, 0):.2f}x | {_ratio(taken, name, 1):.2f}x"
        lines.append(f"| {name} | {wall:.1f} | {cpu:.1f} | {ratios} |")
    return "\n".join([*lines, "", f"{ROUNDS} rounds, shuffled; medians of the rounds' ratios."])


def _others(
    delta: Sample, idle: list[float], during: list[float], memory: tuple[float, float]
) -> str:
    before, most = memory
    commits = "; ".join(
        f"{name}: p50 {statistics.median(taken):.2f} ms, p99 {_p99(taken):.2f}, of {len(taken)}"
        for name, taken in (("without", idle), ("during the import", during))
    )
    return (
        f"A commit of the cart in till.db, one every {_PAUSE * 1000:.0f} ms. {commits}.\n\n"
        f"{DELTA:,} changed prices in place: {delta[0]:.2f} s ({delta[1]:.2f} s CPU).\n\n"
        f"Memory of the process at its highest: {most:.0f} MB, {before:.0f} before the import."
    )


def _p99(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.99)]


def _goals(
    taken: dict[str, list[Sample]], delta: Sample, idle: list[float], during: list[float]
) -> list[Goal]:
    ratio = statistics.median(during) / statistics.median(idle)
    return [
        Goal("9. import of 818k to searchable, wall", _ratio(taken, "floor", 0), 1.5, "x", _WHY),
        Goal("9. a cart's commit during it, p50", ratio, 1.2, "x", _WHY_WAIT),
        Goal("9. 5,000 changed prices in place", delta[0], 0.5, "s"),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
