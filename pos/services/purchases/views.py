"""Purchases as screens see them: plain values, amounts in minor units, times in the local zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pos.models.states import ProductKind, RefundReason, RefundState
from pos.services.sync import ParkedItem


class PurchaseStatus(StrEnum):
    """Where an order stands; ``checking`` is a sale whose payment is not known yet."""

    PAID = "paid"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    REFUND_PENDING = "refund_pending"
    CHECKING = "checking"


class BackendState(StrEnum):
    """What the backend knows of it; ``discarded``: a person decided that it shall not."""

    SYNCED = "synced"
    WAITING = "waiting"
    PARKED = "parked"
    DISCARDED = "discarded"


class Period(StrEnum):
    """Which days are shown, in the local calendar."""

    TODAY = "today"
    WEEK = "week"  # today and the six days before
    ALL = "all"
    RANGE = "range"  # ``first`` to ``last``, both included; None is open


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFilter:
    """What to list.

    ``text`` is a receipt number or its barcode, a customer, the last four
    digits of a card or an amount. A text finds at most
    `pos.services.purchases.finding.SEARCH_LIMIT` orders of each kind, the newest.
    """

    text: str = ""
    period: Period = Period.ALL
    first: date | None = None
    last: date | None = None
    status: PurchaseStatus | None = None
    unsynced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRow:
    """One row of the list; a sale that is still checked has no number."""

    id: UUID
    receipt_number: str
    at: datetime
    customer: str
    total_minor: int
    currency: str
    paid_with: str
    status: PurchaseStatus
    backend: BackendState


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseLine:
    """A line as sold and what of it can still be refunded. Thousandths and minor units."""

    id: UUID
    name: str
    option_name: str
    kind: ProductKind
    tracked: bool
    unit_minor: int
    sold_milli: int
    refunded_milli: int
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    refunded_minor: int
    note: str

    @property
    def can_refund_milli(self) -> int:
        return self.sold_milli - self.refunded_milli


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseTender:
    """Money that was taken, what went back of it, and what is reserved to go back."""

    payment_id: UUID
    provider_id: str
    name: str
    amount_minor: int
    refunded_minor: int
    reserved_minor: int
    tendered_minor: int
    change_minor: int
    card_brand: str
    card_last4: str
    reference: str
    captured_at: datetime | None

    @property
    def can_refund_minor(self) -> int:
        return self.amount_minor - self.refunded_minor - self.reserved_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRefund:
    """One refund; ``to`` names the tender it goes back to."""

    id: UUID
    at: datetime
    state: RefundState
    amount_minor: int
    fee_minor: int
    to: str
    reason: RefundReason
    note: str
    staff: str
    approved_by: str
    reference: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """Something that happened; ``actor`` is empty when the program did it."""

    at: datetime
    text: str
    actor: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseDetail:
    """An order opened; ``taxes`` are (name, parts per million, minor units).

    ``parked`` holds what the backend refused of it, with the reason.
    """

    row: PurchaseRow
    cart_id: UUID
    customer_email: str
    staff: str
    note: str
    lines: tuple[PurchaseLine, ...]
    tenders: tuple[PurchaseTender, ...]
    refunds: tuple[PurchaseRefund, ...]
    prices_include_tax: bool
    subtotal_minor: int
    discount_minor: int
    taxes: tuple[tuple[str, int, int], ...]
    tax_minor: int
    total_minor: int
    refunded_minor: int
    can_refund_minor: int
    policy_accepted_at: datetime | None
    oversold: bool
    reprints: int
    timeline: tuple[TimelineItem, ...]
    parked: tuple[ParkedItem, ...]


def status_of(total: int, refunded: int, reserved: int) -> PurchaseStatus:
    """Derive where an order stands from the sums of its payments."""
    if reserved:
        return PurchaseStatus.REFUND_PENDING
    if not refunded:
        return PurchaseStatus.PAID
    return PurchaseStatus.REFUNDED if refunded >= total else PurchaseStatus.PART_REFUNDED


def customer_text(row: Any) -> str:
    """Name the customer: a guest left an address, a walk-in left nothing."""
    if row.customer_name:
        return str(row.customer_name)
    if row.customer_id is not None:
        return "Removed customer"
    return "Guest" if row.customer_email else "Walk-in"
