"""The environment a package is made in: what the till needs and what makes packages, no more.

Its own, so that nothing a developer has installed slips into an installer.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".work" / "package"
DIST = ROOT / "dist"
LOCK = ROOT / "requirements" / "build.txt"


class PackagingError(Exception):
    """Something a developer has to mend; its text says what."""


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(command: list[str], problem: str) -> None:
    """Run a command with its output shown; raises `PackagingError` with ``problem``."""
    done = subprocess.run(command, check=False, cwd=ROOT)  # noqa: S603  our own words
    if done.returncode:
        raise PackagingError(f"{problem} (exit code {done.returncode})")


def prepared() -> str:
    """Return the Python that packages are made with, made from the lock when that changed."""
    folder = WORK / "env"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "tillkeep-installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest() + sys.version
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return str(python)
    say("· making the environment that packages are made in")
    stamp.unlink(missing_ok=True)
    run([sys.executable, "-m", "venv", "--clear", str(folder)], "making it failed")
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    run([*pip, "--no-input", "--require-hashes", "--requirement", str(LOCK)], "pip failed")
    stamp.write_text(wanted, "utf-8")
    return str(python)


def locked_for(target: dict[str, str]) -> str:
    """Return the lock's lines that hold where the markers have the values of ``target``."""
    lines = LOCK.read_text("utf-8").replace(" \\\n", " ").splitlines()
    return "\n".join(filter(None, (_plain(line, target) for line in lines))) + "\n"


def locked(package: str) -> str:
    """Return the lock's line of one package, without a marker."""
    lines = LOCK.read_text("utf-8").replace(" \\\n", " ").splitlines()
    return next(line for line in lines if line.startswith(f"{package}==")) + "\n"


def _plain(line: str, target: dict[str, str]) -> str:
    """Return a requirement without its marker, or nothing where that does not hold."""
    requirement, _, hashes = line.partition(" --hash")
    name, _, marker = requirement.partition(" ; ")
    holds = not marker or Marker(marker).evaluate(dict(target))
    return f"{name.strip()} --hash{hashes}" if holds else ""
