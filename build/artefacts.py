"""What stands beside every package: its size, its checksums, its bill of materials."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from build.environment import DIST, WORK, PackagingError, run, say
from build.inside import LICENCES, LIST
from build.version import VERSION

LIMITS_MB = {"linux": 170, "windows": 110}
"""What a bundle may take unpacked, in millions of bytes (issue: speed and size)."""


def size_of(folder: Path) -> float:
    """Return how much the files of a folder hold, in millions of bytes; a link counts nothing."""
    files = (each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    return sum(each.stat().st_size for each in files) / 1e6


def check_size(folder: Path, target: str) -> None:
    """Say how large it is; raises `PackagingError` beyond the limit of the system."""
    size, limit = size_of(folder), LIMITS_MB.get(target)
    say(f"· {size:.0f} MB unpacked" + (f" (at most {limit})" if limit else ""))
    if limit and size > limit:
        raise PackagingError(f"{size:.0f} MB are more than the {limit} MB it may take")


def describe(python: str, found: Path, target: str) -> list[Path]:
    """Put the bill of materials and the licences beside the package; returns both."""
    bill = DIST / f"tillkeep-{VERSION}-{target}.cdx.json"
    words = [python, "-m", "build.sbom", str(found / LIST), target, str(bill)]
    run(words, "the bill of materials could not be made")
    licences = DIST / f"tillkeep-{VERSION}-{target}-licenses.txt"
    shutil.copyfile(found / LICENCES, licences)
    return [bill, licences]


def checksums(files: list[Path], target: str) -> Path:
    """Write the SHA-256 of each file as ``sha256sum --check`` reads it."""
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in files]
    sums = DIST / f"SHA256SUMS-{target}.txt"
    sums.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")  # read on Linux, too
    for file in [*files, sums]:
        say(f"· {file.relative_to(DIST.parent)}, {file.stat().st_size / 1e6:.1f} MB")
    return sums


def work_for(target: str) -> Path:
    """Return the folder that PyInstaller works in for a system."""
    return WORK / f"pyinstaller-{target}"
