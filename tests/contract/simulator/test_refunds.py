"""Refunds: payments.md section 4.7."""

from __future__ import annotations

import pytest
import stripe

from tests.contract.simulator.helpers import code_of, create, error_of, paid, process, read, refund


def test_partial_refunds_add_up_and_then_nothing_is_left(client, sim):
    intent = paid(client, sim)
    first = refund(client, intent, 500, "refund:1", metadata={"refund": "r1"})
    assert (first.status, first.amount, first.payment_intent) == ("succeeded", 500, intent.id)
    rest = refund(client, intent, None, "refund:2")
    assert rest.amount == 750
    after = read(client, intent)
    assert (after.status, after.latest_charge.refunded) == ("succeeded", True)
    assert after.latest_charge.amount_refunded == 1250
    error = error_of(refund, client, intent, 1, "refund:3")
    assert (error.code, error.http_status) == ("charge_already_refunded", 400)
    assert "has already been refunded" in error.user_message


def test_more_than_is_left_is_refused_without_a_code(client, sim):
    intent = paid(client, sim, amount=1500)
    refund(client, intent, 800)
    error = error_of(refund, client, intent, 800, "refund:2")
    assert type(error) is stripe.InvalidRequestError
    assert (error.code, code_of(error), error.param) == (None, None, "amount")
    assert error.user_message == (
        "Refund amount ($8.00) is greater than unrefunded amount on charge ($7.00)"
    )


def test_only_collected_money_can_be_refunded(client, sim):
    waiting = create(client, "create:9")
    assert "does not have a successful charge" in error_of(refund, client, waiting).user_message
    process(client, waiting, "process:9")
    sim.decline()
    declined = error_of(refund, client, waiting, None, "refund:2")
    assert "does not have a successful charge" in declined.user_message
    held = paid(client, sim, capture_method="manual")
    assert "cancel the PaymentIntent" in error_of(refund, client, held, 1, "refund:3").user_message


@pytest.mark.parametrize(
    "given", [{"amount": 0}, {"amount": -5}, {"reason": "bored"}, {"wonder": 1}]
)
def test_nonsense_is_refused(client, sim, given):
    intent = paid(client, sim)
    params = {"payment_intent": intent.id, **given}
    assert type(error_of(client.v1.refunds.create, params)) is stripe.InvalidRequestError
    assert sim.ledger()["refunds"] == []


def test_an_unknown_intent_is_404_and_neither_or_both_is_400(client, sim):
    intent = paid(client, sim)
    missing = error_of(client.v1.refunds.create, {"payment_intent": "pi_none"})
    assert (missing.http_status, missing.code) == (404, "resource_missing")
    assert error_of(client.v1.refunds.create, {}).http_status == 400
    both = {"payment_intent": intent.id, "charge": intent.latest_charge.id}
    assert error_of(client.v1.refunds.create, both).http_status == 400
    by_charge = client.v1.refunds.create({"charge": intent.latest_charge.id, "amount": 5})
    assert by_charge.payment_intent == intent.id


def test_refunds_are_found_by_their_intent(client, sim):
    """How a lost answer is resolved: list, and match metadata.refund."""
    intent, other = paid(client, sim), paid(client, sim, amount=900)
    sim.fault("close_after", path="/v1/refunds$")
    error_of(refund, client, intent, 300, metadata={"refund": "r1"})
    refund(client, other, 100, "refund:other")
    found = client.v1.refunds.list({"payment_intent": intent.id}).data
    assert [(r.amount, r.metadata["refund"]) for r in found] == [(300, "r1")]
    assert client.v1.refunds.retrieve(found[0].id).status == "succeeded"
    again = refund(client, intent, 300, metadata={"refund": "r1"})
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


def test_a_refund_may_be_pending_and_succeed_later(client, sim):
    """Matrix case 61."""
    intent = paid(client, sim, number="4000000000007726")
    made = refund(client, intent, 300)
    assert made.status == "pending"
    assert read(client, intent).latest_charge.amount_refunded == 300
    sim.advance(3601)
    assert client.v1.refunds.retrieve(made.id).status == "succeeded"


def test_a_refund_may_fail_days_later(client, sim):
    """Matrix case 62: the money is owed again."""
    intent = paid(client, sim, number="4000000000005126")
    made = refund(client, intent, 300)
    assert made.status == "succeeded"
    sim.advance(3601)
    after = client.v1.refunds.retrieve(made.id)
    assert (after.status, after.failure_reason) == ("failed", "expired_or_canceled_card")
    assert after.failure_balance_transaction
    assert read(client, intent).latest_charge.amount_refunded == 0
    assert client.v1.events.list({"type": "refund.failed"}).data


def test_a_low_balance_makes_refunds_wait_for_word(client, sim):
    sim.settings(refunds_pending=True)
    intent = paid(client, sim)
    made = refund(client, intent, 300)
    assert made.status == "pending"
    sim.settle_refund(made.id, "failed", "insufficient_funds")
    after = client.v1.refunds.retrieve(made.id)
    assert (after.status, after.failure_reason) == ("failed", "insufficient_funds")


def test_money_in_and_out_balances(client, sim):
    intent = paid(client, sim)
    refund(client, intent, 300)
    entries = client.v1.balance_transactions.list().data
    assert sum(entry.amount for entry in entries) == 950
