"""Failure matrix, Refund: cases 55 to 62 (payments.md, section 5.3)."""

from __future__ import annotations

import pytest

from pos.errors import CashierError
from pos.models.states import OpKind, RefundState
from pos.services.secrets import STRIPE_KEY
from tests.support.simulator import KEY, OTHER_KEY, close_client
from tests.support.witness import AFTER_ANSWER, BEFORE_JOURNAL, BEFORE_SEND
from tests.support.world import PRICE

REFUND = r"/v1/refunds$"


@pytest.fixture
def sold(world):
    """A card sale that is done; its run is the order."""
    return world.paid_by_card()


def _given(world):
    return [r["amount"] for r in world.sim.ledger()["refunds"] if r["status"] != "failed"]


def _keys(world):
    return [p["key"].rpartition(":")[2] for p in world.posts(OpKind.REFUND)]


def _as_if_by_late_luck(world, run, refund, amount):
    """Stripe rolls a refund forward that it had answered with 500."""
    client = world.simulator.client()
    with world.till.db.reader.begin() as db:
        found = db.exec_driver_sql(
            "SELECT reference FROM payment WHERE order_id = ?", (run.hex,)
        ).scalar()
    params = {"payment_intent": found, "amount": amount, "metadata": {"refund": str(refund)}}
    client.v1.refunds.create(params, {"idempotency_key": "foreign:refund"})
    close_client(client)


@pytest.mark.parametrize("when", [BEFORE_JOURNAL, BEFORE_SEND, AFTER_ANSWER])
def test_case_55_a_crash_around_the_refund(world, sold, when):
    """Found: adopt; absent and young: K; 1 refund."""
    refund = world.request_refund(sold, 700)
    world.witness.crash(when, OpKind.REFUND)
    world.crash_while(lambda: world.ticks(5))
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert _given(world) == [700]
    assert len(_keys(world)) == 1


@pytest.mark.parametrize(
    ("fault", "sends"),
    [
        ("close_before", 2),
        ("close_after", 1),
        ("rst_after", 1),
        ("truncate", 1),
        ("garbage", 1),
        ("rate_limit", 2),
        ("lock_timeout", 2),
        ("html_502", 2),
        ("unavailable_503", 2),
        ("unauthorized", 2),
    ],
)
def test_case_55_a_fault_on_the_wire(world, sold, fault, sends):
    """Found: adopt; absent and young: K; 1 refund."""
    world.sim.fault(fault, path=REFUND)
    assert world.refund(sold, 700).state is RefundState.SUCCEEDED
    assert _given(world) == [700]
    assert _keys(world) == ["1"] * sends


def test_case_55_a_timeout_while_the_first_still_executes(world, sold):
    world.sim.fault("delay", path=REFUND, seconds=0.8)
    assert world.refund(sold, 700).state is RefundState.SUCCEEDED
    assert _given(world) == [700]
    assert set(_keys(world)) == {"1"}


def test_case_55_offline(world, sold):
    """Nothing is given before the network is back, then once."""
    world.sim.outage()
    refund = world.request_refund(sold, 700)
    world.refund_until(refund, "unknown")
    world.ticks(20)
    world.sim.outage(on=False)
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert _given(world) == [700]


def test_case_56_a_double_click(world, sold):
    """Second refused; 1 refund."""
    refund = world.request_refund(sold, 700)
    with pytest.raises(CashierError, match="refund_running"):
        world.request_refund(sold, 700)
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert _given(world) == [700]


def test_case_57_response_lost_and_the_cashier_starts_another(world, sold):
    """Blocked until resolved; 1 refund."""
    world.sim.fault("close_after", path=REFUND)
    world.sim.fault("html_502", method="GET", path=r"/v1/refunds", count=0)
    refund = world.request_refund(sold, 700)
    world.refund_until(refund, "unknown")
    with pytest.raises(CashierError, match="refund_running"):
        world.request_refund(sold, 700)
    assert world.till.refunds.approve_again(refund) is RefundState.UNKNOWN
    with pytest.raises(CashierError, match="refund_sent"):
        world.till.refunds.withdraw(refund)
    world.sim.clear_faults()
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert _given(world) == [700]


def test_case_58_a_stored_500_that_was_executed(world, sold):
    """RL finds it: adopt."""
    world.sim.fault("error_500_executed", path=REFUND)
    assert world.refund(sold, 700).state is RefundState.SUCCEEDED
    assert _keys(world) == ["1"]


def test_case_58_a_stored_500_needs_two_looks_and_a_manager(world, sold):
    """No N without a manager after RL absent twice, at least 10 min apart; at most 1 refund."""
    world.sim.fault("error_500_stored", path=REFUND)
    refund = world.request_refund(sold, 700)
    started = world.clock()
    world.refund_until(refund, "unknown")
    world.till.refunds.approve_again(refund)  # too early: changes nothing
    world.refund_until(refund, "needs_manager")
    assert (world.clock() - started).total_seconds() >= 600
    world.ticks(10)
    assert _keys(world) == ["1"]
    world.till.refunds.approve_again(refund)
    world.till.desk.wake()
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert _keys(world) == ["1", "2"]
    assert _given(world) == [700]


