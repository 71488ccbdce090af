"""``python3 dev.py prove``: run every part of the proof and write docs/PROOF.md.

A part that already ran with this very code and seed, and with no smaller
share, is not run again (``--fresh`` does), so that an interrupted proof goes on
where it stopped. The document names the share of each part.
"""

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
from importlib.metadata import version
from pathlib import Path

from pos import __version__
from tests.proof import kept
from tests.proof.part import Part, Scale
from tests.proof.report import write

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = (
    "PySide6_Essentials",
    "SQLAlchemy",
    "stripe",
    "httpx",
    "hypothesis",
    "atheris",
    "schemathesis",
)
PARTS = ("simulation", "mutants", "processes", "disk", "network", "window", "incidents", "fuzz")


def main() -> int:
    """Return 0 when every figure holds."""
    parser = argparse.ArgumentParser(prog="dev.py prove", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="how much of each part; 1 is all")
    parser.add_argument("--only", choices=PARTS, action="append", help="these parts alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fresh", action="store_true", help="run what already ran, too")
    options = parser.parse_args()
    code = kept.code_of()
    done: list[kept.Kept] = []
    for number, name in enumerate(options.only or PARTS, start=1):
        _say(f"[{number}/{len(options.only or PARTS)}] {name}")
        known = None if options.fresh else kept.find(name, code, options.share, options.seed)
        done.append(known or _run(name, code, options))
        _told(done[-1])
    if not options.only:
        write(ROOT / "docs" / "PROOF.md", done, _circumstances(options, code))
    return 0 if all(it.part.holds for it in done) else 1


def _run(name: str, code: str, options: argparse.Namespace) -> kept.Kept:
    module = importlib.import_module(f"tests.proof.{name}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        part: Part = module.run(Scale(Path(work), options.share, options.seed, _say))
    took = time.monotonic() - started
    date = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    outcome = kept.Kept(part, took, code, options.share, options.seed, date)
    kept.keep(name, outcome)
    return outcome


def _told(it: kept.Kept) -> None:
    for figure in it.part.figures:
        mark = "holds " if figure.holds else "BROKEN"
        _say(f"  {mark} {figure.what}: {figure.measured} (goal {figure.goal})")
    _say(f"  {it.took:.0f} s, ended {it.date}")


def _circumstances(options: argparse.Namespace, code: str) -> dict[str, str]:
    return {
        "Tillkeep": __version__,
        "code": f"{code} (SHA-256 over pos/, its beginning)",
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "seed": str(options.seed),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "with": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
