"""The shape every small dialog has: title, fields, a line for what is wrong, buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button, action, secondary
from pos.ui.widgets.text import Label, key_cap, restyle, wrapped

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Dialog(QWidget):
    """Content for an overlay; `done` closes it, `accept` is what the main button does."""

    done = Signal()

    def __init__(self, title: str, accept: str, key: str = "") -> None:
        super().__init__()
        self.body = QVBoxLayout()
        self.body.setSpacing(3 * GRID)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(3 * GRID)
        self.ok = action(accept)
        self._cancel = secondary(tr("Cancel"))
        self._wrong = wrapped("", "strong")
        self._wrong.set_tone("bad")
        self._wrong.hide()
        self._lay_out(title, key)
        self.ok.clicked.connect(self.accept)
        self._cancel.clicked.connect(self.done)

    def _lay_out(self, title: str, key: str) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4 * GRID)
        head = QHBoxLayout()
        head.addWidget(Label(title, "title"), 1)
        if key:
            head.addWidget(key_cap(key))
        outer.addLayout(head)
        outer.addLayout(self.body)
        outer.addWidget(self._wrong)
        self.buttons.addWidget(self._cancel, 1)
        self.buttons.addWidget(self.ok, 1)
        outer.addLayout(self.buttons)

    def add_button(self, text: str, role: str = "secondary") -> Button:
        """Put another button before the main one."""
        made = Button(text, role)
        made.setMinimumHeight(48)
        self.buttons.insertWidget(self.buttons.count() - 1, made, 1)
        return made

    def accept(self) -> None:
        """Do it; the default only closes."""
        self.done.emit()

    def say_wrong(self, text: str, field: QLineEdit | None = None) -> None:
        """Say what is wrong with the input, and mark the field."""
        self._wrong.setText(text)
        self._wrong.setVisible(bool(text))
        if field is not None:
            restyle(field, invalid=bool(text))
            field.setFocus()
            field.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and self.ok.isEnabled():
            self.accept()
            return
        super().keyPressEvent(event)


def field(placeholder: str = "", text: str = "", name: str = "") -> QLineEdit:
    """Return a text field of a finger's height; ``name`` is read out."""
    made = QLineEdit(text)
    made.setPlaceholderText(placeholder)
    made.setAccessibleName(name or placeholder)
    made.setMaxLength(500)
    return made


def labelled(layout: QVBoxLayout, name: str, widget: QWidget) -> None:
    """Add a widget under its name."""
    box = QVBoxLayout()
    box.setSpacing(GRID)
    label = Label(name, "muted")
    label.setBuddy(widget)
    widget.setAccessibleName(name)
    box.addWidget(label)
    box.addWidget(widget)
    layout.addLayout(box)
