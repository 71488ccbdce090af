"""A reader that loses its network or its power: payments.md section 4.2."""

from __future__ import annotations

import pytest

from tests.contract.simulator.helpers import create, error_of, process, read
from tests.support.simulator import READER, SimError


def action(client):
    return client.v1.terminal.readers.retrieve(READER).action


def cancel_action(client):
    return client.v1.terminal.readers.cancel_action(READER)


def test_connection_error_may_hide_a_payment(client, sim):
    """Matrix case 40: the action lies, the intent does not."""
    intent = create(client)
    process(client, intent)
    sim.connection_error("authorised")
    sim.present_card()
    assert (action(client).status, action(client).failure_code) == ("failed", "connection_error")
    assert read(client, intent).status == "succeeded"


def test_connection_error_may_be_the_truth(client, sim):
    """Matrix case 41."""
    intent = create(client)
    process(client, intent)
    sim.connection_error("not_authorised")
    sim.present_card()
    assert action(client).failure_code == "connection_error"
    assert read(client, intent).status == "requires_payment_method"
    assert sim.ledger()["charges"] == []


def test_an_unplugged_reader_leaves_the_action_in_progress_for_ever(client, sim):
    """Matrix case 37: cancelling the intent alone ends it; a late tap cannot charge."""
    intent = create(client)
    process(client, intent)
    sim.unplug()
    sim.advance(600)
    assert action(client).status == "in_progress"
    assert error_of(cancel_action, client).code == "terminal_reader_offline"
    assert client.v1.payment_intents.cancel(intent.id).status == "canceled"
    sim.plug_in()
    assert sim.reader()["phase"] == "idle"
    with pytest.raises(SimError):
        sim.present_card()
    assert action(client).status == "in_progress"
    assert cancel_action(client).action is None


def test_power_lost_while_the_bank_is_asked_leaves_the_intent_to_decide(client, sim):
    """Matrix case 46."""
    intent = create(client)
    process(client, intent)
    sim.begin_authorisation()
    sim.unplug()
    sim.finish_authorisation()
    assert action(client).status == "in_progress"
    assert read(client, intent).status == "succeeded"


def test_power_lost_before_stripe_was_asked_charges_nobody(client, sim):
    intent = create(client)
    process(client, intent)
    sim.begin_authorisation(status="")
    sim.unplug()
    sim.plug_in()
    with pytest.raises(SimError, match="idle, not authorising"):
        sim.finish_authorisation()
    assert action(client).status == "in_progress"
    assert read(client, intent).status == "requires_payment_method"
    assert sim.ledger()["charges"] == []


def test_network_lost_before_stripe_was_asked_charges_nobody(client, sim):
    intent = create(client)
    process(client, intent)
    sim.begin_authorisation(status="")
    sim.network(on=False)
    sim.finish_authorisation()
    sim.network(on=True)
    assert action(client).failure_code == "connection_error"
    assert read(client, intent).status == "requires_payment_method"
    assert sim.ledger()["charges"] == []


def test_a_reader_back_on_the_network_tells_what_it_could_not(client, sim):
    intent = create(client)
    process(client, intent)
    sim.begin_authorisation()
    sim.network(on=False)
    sim.finish_authorisation()
    assert (action(client).status, read(client, intent).status) == ("in_progress", "succeeded")
    sim.network(on=True)
    assert action(client).status == "succeeded"


def test_a_tap_without_network_charges_nobody(client, sim):
    intent = create(client)
    process(client, intent)
    sim.network(on=False)
    sim.present_card()
    assert action(client).status == "in_progress"
    sim.network(on=True)
    assert action(client).failure_code == "connection_error"
    assert sim.ledger()["charges"] == []
