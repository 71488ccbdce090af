"""The till's conversation with the backend: what to say next, what an answer means.

Pushing comes before listening. It knows no database and no HTTP, so that a
simulation runs the same lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Protocol

from pos.backend.api import UNAUTHORIZED, Backend, BusyError
from pos.errors import CashierError, RefusedError, UnreachableError
from pos.models.sync import FIRST_WAIT, LONGEST_WAIT
from pos.services.shop import Clock
from pos.services.sync.identity import WRONG_REGISTER
from pos.services.sync.outbox import REFUND
from pos.services.sync.pull import CATALOGUE, SETTINGS
from pos.services.sync.push import Due
from pos.services.sync.settings import UNUSABLE

NO_BACKEND = "no_backend"
OFFLINE = "offline"
BUSY = "busy"
ORDER_UNKNOWN = "order_unknown"

IDLE = 60.0
TILL = "till"
_STOPPED = frozenset({UNAUTHORIZED, WRONG_REGISTER})
_NOT_US = frozenset({WRONG_REGISTER, "wrong_business", "wrong_location"})
_BATCH = 10
"""Entries sent in one tick while all goes well; the first trouble ends it."""


@dataclass(frozen=True, slots=True)
class _Link:
    """What is known of the line; ``failures`` in a row decide how long to wait."""

    online: bool | None = None
    code: str = ""
    reason: str = ""
    failures: int = 0
    at_least: float = 0.0
    last_ok_at: datetime | None = None

    @property
    def stopped(self) -> bool:
        """A person must act: nothing is sent, only asked whether it is over."""
        return self.code in _STOPPED


class Outbox(Protocol):
    """What waits to be sent; see `pos.services.sync.push.Queue`."""

    def next(self) -> Due | None: ...

    def seconds_to_next(self) -> float | None: ...

    def sent(self, seq: int) -> None: ...

    def park(self, seq: int, code: str, message: str) -> None: ...

    def postpone(self, seq: int, at_least: float | None = None) -> None: ...

    def hurry(self) -> None: ...

    def retry(self, seq: int) -> None: ...

    def discard(self, seq: int, reason: str, actor: str) -> None: ...


class Streams(Protocol):
    """What there is to listen to; see `pos.services.sync.pull.Listener`."""

    def due(self) -> str | None: ...

    def seconds_to_next(self) -> float: ...

    def hurry(self) -> None: ...

    def pull(self, stream: str, backend: Backend) -> None: ...

    def restart(self, stream: str) -> None: ...


class Conversation:
    """What to say to the backend next, and what its answers mean; knows no database.

    ``jitter`` returns 0 to 1.
    """

    def __init__(
        self, queue: Outbox, listener: Streams, clock: Clock, jitter: Callable[[], float]
    ) -> None:
        self._clock = clock
        self._backend: Backend | None = None
        self._queue = queue
        self._listener = listener
        self._link = _Link()
        self._problems: dict[str, tuple[str, str]] = {}
        self._jitter = jitter
        self._introduced = False
        self._suspect: int | None = None

    def connect(self, backend: Backend | None) -> None:
        """Speak to another backend, or with another token; None: to nobody."""
        self._backend = backend
        self._link = _Link()
        self._problems.clear()
        self._introduced = False
        self._listener.hurry()

    def push_next(self) -> bool:
        """Send the oldest entry that may leave; True when it is settled, so that more may follow.

        False: nothing is due, nobody answered, or sync is stopped.
        """
        entry = self._queue.next()
        if self._backend is None or self._link.stopped or entry is None:
            return False
        if entry.orphan:
            self._queue.park(
                entry.seq, "order_discarded", "Its order was discarded and is not at the backend."
            )
            return True
        return self._send(self._backend, entry)

    def wake(self) -> None:
        """Try everything at once: the network is back, or a person asked."""
        self._queue.hurry()
        self._listener.hurry()
        if not self._link.stopped:
            self._link = replace(self._link, failures=0)

    def retry(self, seq: int) -> None:
        """Send a parked item again; raises `CashierError` (``sync_item_gone``)."""
        self._queue.retry(seq)

    def discard(self, seq: int, reason: str, actor: str) -> None:
        """Give a parked item up; it stays in the database and the journal says who and why.

        Raises `CashierError`: ``reason_needed``, ``sync_item_gone``.
        """
        self._queue.discard(seq, reason, actor)

    def reload_catalogue(self) -> None:
        """Ask for the whole catalogue again: its file was emptied or rebuilt."""
        self._listener.restart(CATALOGUE)

    def work(self) -> float:
        """Do one bounded piece of work; returns the seconds until the next."""
        backend = self._backend
        if backend is None:
            return IDLE
        if self._link.stopped or not self._introduced:
            self._introduced = self._introduce(backend)
            return 0.0 if self._introduced else self._pause()
        failures = self._link.failures
        settled = sum(takewhile(bool, (self.push_next() for _ in range(_BATCH))))
        if self._link.stopped or self._link.failures > failures:
            return self._pause()
        if settled or not self._introduced:
            return 0.0
        return self._listen(backend)

    def _introduce(self, backend: Backend) -> bool:
        """Ask who we are before anything is said: no order goes to another shop."""
        return self._pull(backend, SETTINGS) or self._problems.get(SETTINGS, ("",))[0] == UNUSABLE

    def _listen(self, backend: Backend) -> float:
        stream = SETTINGS if self._link.failures else self._listener.due()
        if stream is not None:
            self._pull(backend, stream)
            if self._link.stopped or self._link.failures:
                return self._pause()
        waits = [self._listener.seconds_to_next(), self._queue.seconds_to_next()]
        return min(wait for wait in waits if wait is not None)

    def _pull(self, backend: Backend, stream: str) -> bool:
        try:
            self._listener.pull(stream, backend)
        except UnreachableError as error:
            self._failed(error)
            return False
        except (RefusedError, CashierError) as error:
            self._heard()
            self._complain(stream, error)
            return False
        self._heard()
        self._problems.pop(stream, None)
        return True

    def _send(self, backend: Backend, entry: Due) -> bool:
        try:
            backend.send(entry.kind, entry.path, entry.body, str(entry.key))
        except UnreachableError as error:
            self._failed(error)
            self._queue.postpone(entry.seq, self._link.at_least or None)
            return False
        except RefusedError as error:
            return self._refused(entry, error)
        except Exception:  # a bug of ours: it is reported, and stops no other entry
            self._queue.postpone(entry.seq)
            raise
        self._heard()
        self._queue.sent(entry.seq)
        return True

    def _refused(self, entry: Due, error: RefusedError) -> bool:
        self._heard()
        if error.code == UNAUTHORIZED:
            self._complain(SETTINGS, error)
            return False
        if error.code in _NOT_US and self._suspect != entry.seq:
            self._suspect, self._introduced = entry.seq, False  # ask again who we are first
            return False
        if error.code == ORDER_UNKNOWN and entry.kind == REFUND:
            self._queue.postpone(entry.seq)
            return False
        self._queue.park(entry.seq, error.code, error.message)
        return True

    def _heard(self) -> None:
        """Somebody answered, whatever the answer was."""
        self._link = _Link(online=True, last_ok_at=self._clock())

    def _failed(self, error: UnreachableError) -> None:
        after = error.retry_after if isinstance(error, BusyError) else None
        code, said = (OFFLINE, "does not answer") if after is None else (BUSY, "is busy")
        self._link = _Link(
            online=after is not None,
            code=code,
            reason=f"The backend {said} ({str(error)[:200]}). Everything is kept and sent later.",
            failures=self._link.failures + 1,
            at_least=after or 0.0,
            last_ok_at=self._link.last_ok_at,
        )

    def _complain(self, about: str, error: CashierError | RefusedError) -> None:
        """Keep a problem in front of the person until the same work succeeds."""
        reason = error.message or error.code
        if isinstance(error, CashierError):
            reason = f"{reason} {error.remedy}".strip()
        elif error.code == UNAUTHORIZED:
            reason = "The backend refused this till's token. Enter it again in Settings."
        self._problems[about] = (error.code, reason)
        if error.code in _STOPPED:
            self._link = replace(self._link, code=error.code, reason=reason)

    def _trouble(self) -> tuple[str, str]:
        if self._backend is None:
            return NO_BACKEND, "No backend is set up."
        if self._link.code:
            return self._link.code, self._link.reason
        return next(iter(list(self._problems.values())), ("", ""))

    def _pause(self) -> float:
        """Return how long to leave the line alone.

        Half as long as the entry that failed: if it was the entry's fault, the
        next try is another one's, and that one passes.
        """
        longest = LONGEST_WAIT.total_seconds()
        if not self._link.failures:
            return longest  # stopped, or refused: a person must act
        doubled = FIRST_WAIT.total_seconds() * (1 << min(self._link.failures - 1, 10))
        spread = min(doubled, longest) * (0.5 + self._jitter() / 2)
        return min(max(spread / 2, self._link.at_least), longest)
