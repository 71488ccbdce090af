"""Scenarios of the checkout by number (scenarios.md, section 1), on the wired till."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pos.errors import CashierError
from pos.models.states import CartStatus, OpKind, SessionStatus
from pos.pricing import PPM, Discount, DiscountKind
from pos.services.secrets import STRIPE_KEY
from pos.terminal.api import NO_CHARGE, STRIPE_TERMINAL
from pos.terminal.attempt import Choice, Situation
from tests.support.simulator import close_client
from tests.support.witness import AFTER_ANSWER

PROCESS = r"process_payment_intent$"
FREE = Discount(DiscountKind.PERCENT, PPM)


def _statuses(world, run):
    with world.till.db.reader.begin() as db:
        query = "SELECT status FROM payment_session WHERE run_id = ? ORDER BY id"
        return list(db.exec_driver_sql(query, (run.hex,)).scalars())


def _orders(world):
    return tuple(world.till.purchases.page(offset=0, limit=9))


def test_scenario_02_an_unpaid_cart_stays(world):
    """Declined: no order, the cart unchanged, and editable once the tender is canceled."""
    run = world.card_sale()
    cart = world.till.cart.current()
    world.sim.decline()
    world.until(run, Situation.DECLINED)
    assert not world.view(run).is_paid
    assert _statuses(world, run) != [SessionStatus.AUTHORIZED]
    with pytest.raises(CashierError):
        world.till.cart.clear()
    world.cancel(run)
    world.till.checkout.back(run)
    after = world.till.cart.current()
    assert (after.cart_id, after.lines, after.status) == (cart.cart_id, cart.lines, CartStatus.OPEN)
    assert world.till.cart.note("still editable").note == "still editable"
    assert _orders(world) == ()


def test_scenario_03_a_guest_with_an_email_address(world):
    """The order shows "Guest" in Purchases with that address."""
    world.cart()
    world.till.cart.set_receipt_email("guest@example.com")
    run = world.till.checkout.begin(world.till.cart.current().cart_id).run_id
    world.pay_cash(run)
    detail = world.till.purchases.detail(run)
    assert detail.customer_email == "guest@example.com"
    assert _orders(world)[0].customer == "Guest"


def test_scenario_05_a_zero_total_asks_no_provider(world):
    """100 % off: no charge, order total 0, also when it is clicked twice."""
    world.cart()
    cart = world.till.cart.discount_order(FREE)
    run = world.till.checkout.begin(cart.cart_id)
    assert run.is_free
    for provider in ("cash", STRIPE_TERMINAL):
        with pytest.raises(CashierError, match="nothing_due"):
            world.till.checkout.pay(run.run_id, provider)
    views = [world.till.checkout.complete_free(run.run_id) for _ in range(2)]
    assert views[0].is_paid
    assert views[0].receipt_number == views[1].receipt_number
    assert world.till.purchases.detail(run.run_id).tenders[0].provider_id == NO_CHARGE
    assert world.posts() == []


def test_scenario_06_a_provider_that_is_not_enabled(world):
    """Refused also by the service itself, and not offered on screen."""
    world.till.settings.enable_provider(STRIPE_TERMINAL, enabled=False)
    assert [offer.provider_id for offer in world.till.checkout.tenders()] == ["cash"]
    run = world.begin()
    with pytest.raises(CashierError, match="tender_not_enabled"):
        world.pay_card(run)
    assert world.pay_cash(run).is_paid


def test_scenario_11_a_double_click(world):
    """Pay activated twice at once: one session, one intent, one order; by card and in cash."""
    run = world.begin()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: world.pay_card(run), range(4)))
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    world.settle(run)
    world.till.checkout.receipt_done(run)
    second = world.begin()
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda _n: world.pay_cash(second).receipt_number, range(4)))
    assert len(set(numbers)) == 1
    assert (len(_statuses(world, run)), len(_statuses(world, second))) == (1, 1)
    assert (len(world.intents()), len(_orders(world))) == (1, 2)


def test_scenario_12_killed_after_the_approval(world):
    """The restart finds the succeeded intent and commits one order without asking for the card."""
    run = world.card_sale()
    world.sim.present_card()
    world.witness.crash_when_paid(world.till, saved=False)
    world.crash_while(lambda: world.ticks(9))
    world.settle(run)
    assert world.view(run).is_paid
    assert (len(_orders(world)), len(world.prompts())) == (1, 1)


def test_scenario_13_killed_before_the_answer(world):
    """It first looks at intent and reader; no second intent."""
    run = world.begin()
    world.pay_card(run)
    world.witness.crash(AFTER_ANSWER, OpKind.PROCESS)
    world.crash_while(lambda: world.ticks(9))
    asked = len(world.witness.events)
    world.until(run, Situation.WAITING_FOR_CARD)
    assert [e.what for e in world.witness.events[asked:]][:2] == ["intent", "reader"]
    world.sim.present_card()
    world.settle(run)
    assert (len(world.intents()), len(world.posts(OpKind.PROCESS))) == (1, 1)


def test_scenario_14_resumed_at_payment_authorized(world):
    """Neither taxes nor the authorisation are executed again."""
    run = world.card_sale()
    world.sim.present_card()
    world.witness.crash_when_paid(world.till, saved=True)
    world.crash_while(
        lambda: (
            world.till.settings.add_tax("Late tax", 100_000, applies_to_services=True),
            world.ticks(9),
        )
    )
    assert world.view(run).is_paid
    assert world.till.purchases.detail(run).total_minor == 1960
    asked = len(world.witness.events)
    world.ticks(5)
    assert len(world.witness.events) == asked
    assert len(world.posts(OpKind.PROCESS)) == 1


def test_scenario_20_the_card_is_offline(world):
    """The cashier is told and offered other tenders; no charge is queued."""
    world.sim.outage()
    world.till.stripe.probe()
    offers = {o.provider_id: o for o in world.till.checkout.tenders()}
    assert offers["cash"].available
    assert not offers[STRIPE_TERMINAL].available
    assert "needs the internet" in offers[STRIPE_TERMINAL].reason
    run = world.begin()
    with pytest.raises(CashierError, match="card_not_available"):
        world.pay_card(run)
    assert world.pay_cash(run).is_paid
    world.sim.outage(on=False)
    assert world.till.stripe.probe()
    world.ticks(10)
    assert world.intents() == []


def test_scenario_22_error_and_canceled_are_not_stuck(world):
    """A new card under the same cart succeeds; the failed attempts stay in history."""
    run = world.card_sale()
    world.sim.decline()
    world.until(run, Situation.DECLINED)
    world.cancel(run)
    world.sim.fault("rate_limit", path="payment_intents$", count=1)
    world.pay_card(run)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    world.settle(run)
    assert _statuses(world, run) == [SessionStatus.CANCELED, SessionStatus.AUTHORIZED]
    assert sorted(pi["status"] for pi in world.intents()) == ["canceled", "succeeded"]


def test_scenario_24_the_intents_amount_is_not_what_is_due(world):
    """Commit is refused, a person is needed, nothing is refunded by itself."""
    run = world.card_sale()
    client = world.simulator.client()
    intent = world.intents()[0]["id"]
    client.v1.payment_intents.update(intent, {"amount": 196}, {"idempotency_key": "foreign:1"})
    close_client(client)
    world.sim.present_card()
    said = world.until(run, Situation.NEEDS_CHECK)
    assert "due 1960" in said.notice.message
    assert not world.view(run).is_paid
    world.restart()
    world.until(run, Situation.NEEDS_CHECK)
    assert world.sim.ledger()["refunds"] == []


def test_scenario_26_an_operation_older_than_a_day(world):
    """Process was sent, no answer, a day passed: looked at first, the old key never again."""
    world.sim.fault("close_before", path=PROCESS)
    run = world.begin()
    world.pay_card(run)
    world.witness.crash(AFTER_ANSWER, OpKind.PROCESS)
    world.crash_while(lambda: world.ticks(9))
    world.pass_time(25 * 3600)
    world.until(run, Situation.RESUME)
    world.choose(run, Choice.RESUME)
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    world.settle(run)
    keys = [p["key"].rpartition(":")[2] for p in world.posts(OpKind.PROCESS)]
    assert keys == ["1", "2"]


@pytest.mark.parametrize("missing", ["key", "reader"])
def test_scenario_39_without_stripe_the_till_takes_cash(world, missing):
    """Cash only; the card is disabled with a reason."""
    if missing == "key":
        world.till.secrets.delete(STRIPE_KEY)
    else:
        world.till.settings.choose_reader("")
    offers = {o.provider_id: o for o in world.till.checkout.tenders()}
    assert not offers[STRIPE_TERMINAL].available
    assert "See Settings" in offers[STRIPE_TERMINAL].reason
    assert not world.till.stripe.probe()
    run = world.begin()
    with pytest.raises(CashierError, match="card_not_available"):
        world.pay_card(run)
    assert world.pay_cash(run).is_paid


def test_a_tender_is_not_opened_on_a_sale_that_was_left(world):
    """Back, then a late click on a tender: the cart is being edited, nothing may be charged."""
    run = world.begin()
    world.till.checkout.back(run)
    for provider in ("cash", STRIPE_TERMINAL):
        with pytest.raises(CashierError, match="sale_was_left"):
            world.till.checkout.pay(run, provider, 9999)
    world.till.cart.note("more")
    again = world.till.checkout.begin(world.till.cart.current().cart_id)
    assert world.pay_cash(again.run_id).is_paid
