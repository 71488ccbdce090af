"""The program itself: what it was told at its start, and the versions of its parts."""

from __future__ import annotations

import platform
import sqlite3
import sys

from pos import __version__
from pos.config import Config, load
from pos.errors import CashierError
from pos.services.doctor import Check, Finding, Trouble

FILE = "tillkeep.toml"


def settings_file(config: Config) -> Finding:
    """Read tillkeep.toml as a start does."""
    try:
        load(config.data_dir)
    except CashierError as error:
        told = f"{FILE} cannot be used."
        return Finding(Check.SETTINGS, Trouble.BAD, error.message, error.remedy, error.code, told)
    there = config.settings_file.exists()
    found = f"{FILE} is in order." if there else f"There is no {FILE}: the usual settings count."
    return Finding(Check.SETTINGS, Trouble.OK, found)


def numbers() -> dict[str, str]:
    """Name every part whose version decides what goes wrong."""
    return {
        "Tillkeep": __version__,
        "Python": platform.python_version(),
        "Qt": _qt(),
        "SQLite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "packaged": "yes" if getattr(sys, "frozen", False) else "no",
    }


def versions() -> Finding:
    """Say the versions; they are never wrong by themselves."""
    parts = numbers()
    said = ", ".join(f"{name} {parts[name]}" for name in ("Tillkeep", "Python", "Qt", "SQLite"))
    return Finding(Check.VERSIONS, Trouble.OK, f"{said}; {parts['system']}.")


def _qt() -> str:
    try:
        from PySide6.QtCore import qVersion  # noqa: PLC0415  the command line starts without Qt
    except ImportError as error:
        return f"cannot be loaded ({error.name or type(error).__name__})"
    return str(qVersion())
