"""The payments desk: steps every tender and refund on which work is left.

One thread ticks it. It keeps no truth of its own: what is left is read from
the rows in every tick, so a restart goes on where the last run stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from time import monotonic
from uuid import UUID

from pos.errors import PosError
from pos.services.checkout import CheckoutService, RunProgress
from pos.services.refunds import RefundService
from pos.terminal.api import PaymentProvider, RefundProgress

_IDLE = 5.0
"""Seconds between two looks for work when nothing is due; `wake` shortens it."""
_AFTER_TROUBLE = 5.0


@dataclass(frozen=True, slots=True)
class DeskTick:
    """What one tick did, and the seconds until the next; ``trouble`` stopped one of many."""

    delay: float
    runs: tuple[RunProgress, ...] = ()
    refunds: tuple[RefundProgress, ...] = ()
    trouble: PosError | None = None


class PaymentDesk:
    """Steps at most one session or refund a tick, the longest waiting first."""

    def __init__(
        self,
        checkout: CheckoutService,
        refunds: RefundService,
        providers: Mapping[str, PaymentProvider],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._checkout = checkout
        self._refunds = refunds
        self._providers = providers
        self._clock = clock
        self._due: dict[UUID, float | None] = {}
        self._turns: dict[UUID, int] = {}
        self._count = count(1)
        self._woken = False

    def wake(self) -> None:
        """Make everything due: a person chose something, or opened a tender. From any thread."""
        self._woken = True

    def tick(self) -> DeskTick:
        """Take one step of whatever is due.

        What cannot be done now, such as on a full disk, is told and tried again
        later; it does not keep the others from their step.
        """
        if self._woken:
            self._woken = False  # first: a wake during the step counts for the next tick
            self._all_due()
        sessions = [s for p in self._providers.values() for s in p.unsettled()]
        sessions += self._checkout.uncommitted()
        refunds = self._refunds.open_refunds()
        self._due = {key: self._due.get(key, 0.0) for key in [*sessions, *refunds]}
        key = self._next()
        if key is None:
            return DeskTick(self._delay())
        self._plan(key, _AFTER_TROUBLE)
        try:
            return self._step(key, is_refund=key not in sessions)
        except PosError as error:
            return DeskTick(self._delay(), trouble=error)

    def _step(self, key: UUID, *, is_refund: bool) -> DeskTick:
        if is_refund:
            step = self._refunds.advance(key)
            self._plan(key, step.delay)
            return DeskTick(self._delay(), refunds=(step,))
        done = self._checkout.advance(key)
        self._plan(key, done.progress.delay)
        return DeskTick(self._delay(), runs=(done,))

    def _all_due(self) -> None:
        """Make everything due now; what waits already keeps its place, so that none starves."""
        now = self._clock()
        self._due = {key: now if at is None else min(at, now) for key, at in self._due.items()}

    def _next(self) -> UUID | None:
        now = self._clock()
        due = [
            (at, self._turns.get(key, 0), key)
            for key, at in self._due.items()
            if at is not None and at <= now
        ]
        return min(due)[2] if due else None

    def _plan(self, key: UUID, delay: float | None) -> None:
        self._turns[key] = next(self._count)  # who had a turn goes behind: nobody starves
        self._due[key] = None if delay is None else self._clock() + delay

    def _delay(self) -> float:
        if self._woken:
            return 0.0
        now = self._clock()
        waits = [at - now for at in self._due.values() if at is not None]
        return max(0.0, min([*waits, _IDLE]))
