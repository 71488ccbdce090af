"""A card refund's rows: its own, its payment's reservation and its lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from pos.errors import IllegalTransitionError
from pos.models.base import table_of
from pos.models.order import OrderLine, Payment, Refund, RefundLine
from pos.models.states import RefundState
from pos.terminal.attempt import Notice
from pos.terminal.operations import Operation
from pos.terminal.refund_machine import RefundAttempt

_refund = table_of(Refund)
_payment = table_of(Payment)
_line = table_of(OrderLine)
_refund_line = table_of(RefundLine)

_RELEASED = frozenset({RefundState.FAILED, RefundState.CANCELED})
_OPEN = frozenset({RefundState.PLANNED, RefundState.SENT, RefundState.UNKNOWN})


def read_refund(
    connection: Connection, refund_id: UUID, ops: tuple[Operation, ...]
) -> RefundAttempt:
    """Read a card refund and the PaymentIntent it belongs to."""
    row = connection.execute(
        select(_refund, _payment.c.reference.label("intent_id"))
        .join(_payment, _payment.c.id == _refund.c.payment_id)
        .where(_refund.c.id == refund_id)
    ).one()
    since = row.data.get("absent_since")
    return RefundAttempt(
        id=row.id,
        intent_id=row.intent_id,
        amount_minor=row.amount_minor,
        currency=row.currency,
        state=RefundState(row.state),
        approved_n=row.data.get("approved_n", 1),
        reference=row.reference,
        notice=Notice(row.code, row.message),
        absent_since=datetime.fromisoformat(since) if since else None,
        looks=row.data.get("looks", 0),
        ops=ops,
        version=row.version,
    )


def book(
    connection: Connection, before: RefundAttempt, after: RefundAttempt, now: datetime
) -> None:
    """Write a refund's progress and move its reservation along with it.

    Reserved becomes refunded on success and free again on a definite failure;
    the CHECKs of the payment and its lines hold the sums.
    """
    values: dict[str, Any] = {
        "state": after.state,
        "is_open": after.state in _OPEN,
        "reference": after.reference,
        "code": after.notice.code,
        "message": after.notice.message,
        "data": {
            "approved_n": after.approved_n,
            "absent_since": after.absent_since.isoformat() if after.absent_since else None,
            "looks": after.looks,
        },
        "version": _refund.c.version + 1,
    }
    if after.state in _RELEASED or after.state is RefundState.SUCCEEDED:
        values["settled_at"] = now
    changed = connection.execute(
        update(_refund)
        .where(_refund.c.id == after.id, _refund.c.version == before.version)
        .values(values)
    )
    if changed.rowcount != 1:
        raise IllegalTransitionError(f"refund {after.id} was changed meanwhile")
    move_reservation(connection, after.id, before.state, after.state)


def move_reservation(
    connection: Connection, refund_id: UUID, before: RefundState, after: RefundState
) -> None:
    """Keep payment and lines in step with a refund's change of state."""
    row = connection.execute(
        select(_refund.c.payment_id, _refund.c.amount_minor).where(_refund.c.id == refund_id)
    ).one()
    reserved = _reserves(after) - _reserves(before)
    refunded = (after is RefundState.SUCCEEDED) - (before is RefundState.SUCCEEDED)
    if reserved or refunded:
        connection.execute(
            update(_payment)
            .where(_payment.c.id == row.payment_id)
            .values(
                amount_reserved_minor=_payment.c.amount_reserved_minor
                + reserved * row.amount_minor,
                amount_refunded_minor=_payment.c.amount_refunded_minor
                + refunded * row.amount_minor,
            )
        )
    lines = (after not in _RELEASED) - (before not in _RELEASED)
    if lines:
        _move_lines(connection, refund_id, lines)


def _reserves(state: RefundState) -> int:
    return int(state not in _RELEASED and state is not RefundState.SUCCEEDED)


def _move_lines(connection: Connection, refund_id: UUID, sign: int) -> None:
    rows = connection.execute(select(_refund_line).where(_refund_line.c.refund_id == refund_id))
    for row in rows.all():
        connection.execute(
            update(_line)
            .where(_line.c.id == row.order_line_id)
            .values(
                refunded_milli=_line.c.refunded_milli + sign * row.quantity_milli,
                refunded_minor=_line.c.refunded_minor + sign * row.amount_minor,
            )
        )
