"""The checkout: what is owed at the left, one way to pay at the right."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from pos.ui.i18n import tr
from pos.ui.screen import Screen
from pos.ui.screens.checkout_card import CardPage
from pos.ui.screens.checkout_cash import CashPage
from pos.ui.screens.checkout_done import DonePage
from pos.ui.screens.checkout_views import CheckoutView, OrderCardView, Page, TenderView
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import TenderButton, secondary
from pos.ui.widgets.panels import AmountRow, amount_rows, clear, column, frame, rule, scroller
from pos.ui.widgets.text import ElidedLabel, wrapped


class OrderCard(QFrame):
    """Lines, total, what was taken already, what is due; and the way back."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setFixedWidth(380)
        inside = QWidget()
        self._rows = column(inside, GRID)
        self._view: OrderCardView | None = None
        self.split = secondary(tr("Add another tender"))
        self.back = secondary("")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(18, 16, 18, 18)
        outer.setSpacing(3 * GRID)
        outer.addWidget(scroller(inside, tr("Order")), 1)
        outer.addWidget(self.split)
        outer.addWidget(self.back)

    def show_view(self, view: OrderCardView) -> None:
        """Show an order; the same one again changes nothing, so that nothing flickers."""
        if view == self._view:
            return
        self._view = view
        clear(self._rows)
        self._rows.addWidget(ElidedLabel(view.title, "title"))
        self._rows.addSpacing(2 * GRID)
        amount_rows(self._rows, view.lines, "body")
        self._rows.addWidget(rule())
        self._rows.addWidget(AmountRow(tr("Total"), view.total, "strong"))
        amount_rows(self._rows, view.applied)
        self._rows.addWidget(AmountRow(tr("Due"), view.due, "total"))
        self._rows.addStretch()
        self.split.setVisible(view.can_split)
        self.back.set_text(view.leave_words or tr("Back to cart (Esc)"))
        self.back.setEnabled(view.can_leave)


class CheckoutScreen(Screen):
    """Shows a `CheckoutView`; decides nothing and remembers no money.

    ``cash_given`` carries minor units, ``card_acted`` one of cancel, switch,
    retry, other, check, park; ``done_acted`` a receipt action's key.
    """

    tender_chosen = Signal(str)
    cash_given = Signal(object)
    card_acted = Signal(str)
    done_acted = Signal(str)
    banner_acted = Signal(str)
    split_asked = Signal()
    back_asked = Signal()
    new_sale = Signal()
    code_scanned = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.view: CheckoutView | None = None
        self.order = OrderCard()
        self.cash, self.card, self.done = CashPage(), CardPage(), DonePage()
        self._pages = QStackedWidget()
        self._tenders = QHBoxLayout()
        self._tenders.setSpacing(10)
        self._group = QButtonGroup(self)
        self._why_not = wrapped("", "muted")
        self._shown: tuple[TenderView, ...] = ()
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        for page in (self.cash, self.card, self.done):
            self._pages.addWidget(page)
        right = frame("card")
        inner = QVBoxLayout(right)
        inner.setContentsMargins(18, 18, 18, 18)
        inner.setSpacing(4 * GRID)
        inner.addLayout(self._tenders)
        inner.addWidget(self._why_not)
        inner.addWidget(self._pages, 1)
        line = QHBoxLayout(self)
        line.setContentsMargins(20, 20, 20, 20)
        line.setSpacing(20)
        line.addWidget(self.order)
        line.addWidget(right, 1)

    def _wire(self) -> None:
        self.order.split.clicked.connect(self.split_asked)
        self.order.back.clicked.connect(self._back)
        self.cash.given.connect(self.cash_given)
        self.cash.banner.acted.connect(self.banner_acted)
        self.card.acted.connect(self.card_acted)
        self.done.acted.connect(self.done_acted)
        self.done.new_sale.connect(self.new_sale)

    def show_view(self, view: CheckoutView) -> None:
        """Show the newest state; the keyboard goes to the page when it changes."""
        turned = self.view is None or self.view.page is not view.page
        self.view = view
        self.order.show_view(view.order)
        self.order.back.setVisible(view.page is not Page.DONE)  # that page says New sale itself
        self._show_tenders(view)
        page = self._fill(view)
        if self._pages.currentWidget() is not page or turned:
            self._pages.setCurrentWidget(page)
            page.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Pass the keyboard on: digits and Enter belong to the page that is shown."""
        super().focusInEvent(event)
        page = self._pages.currentWidget()
        if page is not None:
            page.setFocus()

    def on_command(self, word: str) -> None:
        if word == "back":
            self._back()
        elif word == "pay" and self.view is not None and self.view.page is Page.CASH:
            self.cash.complete.click()

    def on_scan(self, code: str) -> None:
        """On the last page a scan belongs to the next sale; before it, to nobody here."""
        if self.view is not None and self.view.page is Page.DONE:
            self.code_scanned.emit(code)

    def _fill(self, view: CheckoutView) -> QWidget:
        if view.page is Page.CASH and view.cash is not None:
            self.cash.show_view(view.cash)
            return self.cash
        if view.page is Page.CARD and view.card is not None:
            self.card.show_view(view.card)
            return self.card
        if view.done is not None:
            self.done.show_view(view.done)
        return self.done

    def _show_tenders(self, view: CheckoutView) -> None:
        if view.tenders != self._shown:
            self._build_tenders(view.tenders)
        for button in self._group.buttons():
            button.setChecked(button.property("key") == view.tender)
            unusable = bool(button.property("reason")) or view.locked
            button.setEnabled(not unusable or button.isChecked())
            button.setVisible(view.page is not Page.DONE)
        reasons = [tender.detail for tender in view.tenders if tender.detail]
        self._why_not.setText("\n".join(reasons))
        self._why_not.setVisible(bool(reasons) and view.page is not Page.DONE)

    def _build_tenders(self, tenders: tuple[TenderView, ...]) -> None:
        for old in self._group.buttons():
            self._group.removeButton(old)
        clear(self._tenders)
        self._shown = tenders
        for tender in tenders:
            made = TenderButton(tender.words)
            made.set_reason(tender.reason, tender.detail)
            made.setProperty("key", tender.key)
            made.setProperty("reason", tender.reason)
            made.clicked.connect(self._tender)
            self._group.addButton(made)
            self._tenders.addWidget(made, 1)

    def _tender(self) -> None:
        key = str(self.sender().property("key"))
        if self.view is None:
            return
        self._show_tenders(self.view)  # the mark moves when the sale has moved, not before
        if not self.view.locked and key != self.view.tender:
            self.tender_chosen.emit(key)

    def _back(self) -> None:
        if self.view is None:
            return
        if self.view.page is Page.DONE:
            self.new_sale.emit()
        elif self.view.order.can_leave:
            self.back_asked.emit()
