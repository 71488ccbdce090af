"""Sections of the settings that reach outside: card payments, reader, backend."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.settings_sections import Section
from pos.ui.screens.settings_views import BackendSettings, ReaderRow, StateView
from pos.ui.tokens import GRID, Tone
from pos.ui.widgets.buttons import Button, action
from pos.ui.widgets.dialog import field, labelled
from pos.ui.widgets.panels import clear, column, frame, row
from pos.ui.widgets.pill import Pill
from pos.ui.widgets.text import Label, wrapped


class SecretField(QWidget):
    """Takes a secret and forgets it: what is kept is never shown, copied or read back."""

    entered = Signal(str)

    def __init__(self, placeholder: str, name: str) -> None:
        super().__init__()
        self.edit = field(placeholder, name=name)
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.save = Button(tr("Save"))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.edit, 1)
        line.addWidget(self.save)
        self.save.clicked.connect(self._save)
        self.edit.returnPressed.connect(self._save)

    def _save(self) -> None:
        secret = self.edit.text().strip()
        self.edit.clear()
        if secret:
            self.entered.emit(secret)


class KeySection(Section):
    """The restricted Stripe key: written to the keyring, never shown."""

    key_entered = Signal(str)
    key_removed = Signal()

    def __init__(self) -> None:
        text = tr(
            "A restricted key (rk_) is kept in this computer's keyring. It is never shown again, "
            "and a full secret key (sk_live_) is refused."
        )
        super().__init__(tr("Card payments"), text)
        self._state = Pill()
        self._detail = wrapped("", "muted")
        self.body.addLayout(row(self._state, 1))
        self.body.addWidget(self._detail)
        self.secret = SecretField("rk_\N{HORIZONTAL ELLIPSIS}", tr("Stripe key"))
        labelled(self.body, tr("New key"), self.secret)
        self.secret.entered.connect(self.key_entered)
        self._remove = Button(tr("Remove key"), "outline-bad")
        self._remove.clicked.connect(self.key_removed)
        self.end(self._remove)

    def show_state(self, view: StateView) -> None:
        """Show whether there is a key; never the key."""
        self._state.show_state(view.text, view.tone)
        self._detail.setText(view.detail)
        self._remove.setVisible(view.tone is Tone.OK)


class ReaderSection(Section):
    """Which reader this register uses."""

    reader_chosen = Signal(str)
    refresh_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Card reader"), tr("Readers of this location, as Stripe knows them."))
        self._rows = column(spacing=2 * GRID)
        self.body.addLayout(self._rows)
        refresh = Button(tr("Look again"), "secondary", "refresh-cw")
        refresh.clicked.connect(self.refresh_asked)
        self.end(refresh)

    def show_readers(self, readers: Sequence[ReaderRow]) -> None:
        """Show what was found."""
        clear(self._rows)
        if not readers:
            self._rows.addWidget(wrapped(tr("No reader found. Is it switched on and online?")))
        for reader in readers:
            self._rows.addWidget(self._row(reader))

    def _row(self, reader: ReaderRow) -> QWidget:
        card = frame("card")
        line = QHBoxLayout(card)
        line.setContentsMargins(16, 8, 8, 8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(reader.label, "strong"))
        words.addWidget(Label(reader.id, "muted"))
        line.addLayout(words, 1)
        line.addWidget(Pill(reader.detail, reader.tone))
        use = Button(tr("In use") if reader.chosen else tr("Use"))
        use.setEnabled(not reader.chosen)
        use.setProperty("key", reader.id)
        use.clicked.connect(self._use)
        line.addWidget(use)
        return card

    def _use(self) -> None:
        self.reader_chosen.emit(str(self.sender().property("key")))


class BackendSection(Section):
    """Where orders go; the token is written to the keyring, never shown."""

    saved = Signal(str)
    token_entered = Signal(str)
    check_asked = Signal()

    def __init__(self) -> None:
        text = tr("Sales work without it and are sent when it can be reached.")
        super().__init__(tr("Backend"), text)
        self._state = Pill()
        self._detail = wrapped("", "muted")
        self.body.addLayout(row(self._state, 1))
        self.body.addWidget(self._detail)
        self.url = field("https://")
        labelled(self.body, tr("Address"), self.url)
        self.token = SecretField("", tr("Register token"))
        labelled(self.body, tr("New register token"), self.token)
        self.token.entered.connect(self.token_entered)
        save, check = action(tr("Save address")), Button(tr("Check now"))
        save.clicked.connect(self._save)
        check.clicked.connect(self.check_asked)
        self.end(save, check)

    def show_settings(self, view: BackendSettings) -> None:
        """Show what is kept and how it is doing."""
        if not self.url.hasFocus():
            self.url.setText(view.url)
        self._state.show_state(view.state.text, view.state.tone)
        self._detail.setText(view.state.detail)

    def _save(self) -> None:
        self.saved.emit(self.url.text().strip())
