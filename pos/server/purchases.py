"""Orders: stored once under their own id, listed, and opened."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import Connection, Row, Select, insert, select

from pos.backend.wire import (
    PurchaseDetail,
    PurchaseIn,
    PurchaseOut,
    PurchasesPage,
    RefundOut,
    Wire,
    decode,
    encode,
    utc,
)
from pos.backend.wire.orders import PurchaseStatus
from pos.server.answers import Answer, Refusal, ok
from pos.server.calls import Call, like, must_be_ours
from pos.server.checkout import finish_checkout
from pos.server.clock import stamp, unstamp
from pos.server.database import insert_once, take_numbers
from pos.server.idempotency import STARTED
from pos.server.stock import move_stock
from pos.server.tables import purchase_lines, purchase_payments, purchases, refunds
from pos.server.totals import check_totals

_LISTED = 100
Values = dict[str, Any]


def post_purchase(call: Call) -> Answer:
    """``POST /purchases/``: 201, the same answer for a repeat, 422 for what can never pass."""
    sent: PurchaseIn = call.message
    must_be_ours(call, sent.business_id, sent.register_id)
    if sent.location_id != call.register.location_id:
        raise Refusal(403, "wrong_location", "this register stands at another location")
    try:
        utc(sent.created_at)
    except ValueError as error:
        raise Refusal(400, "bad_request", str(error), "created_at") from error
    return call.keyed({STARTED: lambda connection: _store(connection, call, sent)})


def content_of(message: Wire) -> str:
    """SHA-256 of what a message says, however it was spelled."""
    return hashlib.sha256(encode(message)).hexdigest()


def _store(connection: Connection, call: Call, sent: PurchaseIn) -> Answer:
    take_numbers(connection, call.business, "purchase", 0)  # one order at a time: no gaps
    known = _known(connection, call, sent)
    if known is not None:
        return known
    check_totals(sent)
    number = take_numbers(connection, call.business, "purchase")
    out = _out(sent, number, call.store.clock())
    answer = ok(out, 201)
    if not insert_once(connection, purchases, _columns(sent, out, answer.body)):
        _taken("id")  # by another business, this very moment
    connection.execute(insert(purchase_lines), [_line(sent.id, line) for line in sent.lines])
    if sent.payments:
        rows = [_payment(sent.id, payment) for payment in sent.payments]
        connection.execute(insert(purchase_payments), rows)
    sold = [(line.variant_key, -line.quantity_milli) for line in sent.lines]
    move_stock(connection, call.business, sold)
    finish_checkout(connection, call.business, sent)
    return answer


def _known(connection: Connection, call: Call, sent: PurchaseIn) -> Answer | None:
    """Answer for an order whose id or cart is already here, for ever."""
    query = select(purchases.c.business_id, purchases.c.content, purchases.c.answer)
    row = connection.execute(query.where(purchases.c.id == str(sent.id))).one_or_none()
    if row is not None:
        same = row.business_id == call.business and row.content == content_of(sent)
        if not same:
            _taken("id")
        return Answer(201, bytes(row.answer))
    cart = (purchases.c.business_id == call.business) & (purchases.c.cart_id == str(sent.cart_id))
    if connection.execute(query.where(cart)).one_or_none() is not None:
        _taken("cart_id")
    return None


def _taken(field: str) -> NoReturn:
    code = {"id": "id_reused", "cart_id": "cart_already_ordered"}[field]
    raise Refusal(422, code, f"another order with this {field} is stored", field)


def _out(sent: PurchaseIn, number: int, now: datetime) -> PurchaseOut:
    return PurchaseOut(
        id=sent.id,
        number=number,
        receipt_number=sent.receipt_number,
        register_id=sent.register_id,
        created_at=utc(sent.created_at),
        received_at=now,
        status="paid",
        currency=sent.currency,
        customer_name=sent.customer_name,
        subtotal_minor=sent.subtotal_minor,
        discount_minor=sent.discount_minor,
        tax_minor=sent.tax_minor,
        total_minor=sent.total_minor,
        refunded_minor=0,
    )


def _columns(sent: PurchaseIn, out: PurchaseOut, answer: bytes) -> Values:
    return {
        "id": str(sent.id),
        "business_id": str(sent.business_id),
        "register_id": str(sent.register_id),
        "cart_id": str(sent.cart_id),
        "number": out.number,
        "receipt_number": sent.receipt_number,
        "created_at": stamp(sent.created_at),
        "received_at": stamp(out.received_at),
        "currency": sent.currency,
        "customer_name": sent.customer_name,
        "subtotal_minor": sent.subtotal_minor,
        "discount_minor": sent.discount_minor,
        "tax_minor": sent.tax_minor,
        "total_minor": sent.total_minor,
        "refunded_minor": 0,
        "search": _search(sent),
        "content": content_of(sent),
        "sent": encode(sent),
        "answer": answer,
    }


def _search(sent: PurchaseIn) -> str:
    people = (sent.customer_name or "", sent.customer_email or "", sent.staff_name)
    goods = (word for line in sent.lines for word in (line.name, line.sku, line.barcode))
    return "\n".join((sent.receipt_number, *people, *goods)).casefold()


def _line(purchase_id: UUID, line: Any) -> Values:
    return {
        "purchase_id": str(purchase_id),
        "line_id": str(line.id),
        "variant_key": line.variant_key,
        "quantity_milli": line.quantity_milli,
        "total_minor": line.total_minor,
        "tax_minor": line.tax_minor,
    }


def _payment(purchase_id: UUID, payment: Any) -> Values:
    return {
        "purchase_id": str(purchase_id),
        "payment_id": str(payment.id),
        "provider_id": payment.provider_id,
        "amount_minor": payment.amount_minor,
    }


def purchase_status(total: int, refunded: int) -> PurchaseStatus:
    """Derive where an order stands from its sums."""
    if refunded == 0:
        return "paid"
    return "refunded" if refunded >= total else "partially_refunded"


def _row_out(row: Row[Any]) -> PurchaseOut:
    return PurchaseOut(
        id=UUID(row.id),
        number=row.number,
        receipt_number=row.receipt_number,
        register_id=UUID(row.register_id),
        created_at=unstamp(row.created_at),
        received_at=unstamp(row.received_at),
        status=purchase_status(row.total_minor, row.refunded_minor),
        currency=row.currency,
        customer_name=row.customer_name,
        subtotal_minor=row.subtotal_minor,
        discount_minor=row.discount_minor,
        tax_minor=row.tax_minor,
        total_minor=row.total_minor,
        refunded_minor=row.refunded_minor,
    )


def list_purchases(call: Call) -> Answer:
    """``GET /purchases/?text=&from=&to=&register=&after=&limit=``: newest first."""
    limit = call.limit(_LISTED)
    query = _filtered(call).order_by(purchases.c.number.desc()).limit(limit + 1)
    with call.store.read.connect() as connection:
        rows: Sequence[Row[Any]] = connection.execute(query).all()
    items = tuple(_row_out(row) for row in rows[:limit])
    cursor = str(items[-1].number) if items else ""
    return ok(PurchasesPage(items=items, next_cursor=cursor, more=len(rows) > limit))


def _filtered(call: Call) -> Select[Any]:
    query = select(purchases).where(purchases.c.business_id == call.business)
    after = call.after()
    if after:
        query = query.where(purchases.c.number < after)
    if text := call.query.get("text", "").casefold()[:200]:
        query = query.where(purchases.c.search.like(f"%{like(text)}%", escape="\\"))
    if start := _moment(call, "from"):
        query = query.where(purchases.c.created_at >= start)
    if end := _moment(call, "to"):
        query = query.where(purchases.c.created_at < end)
    if register := call.query.get("register"):
        query = query.where(purchases.c.register_id == register.lower())
    return query


def _moment(call: Call, name: str) -> str | None:
    text = call.query.get(name)
    if text is None:
        return None
    try:
        return stamp(datetime.fromisoformat(text))
    except ValueError as error:
        raise Refusal(400, "bad_query", "a time is ISO 8601 with an offset", name) from error


def get_purchase(call: Call) -> Answer:
    """``GET /purchases/{purchase}``: the order, as sent and as it stands, with its refunds."""
    ours = (purchases.c.id == str(call.id("purchase"))) & (purchases.c.business_id == call.business)
    with call.store.read.begin() as connection:
        row = connection.execute(select(purchases).where(ours)).one_or_none()
        if row is None:
            raise Refusal(404, "not_found", "no such order")
        back = select(refunds.c.answer).where(refunds.c.purchase_id == row.id)
        answers = connection.execute(back.order_by(refunds.c.number)).all()
    return ok(
        PurchaseDetail(
            purchase=_row_out(row),
            sent=decode(bytes(row.sent), PurchaseIn),
            refunds=tuple(decode(bytes(answer), RefundOut) for (answer,) in answers),
        )
    )
