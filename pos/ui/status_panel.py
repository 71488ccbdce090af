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
        self._lines = column(inside, 3 * GRID, 2 * GRID)
        outer = column(self)
        outer.addWidget(scroller(inside, tr("Status")), 1)
        self.check_now = Button(tr("Check now"))
        self.check_now.clicked.connect(self._on_check)
        outer.addWidget(self.check_now)
        self.show_view(view)

    def show_view(self, view: StatusView) -> None:
        """Show the newest state while the panel is open."""
        self._view = view
        clear(self._lines)
        title = Label(view.text, "title")
        title.set_tone(str(view.tone))
        self._lines.addWidget(title)
        self._lines.addWidget(wrapped(view.detail))
        for words, figure in view.lines:
            self._lines.addWidget(AmountRow(words, figure))
        for item in view.parked:
            self._lines.addWidget(self._parked(item))
        self._lines.addStretch()

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
