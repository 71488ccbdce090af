"""What checkout stands on: rows of runs and sessions, in transactions that hold or do not.

`SqlRuns` is the till's database; a simulation hands in its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pos.models.states import CardPhase, CartStatus, RunState, SessionStatus
from pos.services.checkout.frozen import Frozen
from pos.services.checkout.views import RunView, lines_of
from pos.services.journal import Event
from pos.terminal.api import PaymentFacts

COMMITTED = frozenset({RunState.ORDER_COMMITTED, RunState.RECEIPT_DONE, RunState.FINISHED})

Taken = tuple[UUID | None, str, PaymentFacts]
"""A session's id, its provider and its money."""


class RivalError(Exception):
    """A constraint let only one of two through; ``what`` names it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One row of `CheckoutRun`."""

    id: UUID
    cart_id: UUID
    state: RunState
    currency: str
    total_minor: int
    frozen: Frozen
    policy_accepted_at: datetime | None
    parked_at: datetime | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_committed(self) -> bool:
        """The order is on the disk."""
        return self.state in COMMITTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What checkout needs of a `PaymentSession`."""

    id: UUID
    run_id: UUID
    provider_id: str
    status: SessionStatus
    phase: CardPhase | None
    is_live: bool
    is_selected: bool

    @property
    def is_authorized(self) -> bool:
        return self.status is SessionStatus.AUTHORIZED


def view_of(run: Run, sessions: Sequence[Session], paid: Mapping[str, Any]) -> RunView:
    """Make a run's view; ``paid`` holds the fields that an order adds, or nothing."""
    running = next((s for s in sessions if s.is_live), None)
    shown = running or next((s for s in reversed(sessions) if s.is_selected), None)
    return RunView(
        run_id=run.id,
        cart_id=run.cart_id,
        state=run.state,
        currency=run.currency,
        total_minor=run.total_minor,
        tax_minor=0 if run.frozen["prices_include_tax"] else run.frozen["tax_minor"],
        discount_minor=run.frozen["discount_minor"],
        customer_name=run.frozen["customer_name"],
        lines=lines_of(run.frozen),
        provider_id=shown.provider_id if shown else "",
        session_id=shown.id if shown else None,
        blocks=running is not None,
        parked=run.parked_at is not None,
        created_at=run.created_at,
        **paid,
    )


@dataclass(frozen=True, slots=True)
class Priced:
    """A cart's status, how many lines it has, and its totals as they would be frozen."""

    status: CartStatus
    lines: int
    frozen: Frozen


@dataclass(frozen=True, slots=True)
class Terms:
    """What checkout must know of the shop."""

    business_id: UUID
    register_id: UUID
    staff_name: str
    usable_providers: tuple[str, ...]


class RunTx(Protocol):
    """One transaction."""

    def terms(self) -> Terms: ...

    def price(self, cart_id: UUID) -> Priced: ...

    def by_cart(self, cart_id: UUID) -> Run | None: ...

    def get(self, run_id: UUID) -> Run: ...

    def sessions(self, run_id: UUID) -> Sequence[Session]:
        """Return every session of a run, oldest first."""

    def session(self, session_id: UUID) -> Session: ...

    def start(self, run_id: UUID, cart_id: UUID, frozen: Frozen, now: datetime) -> None:
        """Write a new run, or freeze the totals of an abandoned one anew."""

    def set_state(self, run_id: UUID, state: RunState, **values: Any) -> None:
        """Move a run to a recovery point."""

    def set_cart(self, cart_id: UUID, status: CartStatus) -> None: ...

    def open_session(self, values: dict[str, Any]) -> None:
        """Write a session and make it the selected one."""

    def commit(self, run: Run, taken: Sequence[Taken], now: datetime) -> None:
        """Turn the cart into the order: everything a paid sale is, and its outbox entry."""

    def record(self, event: Event, now: datetime) -> None:
        """Append to the journal."""

    def view(self, run_id: UUID) -> RunView: ...

    def at_counter(self) -> UUID | None:
        """Return the run being paid, or the last paid one whose receipt is not done."""

    def unfinished(self) -> Sequence[UUID]:
        """Return the runs that have not come to an end, oldest first."""

    def uncommitted(self) -> Sequence[UUID]:
        """Return authorised sessions whose run has no order yet."""


class RunStore(Protocol):
    """Where runs are kept. A `write` that ends without an error has reached the disk."""

    def read(self) -> AbstractContextManager[RunTx]:
        """Open a snapshot."""

    def write(self) -> AbstractContextManager[RunTx]:
        """Open the one writing transaction; raises `RivalError` when a constraint refused it."""
