"""What the power leaves: the till's rows as plain values, swapped in whole at a commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pos.models.states import CartStatus, RefundState, SessionStatus
from pos.services.checkout.ports import Run
from pos.terminal.attempt import CardAttempt
from pos.terminal.refund_machine import RefundAttempt
from tests.simulation.world import Universe


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """A cart is its total and how far it is."""

    id: UUID
    total: int
    status: CartStatus = CartStatus.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A payment session with the columns checkout looks at."""

    id: UUID
    run_id: UUID
    provider_id: str
    status: SessionStatus
    is_live: bool
    is_selected: bool
    needs_step: bool
    reader_lease: str | None
    attempt: CardAttempt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A paid sale."""

    id: UUID
    cart_id: UUID
    number: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money taken for an order."""

    id: UUID
    order_id: UUID
    provider_id: str
    amount: int
    reference: str
    refunded: int = 0
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    """A refund with its attempt; cash refunds have one that is settled."""

    id: UUID
    order_id: UUID
    payment_id: UUID
    provider_id: str
    attempt: RefundAttempt

    @property
    def is_open(self) -> bool:
        return self.attempt.state in {RefundState.PLANNED, RefundState.SENT, RefundState.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An outbox entry."""

    seq: int
    key: UUID
    aggregate: UUID
    kind: str
    body: bytes
    not_before: datetime
    attempts: int = 0
    sent: bool = False
    parked: str = ""


@dataclass(slots=True)
class Rows:
    """Every table; values are immutable, so a shallow copy of the tables is a snapshot."""

    carts: dict[UUID, Cart] = field(default_factory=dict)
    runs: dict[UUID, Run] = field(default_factory=dict)
    sessions: dict[UUID, SessionRow] = field(default_factory=dict)
    orders: dict[UUID, Order] = field(default_factory=dict)
    payments: dict[UUID, Payment] = field(default_factory=dict)
    refunds: dict[UUID, RefundRow] = field(default_factory=dict)
    outbox: dict[int, Entry] = field(default_factory=dict)
    journal: list[tuple[str, str]] = field(default_factory=list)
    last_receipt: int = 0

    def snapshot(self) -> Rows:
        """Copy the tables, not the values."""
        return Rows(*(copy(getattr(self, name)) for name in self.__slots__[:-1]), self.last_receipt)


class Disk:
    """One till's durable state; a crash hits before or after a commit, never within."""

    def __init__(self, universe: Universe) -> None:
        self.u = universe
        self.rows = Rows()

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """Change a copy; it becomes the truth at the end, or not at all."""
        rows = self.rows.snapshot()
        yield rows
        self.u.power_cut()
        self.rows = rows
        self.u.power_cut()
