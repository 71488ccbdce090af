"""Buttons: one look each, never smaller than a finger."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import ClassVar, cast

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from pos.ui import theme
from pos.ui.icons import icon
from pos.ui.tokens import GRID, PRIMARY, TOUCH
from pos.ui.widgets.ring import FILLED, paint_ring
from pos.ui.widgets.text import Label, key_cap, restyle, set_tip

_DOWN = "\N{BLACK DOWN-POINTING SMALL TRIANGLE}"
_TINT = FILLED | {"outline-bad": "bad", "link": "accent"}
_NUMBERS = itertools.count(1)


class Button(QPushButton):
    """A push button in one of the style sheet's roles, with an optional bundled icon.

    The second half of a double click counts only on the button that got the
    first: another may have come under the finger, such as Cancel after Try again.
    """

    _touched: ClassVar[int] = 0

    def __init__(self, text: str = "", role: str = "secondary", picture: str = "") -> None:
        super().__init__()
        self._number = next(_NUMBERS)
        self._picture = picture
        self.set_text(text)
        self.setProperty("role", role)
        self.setAutoDefault(False)
        self.setMinimumHeight(TOUCH)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._tint()

    def set_text(self, text: str) -> None:
        """Show words that may hold an ampersand (names of shops and people do)."""
        gap = " " if self._picture and text else ""
        self.setText(gap + text.replace("&", "&&"))

    def words(self) -> str:
        """Return what a person reads on it."""
        return self.text().replace("&&", "&").strip()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        Button._touched = self._number
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if Button._touched == self._number:
            super().mouseDoubleClickEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        paint_ring(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange):
            self._tint()

    def _tint(self) -> None:
        if getattr(self, "_picture", ""):
            tokens = theme.tokens()
            name = _TINT.get(str(self.property("role")), "text") if self.isEnabled() else "muted"
            self.setIcon(icon(self._picture, getattr(tokens, name), 20))
            self.setIconSize(QSize(20, 20))


def primary(text: str) -> Button:
    """Return the one primary action of a screen."""
    return _tall(Button(text, "primary"))


def danger(text: str) -> Button:
    """Return a primary action that gives money away or throws work away."""
    return _tall(Button(text, "danger"))


def secondary(text: str, picture: str = "") -> Button:
    """Return an ordinary button."""
    made = Button(text, "secondary", picture)
    made.setMinimumHeight(48)
    return made


def action(text: str) -> Button:
    """Return the main button of a dialog: accent, of ordinary height."""
    made = Button(text, "action")
    made.setMinimumHeight(48)
    return made


def icon_button(picture: str, name: str) -> Button:
    """Return a square button that shows only a picture; ``name`` is read out and hovers."""
    made = Button("", "icon", picture)
    made.setAccessibleName(name)
    set_tip(made, name)
    made.setFixedSize(TOUCH, TOUCH)
    return made


def _tall(made: Button) -> Button:
    made.setFixedHeight(PRIMARY)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


class ChargeButton(Button):
    """The primary button with words at the left, an amount at the right and its key."""

    def __init__(self, key: str) -> None:
        super().__init__("", "primary")
        self.setFixedHeight(72)
        self._words, self._amount = Label("", "charge"), Label("", "charge")
        self._key = key_cap(key)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 20, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self._words)
        row.addStretch()
        row.addWidget(self._amount)
        row.addWidget(self._key)
        self._dress()
        for label in self.findChildren(Label):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_parts(self, words: str, amount: str) -> None:
        """Set both texts; they are also the accessible name."""
        self._words.setText(words)
        self._amount.setText(amount)
        self.setAccessibleName(f"{words} {amount}".strip())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._dress()

    def _dress(self) -> None:
        self._key.set_role("key-on" if self.isEnabled() else "key")
        for label in (self._words, self._amount):
            label.set_role("charge" if self.isEnabled() else "charge-off")

    def words(self) -> str:
        return self.accessibleName()


class TenderButton(Button):
    """A way to pay, with the reason beneath it when it cannot be used."""

    def __init__(self, text: str) -> None:
        super().__init__("", "tender")
        self.setCheckable(True)
        self.setFixedHeight(64)
        self.setAccessibleName(text)
        self._full = text
        self.set_reason("")

    def set_reason(self, reason: str, detail: str = "") -> None:
        """Disable with a reason (offline, not set up), or enable with none; ``detail`` hovers."""
        self.setEnabled(not reason)
        self.set_text(f"{self._full}\n{reason}" if reason else self._full)
        set_tip(self, detail or reason)
        self.setAccessibleDescription(detail or reason)


class MenuButton(Button):
    """Shows the chosen one of a few values and opens the rest as a menu."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], prefix: str = "") -> None:
        super().__init__("", "secondary")
        self._prefix = prefix
        self._menu = QMenu(self)
        self._menu.triggered.connect(self._picked)
        self.value = ""
        self.setMinimumHeight(48)
        self.clicked.connect(self._open)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[tuple[str, str]], value: str | None = None) -> None:
        """Offer (value, words) pairs; shows ``value``, else what was chosen, else the first."""
        self.value = self.value if value is None else value
        self._words = dict(choices)
        self._menu.clear()
        for key, words in choices:
            self._menu.addAction(words.replace("&", "&&")).setData(key)
        if self.value not in self._words:
            self.value = choices[0][0] if choices else ""
        self._show()

    def show_value(self, value: str) -> None:
        """Show a value as chosen; nothing is emitted, unknown values are ignored."""
        if value in self._words:
            self.value = value
            self._show()

    def choose(self, value: str) -> None:
        """Take a value and say so; unknown values are ignored."""
        if value in self._words:
            self.value = value
            self._show()
            self.chosen.emit(value)

    def _open(self) -> None:
        self._menu.setMinimumWidth(self.width())
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _picked(self, picked: QAction) -> None:
        self.choose(str(picked.data()))

    def _show(self) -> None:
        self.set_text(f"{self._prefix}{self._words.get(self.value, '')}  {_DOWN}")


