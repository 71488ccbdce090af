"""Runs the refund machine against Stripe and the rows, one bounded step at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from pos.errors import CashierError, IllegalTransitionError
from pos.models.states import RefundState
from pos.terminal import refund_machine
from pos.terminal.api import RefundProgress
from pos.terminal.attempt import Context
from pos.terminal.ports import AttemptStore, StripePort
from pos.terminal.refund_machine import (
    ListRefunds,
    LookRefund,
    RefundAttempt,
    RefundPause,
    RefundView,
    SendRefund,
)


class RefundDriver:
    """Used by the payments thread alone."""

    def __init__(
        self, store: AttemptStore, stripe: StripePort, context: Callable[[], Context]
    ) -> None:
        self._store = store
        self._stripe = stripe
        self._context = context
        self._views: dict[UUID, RefundView] = {}

    def step(self, refund_id: UUID) -> RefundProgress:
        """Decide, ask at most once, write once."""
        loaded = self._store.load_refund(refund_id)
        r = replace(loaded, view=self._views.pop(refund_id, RefundView()))
        action = refund_machine.decide(r, self._context())
        match action:
            case SendRefund(op):
                r = self._send(r, op.key, action)
            case ListRefunds():
                answer = self._stripe.refunds_of(r.intent_id)
                r = self._save(r, refund_machine.absorb_list(r, answer, self._context()))
            case LookRefund():
                r = self._save(r, refund_machine.absorb_refund(r, self._stripe.refund(r.reference)))
            case RefundPause(code, seconds):
                return _progress(r, code, seconds)
        self._views[refund_id] = r.view
        return _progress(r, "", None if r.state in refund_machine.SETTLED else 0.0)

    def approve_again(self, refund_id: UUID) -> RefundState:
        """Put one more key at the machine's disposal; a failed refund is reserved anew."""
        before = self._store.load_refund(refund_id)
        after = refund_machine.approve_again(before, self._context())
        try:
            return self._save(before, after).state
        except IllegalTransitionError as error:
            raise CashierError(
                "refund_busy", "This refund was just being checked.", "Try again in a moment."
            ) from error

    def _send(self, r: RefundAttempt, key: str, action: SendRefund) -> RefundAttempt:
        journalled = self._save(r, refund_machine.sending(r, action.op, self._context()))
        op = next(op for op in journalled.ops if op.key == key)
        answer = self._stripe.post(op)
        answered = refund_machine.absorb_post(journalled, key, answer, self._context())
        return self._save(journalled, answered)

    def _save(self, before: RefundAttempt, after: RefundAttempt) -> RefundAttempt:
        if after == before:
            return after
        self._store.save_refund(before, after)
        return replace(after, version=before.version + 1)


def _progress(r: RefundAttempt, code: str, delay: float | None) -> RefundProgress:
    return RefundProgress(refund_id=r.id, state=r.state, code=code, delay=delay, notice=r.notice)
