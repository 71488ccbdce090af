"""A receipt as it was rendered, with what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import icon_button, secondary
from pos.ui.widgets.overlay import PanelSize
from pos.ui.widgets.panels import column, frame, row, scroller
from pos.ui.widgets.text import Label, picture

SIZE = PanelSize(480, 680)
_BARCODE = QSize(300, 80)


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """``text`` is the plain rendering, ``barcode_svg`` the drawn number, empty for none."""

    title: str
    text: str
    barcode_svg: str = ""


class ReceiptPreview(QWidget):
    """Content for an overlay of `SIZE`; `acted` carries the key of an action."""

    acted = Signal(str)
    left = Signal()

    def __init__(self, view: ReceiptView, actions: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        close = icon_button("x", tr("Close"))
        close.clicked.connect(self.left)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(3 * GRID)
        outer.addLayout(row(Label(view.title, "title"), 1, close))
        outer.addWidget(self._paper(view), 1)
        buttons = QHBoxLayout()
        for key, words in actions:
            made = secondary(words)
            made.setProperty("key", key)
            made.clicked.connect(self._act)
            buttons.addWidget(made, 1)
        outer.addLayout(buttons)

    def _paper(self, view: ReceiptView) -> QWidget:
        paper = frame("paper")
        inner = column(paper, 3 * GRID, 20)
        self.text = Label(view.text, "receipt")
        self.text.setFont(_fixed())
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inner.addWidget(self.text, 0, Qt.AlignmentFlag.AlignHCenter)
        if view.barcode_svg:
            drawn = picture(_drawn(view.barcode_svg))
            inner.addWidget(drawn, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addStretch()
        area = scroller(paper)
        paper.setProperty("role", "paper")
        return area

    def _act(self) -> None:
        self.acted.emit(str(self.sender().property("key")))


def _fixed() -> QFont:
    face = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    face.setPixelSize(13)
    return face


def _drawn(svg: str) -> QPixmap:
    canvas = QPixmap(_BARCODE)
    canvas.fill(Qt.GlobalColor.white)
    painter = QPainter(canvas)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    return canvas
