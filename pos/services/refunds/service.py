"""Refunds: a reason, a reservation under the write lock, then the provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pos.errors import CashierError
from pos.logs import without_cards
from pos.models.base import new_id
from pos.models.states import RefundState
from pos.services.journal import Event
from pos.services.refunds.plan import RefundPlan, RefundRequest, plan_refund
from pos.services.refunds.ports import NewRefund, RefundStore, RefundTx, RivalRefundError
from pos.services.shop import Clock
from pos.terminal.api import CASH, PaymentProvider, RefundProgress

_TOLD = frozenset({RefundState.SUCCEEDED, RefundState.PENDING, RefundState.FAILED})
"""States of which the backend hears."""


class RefundService:
    """`preview` and `request` are the manager's; `advance` is one step on the payments thread."""

    def __init__(
        self, store: RefundStore, providers: Mapping[str, PaymentProvider], clock: Clock
    ) -> None:
        self._store = store
        self._providers = providers
        self._clock = clock

    def preview(self, ask: RefundRequest) -> RefundPlan:
        """Work out what would be given back; changes nothing. Raises as `plan_refund`."""
        with self._store.read() as tx:
            return _plan(tx, ask)

    def request(self, ask: RefundRequest) -> UUID:
        """Reserve a refund and return its id; cash is paid out in the same transaction.

        The write lock and the database's own constraints let exactly one of two
        rivals through. Raises `CashierError` as `plan_refund`, and
        ``refund_running`` while another refund of the payment is not settled.
        """
        try:
            with self._store.write() as tx:
                return self._reserve(tx, ask)
        except RivalRefundError as error:
            raise CashierError(
                "refund_running",
                "Another refund of this payment is not settled yet.",
                "Wait for it; its state is shown with the order.",
            ) from error

    def advance(self, refund_id: UUID) -> RefundProgress:
        """Take one step of a refund that asks somebody outside."""
        with self._store.read() as tx:
            provider = tx.refund(refund_id).provider_id
        return self._providers[provider].refund_payment(refund_id)

    def open_refunds(self) -> list[UUID]:
        """Return the refunds on which work is left, oldest first."""
        with self._store.read() as tx:
            return list(tx.open_refunds())

    def withdraw(self, refund_id: UUID) -> None:
        """Cancel a refund of which nothing was sent; raises `CashierError` otherwise."""
        now = self._clock()
        with self._store.write() as tx:
            if not tx.move(refund_id, RefundState.PLANNED, RefundState.CANCELED, now):
                raise CashierError(
                    "refund_sent", "This refund was already sent.", "Wait for its result."
                )
            _note(tx, refund_id, RefundState.CANCELED, now)

    def approve_again(self, refund_id: UUID) -> RefundState:
        """Allow one more try under a new key, as a person's decision that the journal keeps.

        Does nothing unless the refund failed for certain or was missing from two
        listings; what failed is reserved anew. Raises `CashierError` when that
        amount can no longer be refunded or the refund was just being worked on.
        """
        with self._store.write() as tx:
            facts = tx.refund(refund_id)
            data = {"refund": str(refund_id), "amount": facts.amount_minor}
            event = Event("refund_approved_again", str(facts.order_id), data, tx.actor())
            tx.record(event, self._clock())
        return self._providers[facts.provider_id].approve_refund_again(refund_id)

    def _reserve(self, tx: RefundTx, ask: RefundRequest) -> UUID:
        plan, now = _plan(tx, ask), self._clock()
        new = _new(plan, ask)
        tx.reserve(new, now)
        data = {"amount": plan.amount_minor, "currency": plan.currency, "reason": ask.reason.value}
        tx.record(Event("refund_requested", str(ask.order_id), data, tx.actor()), now)
        if plan.provider_id == CASH:
            tx.move(new.id, RefundState.PLANNED, RefundState.SUCCEEDED, now)
            after_settling(tx, new.id, RefundState.SUCCEEDED, now)
        return new.id


def after_settling(tx: RefundTx, refund_id: UUID, state: RefundState, at: datetime) -> None:
    """Follow a refund's change of state inside its transaction: journal, shelf and outbox."""
    _note(tx, refund_id, state, at)
    if state is RefundState.SUCCEEDED:
        tx.restock(refund_id, at)
        tx.count(refund_id, at)
    if state in _TOLD:
        tx.enqueue(refund_id)


def _plan(tx: RefundTx, ask: RefundRequest) -> RefundPlan:
    return plan_refund(ask, tx.payments(ask.order_id), tx.lines(ask.order_id))


def _note(tx: RefundTx, refund_id: UUID, state: RefundState, at: datetime) -> None:
    facts = tx.refund(refund_id)
    data = {"refund": str(refund_id), "amount": facts.amount_minor, "code": facts.code}
    tx.record(Event(f"refund_{state.value}", str(facts.order_id), data), at)


def _new(plan: RefundPlan, ask: RefundRequest) -> NewRefund:
    return NewRefund(
        id=new_id(),
        order_id=plan.order_id,
        payment_id=plan.payment_id,
        provider_id=plan.provider_id,
        currency=plan.currency,
        amount_minor=plan.amount_minor,
        fee_minor=plan.fee_minor,
        reason=ask.reason,
        note=without_cards(ask.note).strip()[:500],
        lines=plan.lines,
    )
