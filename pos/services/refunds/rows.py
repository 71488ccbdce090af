"""Refunds' rows in till.db: small statements, no rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from pos.models.base import new_id, table_of
from pos.models.database import Database
from pos.models.order import OrderLine, Payment, Refund, RefundLine
from pos.models.states import RefundState
from pos.services import shop, totals
from pos.services.checkout.commit import move_stock
from pos.services.journal import Event, record
from pos.services.refunds.ports import (
    NewRefund,
    Refundable,
    RefundFacts,
    RivalRefundError,
    SoldLine,
)
from pos.services.shop import Clock
from pos.terminal.refund_rows import move_reservation

Enqueue = Callable[[Connection, UUID, Clock], None]

_refund = table_of(Refund)
_refund_line = table_of(RefundLine)
_line = table_of(OrderLine)
_payment = table_of(Payment)
_PAYMENT = [_payment.c[field.name] for field in fields(Refundable)]
_LINE = [_line.c[field.name] for field in fields(SoldLine)]
_FACTS = [_refund.c[field.name] for field in fields(RefundFacts)]
_SETTLED = frozenset({RefundState.SUCCEEDED, RefundState.FAILED, RefundState.CANCELED})


class SqlRefunds:
    """The till's database as a `RefundStore`; ``enqueue`` writes a refund's outbox entry."""

    def __init__(self, db: Database, clock: Clock, enqueue: Enqueue) -> None:
        self._db = db
        self._clock = clock
        self._enqueue = enqueue

    @contextmanager
    def read(self) -> Iterator[SqlRefundTx]:
        with self._db.reader.begin() as connection:
            yield self.within(connection)

    @contextmanager
    def write(self) -> Iterator[SqlRefundTx]:
        try:
            with self._db.engine.begin() as connection:
                yield self.within(connection)
        except IntegrityError as error:
            raise RivalRefundError(str(error.orig)) from error

    def within(self, connection: Connection) -> SqlRefundTx:
        """Use a transaction that is open already."""
        return SqlRefundTx(connection, self._clock, self._enqueue)


class SqlRefundTx:
    """One transaction of `SqlRefunds`."""

    def __init__(self, db: Connection, clock: Clock, enqueue: Enqueue) -> None:
        self._db = db
        self._clock = clock
        self._enqueue = enqueue

    def actor(self) -> str:
        return shop.load(self._db).staff_name

    def payments(self, order_id: UUID) -> list[Refundable]:
        query = (
            select(*_PAYMENT)
            .where(_payment.c.order_id == order_id, _payment.c.captured_at.is_not(None))
            .where(_payment.c.amount_minor > 0)
            .order_by(_payment.c.id)
        )
        return [Refundable(**row) for row in self._db.execute(query).mappings()]

    def lines(self, order_id: UUID) -> dict[UUID, SoldLine]:
        query = select(*_LINE).where(_line.c.order_id == order_id)
        return {row["id"]: SoldLine(**row) for row in self._db.execute(query).mappings()}

    def refund(self, refund_id: UUID) -> RefundFacts:
        query = select(*_FACTS).where(_refund.c.id == refund_id)
        return RefundFacts(**self._db.execute(query).mappings().one())

    def reserve(self, new: NewRefund, now: datetime) -> None:
        self._db.execute(insert(Refund).values(self._row(new, now)))
        for line in new.lines:
            row = asdict(line) | {"id": new_id(), "refund_id": new.id}
            del row["variant_key"]
            self._db.execute(insert(RefundLine).values(row))
        move_reservation(self._db, new.id, RefundState.CANCELED, RefundState.PLANNED)

    def move(self, refund_id: UUID, before: RefundState, after: RefundState, now: datetime) -> bool:
        changed = self._db.execute(
            update(_refund)
            .where(_refund.c.id == refund_id, _refund.c.state == before)
            .values(
                state=after,
                is_open=after not in _SETTLED,
                settled_at=now if after in _SETTLED else None,
                version=_refund.c.version + 1,
            )
        )
        if changed.rowcount:
            move_reservation(self._db, refund_id, before, after)
        return bool(changed.rowcount)

    def restock(self, refund_id: UUID, now: datetime) -> None:
        rows = self._db.execute(
            select(_line.c.variant_key, _refund_line.c.quantity_milli)
            .join(_refund_line, _refund_line.c.order_line_id == _line.c.id)
            .where(_refund_line.c.refund_id == refund_id, _refund_line.c.restock)
        )
        for key, quantity in rows.all():
            move_stock(self._db, key, quantity, now)

    def count(self, refund_id: UUID, now: datetime) -> None:
        totals.add_refund(self._db, refund_id, now)

    def enqueue(self, refund_id: UUID) -> None:
        self._enqueue(self._db, refund_id, self._clock)

    def record(self, event: Event, now: datetime) -> None:
        record(self._db, event, now)

    def open_refunds(self) -> list[UUID]:
        query = (
            select(_refund.c.id)
            .where(or_(_refund.c.is_open, _refund.c.state == RefundState.PENDING))
            .order_by(_refund.c.id)
        )
        return list(self._db.scalars(query))

    def _row(self, new: NewRefund, now: datetime) -> dict[str, Any]:
        row = {field.name: getattr(new, field.name) for field in fields(NewRefund)}
        del row["lines"]
        return row | {
            "state": RefundState.PLANNED,
            "is_open": True,
            "staff_id": shop.load(self._db).staff_id,
            "data": {},
            "version": 1,
            "created_at": now,
        }
