from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.front_fixture import front, idle, until

__all__ = ["front"]
TEA = "4006381333931"


def sell(front, times):
    front.pages.sale.scan(TEA)
    until(lambda: front.pages.sale.cart and len(front.pages.sale.cart.lines) == 1)
    for _ in range(times):
        QTest.mouseClick(front.pages.sale_screen.panel.pay, Qt.MouseButton.LeftButton)
    until(lambda: front.pages.checkout.run)
    idle(front)


def test_charge_touched_twice_leaves_the_keyboard_with_the_amount(front):
    sell(front, times=2)
    assert QApplication.focusWidget() is front.pages.checkout_screen.cash


def test_the_keyboard_is_with_the_amount_again_after_a_look_at_purchases(front):
    sell(front, times=1)
    front.shell.show_page("purchases")
    front.shell.show_page("sale")
    assert front.shell.page == "checkout"
    assert QApplication.focusWidget() is front.pages.checkout_screen.cash


def test_a_second_answer_to_charge_keeps_the_way_to_pay_that_was_chosen(front):
    sell(front, times=1)
    checkout = front.pages.checkout
    checkout._at.tender = "stripe_terminal"
    checkout.resume(checkout.run)
    assert checkout._at.tender == "stripe_terminal"


def test_a_receipt_scanned_in_purchases_after_a_sale_is_looked_for_there(front):
    sell(front, times=1)
    front.pages.checkout_screen.cash.exact.click()
    until(lambda: front.pages.checkout.run.is_paid)
    front.shell.show_page("purchases")
    front.scanner._scan("R1-000001")
    idle(front)
    assert front.shell.page == "purchases"
    assert front.pages.purchases_screen.search.text() == "R1-000001"
    assert front.pages.checkout.run is None, "the paid sale was put away"
    idle(front)


class Windows(QObject):
    """Notes every window that is shown, however short."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and watched.isWidgetType() and watched.isWindow():
            self.shown.append(type(watched).__name__)
        return False


def test_choosing_a_customer_opens_no_window_of_its_own(front):
    windows = Windows()
    QApplication.instance().installEventFilter(windows)
    front.pages.sheet.open()
    QApplication.instance().removeEventFilter(windows)
    assert front.shell.overlay is not None
    assert windows.shown == []
