"""Cases that are plainer to state on the pure machines themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from pos.models.states import CardPhase, OpKind, OpState, RefundState, Wish
from pos.terminal import card_answers, card_machine, refund_machine
from pos.terminal.attempt import (
    CardAttempt,
    Choice,
    Context,
    Done,
    LookIntent,
    LookList,
    LookReader,
    Send,
    Situation,
    Turn,
    View,
)
from pos.terminal.card_operations import cancel_intent, create, process
from pos.terminal.facts import IntentFacts, ReaderFacts
from pos.terminal.operations import Answer, Operation, Outcome, is_old
from pos.terminal.refund_machine import ListRefunds, RefundAttempt, SendRefund

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONTEXT = Context(NOW, "test:acct", "2026-10-28.endive", NOW)
ATTEMPT = CardAttempt(
    id=UUID(int=1),
    run_id=UUID(int=2),
    amount_minor=500,
    currency="usd",
    reader_id="tmr_1",
    metadata=(),
    created_at=NOW,
)
OPEN = IntentFacts("pi_1", "requires_payment_method", 500, 0, "usd", str(UUID(int=1)))


def _sent(op: Operation, **changes) -> Operation:
    return replace(op.sent(NOW, NOW), **changes)


def _dispatched(**changes) -> CardAttempt:
    a = replace(ATTEMPT, intent_id="pi_1", phase=CardPhase.DISPATCHED, dispatched_at=NOW)
    ops = (_sent(create(a, CONTEXT, 1), state=OpState.OK), _sent(process(a, CONTEXT, 1)))
    return replace(a, ops=ops, **changes)


@pytest.mark.parametrize(
    ("local", "server", "old"),
    [
        (0, None, False),
        (19, None, False),
        (21, None, True),
        (1, 21, True),  # our clock was set back, Stripe's tells
        (21, 1, True),  # our clock jumped ahead: doubt
        (-1, 1, True),  # it runs backwards: doubt
        (-1, None, True),
        (-0.05, None, False),  # three minutes: a clock being corrected
        (19, 19, False),
        (87_600, 1, True),
    ],
)
def test_case_70_the_age_of_a_key_is_the_larger_of_both_clocks(local, server, old):
    op = Operation(UUID(int=1), OpKind.CREATE, 1, "", "{}", "a", "v").sent(NOW, NOW)
    server_now = None if server is None else NOW + server * HOUR
    assert is_old(op, NOW + local * HOUR, server_now) is old


def test_case_70_stripes_clock_is_read_before_an_age_is_believed():
    op = _sent(create(ATTEMPT, CONTEXT, 1))
    unsure = replace(CONTEXT, now=NOW + HOUR, server_now=None)
    a = replace(ATTEMPT, ops=(op,))
    assert isinstance(card_machine.decide(a, unsure), LookList)
    looked = replace(a, view=View(not_listed=True))
    assert card_machine.decide(looked, replace(CONTEXT, now=NOW + HOUR)) == Send(op)


def test_case_70_no_create_leaves_before_stripes_clock_is_known():
    """Without it the age of its key could never be proven, whatever becomes of the answer."""
    fresh = replace(CONTEXT, server_now=None)
    assert isinstance(card_machine.decide(ATTEMPT, fresh), LookReader)
    dark = replace(ATTEMPT, view=View(reader_unreachable=True))
    told = card_machine.decide(dark, fresh)
    assert told.situation is Situation.UNREACHABLE
    assert card_machine.decide(ATTEMPT, CONTEXT).op.kind is OpKind.CREATE


@pytest.mark.parametrize("state", [None, OpState.HELD, OpState.UNKNOWN])
def test_case_70_no_refund_leaves_first_or_again_before_stripes_clock_is_known(state):
    """A clock set back by the day that passed makes an old key look like new."""
    r = REFUND if state is None else _asked(state)
    assert isinstance(
        refund_machine.decide(r, replace(CONTEXT, now=NOW + HOUR, server_now=None)), ListRefunds
    )
    dark = replace(r, view=refund_machine.RefundView(unreachable=True))
    waits = refund_machine.decide(dark, replace(CONTEXT, now=NOW + HOUR, server_now=None))
    assert waits == refund_machine.RefundPause("unknown", 1.0)


@pytest.mark.parametrize("answer", [Outcome.HELD, Outcome.IN_FLIGHT, Outcome.UNKNOWN])
def test_a_later_429_does_not_unsay_a_sending_without_an_answer(answer):
    """The first sending may have been executed: the operation is not "never executed"."""
    first = Operation(UUID(int=1), OpKind.REFUND, 1, "pi", "{}", "a", "v").sent(NOW, None)
    lost = first.answered(Answer(Outcome.UNKNOWN), NOW)
    again = lost.sent(NOW, None).answered(Answer(answer, status=429), NOW)
    assert again.state is OpState.UNKNOWN
    assert again.may_have_run
    crashed = first.sent(NOW, None).answered(Answer(answer, status=429), NOW)
    assert crashed.state is OpState.UNKNOWN


def test_only_429_from_the_start_was_never_executed():
    op = Operation(UUID(int=1), OpKind.REFUND, 1, "pi", "{}", "a", "v")
    for _ in range(3):
        op = op.sent(NOW, None).answered(Answer(Outcome.HELD, status=429), NOW)
        assert op.state is OpState.HELD
        assert not op.may_have_run


def test_case_11_changed_parameters_raise_the_alarm_and_no_new_key():
    """400 idempotency_error: look, alarm, no automatic N."""
    a = card_answers.sending(ATTEMPT, create(ATTEMPT, CONTEXT, 1), CONTEXT)
    said = Answer(Outcome.NO, status=400, code="idempotency_error", message="other parameters")
    a = card_answers.absorb_post(a, a.ops[0].key, said, CONTEXT)
    assert a.phase is CardPhase.NEEDS_CHECK
    assert isinstance(card_machine.decide(a, CONTEXT), LookList)
    a = card_answers.absorb_list(a, Answer(Outcome.OK, {"data": []}))
    assert card_machine.decide(a, CONTEXT).situation is Situation.NEEDS_CHECK
    assert a.blocks


def test_case_08_a_strays_state_is_not_the_attempts():
    """The refusal to cancel a stray carries the stray: it says nothing of our own intent."""
    a = replace(ATTEMPT, intent_id="pi_1", phase=CardPhase.CREATED, strays=("pi_2",))
    a = replace(a, ops=(_sent(create(a, CONTEXT, 1), state=OpState.OK),))
    action = card_machine.decide(a, CONTEXT)
    assert (action.op.kind, action.op.target) == (OpKind.CANCEL_INTENT, "pi_2")
    a = card_answers.sending(a, action.op, CONTEXT)
    assert a.phase is CardPhase.CREATED
    stray = {"id": "pi_2", "status": "canceled", "amount": 500, "currency": "usd"}
    said = Answer(Outcome.NO, code="payment_intent_unexpected_state", intent=stray)
    a = card_answers.absorb_post(a, action.op.key, said, CONTEXT)
    assert (a.phase, a.strays) == (CardPhase.CREATED, ())
    assert card_machine.decide(a, CONTEXT).op.kind is OpKind.PROCESS


@pytest.mark.parametrize("state", [OpState.UNKNOWN, OpState.SENT])
def test_case_08_a_stray_whose_cancel_met_a_stored_500_does_not_block_the_sale(state):
    a = replace(ATTEMPT, intent_id="pi_1", phase=CardPhase.CREATED, strays=("pi_2",))
    stray = replace(a, intent_id="pi_2")
    stuck = _sent(cancel_intent(stray, CONTEXT, 1), state=state, code="stored_error")
    action = card_machine.decide(replace(a, ops=(stuck,)), CONTEXT)
    assert action.op.target == "pi_2"
    assert action.op.n == (2 if state is OpState.UNKNOWN else 1)


@pytest.mark.parametrize(
    "status", ["processing", "requires_action", "succeeded", "requires_capture"]
)
def test_no_status_but_canceled_ends_a_cancel(status):
    a = _dispatched(wish=Wish.CANCEL)
    body = {
        "id": "pi_1",
        "status": status,
        "amount": 500,
        "amount_received": 500,
        "currency": "usd",
        "metadata": {"attempt": str(a.id)},
    }
    a = card_answers.absorb_intent(a, Answer(Outcome.OK, body))
    assert a.phase is not CardPhase.CANCELED


def test_a_released_attempt_can_never_be_asked_for_again():
    """Another tender may have the money: no choice and no state brings the reader back."""
    a = card_answers.choose(
        replace(ATTEMPT, ops=(_sent(create(ATTEMPT, CONTEXT, 1)),)), Choice.CANCEL
    )
    assert a.released
    wrong = {"id": "pi_1", "status": "succeeded", "amount": 500, "amount_received": 500}
    for facts in (wrong, wrong | {"status": "requires_capture"}):
        seen = replace(a, intent_id="pi_1", phase=CardPhase.CREATED)
        seen = card_answers.absorb_intent(seen, Answer(Outcome.OK, facts))
        assert (seen.phase, seen.wish) == (CardPhase.NEEDS_CHECK, Wish.CANCEL)
        for choice in (Choice.CHECK, Choice.RETRY, Choice.RESUME):
            assert card_answers.choose(seen, choice).wish is Wish.CANCEL


def test_a_parked_attempt_never_wakes_the_reader():
    a = card_answers.choose(_dispatched(), Choice.PARK)
    idle = View(intent=OPEN, reader=ReaderFacts(), again=True)
    action = card_machine.decide(replace(a, view=idle), CONTEXT)
    assert action.op.kind is OpKind.CANCEL_INTENT
    for choice in (Choice.RESUME, Choice.RETRY, Choice.CHECK):
        assert card_answers.choose(a, choice).wish is Wish.CANCEL


def test_a_cancel_that_stripe_keeps_refusing_ends_with_a_person_and_may_be_tried_again():
    a = _dispatched(wish=Wish.CANCEL)
    refused = [
        _sent(cancel_intent(a, CONTEXT, n), state=OpState.NO, code="strange") for n in range(1, 7)
    ]
    a = replace(a, ops=(*a.ops, *refused), view=View(intent=OPEN, reader_unreachable=True))
    action = card_machine.decide(a, CONTEXT)
    assert isinstance(action, Turn)
    assert action.attempt.phase is CardPhase.NEEDS_CHECK
    later = replace(CONTEXT, now=NOW + timedelta(minutes=1))
    assert card_machine.decide(a, later).op.n == 7


def test_a_429_on_a_look_is_not_a_refused_key():
    a = card_answers.absorb_intent(_dispatched(), Answer(Outcome.HELD, status=429))
    assert not a.view.key_refused
    assert card_answers.absorb_intent(a, Answer(Outcome.HELD, status=403)).view.key_refused


def test_a_settled_attempt_asks_nothing():
    for phase in (CardPhase.SUCCEEDED, CardPhase.CANCELED, CardPhase.REFUSED, CardPhase.CLOSED):
        assert isinstance(card_machine.decide(_dispatched(phase=phase), CONTEXT), Done)


def test_the_intent_is_read_before_anything_is_concluded():
    assert isinstance(card_machine.decide(_dispatched(), CONTEXT), LookIntent)


REFUND = RefundAttempt(id=UUID(int=3), intent_id="pi_1", amount_minor=100, currency="usd")


def _asked(state=OpState.UNKNOWN, **changes) -> RefundAttempt:
    op = refund_machine.decide(REFUND, CONTEXT).op
    return replace(REFUND, ops=(_sent(op, state=state),), state=RefundState.UNKNOWN, **changes)


def test_case_58_an_idempotency_error_on_a_refund_is_looked_into_before_it_counts_as_failed():
    r = refund_machine.sending(REFUND, refund_machine.decide(REFUND, CONTEXT).op, CONTEXT)
    said = Answer(Outcome.NO, status=400, code="idempotency_error")
    r = refund_machine.absorb_post(r, r.ops[0].key, said, CONTEXT)
    assert r.state is RefundState.UNKNOWN
    assert isinstance(refund_machine.decide(r, CONTEXT), ListRefunds)
    assert refund_machine.absorb_list(r, Answer(Outcome.OK, {"data": []}), CONTEXT).state is (
        RefundState.FAILED
    )


@pytest.mark.parametrize("state", sorted(set(RefundState) - {RefundState.FAILED}))
def test_no_second_key_for_a_refund_that_may_be_there(state):
    r = replace(_asked(), state=state, reference="re_1")
    assert refund_machine.approve_again(r, CONTEXT) == r


def test_case_62_a_refund_that_failed_at_stripe_gets_a_new_key_when_approved():
    """Its old key would replay the 200 of long ago, as if the money had gone."""
    failed = replace(_asked(OpState.OK), state=RefundState.FAILED, reference="re_1")
    again = refund_machine.approve_again(failed, CONTEXT)
    action = refund_machine.decide(again, CONTEXT)
    assert isinstance(action, SendRefund)
    assert action.op.n == 2
