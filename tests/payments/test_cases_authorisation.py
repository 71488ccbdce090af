"""Failure matrix, Authorisation: cases 39 to 46 (payments.md, section 5.3)."""

from __future__ import annotations

import pytest

from pos.errors import CashierError
from pos.models.states import OpKind, RunState
from pos.terminal.attempt import Choice, Situation
from tests.support.simulator import DECLINED, READER, close_client

INTENT = r"payment_intents/"


def test_case_39_a_decline_then_another_card(world):
    """Same PI, N; 1 PI, 1 succeeded and n failed charges."""
    run = world.card_sale()
    for number in (DECLINED, "4000000000000069"):
        world.sim.decline(number)
        said = world.until(run, Situation.DECLINED)
        assert said.choices == (Choice.RETRY, Choice.CANCEL)
        world.choose(run, Choice.RETRY)
        world.until(run, Situation.WAITING_FOR_CARD)
    assert said.notice.code == "expired_card"
    world.sim.present_card("5555555555554444")
    assert world.settle(run).card.brand == "mastercard"
    assert len(world.intents()) == 1
    assert (len(world.charges()), len(world.charges("failed"))) == (1, 2)
    assert len({p["key"] for p in world.posts(OpKind.PROCESS)}) == 3


def test_case_40_connection_error_but_authorised(world):
    """PAID, reader ignored; 1 charge."""
    run = world.card_sale()
    world.sim.connection_error("authorised")
    world.sim.present_card()
    assert world.sim.reader()["action"]["failure_code"] == "connection_error"
    assert world.settle(run).situation is Situation.APPROVED
    assert len(world.charges()) == 1


@pytest.mark.parametrize("choice", [Choice.RETRY, Choice.CANCEL])
def test_case_41_connection_error_and_not_authorised(world, choice):
    """PI read at least twice; retry N or cancel the PI first; 0 or 1 charge."""
    run = world.card_sale()
    world.sim.connection_error("not_authorised")
    world.sim.present_card()
    before = len(world.witness.events)
    assert world.until(run, Situation.READER_FAILED).notice.code == "connection_error"
    looks = [e.what for e in world.witness.events[before:]]
    assert looks.count("intent") >= 2
    if choice is Choice.CANCEL:
        assert world.cancel(run).situation is Situation.CANCELED
        return
    world.choose(run, choice)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED


def test_case_42_the_action_succeeded_and_the_intent_cannot_be_read(world):
    """Approved, confirming; not PAID yet."""
    run = world.card_sale()
    world.sim.fault("html_502", method="GET", path=INTENT, count=0)
    world.sim.present_card()
    said = world.until(run, Situation.CONFIRMING)
    assert not said.settled
    assert said.blocks
    world.ticks(20)
    assert not world.view(run).is_paid
    assert world.pay_cash(run).order_id is None
    world.sim.clear_faults()
    assert world.settle(run).situation is Situation.APPROVED


@pytest.mark.parametrize("status", ["processing", "requires_action", "requires_confirmation"])
def test_case_43_the_intent_is_undecided(world, status):
    """Wait, block."""
    run = world.card_sale()
    world.sim.begin_authorisation(status=status)
    said = world.until(run, Situation.PROCESSING)
    assert said.choices == ()
    world.pass_time(121)  # longer than a reader waits for a card
    world.ticks(9)
    assert world.last[run].situation is Situation.PROCESSING
    assert world.pay_cash(run).order_id is None
    world.sim.finish_authorisation("approve")
    assert world.settle(run).situation is Situation.APPROVED


@pytest.mark.parametrize("replaced", [False, True])
def test_case_44_declined_and_killed_before_reading(world, replaced):
    """Show the last error, even when the reader's action was replaced; the cashier decides."""
    run = world.card_sale()
    world.close()
    world.sim.decline()
    if replaced:
        client = world.simulator.client()
        cart = {"type": "cart", "cart": {"currency": "usd", "total": 1, "line_items": []}}
        client.v1.terminal.readers.set_reader_display(
            READER, cart, {"idempotency_key": "foreign:1"}
        )
        close_client(client)
    world.restart()
    said = world.until(run, Situation.DECLINED)
    assert said.notice.code == "insufficient_funds"
    assert said.choices == (Choice.RETRY, Choice.CANCEL)
    world.ticks(10)
    assert len(world.prompts()) == 1
    world.choose(run, Choice.RETRY)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED


def test_case_45_what_was_received_is_not_what_is_due(world):
    """`needs_check`, manager; nothing is refunded by itself."""
    run = world.card_sale()
    client = world.simulator.client()
    intent = world.intents()[0]["id"]
    client.v1.payment_intents.update(intent, {"amount": 1500}, {"idempotency_key": "foreign:1"})
    close_client(client)
    world.sim.present_card()
    said = world.until(run, Situation.NEEDS_CHECK)
    assert said.notice.code == "amount_mismatch"
    assert said.choices == (Choice.CHECK, Choice.PARK, Choice.CLOSE)
    assert world.pay_cash(run).order_id is None
    world.choose(run, Choice.CHECK)
    world.until(run, Situation.NEEDS_CHECK)
    world.choose(run, Choice.PARK)
    world.ticks(3)
    assert world.till.checkout.at_counter() is None
    with pytest.raises(CashierError, match="reason_needed"):
        world.till.checkout.close_unresolved(run, " ", "Mina Kang")
    with pytest.raises(CashierError, match="reason_needed"):
        world.till.checkout.choose(run, Choice.CLOSE)
    world.till.checkout.close_unresolved(run, "Refunded by hand at Stripe", "Mina Kang")
    world.till.desk.wake()
    assert world.settle(run).situation is Situation.CLOSED
    assert world.view(run).state is RunState.VOIDED
    assert world.sim.ledger()["refunds"] == []


@pytest.mark.parametrize("reached", [True, False])
def test_case_46_the_reader_is_unplugged_during_authorisation(world, reached):
    """PI decides (the reader is useless); else as 37."""
    run = world.card_sale()
    world.sim.begin_authorisation(status="processing" if reached else "")
    world.sim.unplug()
    if reached:
        world.until(run, Situation.PROCESSING)
        world.sim.plug_in()
        world.sim.finish_authorisation("approve")
        assert world.settle(run).situation is Situation.APPROVED
    else:
        world.until(run, Situation.WAITING_FOR_CARD)
        world.pass_time(121)
        assert world.settle(run).situation is Situation.CANCELED
        assert world.charges() == []
