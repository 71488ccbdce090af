"""S10 to S13: payments of one point of sale that were taken for something else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pos.errors import CashierError
from pos.terminal.attempt import Choice, Situation
from tests.proof.incidents.floor import OVER, Said

_INTENT = r"payment_intents/"


def test_s10_odoo_261521_the_line_dies_between_authorisation_and_capture(world):
    """The line was shown as done although the capture had failed.

    Here Stripe captures by itself, and with the line dead at that moment the
    sale stays open: done only when the PaymentIntent was read as succeeded.
    """
    run = world.card_sale()
    world.sim.begin_authorisation()
    world.sim.outage()
    world.sim.finish_authorisation("approve")
    assert world.until(run, Situation.UNKNOWN).blocks
    world.ticks(20)
    assert not world.view(run).is_paid
    world.sim.outage(on=False)
    assert world.settle(run).situation is Situation.APPROVED
    assert [pi["capture_method"] for pi in world.intents()] == ["automatic"]


def test_s10_odoo_264910_authorised_but_not_captured_is_not_paid(world):
    """As S10: a PaymentIntent that says requires_capture is a person's business, not a sale."""
    run = world.card_sale()
    true = _lies(world, status="requires_capture", amount_received=0)
    said = world.until(run, Situation.NEEDS_CHECK)
    assert said.notice.code == "requires_capture"
    assert world.pay_cash(run).order_id is None
    world.till.gateway.intent = true
    world.sim.present_card()
    world.choose(run, Choice.CHECK)
    assert world.settle(run).situation is Situation.APPROVED


def _lies(world, **told):
    """Let every read of a PaymentIntent say something else; returns the true reading."""
    true = world.till.gateway.intent

    def lying(intent):
        answer = true(intent)
        body = {k: v for k, v in (answer.body | told).items() if v is not Ellipsis}
        return replace(answer, body=body)

    world.till.gateway.intent = lying
    return true


@pytest.mark.parametrize("status", [..., None, "undefined", "", "approved", 0, {}])
def test_s11_odoo_268802_an_undefined_result_is_neither_yes_nor_no(world, status):
    """The fix of S10 took `undefined` for a failure and canceled good payments.

    Here an answer that says nothing keeps the attempt open: not paid, not
    canceled, no other tender, until Stripe says which.
    """
    said = Said(world)
    run = world.card_sale()
    true = _lies(world, status=status, amount_received=...)
    world.sim.present_card()
    world.ticks(25)
    assert not said.of(run) & (OVER | {Situation.APPROVED})
    assert not world.view(run).is_paid
    assert world.pay_cash(run).order_id is None
    world.till.gateway.intent = true
    assert world.settle(run).situation is Situation.APPROVED


@pytest.mark.parametrize("stage", ["begun", "waiting", "authorising", "declined", "unknown"])
def test_s12_odoo_122539_validate_before_the_terminal_has_answered(world, stage):
    """Validate was pressed before the terminal answered: a ticket of 0, the customer charged.

    Here nothing finishes a sale whose card attempt is open, at whatever stage.
    """
    run = world.begin()
    world.pay_card(run)
    if stage != "begun":
        world.until(run, Situation.WAITING_FOR_CARD)
    act = {
        "authorising": world.sim.begin_authorisation,
        "declined": world.sim.decline,
        "unknown": world.sim.outage,
    }.get(stage, lambda: None)
    act()
    world.ticks(3)
    assert world.pay_cash(run).order_id is None
    assert not world.till.checkout.complete_free(run).is_paid
    world.till.checkout.receipt_done(run)
    with pytest.raises(CashierError, match="payment_running"):
        world.till.checkout.back(run)
    assert world.till.purchases.page(offset=0, limit=9) == []
    world.sim.outage(on=False)
    if stage == "authorising":
        world.sim.finish_authorisation("insufficient_funds")
    assert world.cancel(run).situation is Situation.CANCELED


def test_s13_odoo_219054_the_answer_belongs_to_its_own_attempt(world):
    """An answer was matched to "the first pending line", an old canceled one.

    Here three attempts of one cart and one parked sale stand in the books when
    the answer comes: it is the newest attempt's, by id.
    """
    parked = world.card_sale(700)
    world.sim.outage()
    world.until(parked, Situation.UNKNOWN)
    world.choose(parked, Choice.PARK)
    world.ticks(3)
    world.sim.outage(on=False)
    world.till.stripe.probe()
    run, sessions = world.begin(), []
    for _ in range(3):
        sessions.append(world.pay_card(run).session_id)
        world.until(run, Situation.WAITING_FOR_CARD)
        if len(sessions) < 3:
            assert world.cancel(run).situation is Situation.CANCELED
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    (charge,) = world.charges()
    paid = next(pi for pi in world.intents() if pi["id"] == charge["payment_intent"])
    assert paid["metadata"]["attempt"] == str(sessions[-1])
    world.rest()
    assert world.last[parked].situation is Situation.CANCELED
