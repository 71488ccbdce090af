"""The reader's one slot, and every way it can fall silent: payments.md section 4.2."""

from __future__ import annotations

import time

import pytest
import stripe

from tests.contract.simulator.helpers import code_of, create, error_of, paid, process, read, refund
from tests.support.simulator import READER, SimError


def action(client):
    return client.v1.terminal.readers.retrieve(READER).action


def cancel_action(client):
    return client.v1.terminal.readers.cancel_action(READER)


def test_process_acknowledges_and_prompts_once(client, sim):
    intent = create(client)
    reader = process(client, intent)
    assert (reader.action.type, reader.action.status) == ("process_payment_intent", "in_progress")
    assert reader.action.process_payment_intent.payment_intent == intent.id
    shown = sim.reader()
    assert (shown["phase"], shown["shown_amount"], shown["prompts"]) == ("waiting", 1250, 1)
    sim.present_card()
    assert action(client).status == "succeeded"


def test_stripes_own_test_helper_presents_cards(client):
    intent = create(client)
    process(client, intent)
    present = client.v1.test_helpers.terminal.readers.present_payment_method
    given = {"type": "card_present", "card_present": {"number": "4000000000000002"}}
    reader = present(READER, given)
    assert (reader.action.status, reader.action.failure_code) == ("failed", "card_declined")
    process(client, intent, "process:2")
    assert present(READER).action.status == "succeeded"
    assert read(client, intent).status == "succeeded"
    assert type(error_of(present, READER)) is stripe.InvalidRequestError


def test_the_test_helper_may_answer_a_decline_with_402(client, sim):
    """An open point of the design: both answers can be tried."""
    sim.settings(present_decline_402=True)
    process(client, create(client))
    present = client.v1.test_helpers.terminal.readers.present_payment_method
    given = {"card_present": {"number": "4000000000009995"}}
    error = error_of(present, READER, given)
    assert (type(error), error.http_status) == (stripe.CardError, 402)
    assert error.error.decline_code == "insufficient_funds"


def test_a_payment_that_has_not_begun_is_replaced(client, sim):
    """Matrix case 24: a second till takes the slot; each sale is charged for itself only."""
    mine, theirs = create(client, "create:1"), create(client, "create:2", amount=900)
    process(client, mine, "process:1")
    process(client, theirs, "process:2")
    assert action(client).process_payment_intent.payment_intent == theirs.id
    sim.present_card()
    assert read(client, theirs).amount_received == 900
    assert read(client, mine).status == "requires_payment_method"


def test_while_the_bank_is_asked_nothing_else_is_taken(client, sim):
    """Matrix cases 22, 32."""
    intent = create(client)
    process(client, intent)
    sim.begin_authorisation()
    assert read(client, intent).status == "processing"
    for call in (
        lambda: process(client, create(client, "create:2"), "process:2"),
        lambda: cancel_action(client),
        lambda: client.v1.terminal.readers.set_reader_display(READER, {"type": "cart"}),
    ):
        assert error_of(call).code == "terminal_reader_busy"
    error = error_of(client.v1.payment_intents.cancel, intent.id)
    assert error.error.payment_intent.status == "processing"
    sim.finish_authorisation()
    assert read(client, intent).status == "succeeded"


def test_the_bank_may_still_say_no(client, sim):
    intent = create(client)
    process(client, intent)
    sim.begin_authorisation()
    sim.finish_authorisation("insufficient_funds")
    assert read(client, intent).last_payment_error.decline_code == "insufficient_funds"


def test_a_slow_authorisation_ends_by_itself(client, sim):
    sim.authorise_seconds(30)
    intent = create(client)
    process(client, intent)
    sim.present_card()
    assert (sim.reader()["phase"], action(client).status) == ("authorising", "in_progress")
    sim.advance(31)
    assert action(client).status == "succeeded"
    assert read(client, intent).status == "succeeded"


