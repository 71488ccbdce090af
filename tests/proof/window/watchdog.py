"""A 10 ms timer in the GUI thread, and how long it was ever kept from firing."""

from __future__ import annotations

import faulthandler
from pathlib import Path
from time import perf_counter
from typing import IO

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 10
LONG_S = 0.1
_TASKS = Path("/proc/self/task")
_LOOK_FOR_THREADS = 25
"""Beats between two looks for new threads."""


class Watchdog(QObject):
    """Start it in the GUI thread.

    ``raw`` has the times between two beats, ``own`` the same less what the
    thread of this process that waited longest for a core had to wait while it
    was ready to run: other programs of the machine are not the window's fault.
    Where Linux does not tell, the whole time counts.
    """

    def __init__(self, log: IO[str] | None = None) -> None:
        super().__init__()
        self.raw: list[float] = []
        self.own: list[float] = []
        self._log = log
        self._cores = Cores()
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._cores.waited()
        self._last = perf_counter()
        self._timer.start()
        self._arm()

    def stop(self) -> None:
        self._timer.stop()
        if self._log is not None:
            faulthandler.cancel_dump_traceback_later()
        self._cores.close()

    def _beat(self) -> None:
        now, waited = perf_counter(), self._cores.waited()
        gap, self._last = now - self._last, now
        self.raw.append(gap)
        self.own.append(max(0.0, gap - waited))
        self._arm()

    def _arm(self) -> None:
        """Have every thread's stack written down should the next beat be late."""
        if self._log is not None:
            faulthandler.dump_traceback_later(LONG_S, file=self._log)


class Cores:
    """How long this process's threads were ready and had no core, as Linux counts it."""

    def __init__(self) -> None:
        self._files: dict[str, IO[bytes]] = {}
        self._before: dict[str, int] = {}
        self._looks = 0

    def waited(self) -> float:
        """Return the longest wait of one thread, in seconds, since the last call."""
        if self._looks % _LOOK_FOR_THREADS == 0:
            self._find()
        self._looks += 1
        waits = [self._since(thread) for thread in list(self._files)]
        return max(waits, default=0) / 1e9

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _find(self) -> None:
        threads = [path.name for path in _TASKS.iterdir()] if _TASKS.is_dir() else []
        for thread in threads:
            path = _TASKS / thread / "schedstat"
            if thread not in self._files and path.exists():
                self._files[thread] = path.open("rb", buffering=0)
                self._since(thread)

    def _since(self, thread: str) -> int:
        try:
            self._files[thread].seek(0)
            total = int(self._files[thread].read().split()[1])
        except (OSError, IndexError):  # it has ended
            self._files.pop(thread).close()
            return 0
        before = self._before.get(thread, total)
        self._before[thread] = total
        return total - before


def percentile(gaps: list[float], share: float) -> float:
    """Return the gap in milliseconds that this share of them does not exceed."""
    ordered = sorted(gaps)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]
