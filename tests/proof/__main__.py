"""``python3 dev.py prove``: run every part of the proof and write docs/PROOF.md."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from pos import __version__
from tests.proof.part import Part, Scale
from tests.proof.report import write

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("simulation", "mutants", "processes", "disk", "network", "window", "incidents", "fuzz")


def main() -> int:
    """Return 0 when every figure holds."""
    parser = argparse.ArgumentParser(prog="dev.py prove", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="how much of each part; 1 is all")
    parser.add_argument("--only", choices=PARTS, action="append", help="these parts alone")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    done: list[tuple[Part, float]] = []
    for number, name in enumerate(options.only or PARTS, start=1):
        _say(f"[{number}/{len(options.only or PARTS)}] {name}")
        done.append(_run(name, options.share, options.seed))
    if not options.only:
        write(ROOT / "docs" / "PROOF.md", done, _circumstances(options))
    return 0 if all(part.holds for part, _ in done) else 1


def _run(name: str, share: float, seed: int) -> tuple[Part, float]:
    module = importlib.import_module(f"tests.proof.{name}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        part: Part = module.run(Scale(Path(work), share, seed, _say))
    took = time.monotonic() - started
    for figure in part.figures:
        mark = "holds " if figure.holds else "BROKEN"
        _say(f"  {mark} {figure.what}: {figure.measured} (goal {figure.goal})")
    _say(f"  {took:.0f} s")
    return part, took


def _circumstances(options: argparse.Namespace) -> dict[str, str]:
    return {
        "Tillkeep": __version__,
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "share of the whole": f"{options.share:g}",
        "seed": str(options.seed),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
    }


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
