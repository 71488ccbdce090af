"""How long the window stood still."""

from __future__ import annotations

from itertools import pairwise
from time import monotonic
from typing import Self

from PySide6.QtCore import Qt, QTimer


class Heartbeat:
    """A 5 ms timer in the GUI thread; ``worst`` is the longest gap between two beats, in ms."""

    def __init__(self) -> None:
        self._beats: list[float] = []
        self._action = 0.0
        self._timer = QTimer(interval=5, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> Self:
        self._beats = [monotonic()]
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        self._beats.append(monotonic())

    def begin_action(self) -> None:
        """Start the watch for what a person does now."""
        self._action = monotonic()

    @property
    def since_action(self) -> float:
        return (monotonic() - self._action) * 1000

    @property
    def worst(self) -> float:
        return max((after - before) * 1000 for before, after in pairwise(self._beats))
