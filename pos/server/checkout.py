"""The keyed checkout of a cart: the backend's half of Medusa's completion.

A cart has one checkout, whoever asks and under whichever key; each recovery
point commits with the work that reached it. The order that arrives later
finishes it, and the cart's id resolves to that order for ever.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import uuid6
from sqlalchemy import Connection, Row, select, update

from pos.backend.wire import CheckoutIn, CheckoutOut, PurchaseIn
from pos.server.answers import Answer, Refusal, ok
from pos.server.calls import Call
from pos.server.database import insert_once
from pos.server.idempotency import FINISHED, STARTED, Step
from pos.server.tables import checkouts

_JOINED = "joined"
_CUSTOMER_SET = "customer_set"
_OPENED = "opened"


def post_checkout(call: Call) -> Answer:
    """``POST /checkout/``: 201 opens or joins; 200 when the cart is already an order."""
    return call.keyed(_steps(call, call.message))


def _steps(call: Call, asked: CheckoutIn) -> dict[str, Step]:
    def join(connection: Connection) -> str:
        row = _row(asked.cart_id, call.business, asked.amount_minor, asked.currency)
        insert_once(connection, checkouts, row)
        return _JOINED

    def set_customer(connection: Connection) -> str:
        customer = str(asked.customer_id) if asked.customer_id else None
        _move(connection, call.business, asked, customer_id=customer, recovery_point=_CUSTOMER_SET)
        return _CUSTOMER_SET

    def freeze(connection: Connection) -> Answer:
        _move(
            connection,
            call.business,
            asked,
            amount_minor=asked.amount_minor,
            currency=asked.currency,
            recovery_point=_OPENED,
        )
        out = _find(connection, call.business, asked.cart_id)
        return ok(out, 200 if out.purchase_id else 201)

    return {STARTED: join, _JOINED: set_customer, _CUSTOMER_SET: freeze}


def _row(cart_id: UUID, business: str, amount: int, currency: str) -> dict[str, object]:
    return {
        "id": str(uuid6.uuid7()),
        "business_id": business,
        "cart_id": str(cart_id),
        "amount_minor": amount,
        "currency": currency,
        "recovery_point": STARTED,
    }


def _of(business: str, cart_id: UUID) -> Any:
    return (checkouts.c.business_id == business) & (checkouts.c.cart_id == str(cart_id))


def _move(connection: Connection, business: str, asked: CheckoutIn, **values: object) -> None:
    """Change an open checkout; a finished one stays as it is."""
    is_open = checkouts.c.purchase_id.is_(None)
    connection.execute(
        update(checkouts).where(_of(business, asked.cart_id), is_open).values(**values)
    )


def _find(connection: Connection, business: str, cart_id: UUID) -> CheckoutOut:
    row = connection.execute(select(checkouts).where(_of(business, cart_id))).one_or_none()
    if row is None:
        raise Refusal(404, "not_found", "no checkout of this cart")
    return _out(row)


def _out(row: Row[Any]) -> CheckoutOut:
    return CheckoutOut(
        id=UUID(row.id),
        cart_id=UUID(row.cart_id),
        recovery_point=row.recovery_point,
        purchase_id=UUID(row.purchase_id) if row.purchase_id else None,
    )


def finish_checkout(connection: Connection, business: str, sent: PurchaseIn) -> None:
    """Bind the cart to its order, in the order's own transaction."""
    row = _row(sent.cart_id, business, sent.total_minor, sent.currency)
    insert_once(connection, checkouts, row)
    done = {"purchase_id": str(sent.id), "recovery_point": FINISHED}
    connection.execute(update(checkouts).where(_of(business, sent.cart_id)).values(done))


def get_checkout(call: Call) -> Answer:
    """``GET /checkout/{cart}``: where the cart stands, and its order once there is one."""
    with call.store.read.connect() as connection:
        return ok(_find(connection, call.business, call.id("cart")))
