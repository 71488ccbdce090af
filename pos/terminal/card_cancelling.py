"""What a card attempt does to end without a charge. Pure.

Free the reader if what it shows is ours, cancel the PaymentIntent, read it
once more. If a charge came first, the charge wins and the cashier is told.
"""

from __future__ import annotations

from pos.models.states import OpKind
from pos.terminal.attempt import (
    Action,
    CardAttempt,
    Choice,
    Context,
    LookReader,
    Notice,
    Pause,
    Send,
    Situation,
    Turn,
)
from pos.terminal.card_answers import needs_check
from pos.terminal.card_operations import cancel_action, cancel_intent
from pos.terminal.card_waits import SECOND_CHANCES, in_the_dark, is_ours, not_yet, seconds_since
from pos.terminal.operations import is_old

_BUSY_TRIES = 60
"""A card being authorised keeps the reader busy for some seconds; then it is stuck (case 37)."""
_COOL_DOWN = 10.0
"""Seconds after which a person may have one more try at what Stripe keeps refusing."""


def decide(a: CardAttempt, c: Context) -> Action:
    """Go on with putting away a PaymentIntent that was just read as wanting a card."""
    if a.last(OpKind.PROCESS) is None or _gave_up_on_reader(a) or a.view.reader_unreachable:
        return _cancel_intent(a, c)
    if a.view.reader is None:
        return LookReader()
    if is_ours(a, a.view.reader) and a.view.reader.status == "in_progress":
        return _free_reader(a, c)
    return _cancel_intent(a, c)


def _gave_up_on_reader(a: CardAttempt) -> bool:
    tries = [op for op in a.ops if op.kind is OpKind.CANCEL_ACTION]
    busy = all(op.code == "terminal_reader_busy" for op in tries)
    return sum(op.sends for op in tries) >= (_BUSY_TRIES if busy else SECOND_CHANCES)


def _free_reader(a: CardAttempt, c: Context) -> Action:
    op = a.last(OpKind.CANCEL_ACTION)
    if op is None:
        return Send(cancel_action(a, c, 1))
    if op.is_open:
        if wait := not_yet(op, c):
            return Pause(Situation.CANCELLING, (), wait)
        if not (op.replays_an_error or is_old(op, c.now, c.server_now)):
            return Send(op)
    elif op.code == "terminal_reader_busy" and seconds_since(op, c) < 1:
        return Pause(Situation.PROCESSING, (), 1.0)  # a card is being authorised: it decides
    return Send(cancel_action(a, c, op.n + 1))


def _cancel_intent(a: CardAttempt, c: Context) -> Action:
    op = a.last(OpKind.CANCEL_INTENT)
    if op is None or op.target != a.intent_id:
        return Send(cancel_intent(a, c, (op.n if op else 0) + 1))
    if wait := not_yet(op, c):
        return Pause(in_the_dark(a), (Choice.PARK,), wait)
    if op.is_open and not (op.replays_an_error or is_old(op, c.now, c.server_now)):
        return Send(op)
    if op.n >= SECOND_CHANCES * 2 and seconds_since(op, c) < _COOL_DOWN:
        return Turn(needs_check(a, Notice(op.code or "cancel_failed", op.message)))
    return Send(cancel_intent(a, c, op.n + 1))
