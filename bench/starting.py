"""The till as its command line starts it, scanned at its first paint; says how far it is.

    TILLKEEP_DATA_DIR=folder python -m bench.starting CODE

Prints ``painted``, ``accepted`` (the code is kept for the sale) and ``answered``
(its line is painted), each with the seconds of CPU of the process so far.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtGui import QPaintEvent

from pos import cli
from pos.ui.frame import Frame

if TYPE_CHECKING:
    from pos.ui.screens.cart_list import CartList

_paint = Frame.paintEvent


def _say(what: str) -> None:
    sys.stdout.write(f"{what} {time.process_time()}\n")
    sys.stdout.flush()


def _painted(frame: Frame, event: QPaintEvent) -> None:
    _paint(frame, event)
    if not hasattr(frame, "watch"):
        _say("painted")
        frame.watch = _Watch(frame)  # type: ignore[attr-defined]  # kept by what it watches


class _Watch(QObject):
    """Scans, then looks for the cart's list and waits for a line to be painted on it."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self._frame = frame
        self._list: CartList | None = None
        self._timer = QTimer(self, interval=5)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        QTimer.singleShot(0, self._scan)

    def _scan(self) -> None:
        from bench.wedge import scan  # noqa: PLC0415  after the first paint
        from pos.ui.scanner import Scanner  # noqa: PLC0415  as above

        app = QCoreApplication.instance()
        heard = app.findChild(Scanner) if app else None
        if heard is None:
            raise LookupError("no scanner is installed")
        heard.queued.connect(self._kept)
        scan(self._frame.windowHandle(), sys.argv[1])

    def _kept(self, _count: int) -> None:
        _say("accepted")

    def _look(self) -> None:
        if "pos.ui.screens.cart_list" not in sys.modules:
            return
        from PySide6.QtWidgets import QApplication  # noqa: PLC0415  loaded long ago

        from pos.ui.screens.cart_list import CartList  # noqa: PLC0415  loaded just now

        for window in QApplication.topLevelWidgets():
            found = window.findChild(CartList)
            if found is not None and window.isVisible():
                self._timer.stop()
                self._list = found
                found.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._list is not None and self._list.cart.lines:
            _say("answered")
            os._exit(0)
        return False


if __name__ == "__main__":
    Frame.paintEvent = _painted  # type: ignore[assignment]  # to listen without a change
    sys.exit(cli.main([]))
