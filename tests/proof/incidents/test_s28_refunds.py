"""S28, S29 and S31: money and goods that went back more often than they came."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pos.errors import CashierError
from pos.models.base import table_of
from pos.models.order import OrderLine
from pos.models.states import OpKind, RefundState
from pos.services.refunds import RefundLineAsk, RefundRequest
from pos.terminal.api import CASH
from tests.proof.incidents.floor import REFUND, at_once, drain, keys, pair_up
from tests.support.catalogue import Item
from tests.support.wire_orders import frozen, make_order, make_refund, new_id, refund_line


def test_s28_hyperswitch_13182_two_managers_at_one_till(world):
    """Two refunds of $60 of $100 were both paid: read, check, insert, without a lock.

    Here five rounds of two at the same instant on one till: one passes each time.
    """
    for n in range(5):
        sold = world.paid_by_card(10_000)
        done = at_once(*[lambda s=sold: world.request_refund(s, 6000)] * 2)
        refused = [it for it in done if isinstance(it, CashierError)]
        assert [it.code for it in refused] in (["refund_running"], ["over_refund"])
        world.rest()
        with pytest.raises(CashierError, match="over_refund"):
            world.request_refund(sold, 6000)
        assert len(world.sim.ledger()["refunds"]) == n + 1


def test_s28_hyperswitch_13379_two_managers_at_two_tills(backend):
    """As S28, at two tills of one shop: the backend's row lock lets one pass."""
    from pos.server.seed import BUSINESS_ID, LOCATION_ID  # noqa: PLC0415 - only here

    register = new_id()
    backend.enrol("second-token", str(BUSINESS_ID), str(LOCATION_ID), register)
    with backend.http() as one, backend.http("second-token") as two:
        for _ in range(5):
            order = make_order((10_000, 1000), line_taxes=[])
            assert _post(one, "/purchases/", order).status_code == 201
            refunds = [make_refund(order, 6000), make_refund(order, 6000, register_id=register)]
            path = f"/purchases/{order['id']}/refunds/"
            done = at_once(
                lambda p=path, r=refunds[0]: _post(one, p, r).status_code,
                lambda p=path, r=refunds[1]: _post(two, p, r).status_code,
            )
            assert sorted(done) == [201, 422]
    assert {p["purchase"]["refunded_minor"] for p in backend.purchases()} == {6000}


def _post(http, path, message):
    headers = {"Content-Type": "application/json", "Idempotency-Key": message["id"]}
    return http.post(path, content=frozen(message), headers=headers)


@pytest.mark.parametrize("amount", [0, -1, -6000, 2**63, -(2**63)])
def test_s28_eventyay_1405_an_amount_that_is_none(world, backend, amount):
    """A negative amount was accepted, and so the other side paid. Here it is refused by both."""
    sold = world.paid_by_card(10_000)
    with pytest.raises(CashierError, match=r"nothing_to_refund|over_refund"):
        world.request_refund(sold, amount)
    order = make_order((10_000, 1000), line_taxes=[])
    with backend.http() as http:
        assert _post(http, "/purchases/", order).status_code == 201
        refused = _post(
            http, f"/purchases/{order['id']}/refunds/", make_refund(order, 100) | _of(order, amount)
        )
        assert refused.status_code in {400, 422}
    assert [p["purchase"]["refunded_minor"] for p in backend.purchases()] == [0]
    assert world.sim.ledger()["refunds"] == []


def _of(order, amount):
    part = {"payment_id": order["payments"][0]["id"], "provider_id": "cash", "amount_minor": amount}
    return {"amount_minor": amount, "payments": [part]}


