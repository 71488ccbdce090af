"""PaymentIntents: payments.md sections 4.1 and 4.8."""

from __future__ import annotations

import pytest
import stripe

from tests.contract.simulator.helpers import create, error_of, paid, process, read


def test_a_new_intent_waits_for_a_card(client):
    intent = create(client)
    assert (intent.status, intent.amount, intent.currency) == (
        "requires_payment_method",
        1250,
        "usd",
    )
    assert (intent.amount_received, intent.latest_charge, intent.livemode) == (0, None, False)
    assert intent.metadata.to_dict() == {"attempt": "a1"}
    assert intent.capture_method == "automatic"


def test_a_paid_intent_shows_everything_a_receipt_prints(client, sim):
    intent = paid(client, sim)
    charge = intent.latest_charge
    card = charge.payment_method_details.card_present
    assert (intent.status, intent.amount_received) == ("succeeded", 1250)
    assert (charge.paid, charge.captured, charge.amount_captured) == (True, True, 1250)
    assert (card.brand, card.last4, card.read_method) == ("visa", "4242", "contactless_emv")
    receipt = card.receipt
    assert receipt.dedicated_file_name == "A0000000031010"
    assert receipt.application_preferred_name == "Visa Credit"
    for name in (
        "authorization_code",
        "authorization_response_code",
        "application_cryptogram",
        "terminal_verification_results",
        "transaction_status_information",
        "account_type",
        "cardholder_verification_method",
    ):
        assert receipt[name]


@pytest.mark.parametrize(
    ("number", "brand", "cvm"),
    [
        ("5555555555554444", "mastercard", "approval"),
        ("378282246310005", "amex", "approval"),
        ("4000056655665556", "visa", "approval"),
        ("4001007020000002", "visa", "offline_pin"),
        ("4001000360000005", "visa", "online_pin"),
    ],
)
def test_test_cards_that_are_approved(client, sim, number, brand, cvm):
    intent = paid(client, sim, number=number)
    card = intent.latest_charge.payment_method_details.card_present
    assert (intent.status, card.brand, card.last4) == ("succeeded", brand, number[-4:])
    assert card.receipt.cardholder_verification_method == cvm


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000009987", "card_declined", "lost_card"),
        ("4000000000009979", "card_declined", "stolen_card"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000119", "processing_error", "processing_error"),
    ],
)
def test_test_cards_that_are_declined(client, sim, number, code, decline_code):
    intent = create(client)
    process(client, intent)
    shown = sim.present_card(number)
    assert (shown["action"]["status"], shown["action"]["failure_code"]) == (
        "failed",
        "card_declined",
    )
    after = read(client, intent)
    error = after.last_payment_error
    assert after.status == "requires_payment_method"
    assert (error.type, error.code, error.decline_code) == ("card_error", code, decline_code)
    assert (after.latest_charge.status, after.latest_charge.paid) == ("failed", False)
    assert after.amount_received == 0


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (1200, None),
        (1201, "call_issuer"),
        (1202, None),
        (1203, None),
        (1205, "generic_decline"),
        (1255, "incorrect_pin"),
        (1260, "online_or_offline_pin_required"),
        (1265, "withdrawal_count_limit_exceeded"),
        (1275, "pin_try_exceeded"),
    ],
)
def test_amount_endings_decide_when_they_are_switched_on(client, sim, amount, reason):
    sim.settings(amount_endings=True)
    intent = paid(client, sim, amount=amount)
    error = intent.last_payment_error
    assert (error.decline_code if error else None) == reason
    assert intent.status == ("requires_payment_method" if reason else "succeeded")


def test_amount_endings_do_nothing_otherwise(client, sim):
    assert paid(client, sim, amount=1205).status == "succeeded"


@pytest.mark.parametrize(
    ("method", "read_method"),
    [
        ("tap", "contactless_emv"),
        ("insert", "contact_emv"),
        ("swipe", "magnetic_stripe_track2"),
    ],
)
def test_the_charge_tells_how_the_card_was_read(client, sim, method, read_method):
    intent = create(client)
    process(client, intent)
    sim.present_card(read_method=method)
    card = read(client, intent).latest_charge.payment_method_details.card_present
    assert card.read_method == read_method


