"""Scenarios of refunds by number (scenarios.md, section 1), on the wired till."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from pos.errors import CashierError
from pos.models.states import OpKind, RefundState
from pos.pricing import PPM, Discount, DiscountKind
from pos.services.purchases import PurchaseStatus
from pos.services.refunds import RefundRequest

ROOT = Path(__file__).resolve().parents[2]
RIVAL = Path(__file__).with_name("refund_rival.py")


def _sold(world, tender, amount):
    if tender == "card":
        return world.paid_by_card(amount)
    run = world.begin(amount)
    world.pay_cash(run, amount)
    world.till.checkout.receipt_done(run)
    return run


def _status(world, order):
    rows = world.till.purchases.page(offset=0, limit=9)
    return next(row.status for row in rows if row.id == order)


@pytest.mark.parametrize("tender", ["card", "cash"])
def test_scenario_27_partial_then_the_rest(world, tender):
    """$20 then $30 of $50; a further $0.01 is refused; partially refunded, then refunded."""
    order = _sold(world, tender, 5000)
    for amount, status in ((2000, PurchaseStatus.PART_REFUNDED), (3000, PurchaseStatus.REFUNDED)):
        world.request_refund(order, amount)
        world.rest()
        assert _status(world, order) is status
    with pytest.raises(CashierError, match="already fully refunded"):
        world.request_refund(order, 1)


@contextmanager
def _rivals(*arguments):
    command = [sys.executable, str(RIVAL), *arguments]
    pipe = subprocess.PIPE
    rivals = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, env={"PYTHONPATH": str(ROOT)}
        )
        for _ in range(2)
    ]
    yield rivals
    for rival in rivals:
        rival.communicate(timeout=30)


@pytest.mark.parametrize(
    ("tender", "amount", "refusal"),
    [
        ("card", 6000, "over_refund"),
        ("card", 4000, "refund_running"),
        ("cash", 6000, "over_refund"),
    ],
)
def test_scenario_28_two_managers_at_once(world, tender, amount, refusal):
    """$60 (or $40) of $100 twice, from two processes on one database: exactly one succeeds."""
    order = _sold(world, tender, 10_000)
    with _rivals(str(world.folder), str(order), str(amount)) as rivals:
        for rival in rivals:
            assert rival.stdout.readline() == "ready\n"
        for rival in rivals:
            rival.stdin.write("go\n")
            rival.stdin.flush()
        said = sorted(rival.stdout.readline().strip() for rival in rivals)
    assert said == sorted(["ok", refusal])
    world.rest()
    detail = world.till.purchases.detail(order)
    assert [r.amount_minor for r in detail.refunds] == [amount]
    given = [r["amount"] for r in world.sim.ledger()["refunds"]]
    assert given == ([amount] if tender == "card" else [])


def test_scenario_29_refund_timeout(world):
    """Stripe did it, the answer was lost: looked for, the customer is refunded once."""
    order = _sold(world, "card", 5000)
    world.sim.fault("hang_after", path="/v1/refunds$", seconds=0.7)
    assert world.refund(order, 5000).state is RefundState.SUCCEEDED
    assert [r["amount"] for r in world.sim.ledger()["refunds"]] == [5000]
    assert len({p["key"] for p in world.posts(OpKind.REFUND)}) == 1


@pytest.mark.parametrize("again", ["new refund", "same refund"])
def test_scenario_30_a_definite_failure_rotates_the_key(world, again):
    """Refused with a definite no; the cause is fixed: a new key, and it succeeds."""
    order = _sold(world, "card", 5000)
    world.sim.deny("refunds_write")
    refund = world.request_refund(order, 2000)
    world.refund_until(refund, "key_refused")
    world.sim.deny()
    world.sim.settings(refunds_pending=True)
    world.refund_until(refund, "pending")
    world.sim.settle_refund(world.sim.ledger()["refunds"][0]["id"], "failed")
    world.pass_time(3600)
    assert world.settle_refund(refund).state is RefundState.FAILED
    world.sim.settings(refunds_pending=False)
    if again == "new refund":
        assert world.refund(order, 2000).state is RefundState.SUCCEEDED
    else:
        world.till.refunds.approve_again(refund)
        world.till.desk.wake()
        world.refunded.clear()
        assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert len({p["key"] for p in world.posts(OpKind.REFUND)}) == 2


@pytest.mark.parametrize(
    ("fee", "given"),
    [
        (Discount(DiscountKind.PERCENT, PPM // 2), 5000),
        (Discount(DiscountKind.FIXED, 1000), 9000),
    ],
    ids=["50 percent", "10 flat"],
)
@pytest.mark.parametrize("tender", ["card", "cash"])
def test_scenario_33_a_fee_by_policy(world, tender, fee, given):
    """50 % or $10 of $100 is kept; the preview says so first."""
    order = _sold(world, tender, 10_000)
    ask = RefundRequest(order_id=order, amount_minor=10_000, fee=fee)
    plan = world.till.refunds.preview(ask)
    assert (plan.amount_minor, plan.fee_minor) == (given, 10_000 - given)
    refund = world.till.refunds.request(ask)
    world.rest()
    detail = world.till.purchases.detail(order)
    assert [(r.id, r.amount_minor, r.state) for r in detail.refunds] == [
        (refund, given, RefundState.SUCCEEDED)
    ]
    if tender == "card":
        assert [r["amount"] for r in world.sim.ledger()["refunds"]] == [given]
