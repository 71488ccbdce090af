"""Checkout's rows in till.db: small statements, no rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from pos.models.base import table_of
from pos.models.cart import Cart
from pos.models.checkout import CheckoutRun, PaymentSession
from pos.models.database import Database
from pos.models.order import Order, Payment
from pos.models.prepared import Prepared, insert_of
from pos.models.states import CartStatus, RunState, SessionStatus
from pos.services import shop
from pos.services.cart.pricing import price_cart
from pos.services.checkout.commit import commit_order
from pos.services.checkout.frozen import Frozen, freeze
from pos.services.checkout.ports import (
    COMMITTED,
    Priced,
    RivalError,
    Run,
    Session,
    Taken,
    Terms,
    view_of,
)
from pos.services.checkout.views import RunView
from pos.services.journal import Event, record
from pos.services.shop import Clock
from pos.services.sync import Sold

Enqueue = Callable[[Connection, Sold, Clock], None]

_run = table_of(CheckoutRun)
_session = table_of(PaymentSession)
_cart = table_of(Cart)
_order = table_of(Order)
_payment = table_of(Payment)
_by_id = _run.c.id == bindparam("run_id")
_GET_RUN = select(*(_run.c[field.name] for field in fields(Run)))
_RUN = Prepared(_GET_RUN.where(_by_id))
_RUN_OF_CART = Prepared(_GET_RUN.where(_run.c.cart_id == bindparam("cart_id")))
_MOVE_RUN = Prepared(update(_run).where(_by_id), ["state"])
_GET_SESSION = select(*(_session.c[field.name] for field in fields(Session)))
_SESSION = Prepared(_GET_SESSION.where(_session.c.id == bindparam("session_id")))
_SESSIONS = Prepared(
    _GET_SESSION.where(_session.c.run_id == bindparam("run_id")).order_by(_session.c.id)
)
_DESELECT = Prepared(
    update(_session).where(_session.c.run_id == bindparam("run")).values(is_selected=False)
)
_OPEN_SESSION = insert_of(_session)
_SET_CART = Prepared(update(_cart).where(_cart.c.id == bindparam("cart")), ["status"])
_PAID = Prepared(
    select(
        _order.c.id.label("order_id"),
        _order.c.receipt_number,
        _payment.c.tendered_minor,
        _payment.c.change_minor,
        _payment.c.card_brand,
        _payment.c.card_last4,
    )
    .join(_payment, _payment.c.order_id == _order.c.id)
    .where(_order.c.id == bindparam("run_id"))
)


class SqlRuns:
    """The till's database as a `RunStore`; ``enqueue`` writes the outbox entry of an order."""

    def __init__(self, db: Database, clock: Clock, enqueue: Enqueue) -> None:
        self._db = db
        self._clock = clock
        self._enqueue = enqueue

    @contextmanager
    def read(self) -> Iterator[SqlRunTx]:
        with self._db.reader.begin() as connection:
            yield SqlRunTx(connection, self._clock, self._enqueue)

    @contextmanager
    def write(self) -> Iterator[SqlRunTx]:
        try:
            with self._db.engine.begin() as connection:
                yield SqlRunTx(connection, self._clock, self._enqueue)
        except IntegrityError as error:
            raise RivalError(str(error.orig)) from error


class SqlRunTx:
    """One transaction of `SqlRuns`."""

    def __init__(self, db: Connection, clock: Clock, enqueue: Enqueue) -> None:
        self._db = db
        self._clock = clock
        self._enqueue = enqueue

    def terms(self) -> Terms:
        here = self._here
        return Terms(here.business_id, here.register_id, here.staff_name, here.usable_providers)

    @cached_property
    def _here(self) -> shop.Shop:
        """The shop as this transaction sees it."""
        return shop.load(self._db)

    def price(self, cart_id: UUID) -> Priced:
        priced = price_cart(self._db, cart_id)
        return Priced(priced.cart.status, len(priced.lines), freeze(priced))

    def by_cart(self, cart_id: UUID) -> Run | None:
        row = _RUN_OF_CART.first(self._db, cart_id=cart_id)
        return Run(**row) if row else None

    def get(self, run_id: UUID) -> Run:
        return Run(**_RUN.one(self._db, run_id=run_id))

    def sessions(self, run_id: UUID) -> list[Session]:
        return [Session(**row) for row in _SESSIONS.all(self._db, run_id=run_id)]

    def session(self, session_id: UUID) -> Session:
        return Session(**_SESSION.one(self._db, session_id=session_id))

    def start(self, run_id: UUID, cart_id: UUID, frozen: Frozen, now: datetime) -> None:
        values = {
            "state": RunState.STARTED,
            "currency": frozen["currency"],
            "total_minor": frozen["total_minor"],
            "frozen": frozen,
            "finished_at": None,
        }
        changed = self._db.execute(update(_run).where(_run.c.id == run_id).values(values))
        if not changed.rowcount:
            row = values | {"id": run_id, "cart_id": cart_id, "created_at": now}
            self._db.execute(insert(_run).values(row))

    def set_state(self, run_id: UUID, state: RunState, **values: Any) -> None:
        if values:
            self._db.execute(update(_run).where(_run.c.id == run_id).values(state=state, **values))
        else:
            _MOVE_RUN.run(self._db, run_id=run_id, state=state)

    def set_cart(self, cart_id: UUID, status: CartStatus) -> None:
        _SET_CART.run(self._db, cart=cart_id, status=status)

    def open_session(self, values: dict[str, Any]) -> None:
        _DESELECT.run(self._db, run=values["run_id"])
        _OPEN_SESSION.run(self._db, **values, version=1)

    def commit(self, run: Run, taken: Sequence[Taken], now: datetime) -> None:
        sold = commit_order(self._db, run, taken, self._here, now)
        self._enqueue(self._db, sold, self._clock)

    def record(self, event: Event, now: datetime) -> None:
        record(self._db, event, now)

    def at_counter(self) -> UUID | None:
        paying = (
            select(_run.c.id)
            .join(_cart, _cart.c.id == _run.c.cart_id)
            .where(_cart.c.status == CartStatus.PAYING)
        )
        unshown = (
            select(_run.c.id)
            .where(_run.c.state == RunState.ORDER_COMMITTED, _run.c.parked_at.is_(None))
            .order_by(_run.c.id.desc())
            .limit(1)
        )
        found: UUID | None = self._db.scalar(paying) or self._db.scalar(unshown)
        return found

    def uncommitted(self) -> list[UUID]:
        query = (
            select(_session.c.id)
            .join(_run, _run.c.id == _session.c.run_id)
            .where(_run.c.finished_at.is_(None), _run.c.state.not_in(COMMITTED))
            .where(_session.c.status == SessionStatus.AUTHORIZED)
        )
        return list(self._db.scalars(query))

    def unfinished(self) -> list[UUID]:
        query = select(_run.c.id).where(_run.c.finished_at.is_(None)).order_by(_run.c.id)
        return list(self._db.scalars(query))

    def view(self, run_id: UUID) -> RunView:
        return view_of(self.get(run_id), self.sessions(run_id), self._paid(run_id))

    def _paid(self, run_id: UUID) -> dict[str, Any]:
        return _PAID.first(self._db, run_id=run_id) or {}
