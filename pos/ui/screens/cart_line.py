"""How one line of the cart is painted; what does not change between two paints is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPen,
    QPixmap,
    QPixmapCache,
    QStaticText,
    QTextOption,
    QTransform,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pos.ui import theme
from pos.ui.icons import pixmap
from pos.ui.models.windowed import ROW, Index
from pos.ui.screens.sale_views import LineView
from pos.ui.tokens import TOUCH, Tokens
from pos.ui.widgets.entry import MILLI, quantity_text

HEIGHT = 64
FIGURE = 40
_SIDE = 16
_TOTAL = 84
_SHORT = 8  # letters of a figure that always has room
_STEPPER = 2 * TOUCH + FIGURE
_KEPT = 200
_MINUS, _JOINER = "\N{MINUS SIGN}", "\N{WORD JOINER}"


def stepper_box(row: QRect, total: int = _TOTAL) -> QRect:
    """Return where the stepper of a row is; ``total`` is the room for the figure after it."""
    left = row.right() - _SIDE - total - _STEPPER
    return QRect(left, row.top() + (HEIGHT - TOUCH) // 2, _STEPPER, TOUCH)


@dataclass(frozen=True, slots=True)
class _Words:
    """The texts of a line, cut to the room there is and shaped; ``two``: the detail needs two."""

    name: QStaticText
    detail: QStaticText
    quantity: QStaticText
    total: QStaticText
    two: bool


class LineDelegate(QStyledItemDelegate):
    """Paints name, small text, stepper and total.

    A scan repaints the whole list, and shaping the texts was most of that: a
    line that stays as it was keeps its shaped texts, and all share a stepper.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._bold = theme.font(15, QFont.Weight.Bold)
        self._small = theme.font(13)
        self._wide, self._narrow = QFontMetrics(self._bold), QFontMetrics(self._small)
        self._kept: dict[tuple[LineView, int], _Words] = {}
        self.flashing = ""
        self.total = _TOTAL

    def make_room(self, totals: Iterable[str]) -> None:
        """Leave the widest of these figures its place, the same in every line."""
        long = (each for each in totals if len(each) > _SHORT)
        self.total = max((_TOTAL, *(self._wide.horizontalAdvance(each) + 8 for each in long)))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: LineView = index.data(ROW)
        tokens = theme.tokens()
        box: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        stepper = stepper_box(box, self.total)
        words = self._words(line, stepper.left() - 8 - box.left() - _SIDE)
        self._ground(painter, box, tokens, chosen=chosen or line.id == self.flashing)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.drawPixmap(stepper.topLeft(), _stepper(tokens, last=line.quantity_milli <= MILLI))
        painter.setFont(self._bold)
        painter.setPen(QColor(tokens.text))
        left, top = box.left() + _SIDE, box.top() + (5 if words.two else 12)
        _middle(painter, left, QRect(left, top, 0, 20), words.name)
        _middle(
            painter, stepper.center().x() - words.quantity.size().width() / 2, box, words.quantity
        )
        _middle(painter, box.right() - _SIDE - words.total.size().width(), box, words.total)
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.muted))
        painter.drawStaticText(left, top + 21, words.detail)

    def _ground(self, painter: QPainter, box: QRect, tokens: Tokens, *, chosen: bool) -> None:
        if chosen:
            painter.fillRect(box, QColor(tokens.accent_soft))
            painter.fillRect(box.left(), box.top(), 4, box.height(), QColor(tokens.accent))
        inset = 0 if chosen else _SIDE
        width = box.width() - 2 * inset
        painter.fillRect(box.left() + inset, box.bottom(), width, 1, QColor(tokens.line))

    def _words(self, line: LineView, width: int) -> _Words:
        words = self._kept.get((line, width))
        if words is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            words = self._kept[line, width] = self._shaped(line, width)
        return words

    def _shaped(self, line: LineView, width: int) -> _Words:
        detail = " · ".join(part for part in (line.detail, line.note) if part)
        detail = detail.replace(_MINUS, _MINUS + _JOINER)  # a sign stays with its figure
        two = self._narrow.horizontalAdvance(detail) > width
        below = _fit(self._narrow, detail, 2 * width - 24 if two else width)
        return _Words(
            name=_text(_fit(self._wide, line.name, width), self._bold),
            detail=_text(below, self._small, width if two else 0),
            quantity=_text(quantity_text(line.quantity_milli), self._bold),
            total=_text(line.total, self._bold),
            two=two,
        )


def _text(text: str, font: QFont, width: int = 0) -> QStaticText:
    """Shape a text; with a ``width`` in pixels it is broken into lines."""
    made = QStaticText(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if width:
        made.setTextWidth(width)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap if width else QTextOption.WrapMode.NoWrap)
    made.setTextOption(option)
    made.prepare(QTransform(), font)
    return made


def _middle(painter: QPainter, left: float, box: QRect, text: QStaticText) -> None:
    top = box.top() + (box.height() - text.size().height()) / 2
    painter.drawStaticText(round(left), round(top), text)


def _stepper(tokens: Tokens, *, last: bool) -> QPixmap:
    """Draw the frame and both signs of a stepper; the last piece goes to the bin."""
    ratio = pixmap("plus", tokens.text, 16).devicePixelRatio()
    key = f"stepper/{tokens.name}/{last}/{ratio}"
    canvas = QPixmap()
    if not QPixmapCache.find(key, canvas):
        canvas = QPixmap(QSize(_STEPPER, TOUCH) * ratio)
        canvas.setDevicePixelRatio(ratio)
        canvas.fill(Qt.GlobalColor.transparent)
        painter = QPainter(canvas)
        _draw_stepper(painter, tokens, "trash-2" if last else "minus")
        painter.end()
        QPixmapCache.insert(key, canvas)
    return canvas


def _draw_stepper(painter: QPainter, tokens: Tokens, less: str) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.line), tokens.border))
    painter.setBrush(QColor(tokens.surface))
    half = tokens.border / 2
    box = QRectF(half, half, _STEPPER - tokens.border, TOUCH - tokens.border)
    painter.drawRoundedRect(box, tokens.radius, tokens.radius)
    for name, left in ((less, 0), ("plus", TOUCH + FIGURE)):
        at = QPoint(left + (TOUCH - 16) // 2, (TOUCH - 16) // 2)
        painter.drawPixmap(at, pixmap(name, tokens.text, 16))


def _fit(metrics: QFontMetrics, text: str, width: int) -> str:
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
