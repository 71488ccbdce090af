"""The owner and the PIN: its section, and the page that asks for it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from pos.config import told_command
from pos.ui.i18n import tr
from pos.ui.screens.settings_forms import FormSection
from pos.ui.tokens import GRID
from pos.ui.widgets.banner import Banner, BannerView
from pos.ui.widgets.buttons import Button, action
from pos.ui.widgets.dialog import field, labelled
from pos.ui.widgets.panels import frame, row, rule
from pos.ui.widgets.text import Label, wrapped

_LONGEST = 8
_LOCK_WIDTH = 420


def pin_field() -> QLineEdit:
    """Return a field that shows dots and takes a PIN's length."""
    made = field()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setMaxLength(_LONGEST)
    made.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
    return made


class OwnerSection(FormSection):
    """Who works here, and the PIN that opens the settings.

    ``pin_given`` carries the new PIN twice and the one there is.
    """

    pin_given = Signal(str, str, str)
    pin_removed = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Owner and PIN"), tr("The name stands on receipts and in the journal."))
        self.name = self.line("name")
        labelled(self.body, tr("Owner's name"), self.name)
        self.body.addLayout(row(self.save, 1))
        self.body.addWidget(rule())
        self.state = Label("", "heading")
        self.body.addWidget(self.state)
        self.body.addWidget(wrapped(_pin_words(), "muted"))
        self.current, self.pin, self.again = pin_field(), pin_field(), pin_field()
        self._current_box = QWidget()
        box = QVBoxLayout(self._current_box)
        box.setContentsMargins(0, 0, 0, 0)
        labelled(box, tr("PIN there is"), self.current)
        self.body.addWidget(self._current_box)
        self.pair((tr("New PIN"), self.pin), (tr("New PIN again"), self.again))
        self.set, self.remove = action(""), Button(tr("Remove PIN"), "outline-bad")
        self.end(self.set, self.remove)
        self._wire()
        self.show_pin(there=False)

    def _wire(self) -> None:
        self.set.clicked.connect(self._give)
        self.remove.clicked.connect(self._take)
        for edit in (self.pin, self.again):
            edit.returnPressed.connect(self._give)

    def show_pin(self, *, there: bool) -> None:
        """Say whether a PIN is set; never the PIN."""
        self.state.setText(tr("A PIN is set") if there else tr("No PIN is set"))
        self.set.set_text(tr("Change PIN") if there else tr("Set PIN"))
        self._current_box.setVisible(there)
        self.remove.setVisible(there)

    def forget(self) -> None:
        """Empty the PIN's fields: it was taken."""
        for edit in (self.current, self.pin, self.again):
            edit.clear()

    def _give(self) -> None:
        self.pin_given.emit(self.pin.text(), self.again.text(), self.current.text())

    def _take(self) -> None:
        self.pin_removed.emit(self.current.text())


def _pin_words() -> str:
    return tr("4 to 8 digits, asked whenever Settings are opened. {lost}").format(lost=lost_pin())


def lost_pin() -> str:
    """Say how a lost PIN is taken away; with the till open the command is refused."""
    words = tr(
        "If it is lost: close Tillkeep and type {command} in a terminal, on Windows in the "
        "program's folder."
    )
    return words.format(command=told_command("reset-pin"))


class PinLock(QWidget):
    """Asks for the PIN in front of the settings."""

    given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        card = frame("card")
        card.setFixedWidth(_LOCK_WIDTH)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(24, 24, 24, 24)
        inner.setSpacing(4 * GRID)
        self.pin, self.open, self.banner = pin_field(), action(tr("Open settings")), Banner()
        inner.addWidget(Label(tr("Settings are locked"), "title"))
        inner.addWidget(
            wrapped(tr("The owner's PIN opens them. Selling goes on without."), "muted")
        )
        inner.addWidget(self.banner)
        labelled(inner, tr("PIN"), self.pin)
        inner.addWidget(self.open)
        outer = QVBoxLayout(self)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)
        self.open.clicked.connect(self._give)
        self.pin.returnPressed.connect(self._give)

    def say(self, view: BannerView | None) -> None:
        """Say what is wrong, and take the next try."""
        self.banner.show_view(view)
        self.pin.clear()
        self.pin.setFocus()

    def _give(self) -> None:
        if self.pin.text() and self.open.isEnabled():  # Enter twice is one try
            self.given.emit(self.pin.text())
