"""The sums under the cart: painted as one piece, as every scan changes all of them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos.ui import theme
from pos.ui.i18n import tr
from pos.ui.screens.sale_views import CartView
from pos.ui.tokens import GRID
from pos.ui.widgets.panels import column
from pos.ui.widgets.text import set_tip, wrapped

_AROUND = 2
_BETWEEN = 3 * GRID
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class _Face:
    """How one kind of row is written: ``height`` is the row's, in pixels."""

    font: QFont
    metrics: QFontMetrics
    height: int


class Sums(QWidget):
    """Rows of words at the left and a figure at the right, the last one large.

    The tooltip has the words that did not fit.

    Labels would be laid out and painted one by one: a third of what a scan paints.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[tuple[str, str], ...] = ()
        self._small = _face(theme.font(theme.BODY))
        self._large = _face(theme.font(27, QFont.Weight.Bold))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Show these (words, figure), the sum of all last."""
        if rows == self.rows:
            return
        taller, self.rows = len(rows) != len(self.rows), rows
        self.setAccessibleName(", ".join(f"{words} {figure}" for words, figure in rows))
        if taller:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        above = max(len(self.rows) - 1, 0) * self._small.height
        return QSize(120, above + self._large.height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, cut = QPainter(self), []
        tokens, top, last = theme.tokens(), 0, len(self.rows) - 1
        for at, (words, figure) in enumerate(self.rows):
            face = self._large if at == last else self._small
            box = QRect(0, top, self.width(), face.height)
            painter.setFont(face.font)
            painter.setPen(QColor(tokens.text if at == last else tokens.muted))
            painter.drawText(box, int(_RIGHT), figure)
            fitted = self._fitted(face, words, figure)
            painter.drawText(box, int(_LEFT), fitted)
            cut += [words] if fitted != words else []
            top += face.height
        painter.end()
        set_tip(self, "\n".join(cut))

    def _fitted(self, face: _Face, words: str, figure: str) -> str:
        room = self.width() - face.metrics.horizontalAdvance(figure) - _BETWEEN
        return face.metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)


class Totals(QWidget):
    """Subtotal, discount, each tax and the total, and the sale's note."""

    def __init__(self) -> None:
        super().__init__()
        self.sums = Sums()
        self._note = wrapped("", "muted")
        outer = column(self, 0)
        outer.addWidget(self.sums)
        outer.addWidget(self._note)

    def show_cart(self, view: CartView) -> None:
        """Show the newest figures."""
        parts = [(tr("Subtotal"), view.subtotal)]
        if view.discount:
            parts.append((tr("Discount"), view.discount))
        self.sums.show_rows((*parts, *view.taxes, (tr("Total"), view.total)))
        note = tr("Note: {text}").format(text=view.note) if view.note else ""
        if note != self._note.text():
            self._note.setText(note)
        self._note.setVisible(bool(note))


def _face(font: QFont) -> _Face:
    metrics = QFontMetrics(font)
    return _Face(font, metrics, metrics.height() + 2 * _AROUND)
