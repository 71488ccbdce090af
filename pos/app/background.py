"""The two service threads: payments and sync. Their news arrives in the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Event
from time import monotonic
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from pos.app.build import Till
from pos.app.errand import Errand
from pos.services.desk import DeskTick
from pos.services.sync import SyncStatus
from pos.terminal.api import Availability
from pos.ui.threads import Calls
from pos.ui.ticker import Ticker

T = TypeVar("T")

_PROBE_EVERY = 20.0
"""Seconds between two looks at the reader while no payment runs."""
_PATIENCE = 8.0
"""Seconds in which all threads together must have ended: a slow disk may want some."""


class Background(QObject):
    """Owns the tickers. ``start`` after recovery: until then no session is stepped."""

    desk_moved = Signal(object)
    reader_seen = Signal(object)
    sync_moved = Signal(object)
    troubled = Signal(object)
    crashed = Signal(object)

    def __init__(self, till: Till, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._till = till
        self._reconnect = Event()
        self._errands: SimpleQueue[Errand[Any]] = SimpleQueue()
        self._reconnect.set()
        self._probed = -_PROBE_EVERY
        self._started = Event()
        self._payments = Ticker(self._step_desk, "payments", self)
        self._sync = Ticker(self._step_sync, "sync", self)
        self._payments.told.connect(self._on_payments)
        self._sync.told.connect(self.sync_moved)
        for ticker in (self._payments, self._sync):
            ticker.troubled.connect(self.troubled)
            ticker.crashed.connect(self.crashed)

    def start(self) -> None:
        """Let both threads work."""
        self._started.set()
        self._payments.wake()
        self._sync.wake()

    def wake_payments(self) -> None:
        """Step at once: a tender was opened, or a person chose something."""
        self._till.desk.wake()
        self._payments.wake()

    def wake_sync(self) -> None:
        """Something waits to be sent, or a person asked for it."""
        self._sync.wake()

    def look_at_reader(self) -> None:
        """Ask for the reader now: a person wants to know whether it is there."""
        self._probed = -_PROBE_EVERY
        self._payments.wake()

    def lend_reader(self, work: Callable[[], T], patience: float) -> T | None:
        """Do ``work`` on the payments thread at a moment without a payment, and wait for it.

        None: a payment is under way, or that thread was not free within
        ``patience`` seconds; then ``work`` is not begun any more. From any other
        thread but the payments' own.
        """
        errand = Errand(work)
        self._errands.put(errand)
        self._payments.wake()
        return errand.outcome(patience)

    def reconnect(self) -> None:
        """Connect anew: the backend's address, the key or the reader changed."""
        self._reconnect.set()
        self._sync.wake()
        self._till.desk.wake()  # a payment may wait for this very key
        self.look_at_reader()

    def threads(self) -> tuple[Ticker, ...]:
        """Return what the window ends when it closes; the journal makes leaving safe."""
        return self._payments, self._sync

    def _step_desk(self) -> float | None:
        if not self._started.is_set():
            return None
        done = self._till.desk.tick()
        busy = bool(done.runs or done.refunds or done.trouble)
        while not self._errands.empty():
            self._errands.get().run(refused=busy)
        if busy:
            self._payments.tell(done)
        elif monotonic() - self._probed > _PROBE_EVERY:
            self._probed = monotonic()
            self._till.stripe.probe()
            self._payments.tell(self._till.stripe.availability())
        return done.delay

    def _step_sync(self) -> float | None:
        if not self._started.is_set():
            return None
        if self._reconnect.is_set():
            self._reconnect.clear()
            self._till.link.connect(self._till.sync)
        self._till.keeper.keep()
        status: SyncStatus = self._till.sync.tick()
        self._sync.tell(status)
        return status.delay

    def _on_payments(self, news: DeskTick | Availability) -> None:
        if isinstance(news, DeskTick):
            self.desk_moved.emit(news)
            if news.trouble is not None:
                self.troubled.emit(news.trouble)
        else:
            self.reader_seen.emit(news)


def end_all(threads: Sequence[Calls | Ticker]) -> bool:
    """Stop them all, then wait for them together; False: one is stuck in the system."""
    for thread in threads:
        thread.stop()
    until = monotonic() + _PATIENCE
    ended = [thread.close(max(0, round((until - monotonic()) * 1000))) for thread in threads]
    return all(ended)
