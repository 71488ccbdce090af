"""What refunds stand on: payments, lines and reservations, in transactions.

`SqlRefunds` is the till's database; a simulation hands in its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pos.models.states import RefundReason, RefundState
from pos.services.journal import Event


class RivalRefundError(Exception):
    """A constraint let only one of two refunds through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refundable:
    """A captured payment. Minor units; reserved is what open refunds hold."""

    id: UUID
    provider_id: str
    currency: str
    amount_minor: int
    amount_refunded_minor: int
    amount_reserved_minor: int
    card_brand: str
    card_last4: str

    @property
    def remaining_minor(self) -> int:
        return self.amount_minor - self.amount_refunded_minor - self.amount_reserved_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """A line of an order and what of it went back. Thousandths and minor units."""

    id: UUID
    variant_key: str
    quantity_milli: int
    refunded_milli: int
    total_minor: int
    tax_minor: int
    tracked: bool


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line's part: what the customer gets for it and the tax within."""

    order_line_id: UUID
    variant_key: str
    quantity_milli: int
    amount_minor: int
    tax_minor: int
    restock: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRefund:
    """A refund about to be reserved."""

    id: UUID
    order_id: UUID
    payment_id: UUID
    provider_id: str
    currency: str
    amount_minor: int
    fee_minor: int
    reason: RefundReason
    note: str
    lines: tuple[PlannedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFacts:
    """What is known of a refund that was reserved."""

    id: UUID
    order_id: UUID
    provider_id: str
    amount_minor: int
    code: str


class RefundTx(Protocol):
    """One transaction."""

    def actor(self) -> str:
        """Name who is at the till."""

    def payments(self, order_id: UUID) -> Sequence[Refundable]:
        """Return the captured payments of an order, oldest first."""

    def lines(self, order_id: UUID) -> Mapping[UUID, SoldLine]: ...

    def refund(self, refund_id: UUID) -> RefundFacts: ...

    def reserve(self, new: NewRefund, now: datetime) -> None:
        """Write a planned refund and hold its amount and its lines back."""

    def move(self, refund_id: UUID, before: RefundState, after: RefundState, now: datetime) -> bool:
        """Change a refund's state with its reservation; False if it was not in ``before``."""

    def restock(self, refund_id: UUID, now: datetime) -> None:
        """Put back on the shelf what was marked so."""

    def count(self, refund_id: UUID, now: datetime) -> None:
        """Add it to the running totals."""

    def enqueue(self, refund_id: UUID) -> None:
        """Write the outbox entry."""

    def record(self, event: Event, now: datetime) -> None:
        """Append to the journal."""

    def open_refunds(self) -> Sequence[UUID]:
        """Return the refunds on which work is left, oldest first."""


class RefundStore(Protocol):
    """Where refunds are kept."""

    def read(self) -> AbstractContextManager[RefundTx]:
        """Open a snapshot."""

    def write(self) -> AbstractContextManager[RefundTx]:
        """Open the one writing transaction; raises `RivalRefundError`."""
