"""A till that starts as `python -m pos` does; scans at the first paint and says what it saw.

start_process.py FOLDER CODE WINDOW: leaves once WINDOW is on the screen and, if it
is the till's, the code is sold. Prints one line of JSON.
"""

# ruff: noqa: PLC0415  nothing may be imported before the first paint

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from pos.app import run as starting
from pos.app.start import kept_look
from pos.ui.frame import Frame

FOLDER, CODE, WINDOW = sys.argv[1:]
seen: dict[str, object] = {}
_paint = Frame.paintEvent


class NoSecrets:
    """A keyring in which nothing is; the real store's module would be loaded too early."""

    def get(self, _name: str) -> None:
        return None

    def problem(self) -> None:
        return None


def first_paint(frame: Frame, event: object) -> None:
    _paint(frame, event)
    if "at_paint" in seen:
        return
    seen["at_paint"] = sorted(sys.modules)
    from PySide6.QtCore import QTimer

    from bench.wedge import scan

    QTimer.singleShot(0, lambda: scan(frame.windowHandle(), CODE))
    frame.look = QTimer(frame, interval=5)
    frame.look.timeout.connect(look)
    frame.look.start()


def look() -> None:
    from PySide6.QtWidgets import QApplication

    for window in QApplication.topLevelWidgets():
        if type(window).__name__ == WINDOW and window.isVisible() and sold():
            window.close()


def sold() -> bool:
    if WINDOW != "Shell":
        return True
    with closing(sqlite3.connect(Path(FOLDER) / "till.db")) as db:
        seen["lines"] = db.execute("SELECT barcode, quantity_milli FROM cart_line").fetchall()
    return bool(seen["lines"])


def load():
    from pos.config import Config

    return Config(data_dir=Path(FOLDER))


Frame.paintEvent = first_paint
seen["code"] = starting.run(load, secrets=NoSecrets(), look=kept_look(Path(FOLDER)))
sys.stdout.write(json.dumps(seen) + "\n")
