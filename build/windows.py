"""The Windows package: a folder and its installer, on Windows itself or in Wine."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from build import artefacts, trial, version, wine
from build.environment import DIST, ROOT, WORK, PackagingError, prepared, run, say

BUNDLE = DIST / "windows" / "Tillkeep"
PROGRAM, CONSOLE = BUNDLE / "Tillkeep.exe", BUNDLE / "tillkeep-console.exe"
LIBRARIES = BUNDLE / f"_internal-{version.VERSION}"
PLUGIN = LIBRARIES / "PySide6" / "plugins" / "platforms" / "qwindows.dll"
_OUR_SIGN = "TILLKEEP_WINDOWS_SIGN"
"""A command that signs the file whose name is put behind it; the workflow sets it."""


def package(*, with_tour: bool) -> None:
    """Make folder, installer, bill of materials and checksums, and put the program to work."""
    if sys.platform == "win32":
        _on_windows()
        return
    python = prepared()
    with wine.screen() as display:
        wine.prepare(display)
        _bundle_in_wine(display)
        _check()
        setup = installer(DIST / f"Tillkeep-{version.VERSION}-setup.exe", fast=True)
        found = artefacts.work_for("windows") / "tillkeep"
        artefacts.checksums([setup, *artefacts.describe(python, found, "windows")], "windows")
        _try_in_wine(display, setup, with_tour=with_tour)
    say("The windows package is made and well.")


def _bundle_in_wine(display: str) -> None:
    say("· PyInstaller in Wine; this takes some minutes")
    spec = wine.windows_path(ROOT / "build" / "tillkeep.spec")
    work, out = artefacts.work_for("windows"), BUNDLE.parent
    places = ["--workpath", wine.windows_path(work), "--distpath", wine.windows_path(out)]
    words = ["-m", "PyInstaller", spec, "--noconfirm", "--log-level", "ERROR", *places]
    wine.inside([wine.WINE, str(wine.PYTHON), *words], display)


def _try_in_wine(display: str, setup: Path, *, with_tour: bool) -> None:
    from build.windows_trial import Trial  # noqa: PLC0415  not on Windows

    trying = Trial(display)
    trying.program(CONSOLE)
    if with_tour:
        trying.tour(CONSOLE, WORK / "tour-windows")
    trying.installer(setup)


def _on_windows() -> None:
    """Make it where Windows is real; the workflow does."""
    python = prepared()
    say("· PyInstaller")
    spec = [str(ROOT / "build" / "tillkeep.spec"), "--noconfirm", "--log-level", "ERROR"]
    places = ["--workpath", str(artefacts.work_for("windows")), "--distpath", str(BUNDLE.parent)]
    run([python, "-m", "PyInstaller", *spec, *places], "PyInstaller failed")
    _check()
    for each in (PROGRAM, CONSOLE):
        _sign(each)
    trial.smoke([str(CONSOLE)])
    setup = installer(DIST / f"Tillkeep-{version.VERSION}-setup.exe")
    found = artefacts.work_for("windows") / "tillkeep"
    artefacts.checksums([setup, *artefacts.describe(python, found, "windows")], "windows")
    say("The windows package is made and well; its installer was not run.")


def _sign(file: Path) -> None:
    if command := os.environ.get(_OUR_SIGN):
        run([*command.split(), str(file)], f"{file.name} could not be signed")


def _check() -> None:
    """Look for what a build can lack without failing, and for what must not be inside."""
    if not PLUGIN.is_file():
        raise PackagingError("qwindows.dll is not inside: no window could open")
    if strangers := [each.name for each in BUNDLE.rglob("icuuc.dll")]:
        raise PackagingError(f"a stand-in for Wine got inside: {strangers}")
    say(f"· {PLUGIN.relative_to(BUNDLE).as_posix()} is inside")
    artefacts.check_size(BUNDLE, "windows")


def installer(
    out: Path, payload: Path = BUNDLE, number: str = version.VERSION, *, fast: bool = False
) -> Path:
    """Compile the installer of a folder; ``number`` is the version it says it is.

    ``fast`` packs it less tightly, to be tried and thrown away.
    """
    makensis = shutil.which("makensis") or str(_INSTALLED_NSIS)
    icon = artefacts.work_for("windows") / "tillkeep" / "tillkeep.ico"
    defined = {
        "VERSION": number,
        "FOUR": ".".join(map(str, version.four_numbers(number))),
        "PAYLOAD": str(payload),
        "INTERNAL": LIBRARIES.name,
        "OUT": str(out),
        "ICON": str(icon),
        "LICENCE": str(ROOT / "LICENSE"),
    }
    if sys.platform != "win32":
        defined["STUB64"] = "1"  # Debian's; its 32-bit stub does nothing in a Wine of 64 bits
    if fast:
        defined["FAST"] = "1"
    if command := os.environ.get(_OUR_SIGN):
        defined["SIGN"] = command
    dash = "/" if sys.platform == "win32" else "-"
    words = [f"{dash}D{name}={value}" for name, value in defined.items()]
    quiet = [f"{dash}V2", f"{dash}WX"]
    run([makensis, *quiet, *words, str(ROOT / "build" / "installer.nsi")], "makensis failed")
    return out


_INSTALLED_NSIS = Path(os.environ.get("PROGRAMFILES(X86)", ""), "NSIS", "makensis.exe")
