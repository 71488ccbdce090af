"""The application as large as was chosen, and the program started anew to change that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QApplication

from pos import look
from pos.look import Look
from pos.ui.frame import largest_scale, note_scale

EXIT_AGAIN = 75
"""How a window ends that is to be opened again; never a process's exit code."""
_PLAIN = Look().scale


def kept_look(data_dir: Path | None) -> Look:
    """Return what the till in that folder wears; None is where it is by default."""
    return look.read(look.told_folder(data_dir) or default_folder())


def default_folder() -> Path:
    """Return what `pos.config.default_folder` says, without loading a library for it."""
    generic = QStandardPaths.StandardLocation.GenericDataLocation
    return Path(QStandardPaths.writableLocation(generic)) / "Tillkeep"


def make_app(scale: int) -> QApplication:
    """Make the application at a scale in percent, or at the largest that the screen has room for.

    Only a magnified window is made smaller: at 100 % it is what it always was.
    """
    app = _made(scale)
    room = max(largest_scale(), _PLAIN)
    if scale <= room:
        return app
    app.shutdown()
    del app  # Qt takes the factor from the environment once an application
    return _made(room)


def _made(scale: int) -> QApplication:
    look.magnify(scale)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Tillkeep")
    note_scale(scale)
    return app


def start_again(scale: int = _PLAIN) -> int:
    """Become this program anew, with the words it was started with; returns on Windows only.

    The next reads its scale from the look that is kept; ``scale`` is for one that keeps none.
    """
    look.magnify(scale)  # what was set for this process is not for the next
    packed = getattr(sys, "frozen", False)
    words = [sys.executable, *(sys.argv[1:] if packed else sys.orig_argv[1:])]
    if os.name == "nt":
        subprocess.Popen(words)  # noqa: S603  our own program, our own words
        return 0
    return os.execv(words[0], words)  # noqa: S606  no shell wanted