class Choice(QWidget):
    """A row of buttons of which one is chosen: chips, tabs or toggles."""

    chosen = Signal(str)

    def __init__(
        self, role: str = "chip", spacing: int = 2 * GRID, *, stretch: bool = False
    ) -> None:
        super().__init__()
        self._role, self._stretch = role, stretch
        self._group = QButtonGroup(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(spacing)
        self._keys: list[str] = []
        self._group.idClicked.connect(self._clicked)

    def show_choices(self, choices: Sequence[tuple[str, str]], value: str = "") -> None:
        """Offer (value, words) pairs and mark one; nothing is emitted."""
        if [key for key, _ in choices] != self._keys:
            self._rebuild(choices)
        for at, (key, words) in enumerate(choices):
            button = self._group.button(at)
            button.setText(words.replace("&", "&&"))
            button.setChecked(key == value)

    @property
    def value(self) -> str:
        """The chosen value, empty before any choice."""
        at = self._group.checkedId()
        return self._keys[at] if at >= 0 else ""

    def select(self, key: str) -> None:
        """Mark a value as a click would, and say so."""
        if key in self._keys:
            self._group.button(self._keys.index(key)).setChecked(True)
            self.chosen.emit(key)

    def button(self, key: str) -> QPushButton:
        """Return the button of a value; raises `ValueError` for an unknown one."""
        return cast("QPushButton", self._group.button(self._keys.index(key)))

    def _rebuild(self, choices: Sequence[tuple[str, str]]) -> None:
        for old in self._group.buttons():
            self._group.removeButton(old)
            old.deleteLater()
        while self._row.takeAt(0) is not None:
            pass
        self._keys = [key for key, _ in choices]
        for at, (_, words) in enumerate(choices):
            made = Button(words, self._role)
            made.setCheckable(True)
            self._group.addButton(made, at)
            self._row.addWidget(made, 1 if self._stretch else 0)
        if not self._stretch:
            self._row.addStretch()

    def _clicked(self, at: int) -> None:
        self.chosen.emit(self._keys[at])


def on_click(button: QPushButton, slot: Callable[[], object]) -> QPushButton:
    """Connect and hand back, to build rows in one expression; GUI thread only."""
    button.clicked.connect(slot)
    return button


def mark(button: QPushButton, *, busy: bool) -> None:
    """Disable a button while its work runs, so that a second click starts nothing."""
    button.setEnabled(not busy)
    restyle(button, busy=busy)
