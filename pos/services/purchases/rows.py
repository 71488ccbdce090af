"""The rows of one page: orders, and runs whose payment is not known yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Select, and_, bindparam, exists, func, or_, select

from pos.models.base import table_of
from pos.models.cart import Cart
from pos.models.checkout import CheckoutRun, PaymentSession
from pos.models.prepared import Prepared, Row
from pos.models.states import CartStatus, RunState
from pos.models.sync import OutboxEntry
from pos.services.purchases.finding import order, payment
from pos.services.purchases.views import (
    BackendState,
    PurchaseRow,
    PurchaseStatus,
    customer_text,
    status_of,
)
from pos.services.sync.status import WAITING
from pos.services.tenders import tender_name
from pos.terminal.api import STRIPE_TERMINAL

run = table_of(CheckoutRun)
session = table_of(PaymentSession)
_cart = table_of(Cart)
_outbox = table_of(OutboxEntry)
_COLUMNS = (
    "id",
    "receipt_number",
    "created_at",
    "customer_id",
    "customer_name",
    "customer_email",
    "total_minor",
    "currency",
)

LISTED = tuple(order.c[name] for name in _COLUMNS)
"""What a row of the list needs of an order."""

_given = func.json_each(bindparam("ids")).table_valued("value")
_LISTED = select(_given.c.value)
_PAID = Prepared(
    select(
        payment.c.order_id,
        payment.c.provider_id,
        payment.c.card_last4,
        payment.c.amount_refunded_minor,
        payment.c.amount_reserved_minor,
    )
    .where(payment.c.order_id.in_(_LISTED))
    .order_by(payment.c.created_at, payment.c.id)
)
_TOLD = Prepared(
    select(_outbox.c.key, _outbox.c.sent_at, _outbox.c.discarded_at).where(
        _outbox.c.key.in_(_LISTED)
    )
)
_LEFT = Prepared(  # parked ones last: they win
    select(_outbox.c.aggregate_id, _outbox.c.parked_code)
    .where(WAITING, _outbox.c.aggregate_id.in_(_LISTED))
    .order_by(_outbox.c.parked_code)
)
_OPEN_STATES = (RunState.STARTED, RunState.SESSIONS_OPEN, RunState.PAYMENT_AUTHORIZED)


def order_rows(db: Connection, orders: Sequence[Any], zone: tzinfo | None) -> list[PurchaseRow]:
    """Turn rows that have `LISTED` into rows of the list, with three more queries for all."""
    ids = [row.id for row in orders]
    paid: dict[UUID, list[Row]] = defaultdict(list)
    for row in _PAID.all(db, ids=_listed(ids)):
        paid[row["order_id"]].append(row)
    backend = backend_states(db, ids)
    return [_order_row(row, paid[row.id], backend[row.id], zone) for row in orders]


def _order_row(
    row: Any, payments: list[Row], backend: BackendState, zone: tzinfo | None
) -> PurchaseRow:
    refunded = sum(paid["amount_refunded_minor"] for paid in payments)
    reserved = sum(paid["amount_reserved_minor"] for paid in payments)
    return PurchaseRow(
        id=row.id,
        receipt_number=row.receipt_number,
        at=row.created_at.astimezone(zone),
        customer=customer_text(row),
        total_minor=row.total_minor,
        currency=row.currency,
        paid_with=_names((paid["provider_id"], paid["card_last4"]) for paid in payments),
        status=status_of(row.total_minor, refunded, reserved),
        backend=backend,
    )


def backend_states(db: Connection, ids: Sequence[UUID]) -> dict[UUID, BackendState]:
    """Say for each order what the backend knows of it and of its refunds."""
    states = dict.fromkeys(ids, BackendState.WAITING)
    for row in _TOLD.all(db, ids=_listed(ids)):
        if row["sent_at"] is not None:
            states[row["key"]] = BackendState.SYNCED
        elif row["discarded_at"] is not None:
            states[row["key"]] = BackendState.DISCARDED
    for row in _LEFT.all(db, ids=_listed(ids)):
        parked = row["parked_code"] is not None
        states[row["aggregate_id"]] = BackendState.PARKED if parked else BackendState.WAITING
    return states


def _listed(ids: Sequence[UUID]) -> str:
    """Write ids for `_LISTED`: as they are stored, in JSON."""
    return msgspec.json.encode([each.hex for each in ids]).decode()


def _names(tenders: Iterable[tuple[str, str]]) -> str:
    return ", ".join(dict.fromkeys(tender_name(*tender) for tender in tenders))


def unresolved() -> Select[Any]:
    """Select the runs that were left while their payment is not known, newest first.

    The sale at the counter is not one of them: the cashier is looking at it.
    """
    on_reader = exists().where(
        session.c.run_id == run.c.id,
        session.c.is_live,
        session.c.provider_id == STRIPE_TERMINAL,
    )
    at_counter = exists().where(_cart.c.id == run.c.cart_id, _cart.c.status == CartStatus.PAYING)
    left = or_(run.c.parked_at.is_not(None), and_(on_reader, ~at_counter))
    return (
        select(run)
        .where(run.c.finished_at.is_(None), run.c.state.in_(_OPEN_STATES), left)
        .order_by(run.c.created_at.desc())
    )


def run_row(db: Connection, row: Any, zone: tzinfo | None) -> PurchaseRow:
    """Show a run as a purchase without a number."""
    sessions = select(session).where(session.c.run_id == row.id, session.c.is_live)
    tenders = [(s.provider_id, "") for s in db.execute(sessions.order_by(session.c.id))]
    return PurchaseRow(
        id=row.id,
        receipt_number="",
        at=row.created_at.astimezone(zone),
        customer=row.frozen.get("customer_name") or "Walk-in",
        total_minor=row.total_minor,
        currency=row.currency,
        paid_with=_names(tenders),
        status=PurchaseStatus.CHECKING,
        backend=BackendState.WAITING,
    )
