"""The card attempt as a pure function: what to do next (payments.md, section 5.1).

PAID is only ever concluded from a PaymentIntent that was read, NOT PAID only
from one that was read as canceled. The reader is a hint.
"""

from __future__ import annotations

from dataclasses import replace

from pos.models.states import CardPhase, OpKind, OpState, Wish
from pos.terminal import card_cancelling, card_paying
from pos.terminal.attempt import (
    Action,
    CardAttempt,
    Choice,
    Context,
    Done,
    LookIntent,
    LookList,
    LookReader,
    Pause,
    Send,
    Situation,
    Turn,
)
from pos.terminal.card_operations import cancel_intent, create
from pos.terminal.card_waits import in_the_dark, is_ours, look_pause, not_yet
from pos.terminal.facts import UNDECIDED
from pos.terminal.operations import Operation, is_old

DONE = {
    CardPhase.SUCCEEDED: Situation.APPROVED,
    CardPhase.CANCELED: Situation.CANCELED,
    CardPhase.REFUSED: Situation.REFUSED,
    CardPhase.CLOSED: Situation.CLOSED,
}
_NEEDS_CHECK = Pause(Situation.NEEDS_CHECK, (Choice.CHECK, Choice.PARK, Choice.CLOSE))


def decide(a: CardAttempt, c: Context) -> Action:
    """Return the one next action; the same for the live sale and the morning after."""
    if any(op.account != c.account for op in a.ops) and not a.is_settled:
        return Pause(Situation.FOREIGN_ACCOUNT, (Choice.CHECK, Choice.PARK))
    if stray := _put_away_strays(a, c):
        return stray
    if a.is_settled:
        return Done(DONE[a.phase])
    if not a.intent_id:
        return _open_intent(a, c)
    if seen := _look_at_intent(a):
        return seen
    return card_cancelling.decide(a, c) if a.wish is Wish.CANCEL else card_paying.decide(a, c)


def _open_intent(a: CardAttempt, c: Context) -> Action:
    op = a.last(OpKind.CREATE)
    if a.phase is CardPhase.NEEDS_CHECK:
        return _NEEDS_CHECK if a.view != type(a.view)() else LookList(a.created_at)
    if op is None or op.state is OpState.NO:
        if a.wish is not Wish.PAY:  # nothing ever left for Stripe, or nothing came of it
            return Turn(replace(a, phase=CardPhase.CANCELED))
        return Send(create(a, c, (op.n if op else 0) + 1))
    if wait := not_yet(op, c):
        return _offline(op, wait)
    if a.view.not_listed:  # looked for and not there: give the old key up
        return Turn(_given_up(a, op))
    if op.replays_an_error or is_old(op, c.now, c.server_now):
        return _offline(op, look_pause(a)) if a.view.intent_unreachable else LookList(a.created_at)
    return Send(op)


def _look_at_intent(a: CardAttempt) -> Action | None:
    """See to it that the PaymentIntent was read in this round and can be acted on."""
    if a.phase is CardPhase.NEEDS_CHECK and (a.view.intent or a.view.intent_unreachable):
        return _NEEDS_CHECK
    if a.view.intent_unreachable:
        return _cannot_see(a)
    if a.view.intent is None and not _fresh_from_create(a):
        return LookIntent()
    if a.view.intent and a.view.intent.status in UNDECIDED:
        return Pause(Situation.PROCESSING, (), 1.0)
    return None


def _fresh_from_create(a: CardAttempt) -> bool:
    """Tell whether the PaymentIntent was created a moment ago and nothing done with it."""
    return a.phase is CardPhase.CREATED and a.wish is Wish.PAY and a.last(OpKind.PROCESS) is None


def _cannot_see(a: CardAttempt) -> Action:
    """No answer about the PaymentIntent: never conclude, keep asking (case 29)."""
    if not a.reader_was_asked:
        situation = Situation.KEY_REFUSED if a.view.key_refused else Situation.UNREACHABLE
        return Pause(situation, (Choice.CHECK, Choice.CANCEL), look_pause(a))
    if a.view.reader is None and not a.view.reader_unreachable:
        return LookReader()
    if a.view.reader and is_ours(a, a.view.reader) and a.view.reader.status == "succeeded":
        return Pause(Situation.CONFIRMING, (Choice.CHECK, Choice.PARK), look_pause(a))
    return Pause(in_the_dark(a), (Choice.CHECK, Choice.PARK), look_pause(a))


def _offline(op: Operation, wait: float) -> Action:
    refused = op.state is OpState.HELD and op.http_status in {401, 403}
    situation = Situation.KEY_REFUSED if refused else Situation.UNREACHABLE
    return Pause(situation, (Choice.CHECK, Choice.CANCEL), wait)


def _put_away_strays(a: CardAttempt, c: Context) -> Action | None:
    """Cancel PaymentIntents that a stored 500 left behind; no reader ever saw them (case 8)."""
    for stray in a.strays:
        op = next((o for o in reversed(a.ops) if o.target == stray), None)
        if op is None:
            nth = sum(o.kind is OpKind.CANCEL_INTENT for o in a.ops) + 1
            return Send(cancel_intent(replace(a, intent_id=stray), c, nth))
        if op.is_open:
            wait = not_yet(op, c)
            return Pause(Situation.SENDING, (), wait) if wait else Send(op)
    return None


def _given_up(a: CardAttempt, op: Operation) -> CardAttempt:
    gone = replace(op, state=OpState.NO, code="not_found_by_listing", not_before=None)
    return replace(a, ops=tuple(gone if o.key == op.key else o for o in a.ops))
