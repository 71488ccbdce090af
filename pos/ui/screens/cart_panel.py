"""The right-hand side of a sale: customer, lines, totals, Charge."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pos.ui import theme
from pos.ui.i18n import tr
from pos.ui.screens.cart_list import CartList
from pos.ui.screens.cart_totals import Totals
from pos.ui.screens.sale_views import CartView
from pos.ui.tokens import GRID, Tone
from pos.ui.widgets.banner import Banner, BannerView
from pos.ui.widgets.buttons import Button, ChargeButton, icon_button
from pos.ui.widgets.overlay import empty_state
from pos.ui.widgets.panels import frame
from pos.ui.widgets.text import ElidedLabel, key_cap, wrapped

SIDE = 4 * GRID
WIDTH = 432


class CustomerCard(QFrame):
    """Who buys: opens the chooser, and an x goes back to walk-in."""

    asked = Signal()
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setFixedHeight(52)
        self._name = Button("", "link", "user")
        self._detail = ElidedLabel("", "muted")
        self._clear = icon_button("x", tr("Back to walk-in"))
        self._key = key_cap("F3")
        self._shown: tuple[str, str] | None = None
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 3, 8, 3)
        line.setSpacing(2 * GRID)
        for part, stretch in ((self._name, 0), (self._detail, 1)):
            line.addWidget(part, stretch)
        line.addWidget(self._key)
        line.addWidget(self._clear)
        self._name.clicked.connect(self.asked)
        self._clear.clicked.connect(self.cleared)

    def show_customer(self, name: str, detail: str) -> None:
        """Show a customer, or the invitation to choose one."""
        if (name, detail) == self._shown:
            return
        self._shown = (name, detail)
        self._name.set_text(name or tr("Walk-in customer"))
        self._detail.setText(detail)
        self._clear.setVisible(bool(name))
        self._key.setVisible(not name)


class CartPanel(QFrame):
    """Shows one `CartView`; `notice` holds what needs a person: an unknown code, an undo."""

    pay_asked = Signal()
    discount_asked = Signal()
    note_asked = Signal()
    clear_asked = Signal()
    acted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self.setMinimumWidth(WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # see `paintEvent`
        self.customer = CustomerCard()
        self.lines = CartList()
        self.notice = Banner()
        self._empty = empty_state(tr("Nothing in the cart"), tr("Scan a code or touch a product."))
        self._totals = Totals()
        self._why_not = wrapped("", "muted")
        self.pay = ChargeButton("F9")
        self.discount = _order_button(tr("Discount"))
        self.note = _order_button(tr("Note"))
        self.clear = _order_button(tr("Clear"))
        self._lay_out()
        self._wire()
        self.show_cart(CartView())

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 14, 0, SIDE)
        outer.setSpacing(2 * GRID)
        outer.addLayout(_inset(self.customer, self.notice))
        outer.addWidget(self.lines, 1)
        outer.addWidget(self._empty, 1)
        outer.addWidget(frame("rule"))
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        for button in (self.discount, self.note, self.clear):
            buttons.addWidget(button, 1)
        foot = _inset(self._totals)
        foot.addSpacing(GRID)
        foot.addLayout(buttons)
        foot.addSpacing(GRID)
        foot.addWidget(self._why_not)
        foot.addWidget(self.pay)
        outer.addLayout(foot)

    def _wire(self) -> None:
        self.pay.clicked.connect(self.pay_asked)
        self.discount.clicked.connect(self.discount_asked)
        self.note.clicked.connect(self.note_asked)
        self.clear.clicked.connect(self.clear_asked)
        self.notice.acted.connect(self.acted)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the ground as the style would, so that a scan paints nothing beneath it anew."""
        painter, tokens = QPainter(self), theme.tokens()
        painter.fillRect(event.rect(), QColor(tokens.surface))
        painter.fillRect(0, 0, tokens.border, self.height(), QColor(tokens.line))
        painter.end()

    def show_cart(self, view: CartView) -> None:
        """Show a whole new state."""
        self.customer.show_customer(view.customer, view.customer_detail)
        self.lines.show_lines(view.lines)
        self.lines.setVisible(bool(view.lines))
        self._empty.setVisible(not view.lines)
        self._totals.show_cart(view)
        self.pay.show_parts(tr("Charge"), view.total)
        self.pay.setEnabled(view.can_pay)
        self._why_not.setText(view.why_not)
        self._why_not.setVisible(bool(view.why_not))
        for button in (self.discount, self.note, self.clear):
            button.setEnabled(bool(view.lines))

    def say_unknown(self, code: str) -> None:
        """Show a code nobody knows and what to do with it; the next scan goes on as usual."""
        title = tr("Unknown code {code}").format(code=code)
        actions = (
            ("search", tr("Search")),
            ("open-item", tr("Add as open item")),
            ("dismiss", tr("Dismiss")),
        )
        self.notice.show_view(BannerView(title, tone=Tone.BAD, actions=actions))

    def say_undo(self, text: str) -> None:
        """Say what was taken away, with the way back."""
        actions = (("undo", tr("Undo")), ("dismiss", tr("Dismiss")))
        self.notice.show_view(BannerView(text, tone=Tone.NEUTRAL, actions=actions))


def _order_button(text: str) -> Button:
    return Button(text)


def _inset(*widgets: QWidget) -> QVBoxLayout:
    made = QVBoxLayout()
    made.setContentsMargins(SIDE, 0, SIDE, 0)
    made.setSpacing(2 * GRID)
    for widget in widgets:
        made.addWidget(widget)
    return made
