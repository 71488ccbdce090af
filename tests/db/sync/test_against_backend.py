"""The outbox and the cursors against the reference backend in its own process."""

from __future__ import annotations

from contextlib import contextmanager

import msgspec
import pytest
from sqlalchemy import select

from pos.backend.client import BackendClient
from pos.models.shop import Register, TaxRate
from pos.models.states import RefundState
from pos.models.sync import OutboxEntry, SyncCursor
from pos.services import shop
from pos.services.sync import Sync
from tests.support.backend import TOKEN
from tests.support.orders import CARD, add_order, add_refund, end_refund
from tests.support.till import make_db, make_shop


class Seen:
    """Collects what a stream delivered."""

    def __init__(self):
        self.items = []

    def is_empty(self):
        return not self.items

    def apply_delta(self, items):
        self.items += items


@contextmanager
def syncing(till, clock, server, *, token=TOKEN, **sinks):
    with BackendClient(server.url, token) as client:
        yield Sync(till, clock, client, jitter=lambda: 1.0, **sinks)


def drain(sync, clock, ticks=400):
    """Tick, moving the clock as far as each tick asks, until nothing waits."""
    for _ in range(ticks):
        status = sync.tick()
        if not status.waiting and status.delay > 1 and not status.code:
            return status
        clock.advance(seconds=status.delay)
    raise AssertionError(f"still {sync.status()}")


def body_of(till, key):
    with till.read.begin() as session:
        query = select(OutboxEntry.body).where(OutboxEntry.key == key)
        return bytes(session.scalars(query).one())


@pytest.fixture
def paired(till, clock, server):
    """The till has been told who it is."""
    with syncing(till, clock, server) as sync:
        sync.tick()
    return till


def test_a_fresh_till_takes_over_the_identity_of_its_token(till, clock, server):
    before = shop.current(till)

    with syncing(till, clock, server) as sync:
        status = drain(sync, clock)

    after = shop.current(till)
    assert (status.online, status.code) == (True, "")
    assert status.shop_version >= 1
    assert after.register_id != before.register_id
    with server.http() as http:
        told = http.get("/settings/").json()
    assert str(after.register_id) == told["register"]["id"]
    assert str(after.business_id) == told["business"]["id"]
    assert after.settings_version == told["version"]
    with till.read.begin() as session:
        assert session.connection().exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_till_that_has_sold_keeps_its_identity_and_sends_nothing(till, clock, server):
    add_order(till, clock)
    before = shop.current(till)

    with syncing(till, clock, server) as sync:
        status = sync.tick()
        assert sync.push_next() is False

    assert status.code == "wrong_register"
    assert "token" in status.reason
    assert status.waiting == 1
    assert shop.current(till) == before
    assert server.purchases() == []


def test_scenario_19_offline_day(paired, tmp_path, clock, server):
    server.stop()
    orders, refunds, till = [], [], paired
    for n in range(25):
        orders.append(add_order(till, clock))
        clock.advance(minutes=3)
        if n in (3, 20):
            refunds.append(add_refund(till, clock, orders[-2]))
        if n in (8, 16):
            with syncing(till, clock, server) as sync:
                assert sync.tick().online is False
            till.close()
            till = make_db(tmp_path)

    server.start()
    with syncing(till, clock, server) as sync:
        status = drain(sync, clock)
    till.close()

    stored = server.purchases()
    assert sorted(p["purchase"]["id"] for p in stored) == sorted(map(str, orders))
    returned = [r["id"] for p in stored for r in p["refunds"]]
    assert sorted(returned) == sorted(map(str, refunds))
    numbers = [p["sent"]["receipt_number"] for p in reversed(stored)]
    assert numbers == sorted(numbers)  # received in the order they were made
    assert status.parked == ()
    assert status.online is True


def test_what_is_stored_is_what_was_frozen(paired, clock, server):
    order_id = add_order(paired, clock, paid=(CARD,), customer_name="Ji-woo\0 Park" * 40)

    with syncing(paired, clock, server) as sync:
        drain(sync, clock)

    (stored,) = server.purchases()
    assert stored["sent"] == msgspec.json.decode(body_of(paired, order_id))
    assert stored["sent"]["payments"][0]["data"]["card_last4"] == "4242"


def test_scenario_18_a_lost_response_leaves_one_order(paired, clock, server):
    order_id = add_order(paired, clock)
    server.faults("drop", path="/purchases/")

    with syncing(paired, clock, server) as sync:
        status = sync.tick()
        status = sync.tick()
        assert status.waiting == 1
        drain(sync, clock)

    assert [p["purchase"]["id"] for p in server.purchases()] == [str(order_id)]
    assert server.counts()["POST /purchases/"] == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"mode": "html"},
        {"mode": "truncate"},
        {"mode": "drop_before"},
        {"mode": "status", "status": 503},
        {"mode": "status", "status": 500},
        {"mode": "status", "status": 429},
        {"mode": "status", "status": 409},
    ],
    ids=lambda fault: f"{fault['mode']}-{fault.get('status', '')}",
)
def test_a_bad_line_loses_and_doubles_nothing(paired, clock, server, fault):
    ids = [add_order(paired, clock) for _ in range(2)]
    server.faults(**fault, path="/purchases/", times=3)
    with syncing(paired, clock, server) as sync:
        sync.tick()
        broken = sync.tick()
        assert broken.code in {"offline", "busy"}
        assert broken.reason
        assert (broken.waiting, broken.parked) == (2, ())
        assert drain(sync, clock).parked == ()
    assert sorted(p["purchase"]["id"] for p in server.purchases()) == sorted(map(str, ids))