@pytest.mark.parametrize("hours", [30, 200])
def test_s29_ownpay_222_pending_for_longer_than_a_day(world, hours):
    """A refund pending for 24 h was called failed, and the retry gave the money twice.

    Here time is no answer: it stays pending and reserved until Stripe says more.
    """
    sold = world.paid_by_card()
    world.sim.settings(refunds_pending=True, refund_settle_after=10**9)
    refund = world.request_refund(sold, 1960)
    world.refund_until(refund, "pending")
    for _ in range(6):
        world.pass_time(hours * 600)
        world.ticks(3)
    assert world.refunded[refund].state is RefundState.PENDING
    with pytest.raises(CashierError, match="already_fully_refunded"):
        world.request_refund(sold, 1960)
    world.sim.settle_refund(world.sim.ledger()["refunds"][0]["id"])
    world.pass_time(3600)
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert keys(world, OpKind.REFUND) == ["1"]


@pytest.mark.parametrize("executed", [True, False])
def test_s29_ownpay_222_unknown_for_longer_than_a_day(world, executed):
    """As S29: no answer at all for two days; listed first, and given once."""
    sold = world.paid_by_card()
    world.sim.fault("close_after" if executed else "close_before", path=REFUND)
    refund = world.request_refund(sold, 1960)
    world.ticks(1)
    world.sim.outage()
    for _ in range(8):
        world.pass_time(6 * 3600)
        world.ticks(3)
    assert world.refunded[refund].state is RefundState.UNKNOWN
    world.sim.outage(on=False)
    assert world.settle_refund(refund).state is RefundState.SUCCEEDED
    assert [r["amount"] for r in world.sim.ledger()["refunds"]] == [1960]


def _three_mats(world):
    """Three pieces sold for cash; the order and its line."""
    cart = world.till.cart.add_variant(Item("mat", "Yoga mat", 1000), 3000)
    run = world.till.checkout.begin(cart.cart_id).run_id
    world.till.checkout.pay(run, CASH, 9000)
    line = table_of(OrderLine)
    with world.till.db.reader.begin() as db:
        return run, db.scalar(select(line.c.id).where(line.c.order_id == run))


def _back(world, run, line, pieces):
    asked = (RefundLineAsk(line, pieces * 1000),)
    return world.till.refunds.request(RefundRequest(order_id=run, lines=asked))


def test_s31_odoo_281405_more_pieces_back_than_were_sold(world, backend):
    """More was refunded than sold, and the counter of refunded pieces went up twice.

    Here three refunds of one piece pass and a fourth is refused; what is left
    is a sum, and each refund is at the backend once, whatever was sent twice.
    """
    pair_up(world, backend)
    run, line = _three_mats(world)
    made = [_back(world, run, line, 1) for _ in range(2)]
    with pytest.raises(CashierError, match="refund_quantity"):
        _back(world, run, line, 2)
    made.append(_back(world, run, line, 1))
    with pytest.raises(CashierError, match=r"refund_quantity|already_fully_refunded"):
        _back(world, run, line, 1)
    backend.faults("drop", path="/purchases/", times=4)
    drain(world.till.sync, world.clock)
    (stored,) = backend.purchases()
    assert sorted(r["id"] for r in stored["refunds"]) == sorted(map(str, made))
    assert stored["purchase"]["refunded_minor"] == stored["sent"]["total_minor"]
    assert world.till.sync.status().parked == ()


def test_s31_odoo_272408_the_backend_counts_pieces_too(backend):
    """As S31: the backend refuses a piece too many, and keeps two refunds that look alike."""
    order = make_order((1000, 3000), line_taxes=[])
    path = f"/purchases/{order['id']}/refunds/"
    part = [lambda: refund_line(order["lines"][0], 1000, 1000)]
    with backend.http() as http:
        assert _post(http, "/purchases/", order).status_code == 201
        alike = [make_refund(order, 1000, lines=[part[0]()]) for _ in range(2)]
        for refund in (*alike, *alike):
            assert _post(http, path, refund).status_code == 201
        too_many = make_refund(order, 1000, lines=[refund_line(order["lines"][0], 2000, 1000)])
        assert _post(http, path, too_many).status_code == 422
    (stored,) = backend.purchases()
    assert {r["id"] for r in stored["refunds"]} == {r["id"] for r in alike}
    assert stored["purchase"]["refunded_minor"] == 2000
