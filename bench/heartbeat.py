"""A timer in the GUI thread and the gaps between its beats: what a person would feel as a stall."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5


@dataclass(frozen=True, slots=True)
class Gaps:
    """What was seen during one scene; milliseconds between two beats, 5 at best."""

    scene: str
    beats: int
    seconds: float
    p50: float
    p99: float
    p999: float
    longest: float

    def line(self) -> str:
        """Return a row of the table."""
        figures = f"{self.p50:.1f} | {self.p99:.1f} | {self.p999:.1f} | {self.longest:.1f}"
        return f"| {self.scene} | {self.seconds:.1f} | {self.beats} | {figures} |"


TABLE = "| scene | s | beats | p50 ms | p99 | p99.9 | longest |\n" + "|---" * 7 + "|\n"


class Heart(QObject):
    """Beats every 5 ms; `scene` begins to count for a new name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gaps: dict[str, list[float]] = {}
        self._now: list[float] | None = None
        self._last = 0.0
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def scene(self, name: str) -> None:
        """Count for this name from now on; an empty one counts for nobody."""
        self._now = self._gaps.setdefault(name, []) if name else None
        self._last = time.perf_counter()

    def seen(self) -> list[Gaps]:
        """Sum every scene up, and all of them together."""
        everything = [gap for gaps in self._gaps.values() for gap in gaps]
        return [_summed(name, gaps) for name, gaps in self._gaps.items()] + [
            _summed("all of it", everything)
        ]

    def _beat(self) -> None:
        now = time.perf_counter()
        if self._now is not None:
            self._now.append((now - self._last) * 1000)
        self._last = now


def _summed(name: str, gaps: list[float]) -> Gaps:
    ordered = sorted(gaps)

    def percentile(thousandths: int) -> float:
        return ordered[max(0, -(-len(ordered) * thousandths // 1000) - 1)]

    shares = (percentile(500), percentile(990), percentile(999), ordered[-1])
    return Gaps(name, len(gaps), sum(gaps) / 1000, *shares)
