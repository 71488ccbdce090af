"""Waiting for the window, with a deadline that says what was awaited."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QTimer

PATIENCE = 30.0
"""Seconds; every wait ends in far less on a machine that is not overwhelmed."""
_TURN_MS = 20

T = TypeVar("T")
_bugs: list[BaseException] = []


class TourError(Exception):
    """Something is off; the message says what was awaited or expected."""


def note_bug(kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
    """Remember what the window's thread did not expect; use as `sys.excepthook`.

    Qt goes on after an exception in a slot; the tour must not.
    """
    _bugs.append(bug)
    sys.__excepthook__(kind, bug, trace)


def turn(milliseconds: int = _TURN_MS) -> None:
    """Let events, timers and the threads' answers in; QTest.qWait would starve the threads."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(what: str, condition: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    """Turn the event loop until ``condition`` is true; returns what it returned."""
    deadline = monotonic() + seconds
    while not (found := condition()):
        if _bugs:
            raise TourError(f"a bug in the window: {_bugs[0]!r}")
        if monotonic() > deadline:
            raise TourError(f"waited {seconds:.0f} s in vain for {what}")
        turn()
    return found


def expect(what: str, found: object, wanted: object) -> None:
    """Raise `TourError` unless both are equal."""
    if found != wanted:
        raise TourError(f"{what}: expected {wanted}, found {found}")


def one(kind: type[T], found: object) -> T:
    """Return what was looked for; raises `TourError` when it is something else or nothing."""
    if not isinstance(found, kind):
        raise TourError(f"no {kind.__name__} is there, but {found!r}")
    return found


def require(what: str, held: object) -> None:
    """Raise `TourError` unless it holds."""
    if not held:
        raise TourError(what)
