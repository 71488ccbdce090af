"""Cash, nothing due, and ways to pay that are not offered: scenarios 1, 3, 5, 6 and 11."""

import pytest
from PySide6.QtCore import Qt

from pos.app.front import Front
from pos.errors import CashierError
from pos.pricing import Discount, DiscountKind
from pos.terminal.api import STRIPE_TERMINAL
from pos.ui.screens.checkout_views import Page
from tests.e2e.counter import CORK, GIFT, TEA
from tests.ui.front_fixture import turn, until

Key = Qt.Key
_ALL = Discount(DiscountKind.PERCENT, 1_000_000)


def test_scenario_1_a_cart_becomes_an_order(counter):
    jiwoo = counter.know_jiwoo()
    counter.scan(TEA)
    counter.scan(CORK)
    counter.holds(("Green tea", 1), ("Cork block", 1))
    counter.pages.sale.set_customer(jiwoo.id)
    until(lambda: counter.pages.sale.cart.customer)
    cart_id = counter.pages.sale.cart.cart_id
    counter.charge()
    counter.type("5000")
    assert counter.checkout.cash._received.text() == "$50.00"
    assert counter.checkout.cash._change_figure.text() == "$28.99"
    counter.enter()
    counter.paid()
    done = counter.checkout.done
    assert (done._title.text(), done._change.text()) == ("Paid $21.01", "$28.99")
    counter.next_sale()
    assert (counter.count("order"), counter.count("payment")) == (1, 1)
    assert counter.count("order_line") == 2
    assert counter.ask(f"SELECT 1 FROM cart WHERE id = '{cart_id.hex}'") == []  # noqa: S608 - our own id
    order = counter.till.purchases.detail(cart_id)
    assert order.row.total_minor == 2101
    assert order.row.customer == "Ji-woo Park"


def test_a_cash_sale_of_three_items_takes_five_actions(counter):
    for _ in range(3):
        counter.scan(TEA)
    counter.holds(("Green tea", 3))
    counter.press(Key.Key_F9)
    until(lambda: counter.shell.page == "checkout")
    counter.touch(counter.checkout.cash.exact)
    counter.paid()
    assert counter.count("order") == 1


