"""Settings, catalogue and stock come back by cursor, once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pos.backend.wire import CataloguePage
from pos.errors import CashierError, UnreachableError
from pos.models.cart import StockLevel
from pos.services import shop
from pos.services.sync import Sync
from tests.support.orders import Item, add_order, add_refund
from tests.support.scripted import Sink, page_item, run


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


def test_a_page_is_applied_before_its_cursor_and_again_after_a_crash(till, clock, backend):
    backend.pages = [
        CataloguePage(items=(page_item("a"),), next_cursor="1", more=True),
        CataloguePage(items=(page_item("b"),), next_cursor="2", more=False),
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
    backend.pages = [CataloguePage(items=(page_item("a"),), next_cursor="1", more=False)]
    sink = Sink()
    run(Sync(till, clock, backend, catalogue=sink), clock)
    run(Sync(till, clock, backend, catalogue=sink), clock)
    assert sink.pages == [["a"]]
    sink.empty = True
    run(Sync(till, clock, backend, catalogue=sink), clock)
    assert sink.pages == [["a"], ["a"]]


def test_a_failing_sink_is_shown_and_stops_nothing_else(till, clock, backend):
    backend.pages = [CataloguePage(items=(page_item("a"),), next_cursor="1", more=False)]
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
            items=(page_item("tea", tracked=True, stock_milli=10_000), page_item("air")),
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
