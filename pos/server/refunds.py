"""Refunds: never more than was paid, per order, line and payment, under one row lock."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, insert, select, update

from pos.backend.wire import RefundIn, RefundOut, encode
from pos.server.answers import Answer, Refusal, not_now, ok
from pos.server.calls import Call, must_be_ours
from pos.server.clock import stamp
from pos.server.database import insert_once, take_numbers
from pos.server.idempotency import STARTED
from pos.server.purchases import content_of, purchase_status
from pos.server.stock import move_stock
from pos.server.tables import (
    purchase_lines,
    purchase_payments,
    purchases,
    refund_lines,
    refund_payments,
    refunds,
)

_UNKNOWN_ORDER_RETRY = 5
_STANDS = refunds.c.status != "failed"  # a pending refund counts: it is reserved
Sums = dict[str, tuple[int, ...]]


def post_refund(call: Call) -> Answer:
    """``POST /purchases/{purchase}/refunds/``: 201; 422 ``over_refund``; 409 ``order_unknown``."""
    sent: RefundIn = call.message
    must_be_ours(call, call.register.business_id, sent.register_id)
    if sent.purchase_id != call.id("purchase"):
        raise Refusal(422, "bad_refund", "the path names another order", "purchase_id")
    return call.keyed({STARTED: lambda connection: _store(connection, call, sent)})


def _store(connection: Connection, call: Call, sent: RefundIn) -> Answer:
    ours = (purchases.c.id == str(sent.purchase_id)) & (purchases.c.business_id == call.business)
    # The lock: one refund of an order at a time (SQLite holds its write lock already).
    order = connection.execute(select(purchases).where(ours).with_for_update()).one_or_none()
    if order is None:
        raise not_now(409, "order_unknown", "the order has not arrived", _UNKNOWN_ORDER_RETRY)
    query = select(refunds).where(refunds.c.id == str(sent.id))
    known = connection.execute(query).one_or_none()
    if known is not None:
        return _again(connection, call, order, known, sent)
    _check(connection, order, sent)
    return _insert(connection, call, order, sent)


def _content(sent: RefundIn) -> str:
    """Hash everything but the status, which may move from pending to its end."""
    return content_of(msgspec.structs.replace(sent, status="pending"))


def _again(
    connection: Connection, call: Call, order: Row[Any], known: Row[Any], sent: RefundIn
) -> Answer:
    if known.purchase_id != order.id or known.content != _content(sent):
        raise Refusal(422, "id_reused", "another refund with this id is stored", "id")
    if known.status == sent.status:
        return Answer(201, bytes(known.answer))
    if known.status == "failed":
        return _reopen(connection, call, order, known, sent)
    if known.status != "pending":
        raise Refusal(422, "refund_final", f"this refund has {known.status}", "status")
    return _settle(connection, call, order, known, sent)


def _settle(
    connection: Connection, call: Call, order: Row[Any], known: Row[Any], sent: RefundIn
) -> Answer:
    """End a pending refund; a failed one releases what it reserved."""
    if sent.status == "failed":
        _restock(connection, call.business, sent, -1)
    refunded = order.refunded_minor - (known.amount_minor if sent.status == "failed" else 0)
    return _moved(connection, order, known, sent, refunded)


def _reopen(
    connection: Connection, call: Call, order: Row[Any], known: Row[Any], sent: RefundIn
) -> Answer:
    """Take a failed refund that a person allowed once more, if there is still room for it."""
    _check(connection, order, sent)
    _restock(connection, call.business, sent)
    return _moved(connection, order, known, sent, order.refunded_minor + known.amount_minor)


def _moved(
    connection: Connection, order: Row[Any], known: Row[Any], sent: RefundIn, refunded: int
) -> Answer:
    earlier = msgspec.json.decode(bytes(known.answer), type=RefundOut)
    out = msgspec.structs.replace(
        earlier,
        status=sent.status,
        refunded_minor=refunded,
        purchase_status=purchase_status(order.total_minor, refunded),
    )
    answer = ok(out, 201)
    ended = {"status": sent.status, "sent": encode(sent), "answer": answer.body}
    connection.execute(update(refunds).where(refunds.c.id == known.id).values(ended))
    _set_refunded(connection, order, refunded)
    return answer


def _check(connection: Connection, order: Row[Any], sent: RefundIn) -> None:
    if sent.currency != order.currency:
        raise Refusal(422, "bad_refund", f"the order is in {order.currency}", "currency")
    _check_sums(sent)
    if sent.status == "failed":
        raise Refusal(422, "bad_refund", "only a pending refund can fail", "status")
    left = order.total_minor - order.refunded_minor
    if sent.amount_minor > left:
        _over("amount_minor", sent.amount_minor, left)
    _check_payments(connection, order.id, sent)
    _check_lines(connection, order.id, sent)


def _check_sums(sent: RefundIn) -> None:
    if sum(payment.amount_minor for payment in sent.payments) != sent.amount_minor:
        raise Refusal(422, "bad_refund", "payments do not sum to the amount", "payments")
    if sent.lines and sum(line.amount_minor for line in sent.lines) != sent.amount_minor:
        raise Refusal(422, "bad_refund", "lines do not sum to the amount", "lines")
    if not sent.lines and not sent.amount_minor:
        raise Refusal(422, "bad_refund", "nothing to refund", "amount_minor")
    if any(line.tax_minor > line.amount_minor for line in sent.lines):
        raise Refusal(422, "bad_refund", "more tax than amount", "lines")


def _over(field: str, asked: int, left: int) -> None:
    what = "already fully refunded" if left <= 0 else f"asked {asked}, left {left}"
    raise Refusal(422, "over_refund", what, field)


def _check_payments(connection: Connection, order_id: str, sent: RefundIn) -> None:
    paid = _sums(connection, _paid(order_id))
    back = _sums(connection, _returned_payments(order_id))
    _no_doubles("payments", [str(payment.payment_id) for payment in sent.payments])
    for payment in sent.payments:
        key = str(payment.payment_id)
        if key not in paid:
            raise Refusal(422, "bad_refund", "no such payment of this order", "payments")
        left = paid[key][0] - back.get(key, (0,))[0]
        if payment.amount_minor > left:
            _over("payments", payment.amount_minor, left)


def _check_lines(connection: Connection, order_id: str, sent: RefundIn) -> None:
    sold = _sums(connection, _sold(order_id))
    back = _sums(connection, _returned_lines(order_id))
    _no_doubles("lines", [str(line.line_id) for line in sent.lines])
    _no_doubles("lines", [str(line.id) for line in sent.lines])
    for line in sent.lines:
        key = str(line.line_id)
        if key not in sold:
            raise Refusal(422, "bad_refund", "no such line of this order", "lines")
        asked = (line.quantity_milli, line.amount_minor, line.tax_minor)
        for want, have, gone in zip(asked, sold[key], back.get(key, (0, 0, 0)), strict=True):
            if want > have - gone:
                _over("lines", want, have - gone)


def _no_doubles(field: str, ids: list[str]) -> None:
    if len(set(ids)) < len(ids):
        raise Refusal(422, "bad_refund", "the same one twice", field)


def _sums(connection: Connection, query: Select[Any]) -> Sums:
    rows = connection.execute(query).all()
    return {row[0]: tuple(int(value) for value in row[1:]) for row in rows}


def _paid(order_id: str) -> Select[Any]:
    mine = purchase_payments.c.purchase_id == order_id
    return select(purchase_payments.c.payment_id, purchase_payments.c.amount_minor).where(mine)


def _sold(order_id: str) -> Select[Any]:
    line = purchase_lines.c
    query = select(line.line_id, line.quantity_milli, line.total_minor, line.tax_minor)
    return query.where(line.purchase_id == order_id)


def _returned_payments(order_id: str) -> Select[Any]:
    part = refund_payments.c
    return (
        select(part.payment_id, func.sum(part.amount_minor))
        .join(refunds, refunds.c.id == part.refund_id)
        .where(refunds.c.purchase_id == order_id, _STANDS)
        .group_by(part.payment_id)
    )


def _returned_lines(order_id: str) -> Select[Any]:
    part = refund_lines.c
    sums = (part.quantity_milli, part.amount_minor, part.tax_minor)
    return (
        select(part.line_id, *(func.sum(column) for column in sums))
        .join(refunds, refunds.c.id == part.refund_id)
        .where(refunds.c.purchase_id == order_id, _STANDS)
        .group_by(part.line_id)
    )


def _insert(connection: Connection, call: Call, order: Row[Any], sent: RefundIn) -> Answer:
    refunded = order.refunded_minor + sent.amount_minor
    out = _out(connection, call, order, sent, refunded)
    answer = ok(out, 201)
    if not insert_once(connection, refunds, _columns(sent, out, answer.body)):
        raise Refusal(422, "id_reused", "another refund with this id is stored", "id")
    _insert_parts(connection, sent)
    _set_refunded(connection, order, refunded)
    _restock(connection, call.business, sent)
    return answer


def _out(
    connection: Connection, call: Call, order: Row[Any], sent: RefundIn, refunded: int
) -> RefundOut:
    return RefundOut(
        id=sent.id,
        purchase_id=sent.purchase_id,
        number=take_numbers(connection, call.business, "refund"),
        received_at=call.store.clock(),
        status=sent.status,
        currency=sent.currency,
        amount_minor=sent.amount_minor,
        refunded_minor=refunded,
        purchase_status=purchase_status(order.total_minor, refunded),
    )


def _columns(sent: RefundIn, out: RefundOut, answer: bytes) -> dict[str, Any]:
    return {
        "id": str(sent.id),
        "purchase_id": str(sent.purchase_id),
        "register_id": str(sent.register_id),
        "number": out.number,
        "received_at": stamp(out.received_at),
        "status": sent.status,
        "amount_minor": sent.amount_minor,
        "content": _content(sent),
        "sent": encode(sent),
        "answer": answer,
    }


def _insert_parts(connection: Connection, sent: RefundIn) -> None:
    lines = [_part(sent, line, "id", "line_id", "tax_minor") for line in sent.lines]
    for row, line in zip(lines, sent.lines, strict=True):
        row["quantity_milli"] = line.quantity_milli
    if lines:
        connection.execute(insert(refund_lines), lines)
    payments = [_part(sent, payment, "payment_id") for payment in sent.payments]
    if payments:
        connection.execute(insert(refund_payments), payments)


def _part(sent: RefundIn, part: Any, *names: str) -> dict[str, Any]:
    values = {name: getattr(part, name) for name in (*names, "amount_minor")}
    texts = {key: v if isinstance(v, int) else str(v) for key, v in values.items()}
    return {"refund_id": str(sent.id), **texts}


def _set_refunded(connection: Connection, order: Row[Any], refunded: int) -> None:
    mine = purchases.c.id == order.id
    connection.execute(update(purchases).where(mine).values(refunded_minor=refunded))


def _restock(connection: Connection, business: str, sent: RefundIn, sign: int = 1) -> None:
    mine = purchase_lines.c.purchase_id == str(sent.purchase_id)
    query = select(purchase_lines.c.line_id, purchase_lines.c.variant_key).where(mine)
    variants: dict[str, str] = {row[0]: row[1] for row in connection.execute(query)}
    back = [line for line in sent.lines if line.restock]
    moves = [(variants[str(line.line_id)], sign * line.quantity_milli) for line in back]
    move_stock(connection, business, moves)
