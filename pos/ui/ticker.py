"""A service that is stepped by a timer in a thread of its own: payments, sync."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from pos.errors import PosError

log = structlog.get_logger(__name__)

Tick = Callable[[], float | None]
"""Does one bounded step; returns seconds until the next, or None to sleep until woken."""

_STUCK: set[QThread] = set()  # still running at close: deleting the object would abort Qt
_AFTER_TROUBLE_S = 5.0


class _Worker(QObject):
    """Lives in the service thread; between two ticks the thread takes orders."""

    ticked = Signal()
    troubled = Signal(object)
    crashed = Signal(object)

    def __init__(self, tick: Tick) -> None:
        super().__init__()
        self._tick = tick
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.step)

    @Slot()
    def step(self) -> None:
        self._timer.stop()
        wait = self._run()
        if wait is not None:
            self._timer.start(max(round(wait * 1000), 0))
        self.ticked.emit()

    def _run(self) -> float | None:
        try:
            return self._tick()
        except PosError as error:
            self.troubled.emit(error)
        except Exception as bug:  # the thread's last resort: report it, stay alive
            log.exception("a tick failed")
            self.crashed.emit(bug)
        return _AFTER_TROUBLE_S

    @Slot()
    def finish(self) -> None:
        self._timer.stop()
        self.thread().quit()


class Ticker(QObject):
    """Lives in the GUI thread; all its signals are emitted there.

    ``tell`` may be handed to Qt-free code as its listener: it can be called
    from any thread, and ``told`` then carries the same object over here.
    """

    ticked = Signal()
    troubled = Signal(object)
    crashed = Signal(object)
    told = Signal(object)
    _wake = Signal()
    _finish = Signal()
    _tell = Signal(object)

    def __init__(self, tick: Tick, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._thread = QThread()
        self._thread.setObjectName(name)
        self._worker = _Worker(tick)
        self._worker.moveToThread(self._thread)
        self._wire()
        self._thread.start()

    def _wire(self) -> None:
        queued = Qt.ConnectionType.QueuedConnection
        self._thread.finished.connect(self._worker.deleteLater)
        self._wake.connect(self._worker.step, queued)
        self._finish.connect(self._worker.finish, queued)
        self._worker.ticked.connect(self.ticked, queued)
        self._worker.troubled.connect(self.troubled, queued)
        self._worker.crashed.connect(self.crashed, queued)
        self._tell.connect(self._on_told, queued)

    def wake(self) -> None:
        """Tick now, or right after the tick under way."""
        if not self._closed:
            self._wake.emit()

    def tell(self, news: Any) -> None:
        """Carry ``news`` to the GUI thread; callable from any thread."""
        self._tell.emit(news)

    def stop(self) -> None:
        """Take no more wakes and end after the tick under way; returns at once."""
        if not self._closed:
            self._closed = True
            self._finish.emit()

    def close(self, timeout_ms: int = 5_000) -> bool:
        """Stop and wait; what is unfinished is durable. False: still busy."""
        self.stop()
        done = self._thread.wait(timeout_ms)
        if not done:
            _STUCK.add(self._thread)
        return done

    @Slot(object)
    def _on_told(self, news: Any) -> None:
        self.told.emit(news)
