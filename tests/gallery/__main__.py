"""Pictures of every screen in every theme and size; fails on texts that are cut off.

    python3 dev.py screenshots --all FOLDER [--only NAME ...] [--themes ...] [--pseudo]

``--pseudo`` lengthens every translated text by a third.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from pos.ui import i18n
from pos.ui.threads import Calls
from pos.ui.tokens import THEMES
from tests.gallery.looking import SIZES, every_scene, faults, picture, shown, wear
from tests.gallery.montage import montage
from tests.gallery.pseudo import Pseudo


def main(words: list[str]) -> int:
    """Take the README's pictures by the tour, with ``--all`` those of every screen."""
    if "--all" not in words:
        from pos.cli import main as tillkeep  # noqa: PLC0415  the tour makes its own application

        return tillkeep(["demo", "--tour", "--readme", "docs/screenshots", *words])
    return take([word for word in words if word != "--all"])


def take(words: list[str]) -> int:
    """Take the pictures of every screen; returns 1 when anything is wrong."""
    options = _options(words)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app, calls = QApplication(sys.argv[:1]), Calls("gallery")
    i18n.load(app, "en_US")
    longer = Pseudo()
    if options.pseudo:
        app.installTranslator(longer)
    try:
        wrong = _all(options, calls)
    finally:
        calls.close()
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    count = len(list(options.folder.rglob("*.png")))
    sys.stdout.write(f"{count} pictures in {options.folder}, {len(wrong)} faults\n")
    return int(bool(wrong))


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gallery", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", help="names of scenes")
    parser.add_argument("--themes", nargs="+", choices=THEMES, default=list(THEMES))
    parser.add_argument("--sizes", nargs="+", type=_size, default=list(SIZES))
    parser.add_argument("--pseudo", action="store_true", help="texts a third longer")
    parser.add_argument("--sheets", action="store_true", help="also several pictures on one")
    return parser.parse_args(words)


def _size(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)


def _all(options: argparse.Namespace, calls: Calls) -> list[str]:
    wrong = []
    for look in options.themes:
        wear(look)
        for size in options.sizes:
            folder = options.folder / f"{size[0]}x{size[1]}-{look}"
            for scene in every_scene(options.only):
                with shown(scene, calls, size) as window:
                    picture(window, folder, scene.name)
                    wrong += [f"{folder.name}/{scene.name}: {x}" for x in faults(window)]
            if options.sheets:
                montage(folder)
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