def test_held_authorisations_wait_for_word(client, sim):
    sim.hold()
    process(client, create(client))
    sim.present_card()
    sim.advance(3600)
    assert sim.reader()["phase"] == "authorising"


def test_an_offline_reader_is_told_of_only_after_two_minutes(client, sim):
    """Matrix case 21, and the two minutes in which Stripe does not know yet."""
    sim.network(on=False, noticed=False)
    intent = create(client)
    assert error_of(process, client, intent, "process:1").code == "terminal_reader_timeout"
    assert client.v1.terminal.readers.retrieve(READER).status == "online"
    sim.advance(121)
    assert error_of(process, client, intent, "process:2").code == "terminal_reader_offline"
    assert client.v1.terminal.readers.retrieve(READER).status == "offline"
    sim.network(on=True)
    assert process(client, intent, "process:3").action.status == "in_progress"
    assert len(sim.ledger()["prompts"]) == 1


def test_a_lost_acknowledgement_may_hide_a_delivered_command(client, sim):
    """Matrix case 20: terminal_reader_timeout although the customer pays."""
    intent = create(client)
    sim.lose_ack(delivered=True)
    assert error_of(process, client, intent).code == "terminal_reader_timeout"
    assert action(client).process_payment_intent.payment_intent == intent.id
    sim.present_card()
    assert read(client, intent).status == "succeeded"


def test_a_lost_acknowledgement_may_be_a_lost_command(client, sim):
    """Matrix case 19."""
    intent = create(client)
    sim.lose_ack(delivered=False)
    assert error_of(process, client, intent).code == "terminal_reader_timeout"
    assert action(client) is None
    assert process(client, intent, "process:2").action.status == "in_progress"
    assert len(sim.ledger()["prompts"]) == 1


@pytest.mark.parametrize("stored", [True, False])
def test_whether_a_key_remembers_the_timeout_can_be_set(client, sim, stored):
    """An open point of the design: both answers can be tried."""
    sim.settings(store_reader_timeout=stored)
    intent = create(client)
    sim.lose_ack(delivered=False)
    error_of(process, client, intent)
    if stored:
        assert error_of(process, client, intent).code == "terminal_reader_timeout"
    else:
        assert process(client, intent).action.status == "in_progress"


def test_a_busy_reader_and_a_closed_intent_refuse(client, sim):
    intent = create(client)
    sim.busy()
    assert error_of(process, client, intent).code == "terminal_reader_busy"
    sim.busy(on=False)
    done = paid(client, sim)
    error = error_of(process, client, done, "process:9")
    assert (error.code, error.http_status) == ("intent_invalid_state", 400)
    assert "must be in the requires_payment_method state" in error.user_message


def test_the_customer_may_cancel_and_may_be_forbidden_to(client, sim):
    """Matrix case 30."""
    intent = create(client)
    process(client, intent)
    sim.customer_cancel()
    assert (action(client).status, action(client).failure_code) == ("failed", "customer_canceled")
    assert read(client, intent).status == "requires_payment_method"
    process(client, intent, "process:2", enable_customer_cancellation=False)
    with pytest.raises(SimError, match="switched off"):
        sim.customer_cancel()


def test_cancel_action_then_cancel_ends_it(client, sim):
    """Matrix case 31."""
    intent = create(client)
    process(client, intent)
    assert cancel_action(client).action is None
    assert client.v1.payment_intents.cancel(intent.id).status == "canceled"
    with pytest.raises(SimError, match="idle, not waiting"):
        sim.present_card()
    assert sim.ledger()["charges"] == []


def test_a_late_confirmation_of_a_canceled_intent_is_refused(client, sim):
    """Matrix cases 33, 37."""
    intent = create(client)
    process(client, intent)
    sim.begin_authorisation(status="")
    client.v1.payment_intents.cancel(intent.id)
    sim.finish_authorisation()
    assert action(client).status == "failed"
    assert read(client, intent).status == "canceled"
    assert sim.ledger()["charges"] == []


