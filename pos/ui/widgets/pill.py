"""A state as shape, word and colour."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy

from pos.ui import theme
from pos.ui.icons import paint_tone
from pos.ui.tokens import TOUCH, Tone

_HEIGHT = 28
_SHAPE = 10
PILL_FRAME = 41
"""Pixels of a pill that are not its words."""


class Pill(QPushButton):
    """A pill that opens its panel; the finger's target is taller than the paint."""

    def __init__(self, text: str = "", tone: Tone = Tone.NEUTRAL) -> None:
        super().__init__()
        self._tone = tone
        self._face = theme.font(13, QFont.Weight.DemiBold)
        self.setProperty("role", "pill")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_state(text, tone)

    def show_state(self, text: str, tone: Tone) -> None:
        """Change word, shape and colour together."""
        self._tone = tone
        self.setText(text)
        self.setAccessibleName(text)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self._face).horizontalAdvance(self.text()) + PILL_FRAME, TOUCH)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        top = (self.height() - _HEIGHT) // 2
        box = QRect(0, top, self.width(), _HEIGHT)
        paint_pill(painter, box, self.text(), self._tone, font=self._face)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.tokens().accent), 2))
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), 13, 13)
        painter.end()


def paint_pill(
    painter: QPainter, box: QRect, text: str, tone: Tone, *, font: QFont, radius: int = 14
) -> None:
    """Paint a state into ``box``: ground, shape, word."""
    ink, ground = theme.tokens().tone(tone)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(box, radius, radius)
    mark = QRectF(box.left() + 11, box.center().y() - _SHAPE / 2 + 0.5, _SHAPE, _SHAPE)
    paint_tone(painter, mark, tone, ink)
    painter.setPen(QColor(ink))
    painter.setFont(font)
    middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(box.adjusted(27, 0, -8, 0), middle, text)
    painter.restore()


def pill_width(text: str, font_width: int) -> int:
    """Return the width of a pill for a text of that many pixels."""
    return font_width + PILL_FRAME if text else 0
