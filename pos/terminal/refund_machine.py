"""A card refund as a pure function (payments.md, sections 2 and 5.3, cases 55 to 62).

Partial refunds have no natural guard at Stripe: the key, ``metadata.refund``
and a listing before any second sending are what keeps them single.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from pos.models.states import OpKind, OpState, RefundState
from pos.terminal.attempt import NO_NOTICE, Context, Notice
from pos.terminal.card_waits import not_yet
from pos.terminal.facts import Body
from pos.terminal.operations import (
    Answer,
    Operation,
    Outcome,
    freeze,
    is_old,
    pause,
)

SETTLED = frozenset({RefundState.SUCCEEDED, RefundState.FAILED, RefundState.CANCELED})
ABSENT_TWICE = timedelta(minutes=10)
"""After a stored 500 a refund must be missing from two listings this far apart (case 58)."""
_PENDING_LOOK = 3600.0
_CAREFUL_LOOK = 60.0
_KEY_LOOK = 15.0


@dataclass(frozen=True, slots=True)
class RefundView:
    """What was read in this round; ``absent_at`` is when a listing did not show the refund."""

    absent: bool = False
    absent_at: datetime | None = None
    unreachable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAttempt:
    """One refund of one card payment; ``amount_minor`` is always sent explicitly.

    ``approved_n`` is the key number a person agreed to beyond the first.
    """

    id: UUID
    intent_id: str
    amount_minor: int
    currency: str
    state: RefundState = RefundState.PLANNED
    approved_n: int = 1
    reference: str = ""
    notice: Notice = NO_NOTICE
    absent_since: datetime | None = None
    looks: int = 0
    ops: tuple[Operation, ...] = ()
    version: int = field(default=1, compare=False)
    view: RefundView = field(default=RefundView(), compare=False)

    @property
    def last(self) -> Operation | None:
        """Return the newest operation."""
        return self.ops[-1] if self.ops else None


@dataclass(frozen=True, slots=True)
class SendRefund:
    """Journal this operation, then POST it."""

    op: Operation


@dataclass(frozen=True, slots=True)
class ListRefunds:
    """List the PaymentIntent's refunds and match ``metadata.refund``."""


@dataclass(frozen=True, slots=True)
class LookRefund:
    """GET a refund whose id is known."""


@dataclass(frozen=True, slots=True)
class RefundPause:
    """Wait; for a person when ``seconds`` is None. ``code`` says what for."""

    code: str
    seconds: float | None = None


RefundAction = SendRefund | ListRefunds | LookRefund | RefundPause


def decide(r: RefundAttempt, c: Context) -> RefundAction:
    """Return the one next action."""
    if r.state in SETTLED:
        return RefundPause(r.state.value)
    if not c.account or any(op.account != c.account for op in r.ops):
        return RefundPause("foreign_account" if c.account else "key_refused", _KEY_LOOK)
    if r.reference:
        seen = r.view.absent or r.view.unreachable
        return RefundPause("pending", _PENDING_LOOK) if seen else LookRefund()
    op = r.last
    if op and op.is_open and (wait := not_yet(op, c)):
        return RefundPause("key_refused" if op.key_refused else "unknown", wait)
    if c.server_now is None and not r.view.absent:
        return _look_first(r)  # no key leaves, first or again, unless its age can be proven
    if op is None or (op.n < r.approved_n and not op.is_open):
        return SendRefund(_operation(r, c, (op.n if op else 0) + 1))
    return _unanswered(r, op, c)


def _look_first(r: RefundAttempt) -> RefundAction:
    if r.view.unreachable:
        return RefundPause("unknown", pause(r.looks).total_seconds())
    return ListRefunds()


def _unanswered(r: RefundAttempt, op: Operation, c: Context) -> RefundAction:
    if op.state is OpState.HELD and not is_old(op, c.now, c.server_now):
        return SendRefund(op)  # never executed: the same key
    return _absent(r, op, c) if r.view.absent else _look_first(r)


def _absent(r: RefundAttempt, op: Operation, c: Context) -> RefundAction:
    """Stripe lists no such refund: decide whether the same key may still bring it.

    A key that looks old may be one whose first sending still runs, seen by a
    clock that was set: a new one only after two listings, as after a stored 500.
    """
    twice = r.view.absent_at is not None and _absent_twice(r, r.view.absent_at)
    if op.replays_an_error:
        if twice and op.n < r.approved_n:
            return SendRefund(_operation(r, c, op.n + 1))
        return RefundPause("needs_manager" if twice else "unknown", _CAREFUL_LOOK)
    if not is_old(op, c.now, c.server_now):
        return SendRefund(op)
    again = SendRefund(_operation(r, c, op.n + 1))
    return again if twice else RefundPause("unknown", _CAREFUL_LOOK)


