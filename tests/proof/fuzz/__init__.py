"""Fuzzing: whatever comes in from outside is taken as it should be, or refused in words."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread

from tests.proof.fuzz.doors import Visit, visit
from tests.proof.fuzz.engine import Outcome, explore
from tests.proof.fuzz.targets import TARGETS
from tests.proof.part import Figure, Part, Scale

HYPOTHESIS, ATHERIS, SCHEMATHESIS = "hypothesis", "atheris", "schemathesis"
ROOT = Path(__file__).resolve().parents[3]
_GUIDED = Path(__file__).with_name("guided.py")
_DONE = re.compile(r"Done (\d+) runs in")
_EXAMPLES, _DOORS = 100, 10
"""For each operation of the backend, and how many paths it has."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one driver found at one target."""

    what: str
    driver: str
    inputs: int
    seconds: float
    found: str


def has_atheris() -> bool:
    """Say whether coverage-guided fuzzing is there; its wheels are for Linux."""
    return importlib.util.find_spec("atheris") is not None


def run(scale: Scale, drivers: tuple[str, ...] = (HYPOTHESIS, ATHERIS, SCHEMATHESIS)) -> Part:
    """Look at every target with every driver, on all cores; see the goals in the figures."""
    jobs = [job for driver in drivers for job in _JOBS[driver](scale)]
    rows: list[Row] = []
    workers = ProcessPoolExecutor(
        os.cpu_count(), mp_context=get_context("spawn"), initializer=_end_with_parent
    )
    with workers as pool:
        for done in as_completed([pool.submit(job) for job in jobs]):
            row = done.result()
            rows.append(row)
            scale.progress(
                f"{len(rows)} of {len(jobs)}: {row.what}, {row.inputs:,} by {row.driver}"
            )
    rows.sort(key=lambda row: (row.driver, row.what))
    return _part(scale, rows, drivers)


def _end_with_parent() -> None:
    """Leave no worker behind when the proof itself is ended."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _part(scale: Scale, rows: list[Row], drivers: tuple[str, ...]) -> Part:
    missing = ATHERIS in drivers and not has_atheris()
    return Part(
        "Fuzzing",
        tuple(_figure(driver, rows) for driver in drivers if not (missing and driver == ATHERIS)),
        seeds=f"every driver: {scale.seed}",
        notes=(
            *(("atheris has no wheel for this machine: hypothesis alone.",) if missing else ()),
            *(f"FOUND at {row.what} by {row.driver}: {row.found}" for row in rows if row.found),
        ),
        table=(
            ("target", "driver", "inputs", "seconds", "findings"),
            *(_cells(row) for row in rows),
        ),
    )


_GOALS = {
    HYPOTHESIS: "no finding",
    ATHERIS: "no finding",
    SCHEMATHESIS: "no 5xx, answers as published, nothing invalid accepted or stored",
}


def _figure(driver: str, rows: list[Row]) -> Figure:
    mine = [row for row in rows if row.driver == driver]
    inputs, found = sum(row.inputs for row in mine), sum(bool(row.found) for row in mine)
    said = f"{inputs:,} inputs at {len(mine)} targets, {found or 'no'} findings"
    complete = bool(mine) and all(row.inputs for row in mine)
    return Figure(f"inputs by {driver}", said, _GOALS[driver], complete and not found)


def _cells(row: Row) -> tuple[str, ...]:
    return row.what, row.driver, f"{row.inputs:,}", f"{row.seconds:.0f}", "1" if row.found else "0"


# --- the drivers, each job in a process of the pool ------------------------


def _by_hypothesis(scale: Scale) -> list[Callable[[], Row]]:
    return [
        partial(_explored, name, scale.count(target.runs, 20), scale.seed, scale.work / name)
        for name, target in TARGETS.items()
    ]


def _explored(name: str, runs: int, number: int, folder: Path) -> Row:
    folder.mkdir(parents=True)
    outcome: Outcome = explore(TARGETS[name], runs, number, folder)
    found = f"{outcome.found}\n{name}: seed {number}, {runs} inputs" if outcome.found else ""
    return Row(TARGETS[name].what, HYPOTHESIS, outcome.inputs, outcome.seconds, found)


def _by_atheris(scale: Scale) -> list[Callable[[], Row]]:
    if not has_atheris():
        return []
    return [
        partial(
            _guided, name, scale.count(target.raw.runs, 500), scale.seed, scale.work / f"a-{name}"
        )
        for name, target in TARGETS.items()
        if target.raw is not None
    ]


def _guided(name: str, runs: int, number: int, folder: Path) -> Row:
    folder.mkdir(parents=True)
    started = time.monotonic()
    arguments = [name, str(runs), str(number), str(folder)]
    done = subprocess.run(
        [sys.executable, "-P", str(_GUIDED), *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    match = _DONE.search(done.stderr)
    found = "" if done.returncode == 0 and match else done.stderr[-4000:] + done.stdout[-4000:]
    inputs = int(match[1]) if match else 0
    return Row(TARGETS[name].what, ATHERIS, inputs, time.monotonic() - started, found)


def _by_schemathesis(scale: Scale) -> list[Callable[[], Row]]:
    examples, doors = scale.count(_EXAMPLES, 2), scale.count(_DOORS, 1)
    return [
        partial(_visited, mode, examples, scale.seed, doors, scale.work / f"s-{mode}")
        for mode in ("negative", "all")
    ]


def _visited(mode: str, examples: int, number: int, doors: int, folder: Path) -> Row:
    started = time.monotonic()
    seen: Visit = visit(mode, examples, number, doors, folder)
    found = seen.found
    if mode == "negative" and seen.changed:
        found += f"\ninvalid requests changed {', '.join(seen.changed)}"
    what = {"negative": "backend: invalid requests", "all": "backend: requests of every kind"}[mode]
    return Row(what, SCHEMATHESIS, seen.requests, time.monotonic() - started, found)


_JOBS: dict[str, Callable[[Scale], list[Callable[[], Row]]]] = {
    HYPOTHESIS: _by_hypothesis,
    ATHERIS: _by_atheris,
    SCHEMATHESIS: _by_schemathesis,
}
