"""A scan is never lost, whatever stands in front of the sale."""

import pytest

from pos.errors import CashierError
from pos.ui import sounds
from tests.e2e.counter import CORK, TEA
from tests.ui.front_fixture import turn, until

RECEIPT = "R1-000001"


@pytest.fixture
def beeps(monkeypatch):
    heard = []
    monkeypatch.setattr(sounds, "good", lambda: heard.append("good"))
    monkeypatch.setattr(sounds, "bad", lambda: heard.append("bad"))
    return heard


def sold(counter, *codes):
    """Make one cash sale of each code."""
    for code in codes:
        counter.scan(code)
        until(lambda: len(counter.lines) == 1)
        counter.pay_exactly()
        counter.next_sale()


@pytest.mark.parametrize("tab", ["Customers", "Settings"])
def test_a_scan_on_another_screen_comes_to_the_sale(counter, tab):
    counter.tap(tab)
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    assert counter.shell.page == "sale"
    assert counter.pages.customers_screen.chooser.search.text() == ""


def test_a_scan_into_a_field_of_the_settings_leaves_what_was_typed(counter):
    counter.tap("Settings")
    name = counter.front.settings.screen.shop.name
    name.setFocus()
    until(name.hasFocus)
    counter.type("x")
    typed = name.text()
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    assert counter.shell.page == "sale"
    assert name.text() == typed
    assert typed.endswith("x")


def test_a_scan_with_a_panel_of_the_header_open_is_a_line(counter):
    counter.shell._open_status("sync")
    assert counter.shell.overlay
    counter.scan(TEA)
    counter.holds(("Green tea", 1))


def test_a_scan_with_a_new_customer_half_typed_keeps_both(counter):
    counter.tap("Customers")
    counter.pages.customers_screen.chooser.open_form()
    form = counter.pages.customers_screen.chooser.form
    form.name.setFocus()
    until(form.name.hasFocus)
    counter.type("Dana")
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.tap("Customers")
    assert form.name.text() == "Dana"


def test_a_receipt_scanned_in_purchases_is_opened(counter):
    sold(counter, TEA, CORK)
    counter.open_purchases()
    assert counter.purchases.detail._order_id == counter.purchases.table.rows.row_at(0).id
    counter.scan(RECEIPT)
    until(lambda: counter.purchases.search.text() == RECEIPT)
    until(lambda: counter.purchases.table.rows.total == 1)
    counter.rest()
    assert counter.shell.page == "purchases"
    assert counter.purchases.table.current.receipt == RECEIPT
    assert counter.pages.purchases._found.row.receipt_number == RECEIPT


def test_a_receipt_scanned_while_another_is_refunded_is_opened(counter):
    sold(counter, TEA, CORK)
    counter.open_purchases()
    counter.touch(counter.purchases.detail.refund)
    until(lambda: counter.purchases.refunding)
    counter.scan("R1-000002")
    counter.rest()
    assert counter.purchases.refunding, "its own receipt changes nothing"
    counter.scan(RECEIPT)
    until(lambda: not counter.purchases.refunding)
    until(lambda: counter.pages.purchases._found.row.receipt_number == RECEIPT)
    counter.rest()
    assert not counter.purchases.refunding


def test_touching_another_purchase_leaves_a_refund(counter):
    sold(counter, TEA, CORK)
    counter.open_purchases()
    counter.touch(counter.purchases.detail.refund)
    until(lambda: counter.purchases.refunding)
    table = counter.purchases.table
    counter.touch(table.viewport(), table.visualRect(table.rows.index(1, 0)).center())
    until(lambda: counter.pages.purchases._found.row.receipt_number == RECEIPT)
    counter.rest()
    assert not counter.purchases.refunding
    assert counter.purchases.detail._order_id == table.current.id


def test_goods_scanned_in_purchases_are_sold(counter):
    sold(counter, CORK)
    counter.open_purchases()
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    assert counter.shell.page == "sale"


def test_a_receipt_over_a_purchase_gives_way_to_a_scan(counter):
    sold(counter, TEA)
    counter.open_purchases()
    counter.tap("Receipt")
    until(lambda: counter.shell.overlay)
    counter.scan(RECEIPT)
    until(lambda: counter.shell.overlay is None)
    assert counter.shell.page == "purchases"


def test_a_scan_between_charge_and_the_checkout_waits_for_the_next_sale(counter):
    """The cart is frozen a moment before the screen changes."""
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.sale.pay_asked.emit()
    counter.front.scanner._scan(CORK)
    until(lambda: counter.shell.page == "checkout" and counter.checkout.view.tenders)
    assert counter.said == "1 scan waits for the next sale."
    counter.scan(CORK)
    assert counter.said == "2 scans wait for the next sale."
    counter.touch(counter.checkout.cash.exact)
    counter.paid()
    turn(500)
    counter.enter()
    counter.holds(("Cork block", 2))
    assert counter.said == ""


def test_a_charge_that_does_not_begin_gives_the_scanner_back(counter, monkeypatch):
    def refuse(_cart_id):
        raise CashierError("not_now", "Not now.", "Later.")

    monkeypatch.setattr(counter.pages.checkout._service, "begin", refuse)
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.sale.pay_asked.emit()
    until(lambda: counter.said == "Not now.")
    counter.scan(CORK)
    counter.holds(("Green tea", 1), ("Cork block", 1))


def test_a_burst_no_code_can_be_is_said(counter, beeps):
    counter.burst("9" * 140)
    counter.enter(after=8)
    until(lambda: counter.said)
    assert counter.said == "The scanner sent more than a code can hold."
    assert counter.sale.search.text() == ""
    assert beeps == ["bad"]
