"""schemathesis against the reference backend's published OpenAPI, in processes of their own."""

from __future__ import annotations

import os
import random
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.backend import BackendProcess

_GENERATED = re.compile(r"([\d,]+) generated")
_NOT_OURS = "positive_data_acceptance"
"""Good data of another business is refused with 403 or 422: that is no finding."""
_PHASES = {"negative": "coverage,fuzzing", "all": "coverage,fuzzing,stateful"}


@dataclass(frozen=True, slots=True)
class Visit:
    """What one run of schemathesis came to."""

    mode: str
    requests: int
    changed: tuple[str, ...]
    found: str


def visit(mode: str, examples: int, number: int, doors: int, folder: Path) -> Visit:
    """Send ``mode`` requests to ``doors`` of the operations; ``negative`` ones are all invalid.

    It checks for 5xx, undeclared answers, answers that do not fit their
    schema, invalid data that is accepted, and ignored authentication.
    """
    folder.mkdir(parents=True)
    with BackendProcess(folder, test_faults=False) as backend:
        with backend.http() as http:
            paths = sorted(http.get("/openapi.json").json()["paths"])
        before = kept(Path(backend.database))
        done = _run(
            backend, _options(mode, examples, number, _chosen(paths, doors, number)), folder
        )
        after = kept(Path(backend.database))
        changed = tuple(name for name in before if before[name] != after[name])
    found = "" if done.returncode == 0 else f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    inside = backend.log.read_text()
    if "Traceback" in inside:
        found += f"\nin the backend's log: {inside[-3000:]}"
    match = _GENERATED.search(done.stdout)
    return Visit(mode, int(match[1].replace(",", "")) if match else 0, changed, found)


def kept(database: Path) -> dict[str, list[Any]]:
    """Every row of every table of the backend."""
    with closing(sqlite3.connect(database)) as db:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in tables}  # noqa: S608 - its own names


def _chosen(paths: list[str], doors: int, number: int) -> list[str]:
    """Choose some paths by the seed; all of them is the whole proof."""
    if doors >= len(paths):
        return []
    chance = random.Random(number)  # noqa: S311 - chooses tests, guards nothing
    return [word for path in chance.sample(paths, doors) for word in ("--include-path", path)]


def _options(mode: str, examples: int, number: int, chosen: list[str]) -> list[str]:
    return [
        *("--mode", mode, "--phases", _PHASES[mode]),
        *("--max-examples", str(examples), "--seed", str(number)),
        *("--checks", "all", "--exclude-checks", _NOT_OURS),
        *("--generation-database", "none", "--no-color", "--warnings", "off"),
        *chosen,
    ]


def _run(
    backend: BackendProcess, options: list[str], folder: Path
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{backend.url}/openapi.json"]
    token = ["-H", f"Authorization: Bearer {backend.token}"]
    proxies = {name for name in os.environ if name.lower().endswith("_proxy")}
    environment = {name: value for name, value in os.environ.items() if name not in proxies}
    return subprocess.run(
        [*command, *token, *options],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=1800,
    )  # fmt: skip
