"""Work off the GUI thread: one call after another, or a tick on a timer.

PySide6 runs a lambda, a partial or a plain object's method in the *emitting*
thread, queued or not; only bound methods of a QObject move. So what shall
happen afterwards stays in a dictionary on the GUI side, and only a ticket, a
plain callable and its result cross over.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot
from shiboken6 import isValid

from pos.errors import CashierError, PosError
from pos.ui.i18n import tr

log = structlog.get_logger(__name__)

Then = Callable[[Any], object]
Failed = Callable[[PosError], object]
_STUCK: set[QThread] = set()  # still running at close: deleting the object would abort Qt


@dataclass(frozen=True, slots=True)
class _Job:
    ticket: int
    call: Callable[..., Any]
    args: tuple[Any, ...]


class _Caller(QObject):
    """Lives in the service thread; runs what it is handed, in order."""

    answered = Signal(object, object)
    refused = Signal(object, object)
    crashed = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.stop = threading.Event()

    @Slot(object)
    def run(self, job: _Job) -> None:
        if self.stop.is_set():
            return
        try:
            result = job.call(*job.args)
        except PosError as error:
            self.refused.emit(job.ticket, error)
        except Exception as bug:  # the thread's last resort: report it, stay alive
            log.exception("a call failed", ticket=job.ticket)
            self.crashed.emit(job.ticket, bug)
        else:
            self.answered.emit(job.ticket, result)

    @Slot()
    def finish(self) -> None:
        self.thread().quit()


class Calls(QObject):
    """Lives in the GUI thread; runs plain callables one after another in its own thread.

    ``crashed`` carries an exception nobody expected; ``refused`` an expected
    error whose caller gave no ``failed``. Both are emitted in the GUI thread.
    """

    crashed = Signal(object)
    refused = Signal(object)
    _asked = Signal(object)
    _finish = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tickets = itertools.count(1)
        self._waiting: dict[int, tuple[Then | None, Failed | None]] = {}
        self._closed = False
        self._thread = QThread()
        self._thread.setObjectName(name)
        self._caller = _Caller()
        self._caller.moveToThread(self._thread)
        self._wire()
        self._thread.start()

    def _wire(self) -> None:
        queued = Qt.ConnectionType.QueuedConnection
        self._thread.finished.connect(self._caller.deleteLater)
        self._asked.connect(self._caller.run, queued)
        self._finish.connect(self._caller.finish, queued)
        self._caller.answered.connect(self._on_answered, queued)
        self._caller.refused.connect(self._on_refused, queued)
        self._caller.crashed.connect(self._on_crashed, queued)

    @property
    def pending(self) -> int:
        """How many calls have not come back."""
        return len(self._waiting)

    def submit(
        self,
        fn: Callable[..., Any],
        *args: Any,
        then: Then | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Run ``fn(*args)`` over there; ``then(result)`` or ``failed(error)`` over here.

        ``fn`` must not touch Qt. Nothing is called back on a widget that Qt has
        deleted meanwhile, nor after `close`.
        """
        if self._closed:
            return
        ticket = next(self._tickets)
        self._waiting[ticket] = (then, failed)
        self._asked.emit(_Job(ticket, fn, args))

    def stop(self) -> None:
        """Take no more calls, call nobody back, end after what was submitted; returns at once."""
        if not self._closed:
            self._closed = True
            self._waiting.clear()
            self._finish.emit()

    def close(self, timeout_ms: int = 5_000) -> bool:
        """Stop and wait; False when it took too long, and then nothing more is begun."""
        self.stop()
        if self._thread.wait(timeout_ms):
            return True
        self._caller.stop.set()
        _STUCK.add(self._thread)
        return False

    @Slot(object, object)
    def _on_answered(self, ticket: int, result: Any) -> None:
        then, _ = self._waiting.pop(ticket, (None, None))
        _call_back(then, result)

    @Slot(object, object)
    def _on_refused(self, ticket: int, error: PosError) -> None:
        if ticket not in self._waiting:
            return
        _, failed = self._waiting.pop(ticket)
        if failed is None:
            self.refused.emit(error)
        else:
            _call_back(failed, error)

    @Slot(object, object)
    def _on_crashed(self, ticket: int, bug: Exception) -> None:
        _, failed = self._waiting.pop(ticket, (None, None))
        self.crashed.emit(bug)
        _call_back(failed, unexpected(bug))


class Latest:
    """Asks one question at a time and only the newest next: for searching while typing."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._busy = False
        self._next: tuple[Callable[..., Any], tuple[Any, ...], Then] | None = None
        self._then: Then | None = None

    def ask(self, fn: Callable[..., Any], *args: Any, then: Then) -> None:
        """Run now, or after the question under way; one asked in between is dropped."""
        if self._busy:
            self._next = (fn, args, then)
            return
        self._busy, self._then = True, then
        self._calls.submit(fn, *args, then=self._answered, failed=self._failed)

    def _answered(self, result: Any) -> None:
        self._busy = False
        if self._next is None:
            _call_back(self._then, result)
        self._follow()

    def _failed(self, error: PosError) -> None:
        self._busy = False
        if self._next is None:
            self._calls.refused.emit(error)
        self._follow()

    def _follow(self) -> None:
        if self._next is not None:
            (fn, args, then), self._next = self._next, None
            self.ask(fn, *args, then=then)


def unexpected(bug: BaseException) -> CashierError:
    """Return what a person is told of a bug: no traceback, a code to quote."""
    return CashierError(
        f"bug-{type(bug).__name__}",
        tr("Something went wrong in this program."),
        tr("Nothing is lost. Try again; if it comes back, quote the code."),
    )


def _call_back(then: Callable[[Any], object] | None, value: Any) -> None:
    owner = getattr(then, "__self__", None)
    gone = isinstance(owner, QObject) and not isValid(owner)
    if then is not None and not gone:
        then(value)
