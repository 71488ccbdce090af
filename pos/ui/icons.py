"""Bundled line icons, tinted when they are loaded."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QPainter,
    QPainterPath,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtSvg import QSvgRenderer

from pos.config import resources
from pos.ui.tokens import Tone


def app_icon() -> QIcon:
    """Return the program's own icon, for its windows; the packages are made with the same."""
    return QIcon(str(resources() / "brand" / "tillkeep.svg"))


def icon(name: str, colour: str, size: int = 20) -> QIcon:
    """Return an icon of ``resources/icons`` drawn in ``colour`` (``#rrggbb``)."""
    return QIcon(pixmap(name, colour, size))


def pixmap(name: str, colour: str, size: int = 20) -> QPixmap:
    """Draw an icon at ``size`` logical pixels, sharp on dense screens; Qt keeps the last few."""
    key = f"{name}/{colour}/{size}/{_ratio()}"
    canvas = QPixmap()
    if not QPixmapCache.find(key, canvas):
        canvas = _draw(name, colour, size)
        QPixmapCache.insert(key, canvas)
    return canvas


def _draw(name: str, colour: str, size: int) -> QPixmap:
    source = (resources() / "icons" / f"{name}.svg").read_text("utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    canvas = _canvas(size)
    painter = QPainter(canvas)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return canvas


def tone_icon(tone: Tone, colour: str, size: int = 10) -> QIcon:
    """Return the small shape of a state: round is well, triangle warns, square is bad."""
    canvas = _canvas(size)
    painter = QPainter(canvas)
    paint_tone(painter, QRectF(0, 0, size, size), tone, colour)
    painter.end()
    return QIcon(canvas)


def paint_tone(painter: QPainter, box: QRectF, tone: Tone, colour: str) -> None:
    """Paint the shape of a state into ``box``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillPath(_shape(box.adjusted(1, 1, -1, -1), tone), QColor(colour))
    painter.restore()


def _shape(box: QRectF, tone: Tone) -> QPainterPath:
    path = QPainterPath()
    if tone is Tone.WARN:
        path.moveTo(box.center().x(), box.top())
        path.lineTo(box.bottomRight())
        path.lineTo(box.bottomLeft())
        path.closeSubpath()
    elif tone is Tone.BAD:
        path.addRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
    else:
        path.addEllipse(box)
        if tone is Tone.NEUTRAL:
            path.addEllipse(box.adjusted(2, 2, -2, -2))  # odd-even fill leaves a ring
    return path


def _canvas(size: int) -> QPixmap:
    ratio = _ratio()
    canvas = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(Qt.GlobalColor.transparent)
    return canvas


def _ratio() -> float:
    screen = QGuiApplication.primaryScreen()
    return max(screen.devicePixelRatio() if screen else 1.0, 1.0)
