"""A receipt as it will be printed, with what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos.services.receipts import Receipt
from pos.ui.i18n import tr
from pos.ui.receipt_view import ReceiptPreview
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import icon_button, secondary
from pos.ui.widgets.overlay import PanelSize
from pos.ui.widgets.panels import row, scroller
from pos.ui.widgets.text import Label

SIZE = PanelSize(480, 900)


class ReceiptDialog(QWidget):
    """Content for an overlay of `SIZE`; `acted` carries the key of an action."""

    acted = Signal(str)
    left = Signal()

    def __init__(self, title: str, receipt: Receipt, actions: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        close = icon_button("x", tr("Close"))
        close.clicked.connect(self.left)
        self.preview = ReceiptPreview()
        self.preview.show_receipt(receipt)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(3 * GRID)
        outer.addLayout(row(Label(title, "title"), 1, close))
        area = scroller(self.preview, tr("Receipt"))
        area.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        outer.addWidget(area, 1)
        buttons = QHBoxLayout()
        for key, words in actions:
            made = secondary(words)
            made.setProperty("key", key)
            made.clicked.connect(self._act)
            buttons.addWidget(made, 1)
        outer.addLayout(buttons)

    def _act(self) -> None:
        self.acted.emit(str(self.sender().property("key")))
