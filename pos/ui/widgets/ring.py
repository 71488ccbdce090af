"""The ring that shows the keyboard where a border alone would not."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QPushButton

from pos.ui import theme

FILLED = {"primary": "on_accent", "action": "on_accent", "danger": "on_bad"}
"""Role of a filled button to the colour of what is drawn on it."""
_INSIDE = (5, 5, -5, -5)
_RADIUS = 6


def paint_ring(button: QPushButton) -> None:
    """Draw it inside a button that is filled or chosen, in high contrast inside every one."""
    role = str(button.property("role"))
    marked = role in FILLED or button.isChecked() or theme.tokens().border > 1
    if not (button.hasFocus() and marked):
        return
    painter = QPainter(button)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(_colour(button, role)), 2))
    painter.drawRoundedRect(QRectF(button.rect()).adjusted(*_INSIDE), _RADIUS, _RADIUS)
    painter.end()


def _colour(button: QPushButton, role: str) -> str:
    tokens = theme.tokens()
    if role == "chip" and button.isChecked():
        return tokens.surface
    return str(getattr(tokens, FILLED.get(role, "accent")))
