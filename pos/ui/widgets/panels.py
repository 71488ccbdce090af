"""Frames and rows that every screen is laid out with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pos.ui.tokens import GRID
from pos.ui.widgets.text import ElidedLabel, Label, amount


def frame(role: str) -> QFrame:
    """Return an empty frame in a role of the style sheet: card, side, note, dialog."""
    made = QFrame()
    made.setProperty("role", role)
    return made


def column(parent: QWidget | None = None, spacing: int = 2 * GRID, margin: int = 0) -> QVBoxLayout:
    """Return a vertical layout; sizes in pixels, multiples of `GRID`."""
    made = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    made.setContentsMargins(margin, margin, margin, margin)
    made.setSpacing(spacing)
    return made


def row(*items: QWidget | int, spacing: int = 2 * GRID) -> QHBoxLayout:
    """Lay widgets side by side; a whole number is a stretch of that weight."""
    made = QHBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(spacing)
    for item in items:
        if isinstance(item, int):
            made.addStretch(item)
        else:
            made.addWidget(item)
    return made


def rule() -> QFrame:
    """Return a thin line."""
    return frame("rule")


def page() -> QWidget:
    """Return an empty screen with the window's ground."""
    made = QWidget()
    made.setProperty("role", "page")
    made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return made


def scroller(content: QWidget, name: str = "") -> QScrollArea:
    """Return ``content`` in an area that scrolls up and down only.

    With a name the keyboard can reach and scroll it; without one it follows
    the controls inside.
    """
    area = QScrollArea()
    area.setAccessibleName(name)
    if name:
        area.setProperty("role", "reach")
    else:
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content.setProperty("role", "scrolled")
    area.setWidget(content)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete the widgets when Qt is ready."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


class Figure(QWidget):
    """A figure under its name."""

    def __init__(self, words: str, figure: str) -> None:
        super().__init__()
        self.words, self.figure = Label(words, "muted"), Label(figure, "heading")
        inner = column(self, 0)
        inner.addWidget(self.words)
        inner.addWidget(self.figure)


class AmountRow(QWidget):
    """Words at the left, a figure at the right."""

    def __init__(self, words: str, figure: str, role: str = "soft", tone: str = "") -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.words, self.figure = ElidedLabel(words, role), amount(figure, role)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(3 * GRID)
        line.addWidget(self.words, 1)
        line.addWidget(self.figure)
        if tone:
            self.figure.set_tone(tone)

    def show_parts(self, words: str, figure: str) -> None:
        """Change both texts."""
        self.words.setText(words)
        self.figure.setText(figure)


def amount_rows(layout: QVBoxLayout, rows: Sequence[tuple[str, str]], role: str = "soft") -> None:
    """Append one `AmountRow` for each (words, figure)."""
    for words, figure in rows:
        layout.addWidget(AmountRow(words, figure, role))
