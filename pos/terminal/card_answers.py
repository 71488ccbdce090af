"""What an answer does to a card attempt. Pure; the counterpart of `card_machine.decide`."""

from __future__ import annotations

from dataclasses import replace

from pos.models.states import CardPhase, OpKind, OpState, Wish
from pos.terminal.attempt import NO_NOTICE, CardAttempt, Choice, Context, Notice, View
from pos.terminal.facts import IntentFacts, read_intent, read_reader
from pos.terminal.operations import Answer, Operation, Outcome

PAID_ANYWAY = Notice("paid_before_cancel", "The customer paid before it could be canceled.")
"""The charge won (cases 32 and 33): the cashier is told, and may refund it."""
_EMPTY = View()


def sending(a: CardAttempt, op: Operation, c: Context) -> CardAttempt:
    """Become durable before the bytes of ``op`` leave."""
    sent = op.sent(c.now, c.server_now)
    known = any(o.key == op.key for o in a.ops)
    ops = tuple(sent if o.key == op.key else o for o in a.ops) if known else (*a.ops, sent)
    phase, dispatched = a.phase, a.dispatched_at
    if op.kind is OpKind.PROCESS:
        phase, dispatched = CardPhase.DISPATCHED, c.now
    elif op.kind is not OpKind.CREATE and op.target not in a.strays and not a.is_settled:
        phase = CardPhase.CANCELLING
    return replace(a, ops=ops, phase=phase, dispatched_at=dispatched, view=_EMPTY)


def absorb_post(a: CardAttempt, key: str, answer: Answer, c: Context) -> CardAttempt:
    """Take in the answer to the operation with this key."""
    op = next(o for o in a.ops if o.key == key).answered(answer, c.now)
    a = replace(a, ops=tuple(op if o.key == key else o for o in a.ops), view=_EMPTY)
    if op.kind is OpKind.CREATE:
        return _created(a, op, answer)
    if op.target in a.strays:
        left = tuple(stray for stray in a.strays if stray != op.target or op.is_open)
        return replace(a, strays=left)
    return _told(a, answer)


def _told(a: CardAttempt, answer: Answer) -> CardAttempt:
    """Take a refusal's own PaymentIntent at its word, but read a paid one again for its card."""
    facts = read_intent(answer.intent) if answer.intent is not None else None
    if facts is None or facts.id != a.intent_id or facts.status == "succeeded":
        return a
    return _seen(a, facts)


def absorb_intent(a: CardAttempt, answer: Answer) -> CardAttempt:
    """Take in a read of the PaymentIntent; no answer changes nothing but the looks."""
    if answer.outcome is Outcome.OK and answer.body is not None:
        facts = read_intent(answer.body)
        view = replace(a.view, intent=facts, again=a.view.reader is not None)
        return _seen(replace(a, view=view, looks=0), facts)
    view = replace(a.view, intent_unreachable=True, key_refused=answer.status in {401, 403})
    a = replace(a, view=view, looks=a.looks + 1)
    if answer.code == "resource_missing":  # never "not paid" (case 69)
        return needs_check(a, Notice("resource_missing", answer.message))
    return a


def absorb_reader(a: CardAttempt, answer: Answer) -> CardAttempt:
    """Take in a read of the reader."""
    if answer.outcome is Outcome.OK and answer.body is not None:
        return replace(a, view=replace(a.view, reader=read_reader(answer.body)), looks=0)
    return replace(a, view=replace(a.view, reader_unreachable=True), looks=a.looks + 1)


def absorb_list(a: CardAttempt, answer: Answer, *, blind: bool = False) -> CardAttempt:
    """Adopt what a lost create left at Stripe; more than one: keep the first, cancel the rest.

    ``blind``: asked before Stripe's clock was known, so a wrong clock here may
    have made it look past what is there; nothing is concluded from an empty one.
    """
    if answer.outcome is not Outcome.OK or answer.body is None:
        return replace(a, view=replace(a.view, intent_unreachable=True), looks=a.looks + 1)
    found = [read_intent(body) for body in answer.body.get("data", ())]
    mine = [facts for facts in found if facts.attempt == str(a.id) and facts.status != "canceled"]
    if not mine:
        return replace(a, view=replace(a.view, not_listed=not blind), looks=0)
    known = {a.intent_id, *a.strays}
    strays = tuple(facts.id for facts in mine[1:] if facts.id not in known)
    adopted = _settle_create(replace(a, strays=a.strays + strays, looks=0))
    return _opened(adopted, mine[0])


def rested(a: CardAttempt) -> CardAttempt:
    """Forget what was read: after a wait everything is asked anew."""
    return replace(a, view=_EMPTY)


def recovered(a: CardAttempt) -> CardAttempt:
    """Start-up: go on looking and canceling, but wake no reader without a person (P7)."""
    return replace(a, wish=Wish.ASK if a.wish is Wish.PAY else a.wish, view=_EMPTY)


