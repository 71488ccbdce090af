"""The end of a sale: tick, change, receipt. The next scan starts a new sale."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.checkout_views import DoneView
from pos.ui.tokens import GRID
from pos.ui.widgets.banner import Banner
from pos.ui.widgets.buttons import primary, secondary
from pos.ui.widgets.panels import amount_rows, clear
from pos.ui.widgets.steps import StepMark, StepState
from pos.ui.widgets.text import centred

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TICK = 88
_SECOND_ENTER_MS = 400
"""An Enter this soon after the page came was meant for the page before: the change stays."""


class DonePage(QWidget):
    """Emits `acted` with the key of a receipt action, `new_sale` to go on."""

    acted = Signal(str)
    new_sale = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Sale complete"))
        self._since = QElapsedTimer()
        self._title, self._receipt = centred("", "title"), centred("", "soft")
        self._change_words = centred(tr("Change"), "soft")
        self._change = centred("", "change")
        self._paid = QVBoxLayout()
        self.banner = Banner()
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(3 * GRID)
        self.next = primary(tr("New sale"))
        self._lay_out()
        self.setFocusProxy(self.next)  # where it can be seen; Enter comes up to this page
        self.next.clicked.connect(self.new_sale)
        self.banner.acted.connect(self.acted)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2 * GRID)
        outer.addStretch()
        outer.addWidget(StepMark(StepState.DONE, _TICK), 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addSpacing(2 * GRID)
        for label in (self._title, self._receipt):
            outer.addWidget(label)
        outer.addSpacing(4 * GRID)
        outer.addWidget(self._change_words)
        outer.addWidget(self._change)
        holder = QWidget()
        holder.setFixedWidth(320)
        holder.setLayout(self._paid)
        outer.addWidget(holder, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch()
        outer.addWidget(self.banner)
        outer.addLayout(self._buttons)
        outer.addWidget(centred(tr("Enter or the next scan starts a new sale."), "muted"))
        outer.addWidget(self.next)

    def show_view(self, view: DoneView) -> None:
        """Show how it ended."""
        self._title.setText(view.title)
        self._receipt.setText(view.receipt)
        self._change.setText(view.change)
        for label in (self._change_words, self._change):
            label.setVisible(bool(view.change))
        self.banner.show_view(view.banner)
        clear(self._paid)
        amount_rows(self._paid, view.paid)
        clear(self._buttons)
        for key, words in view.actions:
            made = secondary(words)
            made.setProperty("key", key)
            made.clicked.connect(self._act)
            self._buttons.addWidget(made, 1)
            self.setTabOrder(made, self.next)  # which stands below them

    def showEvent(self, event: QShowEvent) -> None:
        self._since.start()
        super().showEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.isAutoRepeat():
            if self._since.hasExpired(_SECOND_ENTER_MS):
                self.new_sale.emit()
        else:
            super().keyPressEvent(event)

    def _act(self) -> None:
        self.acted.emit(str(self.sender().property("key")))