def test_a_definite_no_is_parked_with_the_backends_reason(paired, clock, server):
    bad, good = add_order(paired, clock, total_minor=1), add_order(paired, clock)
    refund = add_refund(paired, clock, good)
    with syncing(paired, clock, server) as sync:
        for _ in range(6):
            clock.advance(seconds=sync.tick().delay)
        (item,) = sync.status().parked
        assert (item.label, item.code) == ("R1-000001", "totals_mismatch")
        assert "total_minor: sent 1, expected" in item.message
        sync.retry(item.seq)  # the same bytes get the same answer
        for _ in range(3):
            sync.tick()
        assert [again.seq for again in sync.status().parked] == [item.seq]
        sync.discard(item.seq, "typed by a test", "Mina Kang")
        assert sync.status().parked == ()
    (stored,) = server.purchases()
    assert stored["purchase"]["id"] == str(good)
    assert [r["id"] for r in stored["refunds"]] == [str(refund)]
    assert str(bad) not in str(stored)


def test_a_pending_refund_is_told_again_when_it_has_ended(paired, clock, server):
    order_id = add_order(paired, clock, paid=(CARD,))
    refund_id = add_refund(paired, clock, order_id, state=RefundState.PENDING)
    with syncing(paired, clock, server) as sync:
        drain(sync, clock)
        assert [r["status"] for r in server.purchases()[0]["refunds"]] == ["pending"]
        clock.advance(hours=4)
        end_refund(paired, clock, refund_id, RefundState.SUCCEEDED)
        status = drain(sync, clock)

    assert status.parked == ()
    (stored,) = server.purchases()
    assert [r["status"] for r in stored["refunds"]] == ["succeeded"]
    assert stored["purchase"]["refunded_minor"] > 0


def test_a_killed_backend_and_forgotten_keys_duplicate_nothing(paired, clock, server):
    ids = [add_order(paired, clock) for _ in range(4)]
    server.faults("drop", path="/purchases/")
    with syncing(paired, clock, server) as sync:
        sync.tick()
        sync.tick()
        server.prune()
        server.kill()
        assert sync.tick().online is False
        server.start()
        drain(sync, clock)

    assert sorted(p["purchase"]["id"] for p in server.purchases()) == sorted(map(str, ids))


def test_a_wrong_token_stops_sync_and_parks_nothing(paired, clock, server):
    add_order(paired, clock)
    with syncing(paired, clock, server, token="nobody's") as sync:  # noqa: S106 - not a secret
        for _ in range(3):
            status = sync.tick()
            clock.advance(seconds=status.delay)
    assert status.code == "unauthorized"
    assert "token" in status.reason
    assert (status.waiting, status.parked) == (1, ())
    assert server.purchases() == []


def test_the_catalogue_and_settings_come_once(paired, clock, server):
    catalogue, customers = Seen(), Seen()
    items = [
        {"key": f"i{n}", "product_key": f"p{n}", "name": f"Item {n}", "price_minor": n}
        for n in range(1200)
    ]
    with server.http() as http:
        assert http.post("/catalogue/", json={"items": items}).is_success
    with syncing(paired, clock, server, catalogue=catalogue, customers=customers) as sync:
        drain(sync, clock)
        assert len([it for it in catalogue.items if it.key.startswith("i")]) == 1200
        catalogue.items.clear()
        for _ in range(5):
            clock.advance(seconds=31)
            drain(sync, clock)
    assert catalogue.items == []
    with paired.read.begin() as session:
        streams = set(session.scalars(select(SyncCursor.stream)))
    assert {"settings", "catalogue"} <= streams


def test_changed_settings_are_taken_over(paired, clock, server):
    with server.http() as http:
        told = http.get("/settings/").json()
        sent = {k: v for k, v in told.items() if k not in {"business", "location", "register"}}
        sent["taxes"] = [{"id": "vat", "name": "VAT", "rate_ppm": 100_000}]
        sent["receipt_footer"] = "See you soon"
        assert http.put("/settings/", json=sent).is_success
    clock.advance(seconds=31)
    with syncing(paired, clock, server) as sync:
        first = drain(sync, clock)
    here = shop.current(paired)
    assert here.receipt_footer == "See you soon"
    assert [(t.code, t.rate_ppm) for t in here.taxes if t.active] == [("vat", 100_000)]
    assert first.shop_version == 1
    with paired.read.begin() as session:
        assert session.scalar(select(Register.name)) == told["register"]["name"]
        assert len(session.scalars(select(TaxRate)).all()) >= 2  # the old ones are kept


def test_two_tills_with_one_queue_send_nothing_twice(paired, tmp_path, clock, server):
    ids = [add_order(paired, clock) for _ in range(3)]
    other = make_db(tmp_path)
    make_shop(other, clock=clock)
    with syncing(paired, clock, server) as one, syncing(other, clock, server) as two:
        for _ in range(6):
            one.tick()
            two.tick()
    other.close()
    assert sorted(p["purchase"]["id"] for p in server.purchases()) == sorted(map(str, ids))
