"""The panel a status pill opens: what it means, and what the backend refused."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from pos.ui.i18n import tr
from pos.ui.tokens import GRID
from pos.ui.views import ParkedItem, StatusView
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.panels import AmountRow, clear, column, frame, row, rule, scroller
from pos.ui.widgets.text import Label, wrapped


class StatusPanel(QWidget):
    """Content of a side sheet; Discard asks once more before it says so."""

    retry = Signal(str)
    discard = Signal(str)
    check = Signal(str)

    def __init__(self, view: StatusView) -> None:
        super().__init__()
        self.key = view.key
        self._sure = ""
        inside = QWidget()
        both = column(inside, 3 * GRID, 2 * GRID)
        self._lines, self._refused = column(spacing=3 * GRID), column(spacing=3 * GRID)
        both.addLayout(self._lines)
        both.addLayout(self._refused)
        both.addStretch()
        self._offered: tuple[tuple[ParkedItem, ...], str] | None = None
        outer = column(self)
        outer.addWidget(scroller(inside, tr("Status")), 1)
        self.check_now = Button(tr("Check now"))
        self.check_now.clicked.connect(self._on_check)
        outer.addWidget(self.check_now)
        self.show_view(view)

    def show_view(self, view: StatusView) -> None:
        """Show the newest state while the panel is open; buttons that stay are not rebuilt."""
        self._view = view
        clear(self._lines)
        title = Label(view.text, "title")
        title.set_tone(str(view.tone))
        self._lines.addWidget(title)
        self._lines.addWidget(wrapped(view.detail))
        for words, figure in view.lines:
            self._lines.addWidget(AmountRow(words, figure))
        if self._offered != (view.parked, self._sure):
            self._offered = view.parked, self._sure
            clear(self._refused)
            for item in view.parked:
                self._refused.addWidget(self._parked(item))

    def _parked(self, item: ParkedItem) -> QFrame:
        made = frame("card")
        inside = column(made, 2 * GRID, 3 * GRID)
        inside.addWidget(wrapped(item.what, "strong"))
        inside.addWidget(wrapped(item.reason, "muted"))
        inside.addWidget(rule())
        words = tr("Discard for good") if self._sure == item.id else tr("Discard")
        if self._sure == item.id:
            inside.addWidget(wrapped(tr("The backend will never receive this record.")))
        retry, discard = Button(tr("Retry")), Button(words, "outline-bad")
        for button, slot in ((retry, self._on_retry), (discard, self._on_discard)):
            button.setProperty("key", item.id)
            button.clicked.connect(slot)
        inside.addLayout(row(retry, discard, 1))
        return made

    def _on_retry(self) -> None:
        self.retry.emit(str(self.sender().property("key")))

    def _on_discard(self) -> None:
        key = str(self.sender().property("key"))
        if self._sure == key:
            self._sure = ""
            self.discard.emit(key)
            return
        self._sure = key
        self.show_view(self._view)

    def _on_check(self) -> None:
        self.check.emit(self.key)
