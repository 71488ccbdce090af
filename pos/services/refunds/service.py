"""Refunds: role and reason, a reservation under the write lock, then the provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from pos.errors import CashierError
from pos.models.base import new_id, table_of
from pos.models.database import Database
from pos.models.order import OrderLine, Payment, Refund, RefundLine
from pos.models.states import RefundState
from pos.services import shop
from pos.services.checkout.commit import move_stock
from pos.services.journal import Event, record
from pos.services.refunds.plan import RefundPlan, RefundRequest, plan_refund
from pos.services.shop import Clock
from pos.terminal.api import CASH, PaymentProvider, RefundProgress
from pos.terminal.refund_rows import move_reservation

Enqueue = Callable[[Connection, UUID, Clock], None]

_refund = table_of(Refund)
_refund_line = table_of(RefundLine)
_line = table_of(OrderLine)
_payment = table_of(Payment)


class RefundService:
    """`preview` and `request` are the manager's; `advance` is one step on the payments thread."""

    def __init__(
        self,
        db: Database,
        providers: Mapping[str, PaymentProvider],
        clock: Clock,
        enqueue: Enqueue,
    ) -> None:
        self._db = db
        self._providers = providers
        self._clock = clock
        self._enqueue = enqueue

    def preview(self, ask: RefundRequest) -> RefundPlan:
        """Work out what would be given back; changes nothing. Raises as `plan_refund`."""
        with self._db.reader.begin() as db:
            return plan_refund(db, ask)

    def request(self, ask: RefundRequest) -> UUID:
        """Reserve a refund and return its id; cash is paid out in the same transaction.

        The write lock and the database's own constraints let exactly one of two
        rivals through. Raises `CashierError` as `plan_refund`, and
        ``refund_running`` while another refund of the payment is not settled.
        """
        try:
            with self._db.engine.begin() as db:
                return self._reserve(db, ask)
        except IntegrityError as error:
            raise CashierError(
                "refund_running",
                "Another refund of this payment is not settled yet.",
                "Wait for it; its state is shown with the order.",
            ) from error

    def advance(self, refund_id: UUID) -> RefundProgress:
        """Take one step of a refund that asks somebody outside."""
        with self._db.reader.begin() as db:
            provider = db.scalar(select(_refund.c.provider_id).where(_refund.c.id == refund_id))
        return self._providers[str(provider)].refund_payment(refund_id)

    def open_refunds(self) -> list[UUID]:
        """Return the refunds on which work is left, oldest first."""
        with self._db.reader.begin() as db:
            query = (
                select(_refund.c.id)
                .where(or_(_refund.c.is_open, _refund.c.state == RefundState.PENDING))
                .order_by(_refund.c.id)
            )
            return list(db.scalars(query))

    def withdraw(self, refund_id: UUID) -> None:
        """Cancel a refund of which nothing was sent; raises `CashierError` otherwise."""
        with self._db.engine.begin() as db:
            changed = db.execute(
                update(_refund)
                .where(_refund.c.id == refund_id, _refund.c.state == RefundState.PLANNED)
                .values(
                    state=RefundState.CANCELED,
                    is_open=False,
                    settled_at=self._clock(),
                    version=_refund.c.version + 1,
                )
            )
            if not changed.rowcount:
                raise CashierError(
                    "refund_sent", "This refund was already sent.", "Wait for its result."
                )
            move_reservation(db, refund_id, RefundState.PLANNED, RefundState.CANCELED)
            self._note(db, refund_id, RefundState.CANCELED, self._clock())

    def approve_again(self, refund_id: UUID) -> RefundState:
        """Allow one more try under a new key, as a person's decision that the journal keeps.

        Does nothing unless the refund failed for certain or was missing from two
        listings; what failed is reserved anew. Raises `CashierError` when that
        amount can no longer be refunded or the refund was just being worked on.
        """
        with self._db.engine.begin() as db:
            row = db.execute(select(_refund).where(_refund.c.id == refund_id)).one()
            actor = shop.load(db).staff_name
            data = {"refund": str(refund_id), "amount": row.amount_minor}
            event = Event("refund_approved_again", str(row.order_id), data, actor)
            record(db, event, self._clock())
        return self._providers[row.provider_id].approve_refund_again(refund_id)

    def settled(self, db: Connection, refund_id: UUID, state: RefundState, at: datetime) -> None:
        """Be told of a change of state inside its transaction: journal, shelf and outbox."""
        self._note(db, refund_id, state, at)
        if state is RefundState.SUCCEEDED:
            _restock(db, refund_id, at)
        if state in {RefundState.SUCCEEDED, RefundState.PENDING, RefundState.FAILED}:
            self._enqueue(db, refund_id, self._clock)

    def _reserve(self, db: Connection, ask: RefundRequest) -> UUID:
        plan, here, now = plan_refund(db, ask), shop.load(db), self._clock()
        refund_id, at_once = new_id(), plan.provider_id == CASH
        row = _row(refund_id, plan, ask, here.staff_id)
        db.execute(insert(Refund).values(row | {"created_at": now}))
        for line in plan.lines:
            db.execute(insert(RefundLine).values(_line_row(refund_id, line)))
        move_reservation(db, refund_id, RefundState.CANCELED, RefundState.PLANNED)
        data = {"amount": plan.amount_minor, "currency": plan.currency, "reason": ask.reason.value}
        event = Event("refund_requested", str(ask.order_id), data, here.staff_name)
        record(db, event, now)
        if at_once:
            self._pay_out(db, refund_id, now)
        return refund_id

    def _pay_out(self, db: Connection, refund_id: UUID, now: datetime) -> None:
        done = {"state": RefundState.SUCCEEDED, "is_open": False, "settled_at": now}
        db.execute(update(_refund).where(_refund.c.id == refund_id).values(done))
        move_reservation(db, refund_id, RefundState.PLANNED, RefundState.SUCCEEDED)
        self.settled(db, refund_id, RefundState.SUCCEEDED, now)

    def _note(self, db: Connection, refund_id: UUID, state: RefundState, at: datetime) -> None:
        row = db.execute(select(_refund).where(_refund.c.id == refund_id)).one()
        data = {"refund": str(refund_id), "amount": row.amount_minor, "code": row.code}
        record(db, Event(f"refund_{state.value}", str(row.order_id), data), at)


def _row(refund_id: UUID, plan: RefundPlan, ask: RefundRequest, staff_id: UUID) -> dict[str, Any]:
    return {
        "id": refund_id,
        "order_id": plan.order_id,
        "payment_id": plan.payment_id,
        "provider_id": plan.provider_id,
        "currency": plan.currency,
        "amount_minor": plan.amount_minor,
        "fee_minor": plan.fee_minor,
        "state": RefundState.PLANNED,
        "is_open": True,
        "reason": ask.reason,
        "note": ask.note.strip()[:500],
        "staff_id": staff_id,
        "data": {},
        "version": 1,
    }


def _line_row(refund_id: UUID, line: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "refund_id": refund_id,
        "order_line_id": line.order_line_id,
        "quantity_milli": line.quantity_milli,
        "amount_minor": line.amount_minor,
        "tax_minor": line.tax_minor,
        "restock": line.restock,
    }


def _restock(db: Connection, refund_id: UUID, now: datetime) -> None:
    rows = db.execute(
        select(_line.c.variant_key, _refund_line.c.quantity_milli)
        .join(_refund_line, _refund_line.c.order_line_id == _line.c.id)
        .where(_refund_line.c.refund_id == refund_id, _refund_line.c.restock)
    )
    for key, quantity in rows.all():
        move_stock(db, key, quantity, now)
