"""Watches what is painted: texts that do not fit their box, are shortened, or lie on another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter, QPixmap, QStaticText, QTextOption
from PySide6.QtWidgets import QWidget

_ROOM = 2.5
"""Pixels that a text may stand over: the bounding box of italics and shadows is generous."""


@dataclass
class Strokes:
    """What was seen while something was painted."""

    clipped: dict[str, str] = field(default_factory=dict)
    shortened: dict[str, str] = field(default_factory=dict)
    placed: list[tuple[str, QRectF]] = field(default_factory=list)

    def overlaps(self) -> dict[str, str]:
        """Tell of texts that were painted one on the other."""
        found = {}
        for at, (text, box) in enumerate(self.placed):
            for other, place in self.placed[at + 1 :]:
                common = box.intersected(place)
                if text != other and common.width() > _ROOM and common.height() > _ROOM:
                    found[text] = f"lies on {other!r}"
        return found


@contextmanager
def watched() -> Iterator[Strokes]:
    """Watch `QPainter.drawText` and `QFontMetrics.elidedText`, as our own painting calls them."""
    seen, draw, elide = Strokes(), QPainter.drawText, QFontMetrics.elidedText
    draw_kept = QPainter.drawStaticText

    def drawn(painter: QPainter, *given: object) -> object:
        _look(seen, painter, given)
        return draw(painter, *given)

    def drawn_kept(painter: QPainter, *given: object) -> object:
        text = given[-1]
        if isinstance(text, QStaticText) and len(given) == 3:
            box = QRectF(QPointF(given[0], given[1]), text.size())
            seen.placed.append((text.text(), painter.combinedTransform().mapRect(box)))
        return draw_kept(painter, *given)

    def shortened(metrics: QFontMetrics, text: str, *given: object) -> str:
        short = elide(metrics, text, *given)
        if short != text:
            seen.shortened[text] = f"is shortened to {short!r}"
        return short

    QPainter.drawText, QFontMetrics.elidedText = drawn, shortened
    QPainter.drawStaticText = drawn_kept
    try:
        yield seen
    finally:
        QPainter.drawText, QFontMetrics.elidedText = draw, elide
        QPainter.drawStaticText = draw_kept


def _look(seen: Strokes, painter: QPainter, given: tuple[object, ...]) -> None:
    """Hold a text against its box; what is drawn without a box is placed by its owner."""
    box = QRectF(given[0]) if isinstance(given[0], QRect | QRectF) else None
    if box is None or len(given) < 3:
        return
    if isinstance(given[2], QTextOption):
        text, side = str(given[1]), given[2].alignment()
        flags = int(side) | int(Qt.TextFlag.TextWordWrap) | int(Qt.TextFlag.TextWrapAnywhere)
    else:
        flags, text = int(given[1]), str(given[2])
    needed = QFontMetricsF(painter.font(), painter.device()).boundingRect(box, flags, text)
    if needed.width() > box.width() + _ROOM or needed.height() > box.height() + _ROOM:
        room = f"{box.width():.0f} by {box.height():.0f}"
        seen.clipped[text] = f"needs {needed.width():.0f} by {needed.height():.0f} px, has {room}"
    if text.strip():
        seen.placed.append((text, painter.combinedTransform().mapRect(needed)))


def painted(window: QWidget) -> dict[str, str]:
    """Paint every part of a window that paints its own texts, and tell what is wrong with them."""
    found: dict[str, str] = {}
    for part in [window, *window.findChildren(QWidget)]:
        if not part.isVisible() or part.size().isEmpty():
            continue
        with watched() as seen:
            part.render(_canvas(part), QPoint(), renderFlags=QWidget.RenderFlag(0))
        found |= seen.clipped | seen.shortened | seen.overlaps()
    return found


def _canvas(part: QWidget) -> QPixmap:
    return QPixmap(part.size())