def choose(a: CardAttempt, choice: Choice) -> CardAttempt:
    """Do what the cashier chose; a choice that no longer fits changes nothing."""
    if a.is_settled:
        return a
    if choice is Choice.CANCEL:
        return _cancel(a)
    if choice is Choice.CLOSE:
        return replace(a, phase=CardPhase.CLOSED) if a.phase is CardPhase.NEEDS_CHECK else a
    if choice in {Choice.RETRY, Choice.RESUME} and a.wish is not Wish.CANCEL:
        return _again(a, choice)
    if choice is Choice.PARK:
        a = _parked(a)
    return replace(_looked_anew(a), ops=tuple(replace(op, not_before=None) for op in a.ops))


def _looked_anew(a: CardAttempt) -> CardAttempt:
    """Look again, but let a look that is under way go on: pressing often delays nothing."""
    dark = a.view.intent_unreachable or a.view.reader_unreachable
    return rested(a) if dark or a.phase is CardPhase.NEEDS_CHECK else a


def _parked(a: CardAttempt) -> CardAttempt:
    """Set aside: the reader is free for the next sale and never asked again for this one.

    If Stripe says that it is paid, it is sold; else it is put away, as nobody
    will go on with it.
    """
    wish = a.wish if a.phase is CardPhase.NEEDS_CHECK else Wish.CANCEL
    return replace(a, parked=True, wish=wish)


def _again(a: CardAttempt, choice: Choice) -> CardAttempt:
    if a.parked or a.released:  # another sale may have the reader, another tender the money
        return rested(a)
    op = a.last(OpKind.PROCESS)
    fresh = choice is Choice.RETRY and op is not None
    asked = op.n + 1 if fresh and op is not None else a.asked
    phase = CardPhase.CREATED if a.phase is CardPhase.DECLINED else a.phase
    return replace(a, wish=Wish.PAY, asked=asked, phase=phase, notice=NO_NOTICE, view=_EMPTY)


def _cancel(a: CardAttempt) -> CardAttempt:
    left = any(op.kind is OpKind.PROCESS for op in a.ops)
    if left and a.phase is CardPhase.NEEDS_CHECK:
        return a  # a person checks or closes it; pressing cancel must not delay the look
    phase = CardPhase.INTENT if not a.intent_id else a.phase
    view = a.view if a.wish is Wish.CANCEL else _EMPTY  # pressing often delays nothing
    return replace(a, wish=Wish.CANCEL, released=a.released or not left, phase=phase, view=view)


def _created(a: CardAttempt, op: Operation, answer: Answer) -> CardAttempt:
    if op.state is OpState.OK and answer.body is not None:
        return _opened(a, read_intent(answer.body))
    if op.state is not OpState.NO:
        return a
    notice = Notice(op.code or "refused", op.message)
    if op.code == "idempotency_error":  # must not happen: params are frozen (case 11)
        return needs_check(a, notice)
    return replace(a, phase=CardPhase.REFUSED, notice=notice)


def _opened(a: CardAttempt, facts: IntentFacts) -> CardAttempt:
    wish = Wish.CANCEL if a.parked else a.wish  # nobody goes on with what was set aside
    a = replace(a, intent_id=facts.id, phase=CardPhase.CREATED, wish=wish)
    if a.wish is not Wish.CANCEL and _mismatch(a, facts, facts.amount):
        return needs_check(a, Notice("amount_mismatch", _difference(a, facts)))
    return a


def _seen(a: CardAttempt, facts: IntentFacts) -> CardAttempt:
    """Conclude from a PaymentIntent that was read: the only place where PAID is decided."""
    if facts.status == "canceled":
        return replace(a, phase=CardPhase.CANCELED)
    if facts.status == "requires_capture":
        return needs_check(a, Notice("requires_capture", "The payment was not captured."))
    if facts.status == "succeeded":
        if a.released or _mismatch(a, facts, facts.amount_received):
            return needs_check(a, Notice("amount_mismatch", _difference(a, facts)))
        notice = PAID_ANYWAY if a.wish is Wish.CANCEL else NO_NOTICE
        return replace(a, phase=CardPhase.SUCCEEDED, card=facts.card, notice=notice)
    if a.phase is CardPhase.NEEDS_CHECK:
        phase = CardPhase.DISPATCHED if a.reader_was_asked else CardPhase.CREATED
        wish = Wish.CANCEL if a.parked else a.wish
        return replace(a, phase=phase, wish=wish, notice=NO_NOTICE)
    return a


def _mismatch(a: CardAttempt, facts: IntentFacts, taken: int) -> bool:
    expected = (a.amount_minor, a.amount_minor, a.currency, str(a.id))
    return (taken, facts.amount, facts.currency, facts.attempt) != expected


def _difference(a: CardAttempt, facts: IntentFacts) -> str:
    return (
        f"due {a.amount_minor} {a.currency}, at Stripe {facts.amount_received or facts.amount}"
        f" {facts.currency}"
    )


def needs_check(a: CardAttempt, notice: Notice) -> CardAttempt:
    """Leave it to a person."""
    wish = Wish.CANCEL if a.released else Wish.ASK  # what was released is only ever put away
    return replace(a, phase=CardPhase.NEEDS_CHECK, wish=wish, notice=notice)


def _settle_create(a: CardAttempt) -> CardAttempt:
    """Let the listing stand for the answer that the create never got."""
    op = a.last(OpKind.CREATE)
    done = replace(op, state=OpState.OK, not_before=None) if op and op.is_open else op
    return replace(a, ops=tuple(done if done and o.key == done.key else o for o in a.ops))
