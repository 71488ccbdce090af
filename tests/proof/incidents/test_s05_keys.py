"""S5 to S9: what a retry is, and how long a key lives."""

from __future__ import annotations

import pytest

from pos.errors import CashierError
from pos.models.states import OpKind
from pos.terminal.attempt import Choice, Situation
from tests.proof.incidents.floor import CREATE, Said, keys
from tests.support.simulator import DECLINED
from tests.support.witness import AFTER_ANSWER, BEFORE_SEND


@pytest.mark.parametrize("restart", [False, True])
def test_s05_woocommerce_ios_10673_a_retry_after_a_decline(world, restart):
    """Cancel and restart made a new PaymentIntent: "a payment may be charged twice".

    Here another card goes on the same PaymentIntent, after a restart too.
    """
    run = world.card_sale()
    world.sim.decline()
    world.until(run, Situation.DECLINED)
    if restart:
        world.restart()
        world.until(run, Situation.DECLINED)
    world.choose(run, Choice.RETRY)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert len(world.intents()) == len(world.charges()) == 1


@pytest.mark.parametrize("restart", [False, True])
def test_s06_woocommerce_gateway_stripe_3912_pressed_again_after_no_answer(world, restart):
    """An error was shown although it was charged, and every further press charged again.

    Here Pay, Cash, Back and Retry are pressed many times while nothing is
    known: all of them are refused or show the running tender; one charge.
    """
    run = world.card_sale()
    world.sim.outage()
    world.sim.present_card()
    world.until(run, Situation.UNKNOWN)
    for _ in range(5):
        if restart:
            world.restart()
        _press_everything(world, run)
        world.ticks(3)
    world.sim.outage(on=False)
    assert world.settle(run).situation is Situation.APPROVED
    assert len(world.charges()) == len(world.prompts()) == 1


def _press_everything(world, run):
    view = world.view(run)
    assert world.till.checkout.begin(view.cart_id).run_id == run
    assert world.till.checkout.pay(run, "stripe_terminal").session_id == view.session_id
    assert world.pay_cash(run, 5000).order_id is None
    with pytest.raises(CashierError, match="payment_running"):
        world.till.checkout.back(run)
    for choice in (Choice.RETRY, Choice.RESUME):
        world.till.checkout.choose(run, choice)


@pytest.mark.parametrize("when", [BEFORE_SEND, AFTER_ANSWER])
def test_s07_akash_console_3449_the_key_outlives_the_process(world, when):
    """A new PaymentIntent for each delivery of a message: 2 to 3 charges.

    Here the key is minted once a purchase, survives a crash and two restarts, and gives
    way to a new one only when the attempt is settled.
    """
    run = world.begin()
    world.pay_card(run)
    world.witness.crash(when, OpKind.CREATE)
    world.crash_while(lambda: world.ticks(9))
    for _ in range(2):
        world.ticks(1)
        world.restart()
    world.until(run, Situation.RESUME)
    first = {p["key"] for p in world.posts(OpKind.CREATE)}
    assert len(world.intents()) == 1
    world.cancel(run)
    assert world.till.checkout.begin(world.view(run).cart_id).run_id == run
    world.pay_card(run)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    world.settle(run)
    second = {p["key"] for p in world.posts(OpKind.CREATE)} - first
    assert (len(first), len(second)) == (1, 1)
    assert [pi["status"] for pi in world.intents()] == ["canceled", "succeeded"]


@pytest.mark.parametrize("lost", ["close_after", "close_before"])
def test_s08_incacook_app_36_the_dialog_is_closed_and_opened_again(world, lost):
    """The key lived in the memory of one screen: a second order, payment and stock movement.

    Here closing, opening again and a restart all find the same run of the cart.
    """
    world.sim.fault(lost, path=CREATE)
    run = world.begin()
    world.pay_card(run)
    world.ticks(1)
    cart = world.view(run).cart_id
    assert [v.run_id for v in world.restart()] == [run]
    assert world.till.checkout.at_counter().run_id == run
    for _ in range(3):  # the dialog is opened and Pay pressed
        assert world.till.checkout.begin(cart).run_id == run
        world.pay_card(run)
    world.until(run, Situation.RESUME)
    world.choose(run, Choice.RESUME)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    world.settle(run)
    assert world.till.checkout.begin(cart).is_paid
    assert len(world.intents()) == len(world.charges()) == 1
    assert len(world.till.purchases.page(offset=0, limit=9)) == 1


def test_s09_odoo_107723_another_card_is_not_refused_as_the_same_request(world):
    """One key an order: the second card was refused as "same idempotency key".

    Here every call of the reader has a key of its own; nothing is replayed.
    """
    said = Said(world)
    run = world.card_sale()
    world.sim.decline(DECLINED)
    world.until(run, Situation.DECLINED)
    world.choose(run, Choice.RETRY)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card("5555555555554444")
    assert world.settle(run).card.brand == "mastercard"
    assert keys(world, OpKind.PROCESS) == ["1", "2"]
    assert not any(p["replayed"] or p["code"] for p in world.posts())
    assert Situation.NEEDS_CHECK not in said.of(run)
