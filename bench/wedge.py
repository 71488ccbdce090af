"""A scanner and an eye: keys to a window, and the moment a paint shows what is waited for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget

_GAP_MS, _PAUSE_MS = 8, 300
_LONGEST_MS = 5_000
_NO_KEYS = Qt.KeyboardModifier.NoModifier
_stamp = count(1_000_000)


def scan(window: QWindow, code: str) -> None:
    """Send the code's keys and Enter to a window, as the platform would.

    The stamps are a scanner's; nothing waits between two keys.
    """
    at = next(_stamp) * _PAUSE_MS
    for number, sign in enumerate(code):
        _key(window, Qt.Key(ord(sign.upper())), sign, at + number * _GAP_MS)
    _key(window, Qt.Key.Key_Return, "\r", at + len(code) * _GAP_MS)


def _key(window: QWindow, key: Qt.Key, text: str, at: int) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key, _NO_KEYS, text)
        event.setTimestamp(at)
        QApplication.sendEvent(window, event)


class Eye(QObject):
    """Waits for the first paint of a widget after a condition became true."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self._loop = QEventLoop()
        self._shown: Callable[[], bool] = bool
        self._late = QTimer(self, singleShot=True, interval=_LONGEST_MS)
        self._late.timeout.connect(self._give_up)
        widget.installEventFilter(self)

    def wait(self, shown: Callable[[], bool]) -> None:
        """Turn the event loop until a paint shows it; raises `TimeoutError`."""
        self._shown = shown
        self._late.start()
        if self._loop.exec():
            raise TimeoutError("it was never painted")
        self._late.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._shown():
            self._shown = bool
            self._loop.quit()  # after this paint: the loop ends when the event is done
        return False

    def _give_up(self) -> None:
        self._loop.exit(1)


def settle(milliseconds: int = 1) -> None:
    """Let everything else that waits happen."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
