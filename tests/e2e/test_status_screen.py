"""What the header says of the backend, and what can be done about it."""

import pytest
from PySide6.QtCore import Qt

from tests.e2e.counter import CORK, TEA
from tests.ui.front_fixture import until


@pytest.fixture
def shop(open_counter, backend):
    """A counter whose sales reach the backend."""
    counter = open_counter(backend=backend)
    until(lambda: pill(counter) == "All synced")
    return counter


def pill(counter):
    return counter.shell.header.pill("sync").text()


def sell(counter, code):
    counter.scan(code)
    until(lambda: counter.lines)
    counter.pay_exactly()
    counter.next_sale()


def open_panel(counter):
    counter.touch(counter.shell.header.pill("sync"))
    return until(lambda: counter.shell.overlay).content


def test_a_sale_reaches_the_backend_and_the_list_says_so(shop, backend):
    sell(shop, TEA)
    until(lambda: pill(shop) == "All synced" and len(backend.purchases()) == 1)
    shop.open_purchases()
    until(lambda: shop.purchases.table.current.backend == "Synced")
    panel = open_panel(shop)
    assert shop.reads("Everything on this register has reached the backend.")
    shop.press(Qt.Key.Key_Escape)
    assert shop.shell.overlay is None
    assert panel is not None


def test_offline_it_sells_on_and_counts_what_waits(shop, backend):
    backend.kill()
    sell(shop, TEA)
    until(lambda: pill(shop) == "Offline · 1 waiting")
    sell(shop, CORK)
    until(lambda: pill(shop) == "Offline · 2 waiting")
    assert shop.shell.overlay is None, "never a dialog"
    open_panel(shop)
    assert shop.reads("sales are saved on this computer (2 waiting)")
    backend.start()
    shop.tap("Check now")
    until(lambda: pill(shop) == "All synced")
    assert len(backend.purchases()) == 2


def test_what_the_backend_refuses_is_shown_with_its_reason_and_retried(shop, backend):
    backend.faults("refuse", method="POST", path="/purchases/")
    sell(shop, TEA)
    until(lambda: pill(shop) == "1 needs attention")
    sell(shop, CORK)
    until(lambda: len(backend.purchases()) == 1)
    open_panel(shop)
    (parked,) = shop.till.sync.status().parked
    assert parked.message
    assert shop.reads(parked.message)
    assert shop.reads("Sale R1-000001")
    shop.tap("Retry")
    until(lambda: pill(shop) == "All synced")
    assert len(backend.purchases()) == 2


def test_discarding_needs_a_second_touch_and_is_remembered(shop, backend):
    backend.faults("refuse", method="POST", path="/purchases/", times=9)
    sell(shop, TEA)
    until(lambda: pill(shop) == "1 needs attention")
    open_panel(shop)
    shop.tap("Discard")
    shop.rest()
    assert len(shop.till.sync.status().parked) == 1, "asked once more first"
    assert shop.reads("The backend will never receive this record.")
    shop.tap("Discard for good")
    until(lambda: pill(shop) == "All synced")
    assert backend.purchases() == []
    assert shop.count("order") == 1, "the sale itself stays"
    shop.press(Qt.Key.Key_Escape)
    shop.open_purchases()
    until(lambda: shop.purchases.table.current.backend == "Discarded")
