"""The till opened in a thread while the window answers; what was heard meanwhile is kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal

T = TypeVar("T")


class _Ended(QObject):
    """Carries the end of the work into the GUI thread."""

    happened = Signal()

    def note(self, _future: Future[Any]) -> None:
        self.happened.emit()


def behind(work: Callable[[], T]) -> T:
    """Do the work in a thread of its own while the event loop turns; raises what it raises.

    Where the window is closed meanwhile, the work is still waited for.
    """
    ended, loop = _Ended(), QEventLoop()
    ended.happened.connect(loop.quit, Qt.ConnectionType.QueuedConnection)
    with ThreadPoolExecutor(1, "opening") as pool:
        future = pool.submit(work)
        future.add_done_callback(ended.note)
        loop.exec()
    return future.result()


def turn() -> None:
    """Let the window answer between two pieces of work."""
    loop = QEventLoop()
    QTimer.singleShot(0, loop.quit)
    loop.exec()
