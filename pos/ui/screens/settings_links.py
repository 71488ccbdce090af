"""Sections of the settings that reach outside: card payments, reader, backend."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.reader_form import ReaderForm, TryPanel
from pos.ui.screens.settings_sections import Section
from pos.ui.screens.settings_views import BackendSettings, ReaderRow, SecretView, StateView
from pos.ui.tokens import GRID, Tone
from pos.ui.widgets.banner import Banner
from pos.ui.widgets.buttons import Button, action, mark
from pos.ui.widgets.dialog import field, labelled
from pos.ui.widgets.panels import Figure, clear, column, frame, row, rule
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

    @property
    def pending(self) -> bool:
        """Whether something is typed that nobody has taken yet."""
        return bool(self.edit.text().strip()) and self.isVisibleTo(self.window())

    def confirm(self) -> None:
        """Hand over what is typed."""
        self._save()

    def _save(self) -> None:
        secret = self.edit.text().strip()
        self.edit.clear()
        if secret:
            self.entered.emit(secret)


class KeySection(Section):
    """What the keyring keeps: the restricted Stripe key, and whether there is a token."""

    key_entered = Signal(str)
    key_removed = Signal()
    token_asked = Signal()

    def __init__(self) -> None:
        text = tr(
            "A restricted key (rk_) is kept in this computer's keyring. It is never shown again, "
            "and a full secret key (sk_) is refused."
        )
        super().__init__(tr("Keys"), text)
        self.body.addWidget(Label(tr("Stripe key"), "heading"))
        self.state, self._detail = _state(self)
        self.problem = Banner()
        self.body.addWidget(self.problem)
        self.secret = SecretField("rk_\N{HORIZONTAL ELLIPSIS}", tr("Stripe key"))
        labelled(self.body, tr("New key"), self.secret)
        self.secret.entered.connect(self.key_entered)
        self.remove = Button(tr("Remove key"), "outline-bad")
        self.remove.clicked.connect(self.key_removed)
        self.body.addLayout(row(self.remove, 1))
        self._lay_out_token()

    def _lay_out_token(self) -> None:
        self.token_box = QWidget()
        inner = column(self.token_box, 3 * GRID)
        inner.addWidget(rule())
        inner.addWidget(Label(tr("Register token"), "heading"))
        self.token_state = Pill()
        self.token = Button(tr("Open Backend and sync"))
        self.token.clicked.connect(self.token_asked)
        inner.addLayout(row(self.token_state, 1))
        inner.addLayout(row(self.token, 1))
        self.body.addWidget(self.token_box)
        self.end()

    def show_token(self, view: SecretView) -> None:
        """Show whether there is a register token; it is entered beside the backend's address."""
        tone = Tone.OK if view.stored else Tone.NEUTRAL
        self.token_state.show_state(tr("Stored") if view.stored else tr("Not stored"), tone)

    def show_state(self, view: SecretView) -> None:
        """Show whether there is a key; never the key."""
        _show_state(self.state, self._detail, view.state)
        self.problem.show_view(view.problem)
        self.secret.save.set_text(tr("Replace") if view.stored else tr("Save"))
        self.remove.setVisible(view.stored)


class ReaderSection(Section):
    """Which reader this register uses; a new one is registered, the one in use tried out."""

    reader_chosen = Signal(str, str)
    refresh_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Card reader"), tr("Readers of this account, as Stripe knows them."))
        self._words = wrapped()
        self.body.addWidget(self._words)
        self._rows = column(spacing=2 * GRID)
        self.body.addLayout(self._rows)
        self.refresh = Button(tr("Look again"), "secondary", "refresh-cw")
        self.refresh.clicked.connect(self.refresh_asked)
        self.body.addLayout(row(self.refresh, 1))
        self.trial, self.form = TryPanel(), ReaderForm()
        for part in (self.trial, rule(), self.form):
            self.body.addWidget(part)
        self.end()

    def show_busy(self) -> None:
        """Say that Stripe is being asked."""
        mark(self.refresh, busy=True)
        self._say(tr("Asking Stripe\N{HORIZONTAL ELLIPSIS}"))

    def show_readers(self, readers: Sequence[ReaderRow], empty: str = "") -> None:
        """Show what was found, or the words for nothing."""
        mark(self.refresh, busy=False)
        self._say("" if readers else empty)
        clear(self._rows)
        for reader in readers:
            self._rows.addWidget(self._row(reader))

    def _say(self, text: str) -> None:
        self._words.setText(text)
        self._words.setVisible(bool(text))

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
        use.setProperty("label", reader.label)
        use.clicked.connect(self._use)
        line.addWidget(use)
        return card

    def _use(self) -> None:
        button = self.sender()
        self.reader_chosen.emit(str(button.property("key")), str(button.property("label")))


