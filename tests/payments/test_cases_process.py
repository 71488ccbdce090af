"""Failure matrix, Process: cases 15 to 27 (payments.md, section 5.3)."""

from __future__ import annotations

import pytest

from pos.models.states import OpKind
from pos.terminal.attempt import Choice, Situation
from tests.support.simulator import READER, close_client
from tests.support.witness import BEFORE_JOURNAL, BEFORE_SEND

PROCESS = r"process_payment_intent$"


def _pays(world, run):
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert len(world.intents()) == 1
    assert len(world.charges()) == 1


def _keys(world):
    return [p["key"].rpartition(":")[2] for p in world.posts(OpKind.PROCESS)]


def _sale(world):
    run = world.begin()
    world.pay_card(run)
    return run


@pytest.fixture
def other_till(simulator):
    """Another till on the same reader: put its payment on the screen with ``other_till()``."""
    client = simulator.client()

    def take_the_reader(n=1):
        sale = {"amount": 777, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
        intent = client.v1.payment_intents.create(sale, {"idempotency_key": f"foreign:c{n}"})
        return client.v1.terminal.readers.process_payment_intent(
            READER, {"payment_intent": intent.id}, {"idempotency_key": f"foreign:p{n}"}
        )

    yield take_the_reader
    close_client(client)


@pytest.mark.parametrize("choice", [Choice.RESUME, Choice.CANCEL])
def test_case_15_a_crash_after_create_before_process(world, choice):
    """Ask the cashier: continue or cancel the PI; the reader is not woken by itself."""
    run = _sale(world)
    world.witness.crash(BEFORE_JOURNAL, OpKind.PROCESS)
    world.crash_while(lambda: world.ticks(9))
    assert world.until(run, Situation.RESUME).choices == (Choice.RESUME, Choice.CANCEL)
    world.ticks(20)
    assert world.prompts() == []
    world.choose(run, choice)
    if choice is Choice.RESUME:
        _pays(world, run)
    else:
        assert world.settle(run).situation is Situation.CANCELED
        assert world.pay_cash(run).is_paid


@pytest.mark.parametrize("choice", [Choice.RESUME, Choice.CANCEL])
def test_case_16_a_crash_after_journalling_process(world, choice):
    """Cashier: K or cancel; at most 1 prompt."""
    run = _sale(world)
    world.witness.crash(BEFORE_SEND, OpKind.PROCESS)
    world.crash_while(lambda: world.ticks(9))
    world.until(run, Situation.RESUME)
    world.ticks(20)
    assert world.prompts() == []
    world.choose(run, choice)
    if choice is Choice.RESUME:
        _pays(world, run)
        assert _keys(world) == ["1"]
    else:
        assert world.settle(run).situation is Situation.CANCELED
    assert len(world.prompts()) <= 1


@pytest.mark.parametrize("fault", ["close_after", "truncate", "garbage"])
def test_case_17_delivered_but_the_response_was_lost(world, fault):
    """Adopt, poll; no resend; 1 action."""
    world.sim.fault(fault, path=PROCESS)
    run = _sale(world)
    _pays(world, run)
    assert _keys(world) == ["1"]
    assert len(world.prompts()) == 1


@pytest.mark.parametrize("fault", ["close_before", "html_502", "rate_limit"])
def test_case_18_not_executed_and_the_response_was_lost(world, fault):
    """K (first execution); 1 action."""
    world.sim.fault(fault, path=PROCESS)
    run = _sale(world)
    _pays(world, run)
    assert _keys(world) == ["1", "1"]
    assert len(world.prompts()) == 1


def test_case_18_after_a_decline_the_old_failure_is_not_taken_for_the_new(world):
    """The reader still shows the first decline: the unanswered second call is asked again, K."""
    run = world.card_sale()
    world.sim.decline()
    world.until(run, Situation.DECLINED)
    world.sim.fault("close_before", path=PROCESS)
    world.choose(run, Choice.RETRY)
    _pays(world, run)
    assert _keys(world) == ["1", "2", "2"]


def test_case_19_a_reader_timeout_that_was_not_delivered(world):
    """N on the same PI, at most 3, then the cashier; never a second PI."""
    world.sim.lose_ack(delivered=False, count=3)
    run = _sale(world)
    assert world.until(run, Situation.NOT_DELIVERED).choices == (Choice.RETRY, Choice.CANCEL)
    assert _keys(world) == ["1", "2", "3"]
    assert world.prompts() == []
    world.choose(run, Choice.RETRY)
    _pays(world, run)
    assert _keys(world) == ["1", "2", "3", "4"]


def test_case_19_a_payment_that_arrives_late_is_adopted(world, simulator):
    """The cashier is being asked; the reader shows it after all: no click is needed, no N."""
    world.sim.lose_ack(delivered=False, count=3)
    run = _sale(world)
    world.until(run, Situation.NOT_DELIVERED)
    client = simulator.client()
    client.v1.terminal.readers.process_payment_intent(
        READER, {"payment_intent": world.intents()[0]["id"]}, {"idempotency_key": "foreign:1"}
    )
    close_client(client)
    _pays(world, run)
    assert _keys(world) == ["1", "2", "3"]


def test_case_20_a_false_negative_timeout_and_the_customer_pays(world):
    """Adopt; PAID when the PI says; 1 charge."""
    world.sim.lose_ack(delivered=True)
    run = _sale(world)
    _pays(world, run)
    assert _keys(world) == ["1"]


def test_case_21_the_reader_is_offline(world):
    """N later, or cancel the PI, then cash."""
    world.sim.unplug(noticed=True)
    run = _sale(world)
    assert world.until(run, Situation.READER_OFFLINE).choices == (Choice.RETRY, Choice.CANCEL)
    world.sim.plug_in()
    world.choose(run, Choice.RETRY)
    _pays(world, run)
    assert _keys(world) == ["1", "2"]


def test_case_21_the_reader_stays_offline_and_cash_is_taken(world):
    world.sim.unplug(noticed=True)
    run = _sale(world)
    world.until(run, Situation.READER_OFFLINE)
    assert world.pay_cash(run).order_id is None  # still blocked
    assert world.cancel(run).situation is Situation.CANCELED
    assert world.pay_cash(run).is_paid
    assert world.charges() == []


def test_case_22_a_busy_reader_is_waited_for(world, other_till):
    """Wait, N; never cancel a foreign action; foreign payment untouched."""
    other_till()
    world.sim.begin_authorisation()
    run = _sale(world)
    world.until(run, Situation.READER_BUSY)
    world.ticks(20)
    assert world.posts(OpKind.CANCEL_ACTION) == []
    world.sim.finish_authorisation()
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert sorted(c["amount"] for c in world.charges()) == [777, 1960]
    assert len(world.intents()) == 2


def test_case_22_busy_with_our_own_earlier_command_is_adopted(world):
    """The first call arrived although its answer was lost, and the card is already in."""
    world.sim.fault("hang_after", path=PROCESS, seconds=1)
    world.sim.hold()
    run = _sale(world)
    world.drive(lambda: world.prompts() != [], "prompted")
    world.sim.begin_authorisation(status="")
    world.ticks(8)
    world.sim.finish_authorisation()
    assert world.settle(run).situation is Situation.APPROVED
    assert len(world.prompts()) == 1


@pytest.mark.parametrize("end", ["paid", "canceled"])
def test_case_23_intent_invalid_state(world, end, simulator):
    """Succeeded: PAID; canceled: a new tender; no new PI while unclear."""
    run = _sale(world)
    world.drive(lambda: world.intents() != [], "created")
    client = simulator.client()
    intent = world.intents()[0]["id"]
    if end == "paid":
        client.v1.terminal.readers.process_payment_intent(
            READER, {"payment_intent": intent}, {"idempotency_key": "foreign:1"}
        )
        world.sim.present_card()
    else:
        client.v1.payment_intents.cancel(intent, {}, {"idempotency_key": "foreign:1"})
    close_client(client)
    done = world.settle(run)
    assert len(world.intents()) == 1
    if end == "paid":
        assert done.situation is Situation.APPROVED
        assert world.view(run).card_last4 == "4242"  # read again for the receipt
    else:
        assert done.situation is Situation.CANCELED
        assert world.pay_cash(run).is_paid
    world.sim.ledger()


def test_case_24_a_second_till_replaces_our_unstarted_payment(world, other_till):
    """DISPLACED: N when free, or cancel; each sale charged for itself only."""
    run = world.card_sale()
    other_till()
    assert world.until(run, Situation.DISPLACED).choices == (Choice.RETRY, Choice.CANCEL)
    world.sim.present_card()  # the other till's customer
    assert world.charges()[0]["amount"] == 777
    world.choose(run, Choice.RETRY)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert sorted(c["amount"] for c in world.charges()) == [777, 1960]
    assert world.posts(OpKind.CANCEL_ACTION) == []


@pytest.mark.parametrize("card", ["4242424242424242", "4000000000009995"])
def test_case_25_the_answer_is_already_final(world, card):
    """Result logic; no assumption of in_progress."""
    world.sim.settings(auto=True, auto_after=0, auto_number=card)
    run = _sale(world)
    if card.startswith("4242"):
        assert world.settle(run).situation is Situation.APPROVED
    else:
        world.until(run, Situation.DECLINED)
        assert world.cancel(run).situation is Situation.CANCELED


def test_case_26_every_attempt_on_the_reader_has_a_key_of_its_own(world):
    """The old key is forbidden after a decline; the reader really prompts."""
    run = world.card_sale()
    for n in (1, 2):
        world.sim.decline()
        world.until(run, Situation.DECLINED)
        world.choose(run, Choice.RETRY)
        world.tick()
        assert world.last[run].situation is Situation.SENDING
        assert world.last[run].choices == (Choice.CANCEL,)
        world.until(run, Situation.WAITING_FOR_CARD)
        assert len(world.prompts()) == n + 1
    _pays(world, run)
    assert _keys(world) == ["1", "2", "3"]
    assert [p["replayed"] for p in world.posts(OpKind.PROCESS)] == [0, 0, 0]


@pytest.mark.parametrize("fault", ["error_500_executed", "error_500_stored", "error_500"])
def test_case_27_500_on_process(world, fault):
    """K would replay 500; N only if the reader is not ours and the PI r_p_m; 1 charge."""
    world.sim.fault(fault, path=PROCESS)
    run = _sale(world)
    _pays(world, run)
    assert _keys(world) == (["1"] if fault == "error_500_executed" else ["1", "2"])


def test_two_quick_clicks_on_try_again_ask_the_reader_once(world):
    """A second RETRY, dropped in before and after the first was done, changes nothing."""
    run = world.card_sale()
    world.sim.decline()
    world.until(run, Situation.DECLINED)
    world.choose(run, Choice.RETRY)
    world.choose(run, Choice.RETRY)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.choose(run, Choice.RETRY)
    _pays(world, run)
    assert _keys(world) == ["1", "2"]
