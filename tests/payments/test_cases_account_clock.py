"""Failure matrix, Environment: another account's key and wrong clocks, cases 69 and 70."""

from __future__ import annotations

import pytest

from pos.models.states import OpKind
from pos.services.secrets import STRIPE_KEY
from pos.terminal.attempt import Choice, Situation
from pos.terminal.stripe_gateway import StripeGateway
from tests.support.simulator import KEY, OTHER_KEY
from tests.support.witness import AFTER_ANSWER, BEFORE_JOURNAL


def _pays(world, run):
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED


@pytest.mark.parametrize("other", [OTHER_KEY, None])
def test_case_69_another_accounts_key_before_recovery(world, other):
    """404 is never "not paid"; refuse to resolve with a foreign key; blocked."""
    run = world.card_sale()
    world.sim.present_card()
    world.close()
    world.secrets.delete(STRIPE_KEY)
    if other:
        world.secrets.set(STRIPE_KEY, other)
    world.restart()
    asked = len(world.witness.events)
    wanted = Situation.FOREIGN_ACCOUNT if other else Situation.KEY_REFUSED
    assert Choice.CANCEL not in world.until(run, wanted).choices
    world.ticks(10)
    assert len(world.witness.events) == asked
    assert world.pay_cash(run).order_id is None
    world.till.secrets.set(STRIPE_KEY, KEY)
    assert world.settle(run).situation is Situation.APPROVED


def test_case_70_the_computers_clock_was_set_back_while_stripe_went_on(world):
    """20 h measured on max(local, server); doubt counts as old; no re-execution."""
    world.till.stripe.probe()  # so that Stripe's clock was known at the first sending
    run = world.begin()
    world.pay_card(run)
    world.witness.crash(AFTER_ANSWER, OpKind.CREATE)
    world.crash_while(lambda: world.ticks(5))
    world.clock.advance(hours=-3)
    world.sim.advance(25 * 3600)
    world.until(run, Situation.RESUME)
    assert len(world.posts(OpKind.CREATE)) == 1
    world.choose(run, Choice.RESUME)
    _pays(world, run)
    assert len(world.intents()) == 1


@pytest.mark.parametrize("days", [2, 3650, -30])
def test_case_70_the_computers_clock_is_wrong_all_day(world, days):
    """The listing is asked for by Stripe's clock, not by ours: the intent is found."""
    world.clock.advance(days=days)
    world.till.stripe.probe()
    world.sim.fault("error_500_executed", path=r"payment_intents$")
    run = world.begin()
    world.pay_card(run)
    _pays(world, run)
    assert len(world.intents()) == 1


def test_case_70_a_clock_that_jumps_back_does_not_reuse_a_key(world):
    """The newest operation is the one with the highest number, whatever the clock said."""
    run = world.card_sale()
    for _ in range(2):
        world.sim.decline()
        world.until(run, Situation.DECLINED)
        world.clock.advance(hours=-2)
        world.choose(run, Choice.RETRY)
        world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    keys = [p["key"].rpartition(":")[2] for p in world.posts(OpKind.PROCESS)]
    assert keys == ["1", "2", "3"]


@pytest.mark.parametrize("asked", [True, False], ids=["reader asked", "reader not asked"])
def test_case_69_a_404_is_never_not_paid(world, monkeypatch, asked):
    """A key of another account that looks like the same one: a person must check; blocked."""
    monkeypatch.setattr(StripeGateway, "account", property(lambda _self: "test:same"))
    run = world.begin()
    world.pay_card(run)
    if asked:
        world.until(run, Situation.WAITING_FOR_CARD)
        world.sim.present_card()
    else:
        world.witness.crash(BEFORE_JOURNAL, OpKind.PROCESS)
        world.crash_while(lambda: world.ticks(9))
    world.till.secrets.set(STRIPE_KEY, OTHER_KEY)
    said = world.until(run, Situation.NEEDS_CHECK)
    assert said.notice.code == "resource_missing"
    assert world.pay_cash(run).order_id is None
    world.till.secrets.set(STRIPE_KEY, KEY)
    world.choose(run, Choice.CHECK)
    if asked:
        assert world.settle(run).situation is Situation.APPROVED
    else:
        world.until(run, Situation.RESUME)
        world.choose(run, Choice.RESUME)
        _pays(world, run)