class BackendSection(Section):
    """Where orders go; the token is written to the keyring, never shown."""

    saved = Signal(str)
    token_entered = Signal(str)
    token_removed = Signal()
    check_asked = Signal()
    sync_asked = Signal()

    def __init__(self) -> None:
        text = tr("Sales work without it and are sent when it can be reached.")
        super().__init__(tr("Backend and sync"), text)
        self.state, self._detail = _state(self)
        self._facts = row(spacing=8 * GRID)
        self.body.addLayout(self._facts)
        self.sync = Button(tr("Sync now"), "secondary", "refresh-cw")
        self.body.addLayout(row(self.sync, 1))
        self.url = field("https://")
        self._shown = ""
        self.save, self.check = action(tr("Save address")), Button(tr("Check connection"))
        labelled(self.body, tr("Address"), self.url)
        self.body.addLayout(row(self.save, self.check, 1, spacing=3 * GRID))
        self.token_state = Label("", "muted")
        self.body.addWidget(self.token_state)
        self.problem = Banner()
        self.body.addWidget(self.problem)
        self.token = SecretField("", tr("Register token"))
        labelled(self.body, tr("New register token"), self.token)
        self.remove = Button(tr("Remove token"), "outline-bad")
        self.end(self.remove)
        self._wire()

    def _wire(self) -> None:
        self.token.entered.connect(self.token_entered)
        self.remove.clicked.connect(self.token_removed)
        self.save.clicked.connect(self._save)
        self.url.returnPressed.connect(self._save)
        self.check.clicked.connect(self._check)
        self.sync.clicked.connect(self.sync_asked)

    def show_settings(self, view: BackendSettings) -> None:
        """Show what is kept and how it is doing; an address being typed stays."""
        if self.url.text() == self._shown:
            self.url.setText(view.url)
        self._shown = view.url
        self.url.setPlaceholderText(view.hint)
        _show_state(self.state, self._detail, view.state)
        clear(self._facts)
        for words, figure in view.facts:
            self._facts.addWidget(Figure(words, figure))
        self._facts.addStretch()
        self.sync.setVisible(bool(view.facts))

    def show_token(self, view: SecretView) -> None:
        """Show whether there is a token; never the token."""
        self.token_state.setText(view.state.text)
        self.problem.show_view(view.problem)
        self.token.save.set_text(tr("Replace") if view.stored else tr("Save"))
        self.remove.setVisible(view.stored)

    @property
    def pending(self) -> bool:
        """Whether an address is typed that is not kept."""
        typed = self.url.text().strip() != self._shown
        return typed and self.url.isVisibleTo(self.window())

    def confirm(self) -> None:
        """Keep the address that is typed."""
        self._save()

    def show_checking(self, *, busy: bool) -> None:
        """Hold the button while the backend is asked."""
        mark(self.check, busy=busy)
        self.check.set_text(
            tr("Checking\N{HORIZONTAL ELLIPSIS}") if busy else tr("Check connection")
        )

    def _save(self) -> None:
        self.saved.emit(self.url.text().strip())

    def _check(self) -> None:
        """Check what is on screen: an address typed and not saved is saved first."""
        if self.url.text().strip() != self._shown:
            self._save()
        else:
            self.check_asked.emit()


def _state(section: Section) -> tuple[Pill, Label]:
    pill, detail = Pill(), wrapped("", "muted")
    section.body.addLayout(row(pill, 1))
    section.body.addWidget(detail)
    return pill, detail


def _show_state(pill: Pill, detail: Label, view: StateView) -> None:
    pill.show_state(view.text, view.tone)
    detail.setText(view.detail)
    detail.setVisible(bool(view.detail))
