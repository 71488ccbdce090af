"""Refunds over the simulated disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pos.models.states import RefundState
from pos.services.journal import Event
from pos.services.refunds.ports import (
    NewRefund,
    Refundable,
    RefundFacts,
    RivalRefundError,
    SoldLine,
)
from pos.terminal.refund_machine import RefundAttempt
from tests.simulation import outbox
from tests.simulation.disk import Disk, Payment, RefundRow, Rows

_RELEASED = {RefundState.FAILED, RefundState.CANCELED}


def reserve(rows: Rows, refund_id: UUID, before: RefundState, after: RefundState) -> None:
    """Keep a payment's sums in step, within what was paid (the CHECKs of the real table)."""
    row = rows.refunds[refund_id]
    amount, payment = row.attempt.amount_minor, rows.payments[row.payment_id]
    done = RefundState.SUCCEEDED
    held = (after not in _RELEASED and after is not done) - (
        before not in _RELEASED and before is not done
    )
    back = (after is done) - (before is done)
    payment = replace(
        payment,
        reserved=payment.reserved + held * amount,
        refunded=payment.refunded + back * amount,
    )
    if payment.reserved < 0 or payment.refunded + payment.reserved > payment.amount:
        raise RivalRefundError("reserved")
    if sum(r.payment_id == payment.id and r.is_open for r in rows.refunds.values()) > 1:
        raise RivalRefundError("open refund")
    rows.payments[payment.id] = payment


class RefundTx:
    """`pos.services.refunds.ports.RefundTx` over one transaction."""

    def __init__(self, rows: Rows, disk: Disk) -> None:
        self._rows, self._disk = rows, disk

    def actor(self) -> str:
        return "Mina"

    def payments(self, order_id: UUID) -> list[Refundable]:
        found = [p for p in self._rows.payments.values() if p.order_id == order_id]
        return [_refundable(p) for p in sorted(found, key=lambda p: p.id)]

    def lines(self, order_id: UUID) -> Mapping[UUID, SoldLine]:
        return {}

    def refund(self, refund_id: UUID) -> RefundFacts:
        row = self._rows.refunds[refund_id]
        return RefundFacts(
            id=row.id,
            order_id=row.order_id,
            provider_id=row.provider_id,
            amount_minor=row.attempt.amount_minor,
            code=row.attempt.notice.code,
        )

    def reserve(self, new: NewRefund, now: datetime) -> None:
        attempt = RefundAttempt(
            id=new.id,
            intent_id=self._rows.payments[new.payment_id].reference,
            amount_minor=new.amount_minor,
            currency=new.currency,
        )
        self._rows.refunds[new.id] = RefundRow(
            id=new.id,
            order_id=new.order_id,
            payment_id=new.payment_id,
            provider_id=new.provider_id,
            attempt=attempt,
        )
        reserve(self._rows, new.id, RefundState.CANCELED, RefundState.PLANNED)

    def move(self, refund_id: UUID, before: RefundState, after: RefundState, now: datetime) -> bool:
        row = self._rows.refunds[refund_id]
        if row.attempt.state is not before:
            return False
        self._rows.refunds[refund_id] = replace(row, attempt=replace(row.attempt, state=after))
        reserve(self._rows, refund_id, before, after)
        return True

    def restock(self, refund_id: UUID, now: datetime) -> None:
        """There is no shelf in this world."""

    def count(self, refund_id: UUID, now: datetime) -> None:
        """Nor does anybody want a report."""

    def enqueue(self, refund_id: UUID) -> None:
        outbox.enqueue_refund(self._rows, self._rows.refunds[refund_id], self._disk.u.now)

    def record(self, event: Event, now: datetime) -> None:
        self._rows.journal.append((event.kind, event.subject))

    def open_refunds(self) -> list[UUID]:
        rows = self._rows.refunds.values()
        return sorted(r.id for r in rows if r.is_open or r.attempt.state is RefundState.PENDING)


class Refunds:
    """`RefundStore` on the disk."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    @contextmanager
    def read(self) -> Iterator[RefundTx]:
        yield RefundTx(self._disk.rows, self._disk)

    @contextmanager
    def write(self) -> Iterator[RefundTx]:
        with self._disk.transaction() as rows:
            yield RefundTx(rows, self._disk)


def _refundable(p: Payment) -> Refundable:
    return Refundable(
        id=p.id,
        provider_id=p.provider_id,
        currency="usd",
        amount_minor=p.amount,
        amount_refunded_minor=p.refunded,
        amount_reserved_minor=p.reserved,
        card_brand="",
        card_last4="",
    )
