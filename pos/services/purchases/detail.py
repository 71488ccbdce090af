"""One purchase opened: lines, tenders, refunds, and its story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, Select, select

from pos.models.base import table_of
from pos.models.order import OrderLine, Refund
from pos.models.shop import Staff
from pos.models.states import ProductKind
from pos.models.sync import OutboxEntry
from pos.services.purchases.finding import payment
from pos.services.purchases.rows import order_rows, run_row, session
from pos.services.purchases.timeline import timeline
from pos.services.purchases.views import (
    PurchaseDetail,
    PurchaseLine,
    PurchaseRefund,
    PurchaseTender,
)
from pos.services.sync.status import WAITING, ParkedItem
from pos.services.tenders import tender_name

_line = table_of(OrderLine)
_refund = table_of(Refund)
_staff = table_of(Staff)
_outbox = table_of(OutboxEntry)

_LINE = (
    "id",
    "name",
    "option_name",
    "tracked",
    "unit_minor",
    "refunded_milli",
    "subtotal_minor",
    "discount_minor",
    "tax_minor",
    "total_minor",
    "refunded_minor",
    "note",
)
_REFUND = ("id", "state", "amount_minor", "fee_minor", "reason", "note", "reference")


def of_order(db: Connection, row: Any, zone: tzinfo | None) -> PurchaseDetail:
    """Open an order inside the caller's snapshot."""
    (listed,) = order_rows(db, [row], zone)
    lines = _all(db, select(_line).where(_line.c.order_id == row.id).order_by(_line.c.position))
    paid = select(payment).where(payment.c.order_id == row.id)
    tenders = tuple(_tender(it, zone) for it in _all(db, paid.order_by(payment.c.created_at)))
    back = select(_refund).where(_refund.c.order_id == row.id)
    refunds = _all(db, back.order_by(_refund.c.created_at, _refund.c.id))
    names = _staff_names(db)
    told = [row.id, *_keys(refunds)]
    return PurchaseDetail(
        row=listed,
        cart_id=row.cart_id,
        customer_email=row.customer_email,
        staff=names.get(row.staff_id, ""),
        lines=tuple(_order_line(line) for line in lines),
        tenders=tenders,
        refunds=tuple(_refund_view(it, tenders, names, zone) for it in refunds),
        refunded_minor=sum(tender.refunded_minor for tender in tenders),
        can_refund_minor=sum(tender.can_refund_minor for tender in tenders),
        policy_accepted_at=row.policy_accepted_at,
        oversold=row.oversold,
        reprints=row.reprints,
        timeline=timeline(db, [row.id, row.cart_id], told, row.currency, zone),
        parked=_parked(db, row.id),
        **_totals(row._asdict()),
    )


def of_run(db: Connection, row: Any, zone: tzinfo | None) -> PurchaseDetail:
    """Open a sale whose payment is not known: nothing of it can be refunded yet."""
    frozen = row.frozen
    sessions = _all(db, select(session).where(session.c.run_id == row.id).order_by(session.c.id))
    return PurchaseDetail(
        row=run_row(db, row, zone),
        cart_id=row.cart_id,
        customer_email=frozen["customer_email"],
        staff="",
        lines=tuple(_frozen_line(line) for line in frozen["lines"]),
        tenders=tuple(_attempt(it) for it in sessions),
        refunds=(),
        refunded_minor=0,
        can_refund_minor=0,
        policy_accepted_at=row.policy_accepted_at,
        oversold=False,
        reprints=0,
        timeline=timeline(db, [row.id, row.cart_id], [], row.currency, zone),
        parked=(),
        **_totals(frozen),
    )


def _all(db: Connection, query: Select[Any]) -> Sequence[Any]:
    return db.execute(query).all()


def _totals(row: Any) -> dict[str, Any]:
    taxes = tuple((tax["name"], tax["rate_ppm"], tax["tax"]) for tax in row["taxes"])
    same = ("prices_include_tax", "subtotal_minor", "discount_minor", "tax_minor", "total_minor")
    return {name: row[name] for name in same} | {"taxes": taxes, "note": row["note"]}


def _order_line(row: Any) -> PurchaseLine:
    values = {name: getattr(row, name) for name in _LINE}
    return PurchaseLine(kind=row.kind, sold_milli=row.quantity_milli, **values)


def _frozen_line(line: dict[str, Any]) -> PurchaseLine:
    values = {name: line.get(name, 0) for name in _LINE} | {"id": UUID(line["id"])}
    return PurchaseLine(kind=ProductKind(line["kind"]), sold_milli=line["quantity_milli"], **values)


def _tender(row: Any, zone: tzinfo | None) -> PurchaseTender:
    return PurchaseTender(
        payment_id=row.id,
        provider_id=row.provider_id,
        name=tender_name(row.provider_id, row.card_last4),
        amount_minor=row.amount_minor,
        refunded_minor=row.amount_refunded_minor,
        reserved_minor=row.amount_reserved_minor,
        tendered_minor=row.tendered_minor,
        change_minor=row.change_minor,
        card_brand=row.card_brand,
        card_last4=row.card_last4,
        reference=row.reference,
        captured_at=row.captured_at.astimezone(zone) if row.captured_at else None,
    )


def _attempt(row: Any) -> PurchaseTender:
    return PurchaseTender(
        payment_id=row.id,
        provider_id=row.provider_id,
        name=tender_name(row.provider_id),
        amount_minor=row.amount_minor,
        refunded_minor=0,
        reserved_minor=row.amount_minor,  # may have been taken: nobody can promise it back
        tendered_minor=row.amount_minor,
        change_minor=0,
        card_brand="",
        card_last4="",
        reference="",
        captured_at=None,
    )


def _refund_view(
    row: Any, tenders: Sequence[PurchaseTender], names: dict[Any, str], zone: tzinfo | None
) -> PurchaseRefund:
    to = [tender.name for tender in tenders if tender.payment_id == row.payment_id]
    return PurchaseRefund(
        at=row.created_at.astimezone(zone),
        to=to[0] if to else tender_name(row.provider_id),
        staff=names.get(row.staff_id, ""),
        approved_by=names.get(row.approved_by, ""),
        code=row.code,
        message=row.message,
        **{name: getattr(row, name) for name in _REFUND},
    )


def _staff_names(db: Connection) -> dict[Any, str]:
    return {row.id: row.name for row in db.execute(select(_staff.c.id, _staff.c.name))}


def _keys(refunds: Sequence[Any]) -> list[UUID]:
    """Return the keys under which refunds and their ends were told."""
    ends = [uuid5(row.id, end) for row in refunds for end in ("succeeded", "failed")]
    return [row.id for row in refunds] + ends


def _parked(db: Connection, order_id: UUID) -> tuple[ParkedItem, ...]:
    columns = (_outbox.c.seq, _outbox.c.label, _outbox.c.kind)
    why = (_outbox.c.parked_code, _outbox.c.parked_message)
    query = select(*columns, *why).where(
        WAITING, _outbox.c.aggregate_id == order_id, _outbox.c.parked_code.is_not(None)
    )
    return tuple(ParkedItem(*row) for row in db.execute(query.order_by(_outbox.c.seq)))
