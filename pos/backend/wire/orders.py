"""Orders and refunds on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from pos.backend.wire.base import (
    LIMIT,
    NO_NUL,
    Amount,
    Count,
    Currency,
    Cursor,
    Moment,
    Position,
    Quantity,
    RatePpm,
    Short,
    TaxRounding,
    Text,
    Wire,
    Word,
)

RefundStatus = Literal["succeeded", "pending", "failed"]
PurchaseStatus = Literal["paid", "partially_refunded", "refunded"]


class Discount(Wire, frozen=True, kw_only=True):
    """``percent``: parts per million of the amount; ``fixed``: minor units off the whole."""

    kind: Literal["percent", "fixed"]
    value: Amount


class LineTax(Wire, frozen=True, kw_only=True):
    """A tax as it stood at the sale."""

    id: Word
    name: Short
    rate_ppm: RatePpm


class TaxTotal(Wire, frozen=True, kw_only=True):
    """One tax over the order; ``base_minor`` is the net amount it was taken on."""

    id: Word
    name: Short
    rate_ppm: RatePpm
    base_minor: Amount
    tax_minor: Amount


class PurchaseLine(Wire, frozen=True, kw_only=True):
    """One line; pricing breaks ties by ``str(id)``.

    ``discount_minor`` is the line's own discount plus its share of the order's.
    ``subtotal - discount (+ tax when prices exclude it) = total``.
    """

    id: UUID
    position: Position
    variant_key: Short
    name: Word
    sku: Short = ""
    barcode: Short = ""
    unit_minor: Amount
    quantity_milli: Quantity
    line_discount: Discount | None = None
    taxes: Annotated[tuple[LineTax, ...], Meta(max_length=16)] = ()
    subtotal_minor: Amount
    discount_minor: Amount
    tax_minor: Amount
    total_minor: Amount


class PaymentData(Wire, frozen=True, kw_only=True):
    """What may be kept about a tender: never a full card number."""

    reference: Short = ""
    card_brand: Annotated[str, Meta(max_length=40, pattern=NO_NUL)] = ""
    card_last4: Annotated[str, Meta(max_length=4, pattern=r"^([0-9]{4})?$")] = ""


class PurchasePayment(Wire, frozen=True, kw_only=True):
    """One captured tender.

    ``amount_minor`` is what it settles of the total, after change: payments sum
    to the total. Cash also says ``tendered_minor``; ``tendered - change = amount``.
    """

    id: UUID
    provider_id: Word
    amount_minor: Amount
    tendered_minor: Amount | None = None
    change_minor: Amount = 0
    captured_at: Moment
    data: PaymentData | None = None


class PurchaseIn(Wire, frozen=True, kw_only=True):
    """A paid order, sent once and for ever under its own id (``POST /purchases/``)."""

    id: UUID
    register_id: UUID
    location_id: UUID
    business_id: UUID
    cart_id: UUID
    receipt_number: Word
    created_at: Moment
    currency: Currency
    prices_include_tax: bool
    tax_rounding: TaxRounding
    customer_id: UUID | None = None
    customer_name: Short | None = None
    customer_email: Short | None = None
    note: Text = ""
    lines: Annotated[tuple[PurchaseLine, ...], Meta(min_length=1, max_length=1000)]
    order_discount: Discount | None = None
    subtotal_minor: Amount
    discount_minor: Amount
    taxes: Annotated[tuple[TaxTotal, ...], Meta(max_length=64)] = ()
    tax_minor: Amount
    total_minor: Amount
    payments: Annotated[tuple[PurchasePayment, ...], Meta(max_length=100)] = ()
    staff_id: UUID | None = None
    staff_name: Short = ""


class PurchaseOut(Wire, frozen=True, kw_only=True):
    """An order as stored; ``number`` is the backend's own, gapless per business."""

    id: UUID
    number: Count
    receipt_number: str
    register_id: UUID
    created_at: Moment
    received_at: Moment
    status: PurchaseStatus
    currency: Currency
    customer_name: str | None
    subtotal_minor: Amount
    discount_minor: Amount
    tax_minor: Amount
    total_minor: Amount
    refunded_minor: Amount


class RefundLine(Wire, frozen=True, kw_only=True):
    """Part of an order line; ``amount_minor`` holds its tax, ``tax_minor`` says how much."""

    id: UUID
    line_id: UUID
    quantity_milli: Quantity
    amount_minor: Amount
    tax_minor: Amount
    restock: bool


class RefundPayment(Wire, frozen=True, kw_only=True):
    """Money that goes back on one payment of the order."""

    payment_id: UUID
    provider_id: Word
    amount_minor: Annotated[int, Meta(ge=1, le=LIMIT)]
    reference: Short | None = None


class RefundIn(Wire, frozen=True, kw_only=True):
    """A refund under its own id (``POST /purchases/{purchase_id}/refunds/``).

    Payments sum to ``amount_minor``, and so do the lines where there are any.
    A ``pending`` refund may be sent again, under another key, as ``succeeded``
    or ``failed``; everything else about it is final.
    """

    id: UUID
    purchase_id: UUID
    register_id: UUID
    created_at: Moment
    reason: Word
    note: Text = ""
    currency: Currency
    amount_minor: Amount
    lines: Annotated[tuple[RefundLine, ...], Meta(max_length=1000)] = ()
    payments: Annotated[tuple[RefundPayment, ...], Meta(max_length=100)] = ()
    staff_id: UUID | None = None
    status: RefundStatus = "succeeded"


class RefundOut(Wire, frozen=True, kw_only=True):
    """A refund as stored, and what the order has given back with it."""

    id: UUID
    purchase_id: UUID
    number: Count
    received_at: Moment
    status: RefundStatus
    currency: Currency
    amount_minor: Amount
    refunded_minor: Amount
    purchase_status: PurchaseStatus


class PurchaseDetail(Wire, frozen=True, kw_only=True):
    """``GET /purchases/{id}``: what was sent, where it stands, what went back."""

    purchase: PurchaseOut
    sent: PurchaseIn
    refunds: tuple[RefundOut, ...]


class PurchasesPage(Wire, frozen=True, kw_only=True):
    """``GET /purchases/``: newest first; pass ``next_cursor`` as ``after`` for older ones."""

    items: tuple[PurchaseOut, ...]
    next_cursor: Cursor
    more: bool
