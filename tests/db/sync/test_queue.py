"""The queue's rules against a scripted backend: order, parking, patience, clocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pos.backend.api import UNAUTHORIZED, BusyError
from pos.backend.wire import (
    CataloguePage,
    CustomersPage,
    Named,
    PurchaseIn,
    RefundIn,
    RegisterOut,
    SettingsOut,
    TaxOut,
    decode,
)
from pos.errors import CashierError, RefusedError, UnreachableError
from pos.models.base import new_id
from pos.models.cart import StockLevel
from pos.models.states import RefundState
from pos.models.sync import JournalEntry, OutboxEntry
from pos.pricing import Discount, DiscountKind
from pos.services import shop
from pos.services.sync import Sync, enqueue_order, enqueue_refund
from tests.support.orders import Item, add_order, add_refund, end_refund
from tests.support.till import make_db


class FakeBackend:
    """Says what it was told to say; remembers the bytes it accepted by key."""

    def __init__(self, here: shop.Shop):
        self.here = here
        self.answers: dict[str, list] = {}  # key or "*": exceptions, in turn
        self.seen: list[str] = []
        self.stored: dict[str, bytes] = {}
        self.version = 0
        self.rate = 82_500
        self.pages: list[CataloguePage] = []
        self.calls: Counter[str] = Counter()

    def _maybe_fail(self, key):
        for name in (key, "*"):
            script = self.answers.get(name)
            if script:
                error = script.pop(0) if len(script) > 1 else script[0]
                if error is not None:
                    raise error
                return

    def send(self, kind, path, body, key):
        self.seen.append(key)
        self._maybe_fail(key)
        assert self.stored.setdefault(key, body) == body
        return b"{}"

    def get_settings(self):
        self.calls["settings"] += 1
        self._maybe_fail("settings")
        here = self.here
        return SettingsOut(
            version=self.version,
            business=Named(id=here.business_id, name=here.name),
            location=Named(id=here.location_id, name=here.location_name),
            register=RegisterOut(id=here.register_id, name=here.register_name, number=1),
            currency=here.currency,
            prices_include_tax=False,
            tax_rounding="order",
            taxes=(TaxOut(id="sales", name="Sales tax", rate_ppm=self.rate),),
            refund_policy="",
            refund_popup=False,
            receipt_footer="",
            providers=(),
        )

    def catalogue(self, after=""):
        self.calls["catalogue"] += 1
        self._maybe_fail("catalogue")
        at = int(after or 0)
        if at < len(self.pages):
            return self.pages[at]
        return CataloguePage(items=(), next_cursor=after, more=False)

    def customers(self, after=""):
        self.calls["customers"] += 1
        return CustomersPage(items=(), next_cursor=after, more=False)


@pytest.fixture
def backend(till):
    return FakeBackend(shop.current(till))


@pytest.fixture
def sync(till, clock, backend):
    """Sync that has been told who it is."""
    sync = Sync(till, clock, backend, jitter=lambda: 1.0)
    sync.tick()
    return sync


def run(sync, clock, ticks=30):
    for _ in range(ticks):
        status = sync.tick()
        if not status.waiting and status.delay > 1 and not status.code:
            break
        clock.advance(seconds=status.delay)
    return status


def test_without_a_backend_nothing_leaves(till, clock):
    add_order(till, clock)
    status = Sync(till, clock).tick()
    assert (status.code, status.online, status.waiting) == ("no_backend", None, 1)
    assert status.delay > 1


def test_oldest_first_and_frozen_once(till, clock, sync, backend):
    ids = [str(add_order(till, clock)) for _ in range(5)]
    run(sync, clock)
    assert backend.seen == ids
    assert sync.status().waiting == 0
    with till.write.begin() as session, pytest.raises(IntegrityError):
        enqueue_order(session, decode(backend.stored[ids[0]], PurchaseIn).id, clock)


def test_a_rolled_back_sale_tells_nobody(till, clock):
    order_id = add_order(till, clock, queued=False)
    with till.write() as session:
        enqueue_order(session, order_id, clock)
        session.rollback()
    assert Sync(till, clock).status().waiting == 0


def test_long_and_odd_texts_still_commit_and_fit_the_wire(till, clock):
    order_id = add_order(
        till,
        clock,
        (Item("N" * 600 + "\0", 100, option="blue"), Item("\0", 100)),
        customer_name="C" * 999,
        customer_email="e" * 400,
        note="x" * 9000,
    )
    with till.read.begin() as session:
        body = session.scalar(select(OutboxEntry.body).where(OutboxEntry.key == order_id))
    sent = decode(body, PurchaseIn)  # strict: bounds and characters
    assert sent.customer_name == "C" * 255


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError("connect refused"),
        BusyError("200, not our backend"),
        BusyError("503, not our backend", 3),
        BusyError("409 in_progress: leased", 1),
        BusyError("429", 2),
    ],
)
def test_no_definite_answer_is_tried_again_with_the_same_bytes(till, clock, sync, backend, error):
    order_id = add_order(till, clock)
    backend.answers[str(order_id)] = [error, error, None]
    first = None
    for _ in range(3):
        status = sync.tick()
        first = first or status
        clock.advance(seconds=status.delay)
    assert first.waiting == 1
    assert first.code in {"offline", "busy"}
    assert run(sync, clock).waiting == 0
    assert backend.seen == [str(order_id)] * 3
    assert sync.status().parked == ()


def test_waits_double_up_to_a_cap_and_the_backend_may_ask_for_more(till, clock, backend):
    sync = Sync(till, clock, backend, jitter=lambda: 1.0)
    add_order(till, clock)
    backend.answers["*"] = [UnreachableError("down")]
    delays = []
    for _ in range(9):
        status = sync.tick()
        delays.append(status.delay)
        clock.advance(seconds=status.delay)
    assert delays[:5] == [1, 2, 4, 8, 16]
    assert max(delays) == 60
    assert sync.status().online is False
    assert backend.seen == []  # not even known who we are
    backend.answers["settings"] = [None]
    sync.tick()
    backend.answers["*"] = [BusyError("503", 90)]
    sync.wake()
    assert sync.tick().delay == 90


def test_a_refusal_parks_the_entry_and_its_aggregate_only(till, clock, sync, backend):
    bad, good = add_order(till, clock), add_order(till, clock)
    refund_of_bad = add_refund(till, clock, bad)
    refund_of_good = add_refund(till, clock, good)
    backend.answers[str(bad)] = [RefusedError("totals_mismatch", "tax: sent 1, expected 2")]

    status = run(sync, clock)

    (item,) = status.parked
    assert (item.label, item.kind, item.code) == ("R1-000001", "purchase", "totals_mismatch")
    assert item.message == "tax: sent 1, expected 2"
    assert set(backend.stored) == {str(good), str(refund_of_good)}
    assert str(refund_of_bad) not in backend.seen
    assert backend.seen.count(str(bad)) == 1  # not tried again by itself

    backend.answers.clear()
    sync.retry(item.seq)
    status = run(sync, clock)
    assert (status.waiting, status.parked) == (0, ())
    order = [key for key in backend.seen if key in {str(bad), str(refund_of_bad)}]
    assert order == [str(bad), str(bad), str(refund_of_bad)]


def test_a_discard_needs_a_reason_keeps_the_row_and_is_journaled(till, clock, sync, backend):
    bad = add_order(till, clock)
    refund = add_refund(till, clock, bad)
    backend.answers[str(bad)] = [RefusedError("bad_order", "no")]
    (item,) = run(sync, clock).parked

    with pytest.raises(CashierError, match="reason_needed"):
        sync.discard(item.seq, "  ", "Mina")
    sync.discard(item.seq, "entered twice", "Mina")

    status = run(sync, clock)
    with till.read.begin() as session:
        kept = session.get(OutboxEntry, item.seq)
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.kind == "sync_discarded")
        ).one()
        assert kept.discarded_at is not None
        assert kept.parked_code == "bad_order"
        assert (entry.actor, entry.subject) == ("Mina", str(bad))
        assert "entered twice" in entry.data
    # its refund can never arrive: that is shown, not retried for ever
    (orphan,) = status.parked
    assert (orphan.kind, orphan.code) == ("refund", "order_discarded")
    assert str(refund) not in backend.seen
    with pytest.raises(CashierError, match="sync_item_gone"):
        sync.discard(item.seq, "again", "Mina")
    with pytest.raises(CashierError, match="sync_item_gone"):
        sync.retry(item.seq)


def test_only_what_is_parked_can_be_discarded(till, clock, sync):
    add_order(till, clock)
    with pytest.raises(CashierError, match="sync_item_gone"):
        sync.discard(1, "impatient", "Mina")
    assert sync.status().waiting == 1


def test_a_refund_that_overtakes_its_order_is_retried(till, clock, sync, backend):
    order_id = add_order(till, clock, queued=False)  # another register's, say
    refund = add_refund(till, clock, order_id)
    unknown = RefusedError("order_unknown", "the order has not arrived")
    backend.answers[str(refund)] = [unknown, unknown, None]
    status = run(sync, clock)
    assert (status.waiting, status.parked) == (0, ())
    assert backend.seen == [str(refund)] * 3


def test_a_poison_entry_does_not_hold_up_the_others(till, clock, sync, backend):
    poison = add_order(till, clock)
    others = [str(add_order(till, clock)) for _ in range(6)]
    backend.answers[str(poison)] = [BusyError("500, not our backend")]
    for _ in range(12):
        clock.advance(seconds=sync.tick().delay)
    assert set(backend.stored) == set(others)
    assert sync.status().waiting == 1


def test_a_bug_in_sending_is_raised_and_stops_no_other_entry(till, clock, sync, backend):
    bad, good = add_order(till, clock), add_order(till, clock)
    backend.answers[str(bad)] = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        sync.tick()
    sync.tick()
    assert set(backend.stored) == {str(good)}


def test_a_wrong_token_stops_everything_until_it_is_right(till, clock, sync, backend):
    order_id = add_order(till, clock)
    refused = RefusedError(UNAUTHORIZED, "unknown token")
    backend.answers[str(order_id)] = [refused]
    sync.tick()
    backend.answers["settings"] = [refused]
    for _ in range(4):
        status = sync.tick()
        clock.advance(seconds=status.delay)
    assert (status.code, status.waiting, status.parked) == ("unauthorized", 1, ())
    assert backend.seen == [str(order_id)]  # settings are asked for, nothing is sent
    assert sync.push_next() is False
    backend.answers.clear()
    assert run(sync, clock).waiting == 0


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=3650)])
def test_a_clock_that_jumps_strands_nothing(till, clock, sync, backend, jump):
    ids = [str(add_order(till, clock)) for _ in range(3)]
    backend.answers["*"] = [UnreachableError("down")]
    backend.answers["settings"] = [None]
    for _ in range(5):
        clock.advance(seconds=sync.tick().delay)
    clock.now += jump
    backend.answers.clear()
    ids.append(str(add_order(till, clock)))
    run(sync, clock, ticks=20)
    assert sorted(backend.stored) == sorted(ids)
    order = [key for i, key in enumerate(backend.seen) if key not in backend.seen[i + 1 :]]
    assert order[-1] == ids[-1]


def test_a_restart_goes_on_where_it_was(till, tmp_path, clock, backend):
    ids = [str(add_order(till, clock)) for _ in range(3)]
    Sync(till, clock, backend, jitter=lambda: 1.0).tick()
    again = make_db(tmp_path)
    run(Sync(again, clock, backend, jitter=lambda: 1.0), clock)
    again.close()
    assert backend.seen == ids


def test_a_crash_between_answer_and_mark_sends_the_same_again(till, clock, backend):
    order_id = str(add_order(till, clock))

    class Crash(FakeBackend):
        def send(self, kind, path, body, key):
            super().send(kind, path, body, key)
            raise KeyboardInterrupt

    crashing = Crash(backend.here)
    sync = Sync(till, clock, crashing)
    sync.tick()
    with pytest.raises(KeyboardInterrupt):
        sync.tick()
    backend.stored = crashing.stored
    run(Sync(till, clock, backend, jitter=lambda: 1.0), clock)
    assert backend.seen == [order_id]
    assert set(backend.stored) == {order_id}


def test_sending_holds_no_transaction(till, tmp_path, clock, backend):
    add_order(till, clock)
    other = make_db(tmp_path)

    class Slow(FakeBackend):
        def send(self, kind, path, body, key):
            with other.engine.begin() as connection:  # would wait for a lock held here
                connection.exec_driver_sql("UPDATE register SET theme = 'dark'")
            return super().send(kind, path, body, key)

    assert run(Sync(till, clock, Slow(backend.here)), clock).waiting == 0
    other.close()


def test_refund_states_that_are_told_and_not_told(till, clock):
    order_id = add_order(till, clock)
    with pytest.raises(ValueError, match="not told"):
        add_refund(till, clock, order_id, state=RefundState.UNKNOWN)
    add_refund(till, clock, order_id, state=RefundState.FAILED)
    assert Sync(till, clock).status().waiting == 1  # the order only


def test_the_end_of_a_pending_refund_differs_in_nothing_but_its_status(till, clock):
    order_id = add_order(till, clock)
    refund_id = add_refund(till, clock, order_id, {0: 1000, 1: 1000}, state=RefundState.PENDING)
    clock.advance(days=2)
    end_refund(till, clock, refund_id, RefundState.FAILED)
    with till.read.begin() as session:
        rows = session.scalars(select(OutboxEntry).order_by(OutboxEntry.seq)).all()
        first, second = (decode(row.body, RefundIn) for row in rows[1:])
        assert rows[1].key == refund_id
        assert rows[2].key != refund_id
        assert {row.aggregate_id for row in rows} == {order_id}
    assert (first.status, second.status) == ("pending", "failed")
    assert {f for f in first.__struct_fields__ if getattr(first, f) != getattr(second, f)} == {
        "status"
    }
    with till.write.begin() as session, pytest.raises(IntegrityError):
        enqueue_refund(session, refund_id, clock)


def test_a_tax_beyond_the_whole_is_shown_and_sales_still_leave(till, clock, sync, backend):
    add_order(till, clock)
    backend.version, backend.rate = 7, 2_000_000
    before = shop.current(till)
    clock.advance(seconds=31)
    status = run(sync, clock, ticks=4)
    assert status.waiting == 0
    assert status.code == "settings_unusable"
    assert "100 %" in status.reason
    assert shop.current(till) == before
    backend.rate = 70_000
    clock.advance(seconds=31)
    assert run(sync, clock).code == ""
    assert [t.rate_ppm for t in shop.current(till).taxes if t.active] == [70_000]


def _item(key, **values):
    from pos.backend.wire import CatalogueItem  # noqa: PLC0415 - next to its one use

    return CatalogueItem(key=key, product_key=key, name=key, price_minor=100, **values)


class Sink:
    def __init__(self):
        self.pages = []
        self.error = None
        self.empty = False

    def is_empty(self):
        return self.empty

    def apply_delta(self, items):
        self.pages.append([item.key for item in items])
        if self.error:
            raise self.error


def test_a_page_is_applied_before_its_cursor_and_again_after_a_crash(till, clock, backend):
    backend.pages = [
        CataloguePage(items=(_item("a"),), next_cursor="1", more=True),
        CataloguePage(items=(_item("b"),), next_cursor="2", more=False),
    ]
    sink = Sink()
    sync = Sync(till, clock, backend, catalogue=sink)
    sink.error = KeyboardInterrupt()
    sync.tick()  # who we are
    with pytest.raises(KeyboardInterrupt):
        sync.tick()
    sink.error = None
    again = Sync(till, clock, backend, catalogue=sink)
    run(again, clock)
    assert sink.pages == [["a"], ["a"], ["b"]]
    again.reload_catalogue()
    run(again, clock)
    assert sink.pages[3:] == [["a"], ["b"]]


def test_a_rebuilt_catalogue_is_loaded_again(till, clock, backend):
    backend.pages = [CataloguePage(items=(_item("a"),), next_cursor="1", more=False)]
    sink = Sink()
    run(Sync(till, clock, backend, catalogue=sink), clock)
    run(Sync(till, clock, backend, catalogue=sink), clock)
    assert sink.pages == [["a"]]
    sink.empty = True
    run(Sync(till, clock, backend, catalogue=sink), clock)
    assert sink.pages == [["a"], ["a"]]


def test_an_entry_of_another_register_is_parked_alone(till, clock, sync, backend):
    foreign, mine = add_order(till, clock), add_order(till, clock)
    backend.answers[str(foreign)] = [RefusedError("wrong_location", "another location")]
    status = run(sync, clock, ticks=6)
    assert [item.code for item in status.parked] == ["wrong_location"]
    assert set(backend.stored) == {str(mine)}


def test_a_till_moved_meanwhile_stops_before_it_parks_everything(till, clock, sync, backend):
    ids = [add_order(till, clock) for _ in range(3)]
    backend.answers["*"] = [RefusedError("wrong_register", "the token belongs to another")]
    backend.answers["settings"] = [None]
    backend.here = replace(backend.here, register_id=new_id())
    status = run(sync, clock, ticks=6)
    assert (status.code, status.waiting, status.parked) == ("wrong_register", 3, ())
    assert backend.seen == [str(ids[0])]


def test_a_failing_sink_is_shown_and_stops_nothing_else(till, clock, backend):
    backend.pages = [CataloguePage(items=(_item("a"),), next_cursor="1", more=False)]
    sink = Sink()
    sink.error = CashierError("disk_full", "The disk is full.", "Make room.")
    sync = Sync(till, clock, backend, catalogue=sink)
    add_order(till, clock)
    status = run(sync, clock, ticks=8)
    assert status.waiting == 0
    assert (status.code, status.reason) == ("disk_full", "The disk is full. Make room.")
    sink.error = None
    clock.advance(seconds=31)
    assert run(sync, clock).code == ""


def test_stock_is_the_backends_less_what_still_waits(till, clock, backend):
    backend.answers["*"] = [UnreachableError("down")]
    backend.answers["settings"] = [None]
    backend.answers["catalogue"] = [None]
    order = add_order(till, clock, (Item("Tea", 350, 3000, key="tea"),))
    add_refund(till, clock, order, {0: 1000})
    backend.pages = [
        CataloguePage(
            items=(_item("tea", tracked=True, stock_milli=10_000), _item("air")),
            next_cursor="1",
            more=False,
        )
    ]
    run(Sync(till, clock, backend, catalogue=Sink(), jitter=lambda: 1.0), clock, ticks=8)
    with till.read.begin() as session:
        levels = {row.variant_key: row.on_hand_milli for row in session.scalars(select(StockLevel))}
    assert levels == {"tea": 8_000}


def test_nothing_changed_means_nothing_is_loaded_or_written(till, clock, sync, backend):
    run(sync, clock)
    size = till.path.with_name("till.db-wal").stat().st_size
    for _ in range(6):
        clock.advance(seconds=31)
        run(sync, clock)
    assert backend.calls["settings"] >= 6
    assert till.path.with_name("till.db-wal").stat().st_size == size


def test_another_shops_answer_stops_sync(till, clock, sync, backend):
    add_order(till, clock)
    strange = FakeBackend(backend.here)
    strange.here = replace(backend.here, business_id=new_id())
    sync.connect(strange)
    status = sync.tick()
    assert status.code == "wrong_register"
    assert strange.seen == []
    sync.connect(backend)
    assert run(sync, clock).waiting == 0


def test_an_order_with_every_discount_is_told_in_full(till, clock):
    percent = Discount(DiscountKind.PERCENT, 100_000)
    order_id = add_order(
        till,
        clock,
        (Item("A", 1000, discount=percent), Item("B", 333, 3000)),
        discount=Discount(DiscountKind.FIXED, 500),
    )
    with till.read.begin() as session:
        sent = decode(
            session.scalar(select(OutboxEntry.body).where(OutboxEntry.key == order_id)), PurchaseIn
        )
    assert sent.lines[0].line_discount.value == 100_000
    assert sent.order_discount.value == 500
    assert sum(line.total_minor for line in sent.lines) == sent.total_minor
    assert sum(tax.tax_minor for tax in sent.taxes) == sent.tax_minor