def test_a_display_call_silently_drops_a_waiting_payment(client, sim):
    """Matrix case 36 and incident S18: why the till never sends one."""
    intent = create(client)
    process(client, intent)
    line = {"description": "Tea", "amount": 300, "quantity": 1}
    cart = {"currency": "usd", "line_items": [line], "total": 300}
    shown = client.v1.terminal.readers.set_reader_display(READER, {"type": "cart", "cart": cart})
    assert (shown.action.type, shown.action.status) == ("set_reader_display", "in_progress")
    with pytest.raises(SimError):
        sim.present_card()
    assert read(client, intent).status == "requires_payment_method"


def test_one_intent_on_two_readers_is_charged_once(client, sim):
    given = {"registration_code": "simulated-wpe", "location": "tml_sim_shop"}
    second = client.v1.terminal.readers.create(given).id
    intent = create(client)
    process(client, intent, "process:1")
    process(client, intent, "process:2", reader=second)
    sim.present_card()
    shown = sim.present_card(reader=second)
    assert shown["action"]["status"] == "failed"
    assert len(sim.ledger()["charges"]) == 1


def test_a_waiting_reader_and_its_prompt_outlive_a_killed_simulator(fresh_simulator):
    client = fresh_simulator.client()
    intent = create(client)
    process(client, intent)
    fresh_simulator.restart()
    fresh_simulator.sim.present_card()
    assert read(client, intent).status == "succeeded"
    client.session_for_tests.close()


def test_automatic_cards_serve_demonstrations(client, sim):
    sim.settings(auto=True, auto_after=5.0)
    intent = create(client)
    process(client, intent)
    assert read(client, intent).status == "requires_payment_method"
    sim.advance(6)
    assert read(client, intent).status == "succeeded"


def test_a_refund_with_the_card_present(client, sim):
    """Matrix case 64: Interac refunds need the card again."""
    intent = create(client, allowed_payment_method_types=["card_present", "interac_present"])
    process(client, intent)
    sim.present_card("4506445006931933")
    assert "in person" in error_of(refund, client, intent).user_message
    given = {"payment_intent": intent.id, "amount": 400, "metadata": {"refund": "r1"}}
    started = client.v1.terminal.readers.refund_payment(READER, given)
    assert (started.action.type, started.action.status) == ("refund_payment", "in_progress")
    sim.customer_cancel()
    assert client.v1.refunds.list({"payment_intent": intent.id}).data == []
    client.v1.terminal.readers.refund_payment(READER, given)
    sim.present_card("4506445006931933")
    done = action(client)
    found = client.v1.refunds.retrieve(done.refund_payment.refund)
    assert (done.status, found.amount, found.metadata["refund"]) == ("succeeded", 400, "r1")


def test_controls_refuse_what_cannot_be_and_who_has_no_token(simulator, sim):
    with pytest.raises(SimError) as refusal:
        sim.present_card()
    assert refusal.value.status == 409
    for bad in ("12", "4242-4242"):
        with pytest.raises(SimError, match="card number"):
            sim.present_card(bad)
    with pytest.raises(SimError, match="no such reader"):
        sim.reader("tmr_none")
    with pytest.raises(SimError, match="unknown fault kind"):
        sim.fault("gremlins")
    with pytest.raises(SimError, match="unknown settings"):
        sim.settings(wonder=1)
    stranger = type(sim)(simulator.url, "guess")
    with pytest.raises(SimError) as refusal:
        stranger.ledger()
    assert refusal.value.status == 401


def test_the_clock_is_set_and_reset(sim):
    sim.set_clock(2_000_000_000)
    assert abs(sim.now() - 2_000_000_000) < 10
    sim.reset()
    assert abs(sim.now() - time.time()) < 10
    assert code_of(stripe.StripeError("nothing")) is None
