"""Waiting for the card, with every state in words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.checkout_views import CardView
from pos.ui.tokens import GRID
from pos.ui.widgets.banner import Banner
from pos.ui.widgets.buttons import Button, action, secondary
from pos.ui.widgets.panels import clear, frame
from pos.ui.widgets.steps import StepList
from pos.ui.widgets.text import centred, wrapped

_BOTH = 520
"""Pixels of height for steps, a message and the note."""


class CardPage(QWidget):
    """Emits `acted` with the key of what was pressed, without its exclamation mark."""

    acted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._view: CardView | None = None
        self._amount, self._call = centred("", "hero"), centred("", "call")
        self._call.setWordWrap(True)
        self._detail = centred("", "muted")
        self.steps = StepList()
        self.banner = Banner()
        self._calm = wrapped("", "muted")
        self._note = frame("note")
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(3 * GRID)
        self._lay_out()
        self.banner.acted.connect(self.acted)

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.setSpacing(2 * GRID)
        middle.addStretch()
        self._caption = centred(tr("Amount on the reader"), "soft")
        for label in (self._caption, self._amount, self._call, self._detail):
            middle.addWidget(label)
        middle.addStretch()
        side = QVBoxLayout()
        side.setSpacing(4 * GRID)
        side.addStretch()
        side.addWidget(self.steps)
        inner = QVBoxLayout(self._note)
        inner.setContentsMargins(12, 12, 12, 12)
        inner.addWidget(self._calm)
        side.addWidget(self._note)
        side.addStretch()
        self._note.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        line = QHBoxLayout()
        line.setSpacing(6 * GRID)
        line.addLayout(middle, 17)
        line.addLayout(side, 10)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(3 * GRID)
        outer.addLayout(line, 1)
        outer.addWidget(self.banner)
        outer.addLayout(self._buttons)

    def show_view(self, view: CardView) -> None:
        """Show the newest state; buttons that stay are not rebuilt under the finger."""
        before = self._view.actions if self._view else None
        self._view = view
        for label, text in (
            (self._amount, view.amount),
            (self._call, view.call),
            (self._detail, view.detail),
        ):
            label.setText(text)
        self._call.set_tone(str(view.tone))
        self.steps.show_steps(view.steps)
        self.banner.show_view(view.banner)
        self._calm.setText(view.calm)
        self._show_calm()
        if view.actions != before:
            self._build_buttons(view)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_calm()

    def _show_calm(self) -> None:
        """Say that nothing can go wrong, unless something has and takes the room."""
        view = self._view
        if view is not None:
            room = view.banner is None or self.height() >= _BOTH
            self._note.setVisible(bool(view.calm) and room)

    def button(self, key: str) -> Button | None:
        """Return the button of an action that is offered."""
        for made in self.findChildren(Button):
            if made.property("key") == key and made.isVisibleTo(self):
                return made
        return None

    def _build_buttons(self, view: CardView) -> None:
        clear(self._buttons)
        for key, words in view.actions:
            made = action(words) if key.startswith("!") else secondary(words)
            made.setProperty("key", key.removeprefix("!"))
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.clicked.connect(self._act)
            self._buttons.addWidget(made, 1)

    def _act(self) -> None:
        self.acted.emit(str(self.sender().property("key")))