@pytest.mark.parametrize("amount", [700, PRICE])
def test_case_58_it_rolls_forward_late(world, sold, amount):
    """It appears after the second look: adopted, also when the new key was already refused."""
    world.sim.fault("error_500_stored", path=REFUND)
    refund = world.request_refund(sold, amount)
    world.refund_until(refund, "needs_manager")
    if amount == PRICE:
        world.till.refunds.approve_again(refund)
        world.till.desk.wake()
        world.refunded.clear()
        world.drive(lambda: bool(world.refunded), "looked once more")
    _as_if_by_late_luck(world, sold, refund, amount)
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert _given(world) == [amount]


@pytest.mark.parametrize("executed", [True, False])
def test_case_59_a_refund_older_than_20_hours(world, sold, executed):
    """RL: adopt, or N; at most 1."""
    world.sim.fault("close_after" if executed else "close_before", path=REFUND)
    refund = world.request_refund(sold, 700)
    world.witness.crash(AFTER_ANSWER, OpKind.REFUND)
    world.crash_while(lambda: world.ticks(5))
    world.pass_time(25 * 3600)
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert _given(world) == [700]
    assert _keys(world) == (["1"] if executed else ["1", "2"])


def test_case_60_the_dashboard_refunded_meanwhile(world, sold):
    """400 over-amount: a definite no, nothing more is given than was paid."""
    _as_if_by_late_luck(world, sold, "", 1500)
    done = world.refund(sold, 700)
    assert done.state is RefundState.FAILED
    assert "greater than unrefunded amount" in done.notice.message
    assert _given(world) == [1500]


def test_case_61_a_pending_refund(world, sold):
    """REFUND PENDING, polled; not repeated; the rest stays refundable, no more."""
    world.sim.settings(refunds_pending=True, refund_settle_after=10**6)
    refund = world.request_refund(sold, 700)
    world.refund_until(refund, "pending")
    started, asked = world.clock(), len(world.witness.events)
    for _ in range(20):
        world.pass_time(900)
        world.ticks(3)
    assert world.refunded[refund].state is RefundState.PENDING
    assert len(_keys(world)) == 1
    hours = (world.clock() - started).total_seconds() / 3600
    assert len(world.witness.events) - asked <= hours + 2
    assert world.till.refunds.approve_again(refund) is RefundState.PENDING
    with pytest.raises(CashierError, match="over_refund"):
        world.request_refund(sold, PRICE - 699)
    world.sim.settle_refund(world.sim.ledger()["refunds"][0]["id"])
    world.pass_time(3600)
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED


def test_case_62_a_pending_refund_that_fails_later(world, sold):
    """Reopen the liability; a person may allow N, which gives the money once."""
    world.sim.settings(refunds_pending=True)
    refund = world.request_refund(sold, 700)
    world.refund_until(refund, "pending")
    found = world.sim.ledger()["refunds"][0]["id"]
    world.sim.settle_refund(found, "failed", "lost_or_stolen_card")
    world.pass_time(3600)
    done = world.settle_refund(refund)
    assert (done.state, done.notice.code) == (RefundState.FAILED, "lost_or_stolen_card")
    world.sim.settings(refunds_pending=False)
    assert world.till.refunds.approve_again(refund) is RefundState.PLANNED
    world.till.desk.wake()
    world.refunded.clear()
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert _keys(world) == ["1", "2"]
    assert _given(world) == [700]


def test_case_62_a_refund_that_fails_twice_is_told_each_time(world, sold):
    """Pending, failed, allowed, pending, failed, allowed, done: four keys would be one too few."""
    world.sim.settings(refunds_pending=True)
    refund = world.request_refund(sold, 700)
    for nth in (1, 2):
        world.refund_until(refund, "pending")
        world.sim.settle_refund(world.sim.ledger()["refunds"][-1]["id"], "failed")
        world.pass_time(3600)
        assert world.settle_refund(refund).state is RefundState.FAILED
        world.sim.settings(refunds_pending=nth == 1)
        world.till.refunds.approve_again(refund)
        world.till.desk.wake()
        world.refunded.clear()
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert _keys(world) == ["1", "2", "3"]
    assert _given(world) == [700]


def test_case_62_a_failed_refund_is_not_tried_again_beyond_what_was_paid(world, sold):
    """Its amount was refunded another way meanwhile."""
    world.sim.settings(refunds_pending=True)
    refund = world.request_refund(sold, 700)
    world.refund_until(refund, "pending")
    world.sim.settle_refund(world.sim.ledger()["refunds"][0]["id"], "failed")
    world.pass_time(3600)
    world.settle_refund(refund)
    world.sim.settings(refunds_pending=False)
    assert world.refund(sold, PRICE).state is RefundState.SUCCEEDED
    with pytest.raises(CashierError, match="refund_no_room"):
        world.till.refunds.approve_again(refund)


@pytest.mark.parametrize("sent", [True, False])
def test_case_69_a_refund_waits_for_its_own_account(world, sold, sent):
    """Sent under one account it is never asked of another; not sent it waits for any key."""
    if sent:
        world.sim.fault("close_before", path=REFUND)
    refund = world.request_refund(sold, 700)
    world.ticks(1 if sent else 0)
    world.till.secrets.set(STRIPE_KEY, OTHER_KEY) if sent else world.till.secrets.delete(STRIPE_KEY)
    world.refund_until(refund, "foreign_account" if sent else "key_refused")
    world.ticks(10)
    world.till.secrets.set(STRIPE_KEY, KEY)
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert _given(world) == [700]
