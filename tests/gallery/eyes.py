"""What a screen reader hears, what is cut off and what cannot be reached, of all that is shown."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QFont, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from pos.ui import theme
from pos.ui.frame import SMALLEST
from pos.ui.tokens import TOUCH
from pos.ui.widgets.buttons import ChargeButton
from pos.ui.widgets.pill import Pill
from pos.ui.widgets.text import ElidedLabel, Label

_WRAP = int(Qt.TextFlag.TextWordWrap)
_ICON_GAP = 4
_ROOMY = 1200
"""Pixels of a window below which a field's hint may end in Qt's ellipsis."""


def nameless(window: QWidget) -> list[str]:
    """List the controls that can be reached or touched and have no name."""
    return [
        f"{type(control).__name__} in {type(control.parent()).__name__}"
        for control in window.findChildren(QWidget)
        if control.isVisible() and _is_control(control) and not name_of(control)
    ]


def _is_control(widget: QWidget) -> bool:
    if isinstance(widget, QScrollBar):
        return False
    return isinstance(widget, QAbstractButton) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus


def name_of(widget: QWidget) -> str:
    """Return what a screen reader says of a widget."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()


def too_small(window: QWidget) -> dict[str, str]:
    """Tell of what a finger could miss."""
    buttons = [each for each in window.findChildren(QAbstractButton) if each.isVisible()]
    return {
        name_of(each): f"is {each.width()} by {each.height()} px"
        for each in buttons
        if min(each.height(), each.width()) < TOUCH
    }


def cut_off(window: QWidget) -> dict[str, str]:
    """Tell of texts that do not fit where they stand, and of what reaches out of its place."""
    found = {}
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and (wrong := _problem(window, widget)):
            text = widget.text() if hasattr(widget, "text") else type(widget).__name__
            found[text] = wrong
    return found


def _problem(window: QWidget, widget: QWidget) -> str:
    if isinstance(widget, Label):
        text = _elided(widget) if isinstance(widget, ElidedLabel) else _label(widget)
        return text or _outside(window, widget)
    if isinstance(widget, QAbstractButton):
        return _button(widget) or _outside(window, widget)
    if isinstance(widget, QLineEdit):
        margins = widget.textMargins()
        room = widget.contentsRect().width() - margins.left() - margins.right() - 4
        needed = widget.fontMetrics().horizontalAdvance(widget.placeholderText())
        if SMALLEST[0] <= window.width() < _ROOMY and needed > room:
            return "" if name_of(widget) else "a hint is cut and there is no name"
        return _wider(needed, room) or _outside(window, widget)
    if isinstance(widget, QScrollArea):
        return _wider(widget.widget().width(), widget.viewport().width())
    return _header(widget) if isinstance(widget, QHeaderView) else ""


def _elided(label: Label) -> str:
    """A line that may end in an ellipsis still wants a word's room and its whole height."""
    if label.text() and label.contentsRect().height() < label.fontMetrics().height() - 1:
        return f"is {label.height()} px high, its font {label.fontMetrics().height()}"
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
    if isinstance(button, ChargeButton | Pill):
        return ""  # its labels are looked at; a pill is as wide as its words
    lines = button.text().replace("&&", "&").split("\n")
    metrics = button.fontMetrics()
    picture = 0
    if not button.icon().isNull() and button.text():
        picture = button.iconSize().width() + _ICON_GAP
    if metrics.height() * len(lines) > button.height():
        return f"is {button.height()} px high for {len(lines)} lines"
    return _wider(max(metrics.horizontalAdvance(x) for x in lines) + picture, _room(button))


def _room(button: QAbstractButton) -> int:
    """Return the width that the style sheet leaves for the words."""
    if not isinstance(button, QPushButton):
        return button.width() - 8
    option = QStyleOptionButton()
    button.initStyleOption(option)
    contents = QStyle.SubElement.SE_PushButtonContents
    return button.style().subElementRect(contents, option, button).width()


def _header(header: QHeaderView) -> str:
    face = theme.font(12, QFont.Weight.DemiBold)  # the style sheet's, which the header hides
    model, metrics = header.model(), QFontMetrics(face)
    for at in range(header.count()):
        title = str(model.headerData(at, header.orientation()) or "")
        shown = header.isSectionHidden(at) or not title
        needed = metrics.horizontalAdvance(title) + 24
        if not shown and (wrong := _wider(needed, header.sectionSize(at))):
            return f"{title}: {wrong}"
    return ""


def _wider(needed: int, room: int) -> str:
    return f"needs {needed} px of width, has {room}" if needed > room + 1 else ""


def _outside(window: QWidget, widget: QWidget) -> str:
    """Say where a widget reaches out of what holds it; what can be scrolled may."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above.parentWidget(), QAbstractScrollArea):
        place = QRect(widget.mapTo(above, QPoint()), widget.size())
        if not above.rect().contains(place):
            within = "the window" if above is window else f"its {type(above).__name__}"
            return f"stands outside {within}: {place.getRect()} in {above.size().toTuple()}"
        if above is window:
            return ""
        above = above.parentWidget()
    return ""
