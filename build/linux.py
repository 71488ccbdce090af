"""The Linux package: a folder, and a .deb of it."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

from build import artefacts, icons, trial
from build.environment import DIST, ROOT, WORK, prepared, run, say
from build.version import PUBLISHER, SUMMARY, VERSION

BUNDLE = DIST / "linux" / "tillkeep"
PROGRAM = BUNDLE / "tillkeep"
DEPENDS = (
    f"libc6 (>= {platform.libc_ver()[1] or '2.35'}), libegl1, libgl1, libfontconfig1,"
    " libfreetype6, libdbus-1-3, libx11-6, libx11-xcb1, libglib2.0-0 | libglib2.0-0t64,"
    " libgssapi-krb5-2, libxcb1, libxcb-cursor0, libxcb-icccm4, libxcb-image0, libxcb-keysyms1,"
    " libxcb-randr0, libxcb-render-util0, libxcb-shape0, libxcb-xkb1, libxkbcommon0,"
    " libxkbcommon-x11-0, fonts-dejavu-core"
)
"""What Qt takes from the system because it belongs to its screen or its fonts.

Some of the screen's lie inside as well, where the machine that makes the package has them. Its C
library is the oldest that will do.
"""
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def bundle() -> str:
    """Make the folder; returns the Python it was made with."""
    python = prepared()
    say("· PyInstaller")
    spec = [str(ROOT / "build" / "tillkeep.spec"), "--noconfirm", "--log-level", "ERROR"]
    places = ["--workpath", str(artefacts.work_for("linux")), "--distpath", str(BUNDLE.parent)]
    run([python, "-m", "PyInstaller", *spec, *places], "PyInstaller failed")
    artefacts.check_size(BUNDLE, "linux")
    return python


def package(*, with_tour: bool) -> None:
    """Make folder, .deb, bill of materials and checksums, and put the program to work."""
    python = bundle()
    trial.smoke([str(PROGRAM)], {"QT_QPA_PLATFORM": "offscreen"})
    if with_tour:
        trial.tour([str(PROGRAM)], WORK / "tour-linux", {"QT_QPA_PLATFORM": "offscreen"})
    found = artefacts.work_for("linux") / "tillkeep"
    deb = _deb(_tree())
    artefacts.checksums([deb, *artefacts.describe(python, found, "linux")], "linux")
    say("The linux package is made and well.")


def _tree() -> Path:
    """Lay the files out as they will lie on the system."""
    tree = WORK / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(BUNDLE, tree / "opt" / "tillkeep", symlinks=True)
    (tree / "usr" / "bin").mkdir(parents=True)
    (tree / "usr" / "bin" / "tillkeep").symlink_to("/opt/tillkeep/tillkeep")
    _copied(ROOT / "build" / "debian" / "tillkeep.desktop", tree / "usr/share/applications")
    _copied(ROOT / icons.SVG, tree / "usr/share/icons/hicolor/scalable/apps")
    _copied(BUNDLE / "_internal" / "LICENSES.txt", tree / "usr/share/doc/tillkeep", "copyright")
    return tree


def _copied(file: Path, folder: Path, name: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, folder / (name or file.name))


def _deb(tree: Path) -> Path:
    architecture = _ARCHITECTURES.get(platform.machine(), platform.machine())
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir()
    fields = {
        "Package": "tillkeep",
        "Version": VERSION,
        "Architecture": architecture,
        "Maintainer": PUBLISHER,
        "Installed-Size": str(round(artefacts.size_of(tree) * 1e3)),
        "Depends": DEPENDS,
        "Recommends": "gnome-keyring | kwalletmanager",
        "Section": "misc",
        "Priority": "optional",
        "Description": f"{SUMMARY}\n Cash and cards; never charges twice, never loses a sale.",
    }
    control.write_text("".join(f"{key}: {value}\n" for key, value in fields.items()), "utf-8")
    deb = DIST / f"tillkeep_{VERSION}_{architecture}.deb"
    compressed = ["-Zxz", "-z3"]
    words = ["dpkg-deb", "--root-owner-group", *compressed, "--build", str(tree), str(deb)]
    run(words, "dpkg-deb failed")
    return deb
