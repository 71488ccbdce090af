"""Failure matrix, Waiting: cases 28 to 38 (payments.md, section 5.3)."""

from __future__ import annotations

import pytest

from pos.errors import CashierError
from pos.models.states import OpKind, RunState
from pos.terminal.attempt import Choice, Situation
from tests.support.simulator import READER, close_client
from tests.support.witness import AFTER_ANSWER

CANCEL_INTENT = r"payment_intents/[^/]+/cancel$"
CANCEL_ACTION = r"cancel_action$"


def test_case_28_the_customer_taps_while_the_till_is_down(world):
    """On start PAID, sale closed, receipt from the outbox; 1 charge, 0 re-charge."""
    run = world.card_sale()
    world.close()
    world.sim.present_card()
    world.restart()
    world.tick()
    assert world.last[run].situation in {Situation.UNKNOWN, Situation.APPROVED}
    assert world.settle(run).situation is Situation.APPROVED
    assert world.view(run).is_paid
    assert world.till.checkout.at_counter().run_id == run
    assert len(world.charges()) == 1
    assert len(world.prompts()) == 1


def test_case_29_the_tills_network_dies_and_the_customer_pays(world):
    """Result unknown: other tenders blocked; later PAID; 1 charge."""
    run = world.card_sale()
    world.sim.outage()
    world.sim.present_card()
    unknown = world.until(run, Situation.UNKNOWN)
    assert unknown.choices == (Choice.CHECK, Choice.PARK)
    assert unknown.blocks
    assert world.pay_cash(run).order_id is None
    with pytest.raises(CashierError, match="payment_running"):
        world.till.checkout.back(run)
    world.ticks(30)
    assert not world.view(run).is_paid
    world.sim.outage(on=False)
    assert world.settle(run).situation is Situation.APPROVED
    assert len(world.charges()) == 1


def test_case_29_parked_while_unknown_it_is_found_paid_later(world):
    """The manager parks it; the next sale goes on; the reader is never asked for it again."""
    run = world.card_sale()
    world.sim.outage()
    world.sim.present_card()
    world.until(run, Situation.UNKNOWN)
    world.choose(run, Choice.PARK)
    world.ticks(3)
    assert world.till.checkout.at_counter() is None
    second = world.begin(500)
    assert world.pay_cash(second, 500).is_paid
    world.sim.outage(on=False)
    assert world.settle(run).situation is Situation.APPROVED
    assert world.view(run).is_paid


@pytest.mark.parametrize("restart", [False, True])
def test_case_29_parked_and_not_paid_it_is_put_away(world, restart):
    """A parked payment holds no lease: the next card sale has the reader for itself."""
    run = world.card_sale()
    world.sim.outage()
    world.until(run, Situation.UNKNOWN)
    world.choose(run, Choice.PARK)
    if restart:  # before the attempt itself learned of it
        world.restart()
    world.ticks(3)
    assert not set(world.last[run].choices) & {Choice.RETRY, Choice.RESUME, Choice.PARK}
    world.sim.outage(on=False)
    world.till.checkout.choose(run, Choice.RETRY)
    world.till.checkout.choose(run, Choice.RESUME)
    assert world.till.stripe.probe()
    second = world.card_sale(500)
    world.sim.present_card()
    assert world.settle(second).situation is Situation.APPROVED
    assert world.settle(run).situation is Situation.CANCELED
    assert world.view(run).state is RunState.ABANDONED
    assert [p["amount"] for p in world.prompts()] == [1960, 500]
    assert [c["amount"] for c in world.charges()] == [500]


def test_parking_a_payment_that_was_settled_meanwhile_does_nothing(world):
    """The click came too late: the sale is not left hanging as unresolved."""
    run = world.card_sale()
    assert world.cancel(run).situation is Situation.CANCELED
    world.choose(run, Choice.PARK)
    assert not world.view(run).parked
    assert world.pay_cash(run).is_paid


def test_case_30_the_customer_cancels_on_the_reader(world):
    """Retry N or cancel the PI; 0 charges."""
    run = world.card_sale()
    world.sim.customer_cancel()
    said = world.until(run, Situation.CUSTOMER_CANCELED)
    assert said.choices == (Choice.RETRY, Choice.CANCEL)
    world.choose(run, Choice.RETRY)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.customer_cancel()
    world.until(run, Situation.CUSTOMER_CANCELED)
    assert world.cancel(run).situation is Situation.CANCELED
    assert len(world.prompts()) == 2
    assert world.charges() == []


