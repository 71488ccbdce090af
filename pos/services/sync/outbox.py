"""Freezing what the backend is to be told, in the transaction that made it true."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from pos.backend.wire import RefundIn, decode, encode
from pos.models.base import table_of
from pos.models.checkout import StripeOperation
from pos.models.order import Order, Refund
from pos.models.prepared import Db, insert_of
from pos.models.states import RefundState
from pos.models.sync import OutboxEntry
from pos.services.shop import Clock
from pos.services.sync.bodies import Sold, purchase_message, refund_message

_INSERT = insert_of(table_of(OutboxEntry), without=["seq"])

PURCHASE = "purchase"
REFUND = "refund"


def enqueue_order(db: Db, sold: Sold, clock: Clock) -> None:
    """Queue a paid order under its own id; call it inside the transaction of the commit.

    Raises `sqlalchemy.exc.IntegrityError` for an order that is queued already.
    """
    message = purchase_message(sold)
    _insert(
        db,
        clock,
        key=message.id,
        aggregate_id=message.id,
        kind=PURCHASE,
        path="/purchases/",
        body=encode(message),
        label=message.receipt_number,
    )


def enqueue_refund(db: Session | Connection, refund_id: UUID, clock: Clock) -> None:
    """Queue a refund that is done or pending; call it again when it has ended or begun anew.

    Its first message bears its own id as the key, a later one that of its status
    and of the try at Stripe: a refund may fail, be allowed again, and fail again.

    A refund that failed before anybody was told of it is nobody's business and
    leaves no entry. Raises `ValueError` for one whose outcome is not known.
    """
    _flush(db)
    order_id, state = db.execute(
        select(Refund.order_id, Refund.state).where(Refund.id == refund_id)
    ).one()
    told = _told(db, refund_id)
    if told is None and state is RefundState.FAILED:
        return
    message = refund_message(db, refund_id)
    if told is not None:  # everything but its status is final
        message = msgspec.structs.replace(told, status=message.status)
    _insert(
        db,
        clock,
        key=refund_id if told is None else uuid5(refund_id, _nth(db, refund_id, message.status)),
        aggregate_id=order_id,
        kind=REFUND,
        path=f"/purchases/{order_id}/refunds/",
        body=encode(message),
        label=db.execute(select(Order.receipt_number).where(Order.id == order_id)).scalar_one(),
    )


def _told(db: Db, refund_id: UUID) -> RefundIn | None:
    body = db.execute(select(OutboxEntry.body).where(OutboxEntry.key == refund_id)).scalar()
    return None if body is None else decode(bytes(body), RefundIn)


def _nth(db: Db, refund_id: UUID, status: str) -> str:
    tries = select(func.count()).where(StripeOperation.owner_id == refund_id)
    return f"{status}:{db.execute(tries).scalar_one()}"


def _flush(db: Db) -> None:
    if isinstance(db, Session):
        db.flush()


def _insert(db: Db, clock: Clock, **values: Any) -> None:
    now = clock()
    digest = hashlib.sha256(values["body"]).hexdigest()
    _INSERT.run(db, **values, digest=digest, created_at=now, not_before=now)
