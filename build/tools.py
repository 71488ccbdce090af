"""The programs that packaging needs of a Debian or Ubuntu; for dev.py, standard library only."""

from __future__ import annotations

import shutil
import sys

COMMON = {"objdump": "binutils", "dpkg-deb": "dpkg"}
WINDOWS = {
    "wine64": "wine64",
    "wineserver": "wine",
    "makensis": "nsis",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-posix",
    "Xvfb": "xvfb",
}
"""To make and try the Windows program without a Windows."""
_PLACES = {"wine64": "/usr/lib/wine"}
"""Debian keeps this one off the PATH."""


def missing(arguments: list[str]) -> list[str]:
    """List the Debian packages that making a package with these arguments lacks."""
    if not sys.platform.startswith("linux"):
        return []
    wanted = {**COMMON, **(WINDOWS if "windows" in " ".join(arguments) else {})}
    return sorted({package for tool, package in wanted.items() if not _is_there(tool)})


def _is_there(tool: str) -> bool:
    return bool(shutil.which(tool) or shutil.which(tool, path=_PLACES.get(tool, "")))
