"""Steppers and number pads."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from pos.ui.i18n import tr
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.panels import frame
from pos.ui.widgets.text import centred

MILLI = 1000
_PAD = ("7", "8", "9", "4", "5", "6", "1", "2", "3", "00", "0", "back")


def quantity_text(milli: int) -> str:
    """Write thousandths without trailing zeros: 1500 is 1.5."""
    sign = "\N{MINUS SIGN}" if milli < 0 else ""
    whole, rest = divmod(abs(milli), MILLI)
    return f"{sign}{whole}" if not rest else f"{sign}{whole}.{rest:03d}".rstrip("0")


class Stepper(QFrame):
    """Minus, a quantity in thousandths, plus; steps by whole pieces within its bounds."""

    changed = Signal(object)

    def __init__(self, milli: int = MILLI, low: int = 0, high: int = 10**9) -> None:
        super().__init__()
        self.setProperty("role", "stepper")
        self._low, self._high = low, high
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.minus = _step("minus", tr("One less"))
        self.plus = _step("plus", tr("One more"))
        self._figure = centred("", "strong")
        self._figure.setMinimumWidth(36)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        for part in (self.minus, self._figure, self.plus):
            line.addWidget(part)
        self.minus.clicked.connect(self._less)
        self.plus.clicked.connect(self._more)
        self.set_value(milli)

    def set_value(self, milli: int) -> None:
        """Show a quantity, brought inside the bounds; nothing is emitted."""
        self.value = min(max(milli, self._low), self._high)
        self._figure.setText(quantity_text(self.value))
        self.minus.setEnabled(self.value > self._low)
        self.plus.setEnabled(self.value < self._high)

    def _less(self) -> None:
        self._move(-MILLI)

    def _more(self) -> None:
        self._move(MILLI)

    def _move(self, by: int) -> None:
        self.set_value(self.value + by)
        self.changed.emit(self.value)


def _step(picture: str, name: str) -> Button:
    made = Button("", "step", picture)
    made.setAccessibleName(name)
    made.setAutoRepeat(True)
    return made


class NumPad(QWidget):
    """Twelve keys that never move; emits ``0`` to ``9``, ``00`` and ``back``."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2 * GRID)
        for at, key in enumerate(_PAD):
            grid.addWidget(self._key(key), at // 3, at % 3)
        grid.setRowStretch(len(_PAD) // 3, 1)

    def _key(self, key: str) -> Button:
        made = Button("" if key == "back" else key, "num", "delete" if key == "back" else "")
        made.setProperty("key", key)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the amount keeps the keyboard
        made.setFixedHeight(64)
        made.setAccessibleName(tr("Delete a digit") if key == "back" else key)
        made.clicked.connect(self._press)
        return made

    def _press(self) -> None:
        self.pressed.emit(str(self.sender().property("key")))


def pad_key(event: QKeyEvent) -> str:
    """Return the pad's key that a keyboard event stands for, or an empty string."""
    if (
        event.type() != QEvent.Type.KeyPress
        or event.modifiers() & Qt.KeyboardModifier.ControlModifier
    ):
        return ""
    if event.key() == Qt.Key.Key_Backspace:
        return "back"
    return event.text() if event.text().isascii() and event.text().isdigit() else ""


def typed_minor(digits: str, key: str, limit: int = 10) -> str:
    """Apply a pad key to a string of minor-unit digits, at most ``limit`` long."""
    if key == "back":
        return digits[:-1]
    return (digits + key).lstrip("0")[:limit]


def spread(*widgets: QWidget) -> QFrame:
    """Return a borderless frame holding widgets of equal width."""
    made = frame("spread")
    line = QHBoxLayout(made)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(2 * GRID)
    for widget in widgets:
        line.addWidget(widget, 1)
    return made
