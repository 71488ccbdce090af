"""Sync: a bounded piece of work a tick, on the till's own rows.

Step it from one thread. `status` may be asked from any; whatever waits on the
network does so outside every transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import SystemRandom

from pos.backend.api import Backend
from pos.errors import CashierError
from pos.models.database import Database
from pos.services.shop import Clock
from pos.services.sync.conversation import IDLE, TILL, Conversation
from pos.services.sync.pull import CatalogueSink, CustomerSink, Listener
from pos.services.sync.push import Queue
from pos.services.sync.status import SyncStatus, last_moved, parked, waiting

_random = SystemRandom().random


class Sync(Conversation):
    """The till's half of the conversation with the business backend.

    ``catalogue`` and ``customers`` receive what changed there; without them
    their streams are not asked for.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        backend: Backend | None = None,
        *,
        catalogue: CatalogueSink | None = None,
        customers: CustomerSink | None = None,
        jitter: Callable[[], float] = _random,
    ) -> None:
        self._db = db
        self._streams = Listener(db, clock, catalogue, customers)
        super().__init__(Queue(db, clock, jitter), self._streams, clock, jitter)
        self._backend = backend

    def tick(self) -> SyncStatus:
        """Do one bounded piece of work: a few entries sent, or one page read.

        The status says in ``delay`` when to call again. Raises `CashierError`
        only when the till's own database cannot be read.
        """
        try:
            delay = self.work()
            self._problems.pop(TILL, None)
        except CashierError as error:
            self._complain(TILL, error)
            delay = IDLE
        return replace(self.status(), delay=delay)

    def status(self) -> SyncStatus:
        """Read where sync stands; touches no network."""
        link = self._link
        code, reason = self._trouble()
        with self._db.reader.begin() as connection:
            moved = [at for at in (link.last_ok_at, last_moved(connection)) if at is not None]
            return SyncStatus(
                online=link.online,
                waiting=waiting(connection),
                parked=parked(connection),
                last_ok_at=max(moved, default=None),
                code=code,
                reason=reason,
                shop_version=self._streams.shop_version,
            )
