"""What a screen reader hears and what is cut off, of everything the window shows."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QLineEdit, QScrollBar, QWidget

from pos.ui.widgets.buttons import ChargeButton
from pos.ui.widgets.text import ElidedLabel, Label

_WRAP = int(Qt.TextFlag.TextWordWrap)
_ICON = 24


def nameless(window: QWidget) -> list[str]:
    """List the controls that can be reached or touched and have no name."""
    return [
        f"{type(control).__name__} in {type(control.parent()).__name__}"
        for control in window.findChildren(QWidget)
        if control.isVisible() and _is_control(control) and not _name(control)
    ]


def _is_control(widget: QWidget) -> bool:
    if isinstance(widget, QScrollBar):
        return False
    return isinstance(widget, QAbstractButton) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus


def _name(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()


def cut_off(window: QWidget) -> dict[str, str]:
    """Tell of texts that do not fit where they stand, and of controls outside the window."""
    found = {}
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and (wrong := _problem(window, widget)):
            text = widget.text() if hasattr(widget, "text") else type(widget).__name__
            found[text] = wrong
    return found


def _problem(window: QWidget, widget: QWidget) -> str:
    if isinstance(widget, Label) and not isinstance(widget, ElidedLabel):
        return _label(widget)
    if isinstance(widget, QAbstractButton):
        return _button(widget) or _outside(window, widget)
    if isinstance(widget, QLineEdit):
        margins = widget.textMargins()
        room = widget.contentsRect().width() - margins.left() - margins.right() - 4
        return _wider(widget.fontMetrics().horizontalAdvance(widget.placeholderText()), room)
    return ""


def _label(label: Label) -> str:
    box, metrics = label.contentsRect(), label.fontMetrics()
    if label.wordWrap():
        needed = metrics.boundingRect(QRect(0, 0, box.width(), 9999), _WRAP, label.text())
        if needed.height() > box.height() + 1:
            return f"needs {needed.height()} px of height, has {box.height()}"
        return _wider(needed.width(), box.width())
    lines = label.text().split("\n")
    if label.text() and metrics.height() * len(lines) > box.height() + 1:
        return f"is {box.height()} px high, its font {metrics.height()}"
    return _wider(max(metrics.horizontalAdvance(line) for line in lines), box.width())


def _button(button: QAbstractButton) -> str:
    if isinstance(button, ChargeButton):
        return ""  # its labels are looked at
    lines = button.text().replace("&&", "&").split("\n")
    metrics = button.fontMetrics()
    picture = _ICON if not button.icon().isNull() and button.text() else 0
    if metrics.height() * len(lines) > button.height():
        return f"is {button.height()} px high for {len(lines)} lines"
    return _wider(max(metrics.horizontalAdvance(x) for x in lines) + picture, button.width() - 8)


def _wider(needed: int, room: int) -> str:
    return f"needs {needed} px of width, has {room}" if needed > room + 1 else ""


def _outside(window: QWidget, widget: QWidget) -> str:
    if _scrolls(widget):
        return ""
    place = QRect(widget.mapTo(window, QPoint()), widget.size())
    return "" if window.rect().contains(place) else f"stands outside the window: {place}"


def _scrolls(widget: QWidget) -> bool:
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False
