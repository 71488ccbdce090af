"""Failure matrix, Create: cases 1 to 14 (payments.md, section 5.3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pos.models.states import OpKind, RunState
from pos.services.secrets import STRIPE_KEY
from pos.terminal.attempt import Choice, Situation
from tests.support.simulator import KEY, close_client
from tests.support.witness import AFTER_ANSWER, BEFORE_JOURNAL, BEFORE_SEND

CREATE = r"payment_intents$"


def _resumed_and_paid(world, run):
    """A person goes on with what a start found, and the customer pays."""
    world.until(run, Situation.RESUME)
    assert world.prompts() == []
    world.choose(run, Choice.RESUME)
    _pays(world, run)


def _pays(world, run):
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert len(world.intents()) == 1
    assert len(world.charges()) == 1


def test_case_01_a_crash_before_the_journal_leaves_the_sale_open(world):
    """Sale simply open; 0 requests."""
    run = world.begin()
    world.pay_card(run)
    world.witness.crash(BEFORE_JOURNAL, OpKind.CREATE)
    found = world.crash_while(lambda: world.ticks(5))
    assert [view.run_id for view in found] == [run]
    assert world.posts() == []
    world.settle(run)
    assert not world.view(run).blocks
    assert world.pay_cash(run).is_paid


def test_case_02_a_crash_after_the_journal_sends_under_the_same_key(world):
    """K (executes); 1 PI."""
    run = world.begin()
    world.pay_card(run)
    world.witness.crash(BEFORE_SEND, OpKind.CREATE)
    world.crash_while(lambda: world.ticks(5))
    assert world.posts() == []
    _resumed_and_paid(world, run)
    assert [p["key"].rpartition(":")[2] for p in world.posts(OpKind.CREATE)] == ["1"]


def test_case_03_no_network_and_the_cashier_gives_up(world):
    """No process op left: other tender at once; later K to learn the id, then cancel."""
    world.sim.outage()
    run = world.begin()
    world.pay_card(run)
    assert Choice.CANCEL in world.until(run, Situation.UNREACHABLE).choices
    world.choose(run, Choice.CANCEL)
    world.ticks(2)
    assert world.pay_cash(run).is_paid
    world.sim.outage(on=False)
    world.rest()
    assert [pi["status"] for pi in world.intents()] == ["canceled"]
    assert world.charges() == []


@pytest.mark.parametrize("fault", ["close_after", "rst_after"])
def test_case_04_executed_but_the_response_was_lost(world, fault):
    """K: the same id, replayed; 1 PI."""
    world.sim.fault(fault, path=CREATE)
    run = world.begin()
    world.pay_card(run)
    _pays(world, run)
    assert [p["replayed"] for p in world.posts(OpKind.CREATE)] == [0, 1]


@pytest.mark.parametrize("fault", ["truncate", "garbage"])
def test_case_05_a_truncated_or_broken_answer(world, fault):
    """As 4, although the library says not to retry; 1 PI."""
    world.sim.fault(fault, path=CREATE)
    run = world.begin()
    world.pay_card(run)
    _pays(world, run)
    assert [p["replayed"] for p in world.posts(OpKind.CREATE)] == [0, 1]


def test_case_06_a_timeout_while_the_first_still_executes(world):
    """K: 409, back off, K; 1 PI."""
    world.sim.fault("delay", path=CREATE, seconds=1.2)
    run = world.begin()
    world.pay_card(run)
    _pays(world, run)
    statuses = [p["status"] for p in world.posts(OpKind.CREATE)]
    assert 409 in statuses
    assert len({p["key"] for p in world.posts(OpKind.CREATE)}) == 1


@pytest.mark.parametrize("fault", ["rate_limit", "lock_timeout"])
def test_case_07_429_was_not_executed(world, fault):
    """K with back-off; 1 PI."""
    world.sim.fault(fault, path=CREATE, count=3)
    run = world.begin()
    world.pay_card(run)
    before = world.clock()
    _pays(world, run)
    assert (world.clock() - before).total_seconds() >= 1 + 2 + 4
    posts = world.posts(OpKind.CREATE)
    assert [p["status"] for p in posts] == [429, 429, 429, 200]
    assert len({p["key"] for p in posts}) == 1


def test_case_08_a_stored_500_that_was_executed_is_adopted(world):
    """K would replay 500: adopt what the listing finds; at most 1 PI reaches the reader."""
    world.sim.fault("error_500_executed", path=CREATE)
    run = world.begin()
    world.pay_card(run)
    _pays(world, run)
    assert len(world.posts(OpKind.CREATE)) == 1


def test_case_08_a_stored_500_that_was_not_executed_needs_a_new_key(world):
    """Listed nowhere: N."""
    world.sim.fault("error_500_stored", path=CREATE)
    run = world.begin()
    world.pay_card(run)
    _pays(world, run)
    assert [p["key"].rpartition(":")[2] for p in world.posts(OpKind.CREATE)] == ["1", "2"]


def test_case_08_strays_are_canceled_and_the_sale_goes_on(world):
    """Two intents of one attempt are listed: one is adopted, the stray canceled first."""
    world.sim.fault("error_500_executed", path=CREATE)
    run = world.begin()
    view = world.pay_card(run)
    world.tick()
    client = world.simulator.client()
    known = world.intents()[0]
    params = {
        "amount": 1960,
        "currency": "usd",
        "allowed_payment_method_types": ["card_present"],
        "capture_method": "automatic",
        "metadata": known["metadata"] | {"attempt": str(view.session_id)},
    }
    client.v1.payment_intents.create(params, {"idempotency_key": "foreign:1"})
    close_client(client)
    world.until(run, Situation.WAITING_FOR_CARD)
    statuses = sorted(pi["status"] for pi in world.intents())
    assert statuses == ["canceled", "requires_payment_method"]
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert world.view(run).is_paid


@pytest.mark.parametrize("fault", ["html_502", "unavailable_503"])
def test_case_09_502_or_503(world, fault):
    """K; 1 PI."""
    world.sim.fault(fault, path=CREATE)
    run = world.begin()
    world.pay_card(run)
    _pays(world, run)
    assert len({p["key"] for p in world.posts(OpKind.CREATE)}) == 1


@pytest.mark.parametrize("fault", ["unauthorized", "forbidden"])
def test_case_10_a_revoked_key_stops_cards_until_repaired(world, fault):
    """Stop the card function; after repair K; no new PI meanwhile."""
    world.sim.fault(fault, path=CREATE, count=2)
    run = world.begin()
    world.pay_card(run)
    assert world.until(run, Situation.KEY_REFUSED).choices == (Choice.CHECK, Choice.CANCEL)
    assert "refuses the stored key" in world.till.stripe.availability().reason
    assert world.intents() == []
    _pays(world, run)
    assert len({p["key"] for p in world.posts(OpKind.CREATE)}) == 1
    assert world.till.stripe.availability().ok


def test_case_10_a_key_that_vanished_does_not_mark_the_payment_as_foreign(world):
    """Without a key nothing is journalled; with it the sale goes on."""
    run = world.begin()
    world.pay_card(run)
    world.till.secrets.delete(STRIPE_KEY)
    assert Choice.CANCEL in world.until(run, Situation.KEY_REFUSED).choices
    world.till.secrets.set(STRIPE_KEY, KEY)
    _pays(world, run)


def test_case_12_a_create_older_than_20_hours_is_looked_for(world):
    """LS, never K; adopt: 1 live PI."""
    run = world.begin()
    world.pay_card(run)
    world.witness.crash(AFTER_ANSWER, OpKind.CREATE)
    world.crash_while(lambda: world.ticks(5))
    world.pass_time(25 * 3600)
    _resumed_and_paid(world, run)
    assert len(world.posts(OpKind.CREATE)) == 1


def test_case_12_an_old_create_that_is_not_listed_gets_a_new_key(world):
    """LS: absent, N."""
    run = world.begin()
    world.pay_card(run)
    world.sim.fault("close_before", path=CREATE)
    world.witness.crash(AFTER_ANSWER, OpKind.CREATE)
    world.crash_while(lambda: world.ticks(5))
    world.pass_time(25 * 3600)
    world.settle(run)  # nothing was ever opened, and nobody asks for it now
    world.pay_card(run)
    _pays(world, run)


def test_case_13_a_crash_between_the_answer_and_its_commit(world):
    """The same PI: listed, or K."""
    run = world.begin()
    world.pay_card(run)
    world.witness.crash(AFTER_ANSWER, OpKind.CREATE)
    world.crash_while(lambda: world.ticks(5))
    assert len(world.intents()) == 1
    _resumed_and_paid(world, run)
    assert len({p["key"] for p in world.posts(OpKind.CREATE)}) == 1


def test_case_14_a_double_click_shows_the_running_tender(world):
    """1 create op, from two threads and after."""
    run = world.begin()
    with ThreadPoolExecutor(2) as pool:
        views = list(pool.map(lambda _n: world.pay_card(run), range(8)))
    assert len({view.session_id for view in views}) == 1
    assert world.till.checkout.begin(views[0].cart_id).run_id == run
    assert world.pay_cash(run).session_id == views[0].session_id
    assert world.view(run).state is RunState.SESSIONS_OPEN
    _pays(world, run)
    assert len(world.posts(OpKind.CREATE)) == 1
