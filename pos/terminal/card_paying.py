"""What a card attempt does while the cashier wants it paid. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pos.models.states import CardPhase, OpKind, OpState, Wish
from pos.terminal.attempt import (
    Action,
    CardAttempt,
    Choice,
    Context,
    LookIntent,
    LookReader,
    Notice,
    Pause,
    Send,
    Situation,
    Turn,
)
from pos.terminal.card_operations import process
from pos.terminal.card_waits import (
    SECOND_CHANCES,
    in_the_dark,
    is_ours,
    look_pause,
    not_yet,
    seconds_since,
)
from pos.terminal.facts import ReaderFacts
from pos.terminal.operations import Operation, is_old

CARD_TIMEOUT = timedelta(seconds=120)
"""Nobody presented a card: the attempt is canceled and the cashier told (case 38)."""
_BUSY_PAUSE = 2.0
_TRY_OR_LEAVE = (Choice.RETRY, Choice.CANCEL)
_LATE_LOOK = 5.0
"""Seconds between looks while a person is asked and the reader may yet have the payment."""
_RESUME = Pause(Situation.RESUME, (Choice.RESUME, Choice.CANCEL), _LATE_LOOK)


def decide(a: CardAttempt, c: Context) -> Action:
    """Go on with a PaymentIntent that still wants a card, or was just created."""
    op = a.last(OpKind.PROCESS)
    if op is None or op.n < a.asked:
        if a.wish is Wish.PAY:
            return Send(process(a, c, (op.n if op else 0) + 1))
        if op is None:
            return _RESUME
    if a.view.reader is None:
        return _look_at_reader(a)
    if is_ours(a, a.view.reader) and a.view.reader.status == "in_progress":
        return _wait_for_card(a, c)
    return _not_collecting(a, c, op, a.view.reader)


def _look_at_reader(a: CardAttempt) -> Action:
    if a.view.reader_unreachable:
        return Pause(in_the_dark(a), (Choice.CANCEL, Choice.PARK), look_pause(a))
    return LookReader()


def _wait_for_card(a: CardAttempt, c: Context) -> Action:
    waited = c.now - a.dispatched_at if a.dispatched_at else timedelta()
    if waited < timedelta():  # the clock was set back: count anew, or it waits for ever
        return Turn(replace(a, dispatched_at=c.now))
    if waited > CARD_TIMEOUT:
        return Turn(replace(a, wish=Wish.CANCEL, notice=Notice("no_card_presented")))
    return Pause(Situation.WAITING_FOR_CARD, (Choice.CANCEL,), 1.0)


def _not_collecting(a: CardAttempt, c: Context, op: Operation, reader: ReaderFacts) -> Action:
    ours = is_ours(a, reader)
    if ours and reader.status == "succeeded":
        return Pause(Situation.CONFIRMING, (), 1.0)
    if not a.view.again:
        return LookIntent()  # nothing negative is believed on one reading
    if ours and not _of_the_time_before(a, op):
        return _offer(a, _failure(reader), _reader_notice(a, reader))
    return _not_ours(a, c, op)


def _of_the_time_before(a: CardAttempt, op: Operation) -> bool:
    """Tell whether the failure on the reader may be that of an earlier call of this attempt.

    The newest call was never answered and no new charge failed: the reader may
    not have it, so its own key is asked first.
    """
    earlier = any(o.kind is OpKind.PROCESS and o.n < op.n and o.state is OpState.OK for o in a.ops)
    charge = a.view.intent.error_charge if a.view.intent else ""
    return op.is_open and earlier and charge in {"", a.declined_charge}


def _not_ours(a: CardAttempt, c: Context, op: Operation) -> Action:
    """Say why the PaymentIntent still wants a card although the reader is not collecting."""
    charge = a.view.intent.error_charge if a.view.intent else ""
    fresh_decline = op.state is OpState.OK and charge not in {"", a.declined_charge}
    if a.phase is CardPhase.DECLINED or fresh_decline:
        return _offer(a, Situation.DECLINED, _intent_notice(a))
    if op.state is OpState.OK:
        return Pause(Situation.DISPLACED, _TRY_OR_LEAVE, _LATE_LOOK)
    if a.wish is not Wish.PAY:
        return _RESUME
    if wait := not_yet(op, c):
        held = Situation.KEY_REFUSED if op.key_refused else Situation.SENDING
        return Pause(held, (Choice.CANCEL,), wait)
    return _undelivered(a, c, op)


def _undelivered(a: CardAttempt, c: Context, op: Operation) -> Action:
    """Ask the reader again: it does not have it, and the call has no good answer."""
    if op.code == "terminal_reader_busy":
        return _busy(a, c, op)
    if op.code == "terminal_reader_offline":
        return Pause(Situation.READER_OFFLINE, _TRY_OR_LEAVE)
    undelivered = Pause(Situation.NOT_DELIVERED, _TRY_OR_LEAVE, _LATE_LOOK)
    if op.state is OpState.NO:
        return undelivered
    spent = op.code == "terminal_reader_timeout" or op.replays_an_error
    if spent or is_old(op, c.now, c.server_now):
        second = op.n - a.asked + 1 < SECOND_CHANCES
        again = Send(process(a, c, op.n + 1))
        return again if second else undelivered
    return Send(op)  # never answered: the same key executes for the first time


def _busy(a: CardAttempt, c: Context, op: Operation) -> Action:
    """Wait for somebody else's payment on the reader; it is never canceled by us (case 22)."""
    first = next(o for o in a.ops if o.kind is OpKind.PROCESS and o.n >= a.asked)
    if seconds_since(first, c) > CARD_TIMEOUT.total_seconds():
        return Pause(Situation.READER_BUSY, _TRY_OR_LEAVE)
    if seconds_since(op, c) < _BUSY_PAUSE:
        return Pause(Situation.READER_BUSY, (Choice.CANCEL,), _BUSY_PAUSE)
    return Send(process(a, c, op.n + 1))


def _offer(a: CardAttempt, situation: Situation, notice: Notice) -> Action:
    """Put a definite failure on record and let the cashier choose."""
    charge = (a.view.intent.error_charge if a.view.intent else "") or a.declined_charge
    marked = replace(a, phase=CardPhase.DECLINED, notice=notice, declined_charge=charge)
    if marked != a:
        return Turn(marked)
    late = _LATE_LOOK if situation is Situation.READER_FAILED else None  # it may hide a charge
    return Pause(situation, _TRY_OR_LEAVE, late)


def _failure(reader: ReaderFacts) -> Situation:
    return {
        "customer_canceled": Situation.CUSTOMER_CANCELED,
        "connection_error": Situation.READER_FAILED,
    }.get(reader.failure_code, Situation.DECLINED)


def _reader_notice(a: CardAttempt, reader: ReaderFacts) -> Notice:
    spoken = _intent_notice(a)
    if reader.failure_code in {"", "card_declined"} and spoken.code:
        return spoken
    return Notice(reader.failure_code or "reader_failed", reader.failure_message)


def _intent_notice(a: CardAttempt) -> Notice:
    if a.view.intent and a.view.intent.error_code:
        return Notice(a.view.intent.error_code, a.view.intent.error_message)
    return a.notice if a.notice.code else Notice("card_declined")
