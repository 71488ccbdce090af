"""One purchase: lines, how it was paid, what happened to it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.purchase_views import DetailLine, PurchaseDetail, TimelineEntry
from pos.ui.tokens import GRID
from pos.ui.widgets.banner import Banner
from pos.ui.widgets.buttons import danger, secondary
from pos.ui.widgets.panels import AmountRow, amount_rows, clear, column, rule, scroller
from pos.ui.widgets.pill import Pill
from pos.ui.widgets.text import Label, amount, wrapped


class DetailPanel(QWidget):
    """Emits the order's id with what is wanted."""

    refund_asked = Signal(str)
    receipt_asked = Signal(str)
    reprint_asked = Signal(str)
    acted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._order_id = ""
        inside = QWidget()
        self._rows = column(inside, GRID)
        self.banner = Banner()
        self._receipt = secondary(tr("Receipt"), "receipt")
        self._reprint = secondary(tr("Copy of receipt"), "receipt")
        self._why_not = wrapped("", "muted")
        self.refund = danger(tr("Refund\N{HORIZONTAL ELLIPSIS}"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.setSpacing(3 * GRID)
        outer.addWidget(self.banner)
        outer.addWidget(scroller(inside, tr("Purchase")), 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self._receipt, 1)
        buttons.addWidget(self._reprint, 1)
        outer.addLayout(buttons)
        outer.addWidget(self._why_not)
        outer.addWidget(self.refund)
        self._wire()

    def _wire(self) -> None:
        self.refund.clicked.connect(self._ask_refund)
        self._receipt.clicked.connect(self._ask_receipt)
        self._reprint.clicked.connect(self._ask_reprint)
        self.banner.acted.connect(self.acted)

    def show_view(self, view: PurchaseDetail) -> None:
        """Show one purchase."""
        self._order_id = view.id
        clear(self._rows)
        head = QHBoxLayout()
        head.addWidget(Label(view.title, "title"))
        head.addStretch()
        head.addWidget(Pill(view.status, view.tone))
        self._rows.addLayout(head)
        self._rows.addWidget(wrapped(view.subtitle, "muted"))
        for line in view.lines:
            self._add_line(line)
        self._rows.addWidget(rule())
        amount_rows(self._rows, view.totals)
        self._rows.addWidget(AmountRow(tr("Total"), view.total, "total"))
        amount_rows(self._rows, view.tenders, "body")
        self._add_timeline(view.timeline)
        self._rows.addStretch()
        self.banner.show_view(view.banner)
        self.refund.setEnabled(view.can_refund)
        self._why_not.setText(view.why_not)
        self._why_not.setVisible(bool(view.why_not))

    def _add_line(self, line: DetailLine) -> None:
        words = column(spacing=0)
        words.addWidget(wrapped(line.name, "strong"))
        if line.detail:
            words.addWidget(wrapped(line.detail, "muted"))
        across = QHBoxLayout()
        across.setContentsMargins(0, 4, 0, 4)
        across.addLayout(words, 1)
        across.addWidget(amount(line.figure, "strong"))
        self._rows.addLayout(across)

    def _add_timeline(self, entries: tuple[TimelineEntry, ...]) -> None:
        if not entries:
            return
        self._rows.addSpacing(2 * GRID)
        self._rows.addWidget(Label(tr("What happened"), "caption"))
        for entry in entries:
            across = QHBoxLayout()
            time = Label(entry.time, "muted")
            time.setFixedWidth(56)
            across.addWidget(time)
            text = " · ".join(part for part in (entry.text, entry.who) if part)
            across.addWidget(wrapped(text, "muted"), 1)
            self._rows.addLayout(across)

    def _ask_refund(self) -> None:
        self.refund_asked.emit(self._order_id)

    def _ask_receipt(self) -> None:
        self.receipt_asked.emit(self._order_id)

    def _ask_reprint(self) -> None:
        self.reprint_asked.emit(self._order_id)