def test_scenario_3_a_guest_with_an_address_for_the_receipt(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.till.cart.set_receipt_email("anna@example.com")
    counter.pay_exactly()
    counter.next_sale()
    counter.open_purchases()
    assert counter.purchases.table.current.customer == "Guest"
    until(lambda: counter.reads("· Guest · anna@example.com"))


def test_scenario_5_nothing_due_completes_without_asking_anybody(open_counter, simulator):
    counter = open_counter(simulator)
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.press(Key.Key_F8)
    until(lambda: counter.shell.overlay)
    counter.type("100")
    counter.enter()
    until(lambda: counter.total == "Charge $0.00")
    counter.touch(counter.sale.panel.pay)
    until(lambda: counter.shell.page == "checkout")
    counter.paid()
    assert counter.checkout.done._title.text() == "Paid $0.00"
    assert counter.ask("SELECT provider_id, amount_minor FROM payment") == [("no_charge", 0)]
    assert counter.count("payment_session") == 0
    assert counter.sim.requests() == []
    counter.next_sale()


def test_scenario_6_a_card_that_is_not_enabled_is_not_offered_and_is_refused(
    open_counter, simulator
):
    def switch_off(till):
        till.settings.enable_provider(STRIPE_TERMINAL, enabled=False)

    counter = open_counter(simulator, before=switch_off)
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.charge()
    offered = [b.text() for b in counter.checkout._group.buttons()]
    assert offered == ["Cash"]
    run = counter.pages.checkout.run.run_id
    with pytest.raises(CashierError, match="not enabled"):
        counter.till.checkout.pay(run, STRIPE_TERMINAL)
    assert counter.count("payment_session") == 0
    assert counter.sim.requests() == []


def test_too_little_cash_cannot_complete_and_says_how_much_is_missing(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.charge()
    counter.type("500")
    cash = counter.checkout.cash
    assert not cash.complete.isEnabled()
    assert cash._why_not.text() == "$0.23 more to complete the sale"
    counter.enter()
    counter.press(Key.Key_F9)
    counter.rest()
    assert counter.count("order") == 0
    counter.press(Key.Key_Escape)
    until(lambda: counter.shell.page == "sale")
    counter.holds(("Green tea", 1))


def test_a_scan_on_the_tender_page_waits_for_the_next_sale(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.charge()
    counter.scan(CORK)
    until(lambda: counter.said)
    assert counter.checkout.cash.received == 0, "a scan never tenders money"
    counter.touch(counter.checkout.cash.exact)
    counter.paid()
    turn(500)
    counter.enter()
    counter.holds(("Cork block", 1))
    assert counter.count("order") == 1


def test_a_scan_on_the_last_page_begins_the_next_sale_at_once(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.pay_exactly()
    counter.scan(CORK)
    counter.holds(("Cork block", 1))
    assert counter.shell.page == "sale"
    counter.rest()
    assert counter.till.checkout.at_counter() is None


def test_a_gift_card_with_a_price_of_its_own_is_sold_with_its_receipt(counter):
    counter.scan(GIFT)
    until(lambda: counter.shell.overlay)
    counter.type("25")
    counter.enter()
    counter.holds(("Gift card", 1))
    counter.pay_exactly()
    counter.tap("Show receipt")
    until(lambda: counter.shell.overlay)
    receipt = counter.pages.receipts._receipt
    assert receipt.number == counter.pages.checkout.run.receipt_number
    counter.press(Key.Key_Escape)
    assert counter.shell.overlay is None


class TestScenario11:
    """A second touch, Enter twice, a second window: one run, one order."""

    @pytest.fixture
    def tea(self, counter):
        counter.scan(TEA)
        counter.holds(("Green tea", 1))
        return counter

    def once(self, counter):
        counter.rest()
        assert counter.count("checkout_run") == 1
        assert counter.count("order") == 1
        assert counter.count("payment") == 1

    def test_charge_twice_and_complete_twice(self, tea):
        tea.touch_twice(tea.sale.panel.pay)
        until(lambda: tea.shell.page == "checkout" and tea.checkout.view.tenders)
        assert tea.checkout.view.page is Page.CASH
        tea.touch(tea.checkout.cash._quick.itemAt(1).widget())
        tea.touch_twice(tea.checkout.cash.complete)
        tea.paid()
        turn(100)
        assert tea.shell.page == "checkout", "the change is still to be read"
        self.once(tea)

    def test_exact_twice(self, tea):
        tea.charge()
        tea.touch_twice(tea.checkout.cash.exact)
        tea.paid()
        self.once(tea)

    def test_enter_and_a_touch(self, tea):
        tea.charge()
        tea.touch(tea.checkout.cash._quick.itemAt(1).widget())
        tea.enter(after=20)
        tea.touch(tea.checkout.cash.complete)
        tea.paid()
        self.once(tea)

    def test_enter_twice_leaves_the_change_to_be_read(self, tea):
        tea.charge()
        tea.touch(tea.checkout.cash._quick.itemAt(1).widget())
        tea.enter(after=20)
        tea.enter(after=20)
        tea.paid()
        tea.enter(after=20)
        turn(50)
        assert tea.shell.page == "checkout"
        self.once(tea)
        turn(450)
        tea.enter()
        until(lambda: tea.shell.page == "sale")

    def test_f9_twice(self, tea):
        tea.press(Key.Key_F9)
        tea.press(Key.Key_F9)
        until(lambda: tea.shell.page == "checkout")
        tea.press(Key.Key_F9)
        tea.rest()
        assert tea.count("checkout_run") == 1
        assert tea.count("order") == 0, "the key that opens the checkout takes no money"

    def test_nothing_due_and_charge_twice(self, tea):
        tea.till.cart.discount_order(_ALL)
        tea.pages.sale.refresh()
        until(lambda: tea.total == "Charge $0.00")
        tea.touch_twice(tea.sale.panel.pay)
        until(lambda: tea.shell.page == "checkout")
        tea.paid()
        turn(100)
        assert tea.shell.page == "checkout"
        self.once(tea)

    def test_two_windows_of_one_till(self, tea, qapp):
        second = Front(tea.till, qapp)  # one more than there ever is
        try:
            cart = tea.pages.sale.cart
            tea.pages.sale.pay_asked.emit(cart)
            second.pages.sale.pay_asked.emit(cart)
            both = (tea.pages.checkout, second.pages.checkout)
            until(lambda: all(each.run for each in both))
            assert both[0].run.run_id == both[1].run.run_id
            tea.checkout.cash_given.emit(1000)
            second.pages.checkout_screen.cash_given.emit(1000)
            until(lambda: all(each.run.is_paid for each in both))
            assert both[0].run.order_id == both[1].run.order_id
            self.once(tea)
        finally:
            assert second.close()
            second.shell.deleteLater()
