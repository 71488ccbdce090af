"""The receipt of one refund; one that is not done says so."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from pos.errors import CashierError
from pos.models.base import table_of
from pos.models.database import Database
from pos.models.order import Refund, RefundLine
from pos.models.states import RefundState
from pos.services.receipts import rows
from pos.services.receipts.document import (
    Receipt,
    ReceiptKind,
    ReceiptLine,
    ReceiptTax,
    ReceiptTender,
)

_refund = table_of(Refund)
_returned = table_of(RefundLine)

_NOTICES = {
    RefundState.PLANNED: "REFUND PLANNED: no money was returned yet",
    RefundState.SENT: "REFUND NOT CONFIRMED: it is being checked",
    RefundState.UNKNOWN: "REFUND NOT CONFIRMED: it is being checked",
    RefundState.PENDING: "REFUND PENDING: accepted, not completed yet",
    RefundState.FAILED: "REFUND FAILED: no money was returned",
    RefundState.CANCELED: "REFUND WITHDRAWN: no money was returned",
}


def build_refund(db: Database, refund_id: UUID, *, zone: tzinfo | None = None) -> Receipt:
    """Read a refund's receipt; its number and barcode are the order's.

    Raises `CashierError` (``refund_unknown``).
    """
    with db.reader.begin() as connection:
        row = connection.execute(select(_refund).where(_refund.c.id == refund_id)).first()
        if row is None:
            raise CashierError(
                "refund_unknown", "This refund is not on this till.", "Open its purchase again."
            )
        return _receipt(connection, row, zone)


def _receipt(db: Connection, refund: Any, zone: tzinfo | None) -> Receipt:
    order = rows.get_order(db, refund.order_id)
    paid = select(rows.payment).where(rows.payment.c.id == refund.payment_id)
    name = rows.card_name(db.execute(paid).one())
    lines = _lines(db, refund.id)
    tax = sum(line.tax_minor for line in lines)
    header = rows.header(db, order, refund.settled_at or refund.created_at, zone)
    return Receipt(
        kind=ReceiptKind.REFUND,
        cashier=rows.staff_name(db, refund.staff_id),
        lines=tuple(_line(line) for line in lines),
        subtotal_minor=refund.amount_minor + refund.fee_minor,
        discount_minor=refund.fee_minor,
        taxes=(ReceiptTax("Tax", 0, tax),) if tax else (),
        total_minor=refund.amount_minor,
        tenders=(
            ReceiptTender(
                name=name,
                amount_minor=refund.amount_minor,
                tendered_minor=refund.amount_minor,
                change_minor=0,
            ),
        ),
        note=refund.note or refund.reason.value.capitalize(),
        notice=_NOTICES.get(refund.state, ""),
        **header | {"prices_include_tax": True, "policy": ""},
    )


def _lines(db: Connection, refund_id: UUID) -> list[Any]:
    query = (
        select(_returned, rows.line.c.name, rows.line.c.option_name, rows.line.c.unit_minor)
        .join(rows.line, rows.line.c.id == _returned.c.order_line_id)
        .where(_returned.c.refund_id == refund_id)
        .order_by(rows.line.c.position)
    )
    return list(db.execute(query))


def _line(row: Any) -> ReceiptLine:
    return ReceiptLine(
        name=row.name,
        option_name=row.option_name,
        unit_minor=row.unit_minor,
        quantity_milli=row.quantity_milli,
        amount_minor=row.amount_minor,
    )
