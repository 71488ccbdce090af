"""From rows to what the backend is told; nothing here can fail for being too long.

A paid order must commit whatever its texts are, so they are cut to the wire's
bounds instead of being refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BindParameter, Select, Table, bindparam, select

from pos.backend.wire import (
    Discount,
    LineTax,
    PaymentData,
    PurchaseIn,
    PurchaseLine,
    PurchasePayment,
    RefundIn,
    RefundLine,
    RefundPayment,
    TaxTotal,
)
from pos.backend.wire.orders import RefundStatus
from pos.models.order import Order, OrderLine, Payment, Refund
from pos.models.order import RefundLine as RefundLineRow
from pos.models.prepared import Db, Prepared
from pos.models.shop import Register, Staff
from pos.models.states import RefundState

Row = Mapping[str, Any]

_order = cast("Table", Order.__table__)
_line = cast("Table", OrderLine.__table__)
_payment = cast("Table", Payment.__table__)
_refund = cast("Table", Refund.__table__)
_returned = cast("Table", RefundLineRow.__table__)

_this: BindParameter[UUID] = bindparam("order_id")
_ORDER = Prepared(select(_order).where(_order.c.id == _this))
_LINES = Prepared(select(_line).where(_line.c.order_id == _this).order_by(_line.c.position))
_PAYMENTS = Prepared(
    select(_payment)
    .where(_payment.c.order_id == _this, _payment.c.canceled_at.is_(None))
    .order_by(_payment.c.created_at)
)
_STAFF = Prepared(select(Staff.name).where(Staff.id == bindparam("staff_id")))

_TOLD: dict[RefundState, RefundStatus] = {
    RefundState.SUCCEEDED: "succeeded",
    RefundState.PENDING: "pending",
    RefundState.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Sold:
    """A paid order: the columns of its rows, by name, and who sold it."""

    order: Row
    lines: Sequence[Row]
    payments: Sequence[Row]
    staff_name: str


def read_sold(db: Db, order_id: UUID) -> Sold:
    """Read an order back; raises `LookupError` for one that is not there."""
    order = _ORDER.one(db, order_id=order_id)
    lines, payments = _LINES.all(db, order_id=order_id), _PAYMENTS.all(db, order_id=order_id)
    staff = _STAFF.first(db, staff_id=order["staff_id"])
    return Sold(order, lines, payments, staff["name"] if staff else "")


def purchase_message(sold: Sold) -> PurchaseIn:
    """Say what was sold."""
    order = sold.order
    return PurchaseIn(
        **_same(order, "id", "register_id", "location_id", "business_id", "cart_id"),
        **_same(order, "currency", "prices_include_tax", "tax_rounding", "created_at"),
        **_same(order, "subtotal_minor", "discount_minor", "tax_minor", "total_minor"),
        **_same(order, "receipt_number", "staff_id", "customer_id"),
        customer_name=_short(order["customer_name"]) or None,
        customer_email=_short(order["customer_email"]) or None,
        note=_short(order["note"], 4000),
        staff_name=_short(sold.staff_name),
        lines=tuple(_sold(line) for line in sold.lines),
        order_discount=_discount(order),
        taxes=tuple(_tax_total(tax) for tax in order["taxes"]),
        payments=tuple(_taken(payment) for payment in sold.payments),
    )


def refund_message(db: Db, refund_id: UUID) -> RefundIn:
    """Say what was given back; raises `ValueError` while that is not known."""
    (refund,) = _all(db, select(_refund).where(_refund.c.id == refund_id))
    if refund["state"] not in _TOLD:
        raise ValueError(f"a refund that is {refund['state']} is not told to anybody")
    lines = _all(db, select(_returned).where(_returned.c.refund_id == refund_id))
    back = RefundPayment(
        **_same(refund, "payment_id", "provider_id", "amount_minor"),
        reference=_short(refund["reference"]) or None,
    )
    return RefundIn(
        **_same(refund, "id", "created_at", "currency", "amount_minor", "staff_id"),
        purchase_id=refund["order_id"],
        register_id=db.execute(select(Register.id)).scalar_one(),
        reason=refund["reason"].value,
        note=_short(refund["note"], 4000),
        lines=_parts(refund, lines),
        payments=(back,),
        status=_TOLD[refund["state"]],
    )


def _parts(refund: Row, lines: list[Row]) -> tuple[RefundLine, ...]:
    """Name the lines when they make up the amount: with a fee kept they do not."""
    if sum(line["amount_minor"] for line in lines) != refund["amount_minor"]:
        return ()
    return tuple(
        RefundLine(
            **_same(line, "id", "quantity_milli", "amount_minor", "tax_minor", "restock"),
            line_id=line["order_line_id"],
        )
        for line in lines
    )


def _sold(line: Row) -> PurchaseLine:
    name = " · ".join(part for part in (line["name"], line["option_name"]) if part)
    return PurchaseLine(
        **_same(line, "id", "position", "unit_minor", "quantity_milli"),
        **_same(line, "subtotal_minor", "discount_minor", "tax_minor", "total_minor"),
        variant_key=_short(line["variant_key"]),
        name=_short(name) or "?",
        sku=_short(line["sku"]),
        barcode=_short(line["barcode"]),
        line_discount=_discount(line),
        taxes=tuple(_line_tax(tax) for tax in line["taxes"]),
    )


def _taken(payment: Row) -> PurchasePayment:
    cash = payment["provider_id"] == "cash"
    data = PaymentData(
        reference=_short(payment["reference"]),
        card_brand=_short(payment["card_brand"], 40),
        card_last4=payment["card_last4"],
    )
    return PurchasePayment(
        **_same(payment, "id", "provider_id", "amount_minor"),
        tendered_minor=payment["tendered_minor"] if cash else None,
        change_minor=payment["change_minor"] if cash else 0,
        captured_at=payment["captured_at"] or payment["created_at"],
        data=None if data == PaymentData() else data,
    )


def _line_tax(tax: Row) -> LineTax:
    return LineTax(id=tax["id"], name=_short(tax["name"]), rate_ppm=tax["rate_ppm"])


def _tax_total(tax: Row) -> TaxTotal:
    return TaxTotal(
        id=tax["id"],
        name=_short(tax["name"]),
        rate_ppm=tax["rate_ppm"],
        base_minor=tax["base"],
        tax_minor=tax["tax"],
    )


def _discount(row: Row) -> Discount | None:
    if row["discount_kind"] is None:
        return None
    return Discount(kind=row["discount_kind"], value=row["discount_value"])


def _all(db: Db, query: Select[Any]) -> list[Row]:
    return [row._asdict() for row in db.execute(query)]


def _same(row: Row, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _short(text: str, limit: int = 255) -> str:
    return text.replace("\0", "")[:limit]
