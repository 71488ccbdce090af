"""Past purchases: the list at the left, one of them or its refund at the right."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout

from pos.ui.i18n import tr
from pos.ui.screen import Screen
from pos.ui.screens.purchase_detail import DetailPanel
from pos.ui.screens.purchase_views import (
    PurchaseDetail,
    PurchaseFilter,
    PurchaseRow,
    RefundView,
)
from pos.ui.screens.refund_panel import RefundPanel
from pos.ui.threads import Calls
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import MenuButton
from pos.ui.widgets.overlay import empty_state
from pos.ui.widgets.panels import frame
from pos.ui.widgets.search import SearchField
from pos.ui.widgets.table import Col, Table

SEARCH_MS = 30
_ARROWS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


def columns() -> tuple[Col, ...]:
    """Return the columns of the list."""
    return (
        Col(tr("Receipt"), attrgetter("receipt"), width=118, bold=True),
        Col(tr("Time"), attrgetter("time"), width=76, spare=3),
        Col(tr("Customer"), attrgetter("customer")),
        Col(tr("Total"), attrgetter("total"), width=110, right=True, bold=True),
        Col(tr("Paid with"), attrgetter("paid_with"), spare=2),
        Col(tr("Status"), attrgetter("status"), width=174, tone=attrgetter("tone")),
        Col(tr("Backend"), attrgetter("backend"), width=100, soft=True, spare=1),
    )


class PurchasesScreen(Screen):
    """Emits what is looked for and chosen; fill with ``table.rows.show_source``.

    Rows are `PurchaseRow`. ``purchase_chosen`` wants `show_detail`,
    ``refund_opened`` and ``refund_changed`` want `show_refund`.
    """

    filter_changed = Signal(object)
    purchase_chosen = Signal(str)
    code_scanned = Signal(str)
    receipt_asked = Signal(str)
    reprint_asked = Signal(str)
    refund_opened = Signal(str)
    refund_changed = Signal(object)
    refund_asked = Signal(object)
    refund_left = Signal()
    acted = Signal(str)

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self._search = SearchField(tr("Receipt, customer, last 4, amount"), "F2")
        self.search = self._search.edit
        self.period = MenuButton([("", tr("Any time"))])
        self.status = MenuButton([("", tr("All statuses"))])
        self.table = Table(calls, columns(), tr("Purchases"), tr("No purchase found."))
        self.detail, self.refund = DetailPanel(), RefundPanel()
        self._quiet = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(10)
        bar.addWidget(self._search, 1)
        for button in (self.period, self.status):
            button.setMinimumWidth(150)
            bar.addWidget(button)
        left = QVBoxLayout()
        left.setContentsMargins(16, 16, 16, 16)
        left.setSpacing(3 * GRID)
        left.addLayout(bar)
        card = frame("card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(1, 1, 1, 1)
        inner.addWidget(self.table)
        left.addWidget(card, 1)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addLayout(left, 70)
        line.addWidget(self._side(), 28)

    def _side(self) -> QFrame:
        side = frame("side")
        side.setMinimumWidth(432)
        self._stack = QStackedLayout(side)
        nothing = empty_state(tr("No purchase chosen"), tr("Choose one, or scan its receipt."))
        for widget in (nothing, self.detail, self.refund):
            self._stack.addWidget(widget)
        return side

    def _wire(self) -> None:
        self.setFocusProxy(self.search)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._quiet.start)
        self._quiet.timeout.connect(self._ask)
        for button in (self.period, self.status):
            button.chosen.connect(self._ask)
        self.table.chosen.connect(self._chosen)
        self.table.clicked.connect(self._touched)
        self.detail.refund_asked.connect(self.refund_opened)
        self.detail.receipt_asked.connect(self.receipt_asked)
        self.detail.reprint_asked.connect(self.reprint_asked)
        self.detail.acted.connect(self.acted)
        self.refund.choice_changed.connect(self.refund_changed)
        self.refund.refund_asked.connect(self.refund_asked)
        self.refund.left.connect(self._left)
        self.refund.acted.connect(self.acted)

    def show_filters(
        self, periods: Sequence[tuple[str, str]], statuses: Sequence[tuple[str, str]]
    ) -> None:
        """Offer (key, words); the first of each is chosen."""
        self.period.set_choices(periods, periods[0][0])
        self.status.set_choices(statuses, statuses[0][0])

    def show_detail(self, view: PurchaseDetail | None) -> None:
        """Show one purchase, or the invitation to choose one."""
        if view is not None:
            self.detail.show_view(view)
        self._stack.setCurrentIndex(0 if view is None else 1)

    def open_refund(self, view: RefundView) -> None:
        """Begin a refund of the purchase, with nothing chosen yet."""
        self.refund.begin(view)
        self.show_refund(view)

    def show_refund(self, view: RefundView) -> None:
        """Show the refund of the purchase."""
        self.refund.show_view(view)
        self._stack.setCurrentWidget(self.refund)

    @property
    def filter(self) -> PurchaseFilter:
        """What the list is asked for now."""
        text = self.search.text().strip()
        return PurchaseFilter(text, self.period.value, self.status.value)

    @property
    def refunding(self) -> bool:
        """True while the refund panel is open."""
        return self._stack.currentWidget() is self.refund

    def leave_refund(self, *, of_another_than: str = "") -> None:
        """Go back from a refund to the purchase, unless it is this one's."""
        if self.refunding and self.refund.choice().order_id != of_another_than:
            self._stack.setCurrentWidget(self.detail)
            self.refund_left.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.refunding:
            self.table.choose_first()  # what was sold meanwhile stands at the top

    def on_command(self, word: str) -> None:
        if word == "search":
            self.search.setFocus()
            self.search.selectAll()
        elif word == "back" and self.refunding:
            self.leave_refund()
        elif word == "back":
            self.search.clear()

    def on_typed(self, text: str) -> None:
        self.search.setFocus()
        self.search.insert(text)

    def on_scan(self, code: str) -> None:
        self.code_scanned.emit(code)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows move the list while the field has the keyboard."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = _ARROWS.get(Qt.Key(event.key()), 0)
            if step:
                self.table.step(step)
                self._touched()
            return bool(step)
        return False

    def _ask(self) -> None:
        self.filter_changed.emit(self.filter)

    def _chosen(self, row: PurchaseRow | None) -> None:
        if row is None:
            self.show_detail(None)
        elif not (self.refunding and self.refund.choice().order_id == row.id):
            self.purchase_chosen.emit(row.id)

    def _touched(self) -> None:
        """Leave a refund when a person touches another purchase."""
        row = self.table.current
        if row is not None:
            self.leave_refund(of_another_than=row.id)

    def _left(self) -> None:
        self.leave_refund()
