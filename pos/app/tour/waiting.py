"""Waiting for the window, with a deadline that says what was awaited."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QTimer

PATIENCE = 30.0
"""Seconds; every wait ends in far less on a machine that is not overwhelmed."""
_TURN_MS = 10

T = TypeVar("T")


class TourError(Exception):
    """Something is off; the message says what was awaited or expected."""


def turn(milliseconds: int = _TURN_MS) -> None:
    """Let events, timers and the threads' answers in; QTest.qWait would starve the threads."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(what: str, condition: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    """Turn the event loop until ``condition`` is true; returns what it returned."""
    deadline = monotonic() + seconds
    while not (found := condition()):
        if monotonic() > deadline:
            raise TourError(f"waited {seconds:.0f} s in vain for {what}")
        turn()
    return found


def expect(what: str, found: object, wanted: object) -> None:
    """Raise `TourError` unless both are equal."""
    if found != wanted:
        raise TourError(f"{what}: expected {wanted}, found {found}")


def require(what: str, held: object) -> None:
    """Raise `TourError` unless it holds."""
    if not held:
        raise TourError(what)
