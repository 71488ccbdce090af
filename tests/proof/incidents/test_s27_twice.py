"""S27: the same sale submitted twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial

import pytest
from PySide6.QtCore import Qt

from pos.ui.screens.checkout_views import Page
from tests.e2e.conftest import counter, open_counter, stocked
from tests.e2e.counter import TEA
from tests.proof.incidents.floor import at_once, drain, pair_up
from tests.support.backend import BackendProcess
from tests.support.wire_orders import frozen, make_order, new_id
from tests.ui.front_fixture import turn, until

__all__ = ["counter", "open_counter", "stocked"]


def test_s27_erpnext_12971_uniqueness_is_the_databases(world):
    """Invoices twice, 1 in 15 in one shop: unique "at the code layer and not the database layer".

    Here five acts of paying at the same instant make one order, and the
    database itself refuses a second order of a cart.
    """
    for _ in range(5):
        run = world.begin()
        done = at_once(*[partial(world.pay_cash, run, 2000)] * 5)
        assert {it.order_id for it in done} == {run}
        world.till.checkout.receipt_done(run)
    assert [row.total_minor for row in world.till.purchases.page(offset=0, limit=99)] == [1960] * 5
    with (
        world.till.db.engine.connect() as db,
        pytest.raises(Exception, match=r"UNIQUE constraint failed: order\.cart_id"),
    ):
        db.exec_driver_sql('UPDATE "order" SET cart_id = ?', (new_id().replace("-", ""),))


def test_s27_posnext_50_two_tills_with_the_same_time(backend):
    """The name of an invoice was its time: two tills at the same instant were one invoice.

    Here two registers send orders of the same instant, amount and receipt
    number: both are there.
    """
    from pos.server.seed import BUSINESS_ID, LOCATION_ID  # noqa: PLC0415 - only here

    register = new_id()
    backend.enrol("second-token", str(BUSINESS_ID), str(LOCATION_ID), register)
    orders = {"": make_order(), "second-token": make_order(register_id=register)}
    for token, order in orders.items():
        assert _sold(backend, token, order) == 201
        assert order["created_at"] == orders[""]["created_at"]
    stored = {p["purchase"]["id"] for p in backend.purchases()}
    assert stored == {order["id"] for order in orders.values()}


def _sold(backend: BackendProcess, token: str, order: dict) -> int:
    headers = {"Content-Type": "application/json", "Idempotency-Key": order["id"]}
    with backend.http(token) as http:
        return http.post("/purchases/", content=frozen(order), headers=headers).status_code


def test_s27_posnext_97_ids_of_one_frozen_instant_differ(world, backend):
    """As S27: a till whose clock stands still for ten sales; ten orders at the backend."""
    pair_up(world, backend)
    at = world.clock()
    runs = []
    for _ in range(10):
        world.clock.now = at
        runs.append(world.pay_cash(world.begin(100), 5000).run_id)
    drain(world.till.sync, world.clock)
    assert sorted(p["purchase"]["id"] for p in backend.purchases()) == sorted(map(str, runs))


def test_s27_erpnext_15699_enter_pressed_twice_during_a_freeze(counter):
    """A frozen window queued the keys, and a sale submitted itself when it thawed.

    Here the disk does not answer while Enter and the button are pressed again
    and again: one sale, and the next one is not begun by a stray key.
    """
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.charge()
    with closing(sqlite3.connect(counter.till.config.till_db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(4):
            counter.press(Qt.Key.Key_Return)
            counter.touch(counter.checkout.cash.exact)
            turn(30)
        assert counter.count("order") == 0
        other.execute("ROLLBACK")
    until(lambda: counter.checkout.view.page is Page.DONE)
    counter.rest()
    assert counter.count("order") == 1
    assert counter.count("payment") == 1
