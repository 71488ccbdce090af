"""What the till says aloud: one beep is well, two are not. The system's own, no sound files."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

_PAUSE_MS = 180


def good() -> None:
    """Say that the money is in."""
    QApplication.beep()


def bad() -> None:
    """Call the eyes back to the screen: it says something that must be read."""
    QApplication.beep()
    QTimer.singleShot(_PAUSE_MS, QApplication.beep)
