"""The receipt of a sale, as it stands now."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from pos.models.base import table_of
from pos.models.database import Database
from pos.models.order import Refund
from pos.models.states import RefundState
from pos.services.journal import Event, record
from pos.services.receipts import rows
from pos.services.receipts.document import Receipt, ReceiptKind, ReceiptRefund, ReceiptTax
from pos.services.shop import Clock

_refund = table_of(Refund)

_NOT_SHOWN = (RefundState.FAILED, RefundState.CANCELED)


def build(
    db: Database, order_id: UUID, *, copy: bool = False, zone: tzinfo | None = None
) -> Receipt:
    """Read an order's receipt; changes nothing.

    ``copy`` marks it with the number of the last reprint. ``zone`` None is the
    computer's own. Raises `CashierError` (``purchase_unknown``).
    """
    with db.reader.begin() as connection:
        return _receipt(connection, order_id, zone, copy=copy)


def reprint(
    db: Database, order_id: UUID, clock: Clock, actor: str = "", zone: tzinfo | None = None
) -> Receipt:
    """Count one more copy, write who made it into the journal, and return it.

    Raises `CashierError` (``purchase_unknown``).
    """
    with db.engine.begin() as connection:
        again = rows.get_order(connection, order_id).reprints + 1
        this = rows.order.c.id == order_id
        connection.execute(update(rows.order).where(this).values(reprints=again))
        event = Event("receipt_reprinted", str(order_id), {"copy": again}, actor)
        record(connection, event, clock())
        return _receipt(connection, order_id, zone, copy=True)


def _receipt(db: Connection, order_id: UUID, zone: tzinfo | None, *, copy: bool) -> Receipt:
    order = rows.get_order(db, order_id)
    lines = select(rows.line).where(rows.line.c.order_id == order_id)
    paid = select(rows.payment).where(rows.payment.c.order_id == order_id)
    tenders = db.execute(paid.order_by(rows.payment.c.created_at, rows.payment.c.id)).all()
    return Receipt(
        kind=ReceiptKind.SALE,
        cashier=rows.staff_name(db, order.staff_id),
        lines=tuple(rows.sold_line(it) for it in db.execute(lines.order_by(rows.line.c.position))),
        subtotal_minor=order.subtotal_minor,
        discount_minor=order.discount_minor,
        taxes=tuple(ReceiptTax(tax["name"], tax["rate_ppm"], tax["tax"]) for tax in order.taxes),
        total_minor=order.total_minor,
        tenders=tuple(rows.tender(it) for it in tenders),
        refunds=_refunds(db, order_id, {it.id: rows.card_name(it) for it in tenders}, zone),
        note=order.note,
        copy=order.reprints if copy else 0,
        **rows.header(db, order, order.created_at, zone),
    )


def _refunds(
    db: Connection, order_id: UUID, names: dict[Any, str], zone: tzinfo | None
) -> tuple[ReceiptRefund, ...]:
    query = select(_refund).where(
        _refund.c.order_id == order_id, _refund.c.state.not_in(_NOT_SHOWN)
    )
    return tuple(
        ReceiptRefund(
            (it.settled_at or it.created_at).astimezone(zone),
            names[it.payment_id],
            it.amount_minor,
            it.state,
        )
        for it in db.execute(query.order_by(_refund.c.created_at, _refund.c.id))
    )
