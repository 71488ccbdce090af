"""Choosing a customer over the sale, and the same list as a screen of its own."""

from __future__ import annotations

from operator import attrgetter

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screen import Screen
from pos.ui.screens.customer_form import CustomerForm
from pos.ui.screens.customer_views import CustomerView
from pos.ui.threads import Calls
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import action, secondary
from pos.ui.widgets.overlay import PanelSize
from pos.ui.widgets.panels import column, frame
from pos.ui.widgets.search import SearchField
from pos.ui.widgets.table import Col, Table
from pos.ui.widgets.text import Label, key_cap

SIZE = PanelSize(980, 600)
SEARCH_MS = 30
_NONE = "\N{EM DASH}"
_ARROWS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


def columns() -> tuple[Col, ...]:
    """Return the columns of the list."""
    return (
        Col(tr("Name"), _name, bold=True),
        Col(tr("Phone"), attrgetter("phone")),
        Col(tr("Email"), attrgetter("email")),
        Col(tr("Credit"), _credit, width=110, right=True),
        Col(tr("Class credits"), _classes, width=150),
    )


class CustomerChooser(QWidget):
    """Search, list, new, walk-in, use. Content for an overlay of `SIZE`, or a screen.

    Fill with ``table.rows.show_source(count, page)`` of `CustomerView` whenever
    ``search_changed`` fires; ``lookup`` wants `CustomerForm.show_duplicates`.
    """

    search_changed = Signal(str)
    chosen = Signal(str)
    walk_in = Signal()

    def __init__(self, calls: Calls, *, in_sale: bool = True) -> None:
        super().__init__()
        self.in_sale = in_sale
        self._search = SearchField(tr("Name, phone or email"))
        self.search = self._search.edit
        self.table = Table(calls, columns(), tr("Customers"), tr("No customer found."))
        self.form = CustomerForm()
        self.new = secondary(tr("New customer"))
        self.nobody = secondary(tr("Walk-in (no customer)"))
        self.use = action(tr("Use"))
        self._quiet = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._lay_out()
        self._wire()
        self._show_choice(None)

    def _lay_out(self) -> None:
        listing = QWidget()
        inner = QVBoxLayout(listing)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4 * GRID)
        inner.addWidget(self._search)
        card = frame("card")
        column(card, 0, 1).addWidget(self.table)
        inner.addWidget(card, 1)
        inner.addLayout(self._buttons())
        self._stack = QStackedWidget()  # a layout without a parent would open a window
        self._stack.addWidget(listing)
        self._stack.addWidget(self.form)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(3 * GRID)
        head = QHBoxLayout()
        head.addWidget(Label(tr("Choose customer") if self.in_sale else tr("Customers"), "title"))
        head.addStretch()
        if self.in_sale:
            head.addWidget(key_cap("F3"))
        outer.addLayout(head)
        outer.addWidget(self._stack, 1)

    def _buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(3 * GRID)
        line.addWidget(self.new, 1)
        if self.in_sale:
            line.addWidget(self.nobody, 1)
        line.addWidget(self.use, 1)
        return line

    def _wire(self) -> None:
        self.setFocusProxy(self.search)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._typed)
        self.search.returnPressed.connect(self._enter)
        self._quiet.timeout.connect(self._ask)
        self._entered = False  # while who was typed is still looked for
        self.table.chosen.connect(self._show_choice)
        self.table.took.connect(self._took)
        self.table.rows.ready.connect(self._found)
        self.new.clicked.connect(self.open_form)
        self.nobody.clicked.connect(self.walk_in)
        self.use.clicked.connect(self.table.take)
        self.form.left.connect(self.close_form)
        self.form.use_existing.connect(self.chosen)

    def open_form(self) -> None:
        """Enter a new customer, starting from what was searched for."""
        self._stack.setCurrentIndex(1)
        self.form.begin(self.search.text().strip())

    def close_form(self) -> None:
        """Go back to the list."""
        self._stack.setCurrentIndex(0)
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows move the list while the field has the keyboard."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = _ARROWS.get(Qt.Key(event.key()), 0)
            if step:
                self.table.step(step)
            return bool(step)
        return False

    def _typed(self, text: str) -> None:
        text = text.strip()
        words = tr(
            "New customer \N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"
        )
        self.new.set_text(words.format(text=text[:30]) if text else tr("New customer"))
        self._entered = False
        self.table.forget()
        self._quiet.start()

    def _ask(self) -> None:
        self.search_changed.emit(self.search.text().strip())

    def _enter(self) -> None:
        """Take who is chosen, once the list shows what was typed."""
        if self._quiet.isActive():
            self._quiet.stop()
            self._ask()
        self._entered = True
        self._found()

    def _found(self) -> None:
        if self._entered and not self.table.rows.is_waiting:
            self._entered = False
            self.table.take()

    def _show_choice(self, view: CustomerView | None) -> None:
        self.use.setEnabled(view is not None)
        words = tr("Use {name}") if self.in_sale else tr("Sell to {name}")
        name = f"{view.name} \N{RETURN SYMBOL}" if view else tr("a customer")
        self.use.set_text(words.format(name=name))

    def _took(self, view: CustomerView) -> None:
        self.chosen.emit(view.id)


class CustomersScreen(Screen):
    """The list as a destination: find, add, and start a sale for somebody."""

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self.chooser = CustomerChooser(calls, in_sale=False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 20, 20, 20)
        card = frame("card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(18, 16, 18, 18)
        inner.addWidget(self.chooser)
        outer.addWidget(card)
        self.setFocusProxy(self.chooser)

    def on_command(self, word: str) -> None:
        if word == "search":
            self.chooser.search.setFocus()
            self.chooser.search.selectAll()
        elif word == "back":
            self.chooser.close_form()

    def on_typed(self, text: str) -> None:
        self.chooser.search.setFocus()
        self.chooser.search.insert(text)


def _name(view: CustomerView) -> str:
    return view.name if view.synced else f"{view.name} · {tr('not synced')}"


def _credit(view: CustomerView) -> str:
    return view.credit or _NONE


def _classes(view: CustomerView) -> str:
    return view.classes or _NONE
