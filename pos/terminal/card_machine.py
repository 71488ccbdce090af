"""The card attempt as a pure function: what to do next (payments.md, section 5.1).

PAID is only ever concluded from a PaymentIntent that was read, NOT PAID only
from one that was read as canceled. The reader is a hint.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

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
    Notice,
    Pause,
    Send,
    Situation,
    Turn,
)
from pos.terminal.card_answers import needs_check
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
_BY_A_PERSON = (Choice.CHECK, Choice.PARK, Choice.CLOSE)
_NEEDS_CHECK = Pause(Situation.NEEDS_CHECK, _BY_A_PERSON)
_AT_COUNTER = frozenset({Choice.RETRY, Choice.RESUME, Choice.PARK})
"""Not for a payment that was set aside: the reader belongs to the next sale."""
_KEY_LOOK = 15.0
_RELEASED_LOOK = 60.0
_CLOCK_DOUBT = timedelta(minutes=5)
_LONG_AGO = timedelta(days=7)


def decide(a: CardAttempt, c: Context) -> Action:
    """Return the one next action; the same for the live sale and the morning after."""
    action = _decide(a, c)
    if a.parked and isinstance(action, Pause):
        return replace(action, choices=tuple(x for x in action.choices if x not in _AT_COUNTER))
    return action


def _decide(a: CardAttempt, c: Context) -> Action:
    if stuck := _without_the_key(a, c):
        return stuck
    if stray := _put_away_strays(a, c):
        return stray
    if a.is_settled:
        return Done(DONE[a.phase])
    if not a.intent_id:
        return _open_intent(a, c)
    if seen := _look_at_intent(a):
        return seen
    return card_cancelling.decide(a, c) if a.wish is Wish.CANCEL else card_paying.decide(a, c)


def _without_the_key(a: CardAttempt, c: Context) -> Action | None:
    """Another account's "no such payment" proves nothing: wait for the right key (case 69)."""
    if a.is_settled and not a.strays:
        return None
    leave = () if any(op.kind is OpKind.PROCESS for op in a.ops) else (Choice.CANCEL,)
    if not c.account and (a.ops or a.wish is Wish.PAY):
        return Pause(Situation.KEY_REFUSED, (Choice.CHECK, *(leave or (Choice.PARK,))), _KEY_LOOK)
    if all(op.account == c.account for op in a.ops):
        return None
    if a.phase is CardPhase.NEEDS_CHECK or a.is_settled or a.released:
        return Pause(Situation.FOREIGN_ACCOUNT, (*_BY_A_PERSON, *leave), _KEY_LOOK)
    return Turn(needs_check(a, Notice("foreign_account", "Paid under another Stripe account.")))


def _ask_a_person(a: CardAttempt) -> Action:
    """Wait for a person; what was released is on nobody's screen, so it looks again by itself."""
    return replace(_NEEDS_CHECK, seconds=_RELEASED_LOOK) if a.released else _NEEDS_CHECK


def _open_intent(a: CardAttempt, c: Context) -> Action:
    op = a.last(OpKind.CREATE)
    if a.phase is CardPhase.NEEDS_CHECK:
        return _ask_a_person(a) if a.view != type(a.view)() else LookList(_since(a, op, c))
    if a.wish is not Wish.PAY and (op is None or op.state in {OpState.NO, OpState.HELD}):
        return Turn(replace(a, phase=CardPhase.CANCELED))  # nothing was ever opened at Stripe
    if op is None or op.state is OpState.NO:
        return _open_first(a, c, (op.n if op else 0) + 1)
    if wait := not_yet(op, c):
        return _offline(op, wait)
    return _open_again(a, op, c)


def _open_first(a: CardAttempt, c: Context, n: int) -> Action:
    """Create it, once Stripe's clock is known: the age of every key can then be proven."""
    return _clock_first(a, c) or Send(create(a, c, n))


def _clock_first(a: CardAttempt, c: Context) -> Action | None:
    """Look at the reader where nothing else is read: any answer of Stripe's tells its time."""
    if c.server_now is None and a.view.reader is None:
        dark = Pause(Situation.UNREACHABLE, (Choice.CHECK, Choice.CANCEL), look_pause(a))
        return dark if a.view.reader_unreachable else LookReader()
    return None


def _open_again(a: CardAttempt, op: Operation, c: Context) -> Action:
    """Send a create again under its key, unless only a listing can tell what became of it."""
    dead = op.replays_an_error or is_old(op, c.now, c.server_now)
    if not dead and (a.view.not_listed or c.server_now is not None):
        return Send(op)
    if a.view.intent_unreachable:
        return _offline(op, look_pause(a))
    if not a.view.not_listed:
        return LookList(_since(a, op, c))
    return Turn(_given_up(a, op))  # looked for and not there: give the old key up


def _since(a: CardAttempt, op: Operation | None, c: Context) -> datetime:
    """Return when the attempt began, by Stripe's clock where that is known (case 70)."""
    ahead = c.now - c.server_now if c.server_now else timedelta()
    sent = op.server_at if op and op.server_at else a.created_at
    if sent > c.now + _CLOCK_DOUBT:  # the clock was ahead when it began: nobody knows when
        return c.now - _LONG_AGO
    return min(a.created_at, sent) - max(ahead, timedelta())


def _look_at_intent(a: CardAttempt) -> Action | None:
    """See to it that the PaymentIntent was read in this round and can be acted on."""
    if a.phase is CardPhase.NEEDS_CHECK and (a.view.intent or a.view.intent_unreachable):
        return _ask_a_person(a)
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
    situation = Situation.KEY_REFUSED if op.key_refused else Situation.UNREACHABLE
    return Pause(situation, (Choice.CHECK, Choice.CANCEL), wait)


def _put_away_strays(a: CardAttempt, c: Context) -> Action | None:
    """Cancel PaymentIntents that a stored 500 left behind; no reader ever saw them (case 8)."""
    if a.strays and (look := _clock_first(a, c)):
        return look
    for stray in a.strays:
        op = next((o for o in reversed(a.ops) if o.target == stray), None)
        if op is None or _is_dead(op, c):  # a second cancel of the same intent is harmless
            nth = sum(o.kind is OpKind.CANCEL_INTENT for o in a.ops) + 1
            return Send(cancel_intent(replace(a, intent_id=stray), c, nth))
        wait = not_yet(op, c)
        return _offline(op, wait) if wait else Send(op)
    return None


def _is_dead(op: Operation, c: Context) -> bool:
    """Tell whether its key is of no use any more: pruned by now, or bound to a stored 500."""
    waited = not not_yet(op, c)
    return waited and (op.replays_an_error or is_old(op, c.now, c.server_now))


def _given_up(a: CardAttempt, op: Operation) -> CardAttempt:
    gone = replace(op, state=OpState.NO, code="not_found_by_listing", not_before=None)
    return replace(a, ops=tuple(gone if o.key == op.key else o for o in a.ops))
