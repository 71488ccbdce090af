"""The version as each system wants it written, and who the program says it is."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NAME = "Tillkeep"
PUBLISHER = "The Tillkeep authors"
SUMMARY = "A point-of-sale till"
BUNDLE_ID = "org.tillkeep.till"
OLDEST_MACOS = "13.0"
"""What Qt 6.11's libraries were built for (their LC_BUILD_VERSION; Qt's list of platforms)."""


def _read() -> str:
    text = (ROOT / "pos" / "__init__.py").read_text("utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    if found is None:
        raise ValueError("pos/__init__.py names no version")
    return found[1]


VERSION = _read()


def four_numbers(version: str) -> tuple[int, int, int, int]:
    """Return the numbers of a version as Windows compares them: ``1.2.3rc1`` is 1, 2, 3, 0."""
    numbers = [int(each) for each in re.findall(r"\d+", version.partition("+")[0])[:3]]
    first, second, third = [*numbers, 0, 0, 0][:3]
    return first, second, third, 0


def resource(work: Path, version: str) -> str:
    """Write the version resource of the Windows programs; returns its path for PyInstaller."""
    work.mkdir(parents=True, exist_ok=True)
    file = work / "version_resource.txt"
    file.write_text(_RESOURCE.format(numbers=four_numbers(version), texts=_texts(version)), "utf-8")
    return str(file)


def _texts(version: str) -> str:
    values = {
        "CompanyName": PUBLISHER,
        "FileDescription": f"{NAME}: {SUMMARY}",
        "FileVersion": version,
        "InternalName": NAME,
        "LegalCopyright": f"{PUBLISHER}; Apache-2.0",
        "OriginalFilename": f"{NAME}.exe",
        "ProductName": NAME,
        "ProductVersion": version,
    }
    return ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in values.items())


_RESOURCE = """VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0,
                    OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[StringFileInfo([StringTable('040904B0', [{texts}])]),
        VarFileInfo([VarStruct('Translation', [0x409, 1200])])])
"""


def info_plist() -> dict[str, Any]:
    """Return what Tillkeep.app says of itself to macOS."""
    return {
        "CFBundleDisplayName": NAME,
        "CFBundleShortVersionString": VERSION,
        "CFBundleVersion": ".".join(map(str, four_numbers(VERSION)[:3])),
        "LSApplicationCategoryType": "public.app-category.business",
        "LSMinimumSystemVersion": OLDEST_MACOS,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": f"{PUBLISHER}; Apache-2.0",
        "NSSupportsAutomaticGraphicsSwitching": True,
    }


def identity() -> str | None:
    """Return the name of the certificate to sign with on a Mac, if there is one."""
    return os.environ.get("TILLKEEP_MAC_IDENTITY") or None
