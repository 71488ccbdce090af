"""Purchases: the list, finding one, opening its receipt."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import update

from pos.models.order import Order
from pos.services.receipts import render
from tests.e2e.counter import CORK, TEA
from tests.ui.front_fixture import until


@pytest.fixture(scope="module")
def shop(open_shared, _shared_simulator):
    """Three sales: tea in cash long ago, cork by card, tea to Ji-woo in cash."""
    _shared_simulator.sim.reset()
    counter = open_shared(_shared_simulator)
    sell(counter, TEA)
    sell(counter, CORK, card=True)
    jiwoo = counter.know_jiwoo()
    counter.pages.sale.set_customer(jiwoo.id)
    until(lambda: counter.pages.sale.cart.customer)
    sell(counter, TEA)
    long_ago = datetime.now(UTC) - timedelta(days=40)
    with counter.till.db.engine.begin() as db:
        first = update(Order).where(Order.receipt_no == 1)
        db.execute(first.values(created_at=long_ago))
    return counter


@pytest.fixture
def sold(shop):
    """The list as it opens: today's, nothing searched for."""
    shop.shell.close_overlays()
    shop.shell.show_page("purchases")
    shop.purchases.search.clear()
    choose(shop.purchases.period, "Today")
    choose(shop.purchases.status, "All statuses")
    shows(shop, "R1-000003", "R1-000002")
    shop.purchases.table.choose(0)
    until(lambda: shop.purchases.detail._order_id == shop.purchases.table.current.id)
    return shop


def sell(counter, code, *, card=False):
    counter.scan(code)
    until(lambda: counter.lines)
    if card:
        counter.pay_by_card()
        counter.sim.present_card()
        counter.paid()
    else:
        counter.pay_exactly()
    counter.next_sale()


def receipts(counter):
    rows = counter.purchases.table.rows
    return [rows.row_at(at).receipt for at in range(rows.total)]


def shows(counter, *expected):
    until(lambda: receipts(counter) == list(expected))


def choose(menu, words):
    """Take an entry of a filter, as the menu's own click would."""
    found = [action for action in menu._menu.actions() if action.text() == words]
    found[0].trigger()


def test_the_list_says_when_who_how_much_and_how(sold):
    assert sold.purchases.filter.period == "today"
    shows(sold, "R1-000003", "R1-000002")
    rows = sold.purchases.table.rows
    newest, card = rows.row_at(0), rows.row_at(1)
    assert (newest.customer, newest.total, newest.paid_with) == ("Ji-woo Park", "$5.23", "Cash")
    assert (card.customer, card.total, card.paid_with) == ("Walk-in", "$15.79", "Card ·· 4242")
    assert (newest.status, newest.backend) == ("Paid", "Waiting")
    until(lambda: sold.reads("R1-000003"))
    assert sold.reads("What happened")


def test_filters_by_time_and_status(sold):
    choose(sold.purchases.period, "Any time")
    shows(sold, "R1-000003", "R1-000002", "R1-000001")
    choose(sold.purchases.status, "Refunded")
    shows(sold)
    choose(sold.purchases.status, "Not synced")
    shows(sold, "R1-000003", "R1-000002", "R1-000001")
    choose(sold.purchases.status, "Paid")
    choose(sold.purchases.period, "Last 7 days")
    shows(sold, "R1-000003", "R1-000002")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("R1-000001", ["R1-000001"]),
        ("4242", ["R1-000002"]),
        ("15.79", ["R1-000002"]),
        ("5.23", ["R1-000003", "R1-000001"]),
        ("ji-woo", ["R1-000003"]),
        ("nobody", []),
    ],
)
def test_search_by_number_last_four_amount_and_customer_at_any_time(sold, typed, found):
    sold.press(Qt.Key.Key_F2)
    sold.type(typed)
    shows(sold, *found)


def test_a_scanned_receipt_opens_it(sold):
    sold.scan("R1-000001")
    shows(sold, "R1-000001")
    until(lambda: sold.purchases.detail._order_id == str(sold.purchases.table.current.id))
    until(lambda: sold.reads("Green tea"))
    sold.press(Qt.Key.Key_Escape)
    shows(sold, "R1-000003", "R1-000002")


def test_the_arrows_walk_the_list_from_the_search_field(sold):
    until(lambda: sold.purchases.table.current)
    sold.press(Qt.Key.Key_F2)
    sold.press(Qt.Key.Key_Down)
    until(lambda: sold.purchases.table.current.receipt == "R1-000002")
    until(lambda: sold.reads("Visa") or sold.reads("Card ·· 4242"))


def test_a_copy_is_marked_and_counted(sold):
    sold.tap("Copy of receipt")
    until(lambda: sold.shell.overlay)
    receipt = sold.pages.receipts._receipt
    assert receipt.copy == 1
    assert "COPY" in render(receipt)
    sold.tap("Close")
    sold.tap("Receipt")
    until(lambda: sold.shell.overlay)
    assert sold.pages.receipts._receipt.copy == 0
    assert sold.ask('SELECT reprints FROM "order" WHERE receipt_no = 3') == [(1,)]
    sold.press(Qt.Key.Key_Escape)
    until(lambda: sold.shell.overlay is None)