def test_case_31_the_cashier_cancels_before_the_card(world):
    """cancel_action, then PI cancel; only then another tender."""
    run = world.card_sale()
    world.choose(run, Choice.CANCEL)
    world.until(run, Situation.CANCELLING)
    assert world.pay_cash(run).order_id is None
    assert world.settle(run).situation is Situation.CANCELED
    kinds = [p["path"].rpartition("/")[2] for p in world.posts()][-2:]
    assert kinds == ["cancel_action", "cancel"]
    assert world.intents()[0]["status"] == "canceled"
    assert world.pay_cash(run).is_paid


@pytest.mark.parametrize("outcome", ["approve", "insufficient_funds"])
@pytest.mark.parametrize("seen", ["processing", ""])
def test_case_32_cancel_against_a_tap(world, outcome, seen):
    """Busy: poll, the result wins; never "canceled" on screen with a charge."""
    run = world.card_sale()
    world.sim.begin_authorisation(status=seen)
    world.choose(run, Choice.CANCEL)
    world.until(run, Situation.PROCESSING)
    world.ticks(10)
    world.sim.finish_authorisation(outcome)
    done = world.settle(run)
    if outcome == "approve":
        assert done.situation is Situation.APPROVED
        assert done.notice.code == "paid_before_cancel"
        assert world.view(run).is_paid
    else:
        assert done.situation is Situation.CANCELED


def test_case_33_cancel_of_the_intent_against_its_confirmation(world):
    """400 unexpected_state: PAID."""
    run = world.card_sale()
    world.sim.unplug()  # the reader cannot be cleared: the intent is canceled alone
    world.choose(run, Choice.CANCEL)
    world.drive(lambda: world.posts(OpKind.CANCEL_ACTION) != [], "reader asked")
    world.sim.plug_in()
    _pays_before_the_cancel(world)
    assert world.settle(run).situation is Situation.APPROVED
    codes = [p["code"] for p in world.posts(OpKind.CANCEL_INTENT)]
    assert codes == ["payment_intent_unexpected_state"]
    assert world.view(run).card_last4 == "4242"


def _pays_before_the_cancel(world):
    """Pay behind the till's back at the last moment before it cancels the intent."""
    gateway, post = world.till.gateway, world.till.gateway.post

    def pays_first(op):
        if op.kind is OpKind.CANCEL_INTENT:
            client = world.simulator.client()
            client.v1.terminal.readers.process_payment_intent(
                READER, {"payment_intent": op.target}, {"idempotency_key": "foreign:1"}
            )
            world.sim.present_card()
            close_client(client)
        return post(op)

    gateway.post = pays_first


@pytest.mark.parametrize("fault", ["close_after", "close_before", "error_500_executed", "garbage"])
def test_case_34_the_answer_to_the_intents_cancel_was_lost(world, fault):
    """Canceled: done; else K."""
    run = world.card_sale()
    world.sim.fault(fault, path=CANCEL_INTENT)
    assert world.cancel(run).situation is Situation.CANCELED
    assert len({p["key"] for p in world.posts(OpKind.CANCEL_INTENT)}) == 1


@pytest.mark.parametrize("fault", ["close_after", "close_before", "rate_limit", "truncate"])
def test_case_31_the_answer_to_cancel_action_was_lost(world, fault):
    """Looked at first; K at most."""
    run = world.card_sale()
    world.sim.fault(fault, path=CANCEL_ACTION)
    assert world.cancel(run).situation is Situation.CANCELED


def test_case_31_a_crash_while_cancelling_goes_on_cancelling(world):
    """What was wanted is asked again; nobody has to click twice."""
    run = world.card_sale()
    world.witness.crash(AFTER_ANSWER, OpKind.CANCEL_ACTION)
    world.choose(run, Choice.CANCEL)
    world.crash_while(lambda: world.ticks(9))
    assert world.settle(run).situation is Situation.CANCELED


def test_case_37_the_reader_lost_power_and_its_action_is_stuck(world):
    """After T cancel_action; it fails: PI cancel alone, NOT PAID; a late tap cannot charge."""
    run = world.card_sale()
    world.sim.network(on=False, noticed=False)
    world.pass_time(121)
    done = world.settle(run)
    assert done.situation is Situation.CANCELED
    assert done.notice.code == "no_card_presented"
    assert world.intents()[0]["status"] == "canceled"
    world.sim.network(on=True)
    assert world.sim.reader()["phase"] == "waiting"
    world.sim.present_card()  # the late tap
    assert world.charges() == []


def test_case_38_nobody_taps(world):
    """As 31 automatically, cashier informed."""
    run = world.card_sale()
    world.pass_time((world.last[run].deadline - world.clock()).total_seconds() - 5)
    world.until(run, Situation.WAITING_FOR_CARD)
    done = world.settle(run)
    assert done.situation is Situation.CANCELED
    assert done.notice.code == "no_card_presented"
    assert world.sim.reader()["phase"] == "idle"
    assert world.pay_cash(run).is_paid
