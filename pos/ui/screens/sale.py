"""The sale: find products at the left, the cart at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screen import OverlayHost, Screen
from pos.ui.screens.cart_panel import CartPanel
from pos.ui.screens.product_grid import ProductGrid
from pos.ui.screens.sale_dialogs import (
    AmountDialog,
    DiscountDialog,
    NoteDialog,
    QuantityDialog,
    VariantChooser,
)
from pos.ui.screens.sale_views import CartView, ProductView, VariantView
from pos.ui.threads import Calls
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Choice
from pos.ui.widgets.dialog import Dialog
from pos.ui.widgets.overlay import PanelSize
from pos.ui.widgets.panels import column
from pos.ui.widgets.search import SearchField
from pos.ui.widgets.strip import Strip
from pos.ui.widgets.text import Label

SEARCH_MS = 30


class SaleScreen(Screen):
    """Shows a `CartView` and a source of `ProductView`; emits what a person wants.

    Quantities are thousandths, amounts minor units. ``quantity_stepped``
    carries a difference, ``quantity_set`` a value, so that quick touches add up.
    """

    search_changed = Signal(str)
    search_entered = Signal(str)
    category_chosen = Signal(str)
    product_picked = Signal(object)
    variant_chosen = Signal(str, str)
    price_entered = Signal(str, object)
    open_item_entered = Signal(str, object)
    quantity_stepped = Signal(str, object)
    quantity_set = Signal(str, object)
    line_removed = Signal(str)
    discount_entered = Signal(object)
    note_entered = Signal(object)
    customer_asked = Signal()
    customer_cleared = Signal()
    clear_asked = Signal()
    undo_asked = Signal()
    pay_asked = Signal()
    code_scanned = Signal(str)
    notice_acted = Signal(str)

    def __init__(self, calls: Calls, host: OverlayHost, currency: str) -> None:
        super().__init__()
        self._host, self.currency = host, currency
        self._cart = CartView()
        self._unknown = ""
        self._search = SearchField(tr("Scan or search products"), "F2")
        self.search = self._search.edit
        self.categories = Choice("chip")
        self.grid = ProductGrid(calls)
        self.found = Label("", "muted")
        self.panel = CartPanel()
        self._quiet = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._lay_out()
        self._wire_products()
        self._wire_cart()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(11, 16, 11, 8)  # tiles bring 5 pixels of their own
        left.setSpacing(2 * GRID)
        above = column(spacing=3 * GRID)
        above.setContentsMargins(5, 0, 5, 0)
        above.addWidget(self._search)
        above.addWidget(Strip(self.categories, 46))
        left.addLayout(above)
        left.addWidget(self.grid, 1)
        self.found.setContentsMargins(5, 0, 5, 0)
        left.addWidget(self.found)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addLayout(left, 70)
        line.addWidget(self.panel, 28)

    def _wire_products(self) -> None:
        self.setFocusProxy(self.search)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._quiet.start)
        self._quiet.timeout.connect(self._ask)
        self.search.returnPressed.connect(self._entered)
        self.categories.chosen.connect(self.category_chosen)
        self.grid.picked.connect(self._picked)

    def _wire_cart(self) -> None:
        panel = self.panel
        panel.customer.asked.connect(self.customer_asked)
        panel.customer.cleared.connect(self.customer_cleared)
        panel.lines.stepped.connect(self.quantity_stepped)
        panel.lines.removed.connect(self.line_removed)
        panel.lines.quantity_asked.connect(self.open_quantity)
        panel.discount_asked.connect(self.open_order_discount)
        panel.note_asked.connect(self.open_note)
        panel.clear_asked.connect(self.clear_asked)
        panel.pay_asked.connect(self._pay)
        panel.acted.connect(self._acted)

    # what it shows

    def show_cart(self, view: CartView) -> None:
        """Show the newest state of the cart."""
        self._cart = view
        self.panel.show_cart(view)

    def show_categories(self, choices: Sequence[tuple[str, str]], value: str = "") -> None:
        """Offer (id, name) chips; the empty id is All."""
        self.categories.show_choices([("", tr("All")), *choices], value)

    def show_found(self, text: str) -> None:
        """Say under the grid what it shows, such as "15 products · tax added"."""
        self.found.setText(text)

    def say_unknown(self, code: str) -> None:
        """Show a code nobody knows; an empty one takes the row away."""
        self._unknown = code
        if code:
            self.panel.say_unknown(code)
        else:
            self.panel.notice.show_view(None)

    def say_undo(self, text: str) -> None:
        """Say what was taken away, with Undo."""
        self.panel.say_undo(text)

    def clear_search(self) -> None:
        """Empty the field and show everything again."""
        self.search.clear()

    # dialogs

    def open_variants(self, product: ProductView, variants: Sequence[VariantView]) -> None:
        """Ask which one; the answer is `variant_chosen` (product id, variant id)."""
        dialog = VariantChooser(product, variants)
        dialog.setProperty("product", product.id)
        dialog.chosen.connect(self._variant)
        self._open(dialog, next(iter(dialog.variants), None), 560)

    def open_price(self, product: ProductView) -> None:
        """Ask for the price of an open-price product; answered by `price_entered`."""
        dialog = AmountDialog(product.id, product.name, self.currency)
        dialog.applied.connect(self.price_entered)
        self._open(dialog, dialog.value)

    def open_order_discount(self) -> None:
        """Ask for a discount on the whole order, or the chosen line by a switch."""
        self._open_discount(to_line=False)

    def open_quantity(self, line_id: str) -> None:
        """Ask for the quantity of a line; answered by `quantity_set`."""
        line = self.panel.lines.line(line_id)
        if line is not None:
            dialog = QuantityDialog(line.id, line.name, line.quantity_milli)
            dialog.applied.connect(self.quantity_set)
            self._open(dialog, dialog.value, 400)

    def open_note(self) -> None:
        """Ask for a note."""
        if self._cart.lines:
            line = self.panel.lines.line(self.panel.lines.selected)
            notes = (self._cart.note, line.note if line else "")
            dialog = NoteDialog(notes, self._chosen(), to_line=False)
            dialog.applied.connect(self.note_entered)
            self._open(dialog, dialog.text)

    def _open_discount(self, *, to_line: bool) -> None:
        if self._cart.lines:
            dialog = DiscountDialog(self.currency, self._chosen(), to_line=to_line)
            dialog.applied.connect(self.discount_entered)
            self._open(dialog, dialog.value)

    def _open(self, dialog: Dialog, first: QWidget | None, width: int = 520) -> None:
        overlay = self._host.open_overlay(dialog, PanelSize(width), first)
        dialog.done.connect(overlay.close_panel)

    def _chosen(self) -> tuple[str, str]:
        line = self.panel.lines.line(self.panel.lines.selected)
        return (line.id, line.name) if line else ("", "")

    # what a person does

    def on_command(self, word: str) -> None:
        """Obey the key map."""
        chosen = self.panel.lines.selected
        if word == "quantity" and chosen:
            self.open_quantity(chosen)
        elif word == "line_discount":
            self._open_discount(to_line=True)
        elif word == "remove_line" and chosen:
            self.line_removed.emit(chosen)
        elif word in self._plain_commands():
            self._plain_commands()[word]()

    def _plain_commands(self) -> dict[str, Callable[[], object]]:
        return {
            "search": self._focus_search,
            "customer": self.customer_asked.emit,
            "order_discount": self.open_order_discount,
            "pay": self._pay,
            "undo": self.undo_asked.emit,
            "back": self.clear_search,
        }

    def on_typed(self, text: str) -> None:
        if not self.search.hasFocus():  # of two quick keys the second adds to the first
            self._focus_search()
        self.search.insert(text)

    def on_scan(self, code: str) -> None:
        self.code_scanned.emit(code)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave Del and Ctrl+Z to the cart while the search field has nothing to edit."""
        if event.type() == QEvent.Type.ShortcutOverride and not self.search.text():
            event.ignore()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._arrow(event)
        return False

    def _arrow(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Down:
            return False
        self.grid.focus_first()
        return True

    def _focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _ask(self) -> None:
        self.search_changed.emit(self.search.text().strip())

    def _entered(self) -> None:
        text = self.search.text().strip()
        if text:
            self.search_entered.emit(text)

    def _picked(self, product: ProductView) -> None:
        if product.open_price:
            self.open_price(product)
        else:
            self.product_picked.emit(product)

    def _variant(self, variant_id: str) -> None:
        self.variant_chosen.emit(str(self.sender().property("product")), variant_id)

    def _pay(self) -> None:
        if self._cart.can_pay:
            self.pay_asked.emit()

    def _acted(self, key: str) -> None:
        code, self._unknown = self._unknown, ""
        self.panel.notice.show_view(None)
        if key == "search":
            self.search.setText(code)
            self._focus_search()
        elif key == "open-item":
            dialog = AmountDialog(code, tr("Open item {code}").format(code=code), self.currency)
            dialog.applied.connect(self.open_item_entered)
            self._open(dialog, dialog.value)
        elif key == "undo":
            self.undo_asked.emit()
        self.notice_acted.emit(key)