def test_a_decline_then_another_card_on_the_same_intent(client, sim):
    """Matrix case 39: one intent, one succeeded and one failed charge."""
    intent = create(client)
    process(client, intent)
    sim.decline()
    process(client, intent, "process:2")
    sim.present_card("5555555555554444")
    after = read(client, intent)
    assert (after.status, after.last_payment_error) == ("succeeded", None)
    charges = client.v1.charges.list({"payment_intent": intent.id}).data
    assert [c.status for c in charges] == ["succeeded", "failed"]
    assert client.v1.charges.retrieve(charges[1].id).failure_code == "card_declined"


def test_cancel_is_final_and_a_second_one_shows_the_intent(client):
    intent = create(client)
    canceled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    error = error_of(client.v1.payment_intents.cancel, intent.id)
    assert (type(error), error.code) == (
        stripe.InvalidRequestError,
        "payment_intent_unexpected_state",
    )
    assert error.error.payment_intent.id == intent.id
    assert error_of(process, client, intent).code == "intent_invalid_state"


def test_cancelling_what_is_paid_shows_that_it_is_paid(client, sim):
    """Matrix case 33: the refusal itself is the proof of payment."""
    intent = paid(client, sim)
    error = error_of(client.v1.payment_intents.cancel, intent.id)
    shown = error.error.payment_intent
    assert (error.code, shown.status) == ("payment_intent_unexpected_state", "succeeded")
    assert shown.amount_received == 1250


def test_manual_capture_collects_once(client, sim):
    intent = paid(client, sim, capture_method="manual")
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 1250)
    assert (intent.latest_charge.captured, intent.amount_received) == (False, 0)
    done = client.v1.payment_intents.capture(intent.id)
    assert (done.status, done.amount_received, done.amount_capturable) == ("succeeded", 1250, 0)
    error = error_of(client.v1.payment_intents.capture, intent.id)
    assert error.code == "payment_intent_unexpected_state"
    assert error.error.payment_intent.status == "succeeded"


def test_an_authorisation_can_be_released_or_collected_in_part(client, sim):
    kept = paid(client, sim, amount=2000, capture_method="manual")
    over = error_of(client.v1.payment_intents.capture, kept.id, {"amount_to_capture": 2001})
    assert over.code == "amount_too_large"
    done = client.v1.payment_intents.capture(kept.id, {"amount_to_capture": 1500})
    assert done.amount_received == 1500
    dropped = paid(client, sim, amount=3000, capture_method="manual")
    client.v1.payment_intents.cancel(dropped.id)
    error = error_of(client.v1.payment_intents.capture, dropped.id)
    assert error.error.payment_intent.status == "canceled"
    assert sum(c["amount_captured"] for c in sim.ledger()["charges"]) == 1500


def test_update_changes_what_is_open_and_nothing_that_is_paid(client, sim):
    intent = create(client)
    changed = client.v1.payment_intents.update(
        intent.id, {"amount": 1300, "metadata": {"cart": "c1", "attempt": ""}}
    )
    assert (changed.amount, changed.metadata.to_dict()) == (1300, {"cart": "c1"})
    done = paid(client, sim)
    error = error_of(client.v1.payment_intents.update, done.id, {"amount": 1300})
    assert error.code == "payment_intent_unexpected_state"


def test_a_tip_is_added_and_told_unless_it_is_skipped(client, sim):
    intent = create(client)
    process(client, intent, skip_tipping=False)
    sim.present_card(tip=200)
    after = read(client, intent)
    assert (after.amount, after.amount_received, after.amount_details.tip.amount) == (
        1450,
        1450,
        200,
    )
    plain = create(client, "create:2")
    process(client, plain, "process:2")
    sim.present_card(tip=200)
    assert read(client, plain).amount_received == 1250


def test_currencies_without_decimals_are_whole_units(client, sim):
    assert paid(client, sim, amount=500, currency="jpy").amount_received == 500