def _absent_twice(r: RefundAttempt, at: datetime) -> bool:
    """Compare two listings, not a listing and the clock: a computer may sleep after the first."""
    return r.absent_since is not None and at - r.absent_since >= ABSENT_TWICE


def _stripe_time(c: Context) -> datetime:
    """Tell the time by a clock that nobody at the counter can set, where that is known."""
    return c.server_now or c.now


def sending(r: RefundAttempt, op: Operation, c: Context) -> RefundAttempt:
    """Become durable before the bytes leave."""
    sent = op.sent(c.now, c.server_now)
    known = any(o.key == op.key for o in r.ops)
    ops = tuple(sent if o.key == op.key else o for o in r.ops) if known else (*r.ops, sent)
    return replace(r, ops=ops, state=RefundState.SENT, absent_since=None, view=RefundView())


def absorb_post(r: RefundAttempt, key: str, answer: Answer, c: Context) -> RefundAttempt:
    """Take in the answer to the POST with this key."""
    op = next(o for o in r.ops if o.key == key).answered(answer, c.now)
    r = replace(r, ops=tuple(op if o.key == key else o for o in r.ops), view=RefundView())
    if op.state is OpState.OK and answer.body is not None:
        return _seen(r, answer.body)
    if op.state is OpState.NO:
        # an earlier key without an answer, or a refused key: only a listing can tell (case 58)
        unsure = any(o.is_open for o in r.ops) or op.code == "idempotency_error"
        state = RefundState.UNKNOWN if unsure else RefundState.FAILED
        return replace(r, state=state, notice=Notice(op.code or "refused", op.message))
    return replace(r, state=RefundState.UNKNOWN)


def absorb_list(r: RefundAttempt, answer: Answer, c: Context) -> RefundAttempt:
    """Take in a listing: a refund that carries our id is ours, whoever answered."""
    if answer.outcome is not Outcome.OK or answer.body is None:
        return replace(r, view=RefundView(unreachable=True), looks=r.looks + 1)
    for body in answer.body.get("data", ()):
        ours = (body.get("metadata") or {}).get("refund") == str(r.id)
        if ours and body.get("status") not in {"failed", "canceled"}:
            return _seen(replace(r, looks=0, ops=_settled(r)), body)
    if r.last is not None and r.last.state is OpState.NO:
        return replace(r, state=RefundState.FAILED, looks=0)
    at = _stripe_time(c)
    view = RefundView(absent=True, absent_at=at)
    return replace(r, view=view, looks=0, absent_since=r.absent_since or at)


def absorb_refund(r: RefundAttempt, answer: Answer) -> RefundAttempt:
    """Take in a read of one refund."""
    if answer.outcome is Outcome.OK and answer.body is not None:
        seen = _seen(r, answer.body)
        return replace(seen, view=RefundView(absent=True))
    return replace(r, view=RefundView(unreachable=True), looks=r.looks + 1)


def approve_again(r: RefundAttempt, c: Context) -> RefundAttempt:
    """Let a person allow one more key: after a definite failure, or a refund missing twice.

    In any other state nothing is changed: the refund may yet come, or be there already.
    """
    op = r.last
    failed = r.state is RefundState.FAILED
    missing = op is not None and op.replays_an_error and _absent_twice(r, _stripe_time(c))
    if op is None or not (failed or (r.state is RefundState.UNKNOWN and missing)):
        return r
    state = RefundState.PLANNED if failed else r.state
    return replace(r, approved_n=op.n + 1, state=state, reference="", view=RefundView())


def _settled(r: RefundAttempt) -> tuple[Operation, ...]:
    """Let the listing stand for the answer that the call never got."""
    done = (replace(op, state=OpState.OK, not_before=None) if op.is_open else op for op in r.ops)
    return tuple(done)


def _seen(r: RefundAttempt, body: Body) -> RefundAttempt:
    state = {
        "succeeded": RefundState.SUCCEEDED,
        "failed": RefundState.FAILED,
        "canceled": RefundState.FAILED,
    }.get(str(body.get("status")), RefundState.PENDING)
    failed = Notice(str(body.get("failure_reason") or "refund_failed"))
    notice = failed if state is RefundState.FAILED else NO_NOTICE
    reference = str(body.get("id", ""))
    return replace(r, state=state, reference=reference, notice=notice, view=RefundView())


def _operation(r: RefundAttempt, c: Context, n: int) -> Operation:
    params = {
        "payment_intent": r.intent_id,
        "amount": r.amount_minor,
        "metadata": {"refund": str(r.id)},
    }
    return Operation(r.id, OpKind.REFUND, n, r.intent_id, freeze(params), c.account, c.api_version)
