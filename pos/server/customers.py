"""Customers: found, created at a till, changed in one order, erased on request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, or_, select, update

from pos.backend.wire import PAGE, CustomerIn, CustomerOut, CustomersPage, encode
from pos.server.answers import Answer, Refusal, ok
from pos.server.calls import Call, like, must_be_ours
from pos.server.database import insert_once, take_numbers
from pos.server.idempotency import STARTED
from pos.server.purchases import content_of
from pos.server.tables import customers, keys

_FOUND = 10


def post_customer(call: Call) -> Answer:
    """``POST /choose_new_customer/``: 201; the same answer for a repeat."""
    sent: CustomerIn = call.message
    must_be_ours(call, sent.business_id)
    return call.keyed({STARTED: lambda connection: _store(connection, call, sent)})


def _store(connection: Connection, call: Call, sent: CustomerIn) -> Answer:
    version = take_numbers(connection, call.business, "customer", 0) + 1
    out = CustomerOut(
        id=sent.id,
        name=sent.name,
        phone=sent.phone,
        email=sent.email,
        tax_id=sent.tax_id,
        credit_balance_minor=0,
        service_credits=0,
        version=version,
        erased=False,
    )
    answer = ok(out, 201)
    if not insert_once(connection, customers, _columns(sent, version, answer.body)):
        return _known(connection, sent)
    take_numbers(connection, call.business, "customer")
    return answer


def _known(connection: Connection, sent: CustomerIn) -> Answer:
    row = connection.execute(select(customers).where(customers.c.id == str(sent.id))).one()
    if row.business_id != str(sent.business_id) or row.content != content_of(sent):
        raise Refusal(422, "id_reused", "another customer with this id is stored", "id")
    return Answer(201, bytes(row.answer))


def _columns(sent: CustomerIn, version: int, answer: bytes) -> dict[str, Any]:
    return {
        "id": str(sent.id),
        "business_id": str(sent.business_id),
        "version": version,
        "name": sent.name,
        "phone": sent.phone,
        "email": sent.email,
        "tax_id": sent.tax_id,
        "credit_balance_minor": 0,
        "service_credits": 0,
        "erased": False,
        "name_key": " ".join(sent.name.casefold().split()),
        "phone_key": _digits(sent.phone),
        "email_key": sent.email.casefold().strip(),
        "content": content_of(sent),
        "answer": answer,
    }


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _out(row: Row[Any]) -> CustomerOut:
    return CustomerOut(
        id=UUID(row.id),
        name=row.name,
        phone=row.phone,
        email=row.email,
        tax_id=row.tax_id,
        credit_balance_minor=row.credit_balance_minor,
        service_credits=row.service_credits,
        version=row.version,
        erased=row.erased,
    )


def search_customers(call: Call) -> Answer:
    """``GET /choose_new_customer/?q=``: a name's words, a phone or an email beginning with it.

    At most ten, as in the seed's search; nothing for an empty text.
    """
    text = " ".join(call.query.get("q", "").casefold().split())[:100]
    if not text:
        return ok(CustomersPage(items=(), next_cursor="", more=False))
    start = like(text) + "%"
    ways = [
        customers.c.name_key.like(start, escape="\\"),
        customers.c.name_key.like("% " + start, escape="\\"),
        customers.c.email_key.like(start, escape="\\"),
    ]
    if digits := _digits(text):
        ways.append(customers.c.phone_key.like(digits + "%"))
    query = (
        select(customers)
        .where(customers.c.business_id == call.business, customers.c.erased.is_(False), or_(*ways))
        .order_by(customers.c.name_key, customers.c.id)
        .limit(_FOUND + 1)
    )
    with call.store.read.connect() as connection:
        rows = connection.execute(query).all()
    items = tuple(_out(row) for row in rows[:_FOUND])
    return ok(CustomersPage(items=items, next_cursor="", more=len(rows) > _FOUND))


def changed_customers(call: Call) -> Answer:
    """``GET /choose_new_customer/changes/?after=``: every customer that changed since."""
    limit, after = call.limit(PAGE), call.after()
    query = (
        select(customers)
        .where(customers.c.business_id == call.business, customers.c.version > after)
        .order_by(customers.c.version)
        .limit(limit + 1)
    )
    with call.store.read.connect() as connection:
        rows = connection.execute(query).all()
    items = tuple(_out(row) for row in rows[:limit])
    cursor = str(items[-1].version if items else after)
    return ok(CustomersPage(items=items, next_cursor=cursor, more=len(rows) > limit))


def erase_customer(call: Call) -> Answer:
    """``DELETE /choose_new_customer/{customer}``: forget the person, keep the id (scenario 42)."""
    ours = (customers.c.id == str(call.id("customer"))) & (customers.c.business_id == call.business)
    with call.store.write.begin() as connection:
        version = take_numbers(connection, call.business, "customer")
        blank = dict.fromkeys(("name", "phone", "email", "tax_id"), "")
        search = dict.fromkeys(("name_key", "phone_key", "email_key"), "")
        values = {**blank, **search, "erased": True, "version": version}
        told = connection.scalar(select(customers.c.answer).where(ours))
        if told is None:
            raise Refusal(404, "not_found", "no such customer")
        # A replay must not bring the person back; the id still stops a second one.
        connection.execute(delete(keys).where(keys.c.body == told))
        connection.execute(update(customers).where(ours).values(**values))
        out = _out(connection.execute(select(customers).where(ours)).one())
        connection.execute(update(customers).where(ours).values(answer=encode(out)))
    return ok(out)
