"""Entering a new customer, with a warning when somebody like that is known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.customer_views import CustomerView, NewCustomer
from pos.ui.tokens import GRID, Tone
from pos.ui.widgets.banner import Banner, BannerView
from pos.ui.widgets.buttons import Button, action, secondary
from pos.ui.widgets.dialog import field, labelled
from pos.ui.widgets.text import Label, restyle, wrapped

_PAUSE_MS = 250
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"[+\d][\d\s().\-/]{3,30}")
_USE = "use:"


class CustomerForm(QWidget):
    """Emits the entry to be looked up while it is typed, and once more to be kept."""

    lookup = Signal(object)
    create_asked = Signal(object)
    use_existing = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name, self.phone = field(), field("+1 415 555 0142")
        self.email, self.tax_id = field("name@example.com"), field()
        self.name.setMaxLength(200)
        self._twin = Banner()
        self._wrong = wrapped("", "strong")
        self._wrong.set_tone("bad")
        self._wrong.hide()
        self.save: Button = action(tr("Create and use"))
        self._back = secondary(tr("Back to the list"))
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(3 * GRID)
        outer.addWidget(Label(tr("New customer"), "heading"))
        rows = (
            ((tr("Name"), self.name), (tr("Phone"), self.phone)),
            ((tr("Email"), self.email), (tr("Tax number (optional)"), self.tax_id)),
        )
        for pair in rows:
            line = QHBoxLayout()
            line.setSpacing(3 * GRID)
            for words, widget in pair:
                cell = QVBoxLayout()
                labelled(cell, words, widget)
                line.addLayout(cell, 1)
            outer.addLayout(line)
        outer.addWidget(self._twin)
        outer.addWidget(self._wrong)
        outer.addWidget(
            wrapped(tr("Works offline: the customer reaches the backend later."), "muted")
        )
        outer.addStretch()
        buttons = QHBoxLayout()
        buttons.setSpacing(3 * GRID)
        buttons.addWidget(self._back, 1)
        buttons.addWidget(self.save, 1)
        outer.addLayout(buttons)

    def _wire(self) -> None:
        for each in (self.name, self.phone, self.email):
            each.textEdited.connect(self._pause.start)
            each.returnPressed.connect(self._save)
        self.tax_id.returnPressed.connect(self._save)
        self._pause.timeout.connect(self._look)
        self.save.clicked.connect(self._save)
        self._back.clicked.connect(self.left)
        self._twin.acted.connect(self._acted)

    def begin(self, text: str) -> None:
        """Start empty, with what was searched for in the field it looks like."""
        for each in (self.name, self.phone, self.email, self.tax_id):
            each.clear()
        self.show_duplicates(())
        self._say("")
        target = self.name
        if "@" in text:
            target = self.email
        elif _PHONE.fullmatch(text):
            target = self.phone
        target.setText(text)
        self.name.setFocus()

    def entry(self) -> NewCustomer:
        """Return what stands in the fields."""
        fields = (self.name, self.phone, self.email, self.tax_id)
        return NewCustomer(*(" ".join(each.text().split()) for each in fields))

    def show_duplicates(self, twins: Sequence[CustomerView]) -> None:
        """Warn of people with the same phone or email, with a button for each."""
        if not twins:
            self._twin.show_view(None)
            return
        words = tr("Use existing: {name}")
        actions = tuple((_USE + each.id, words.format(name=each.name)) for each in twins[:2])
        known = ", ".join(
            " · ".join(part for part in (each.name, each.phone, each.email) if part)
            for each in twins[:2]
        )
        title = tr("Somebody with this phone or email is known.")
        self._twin.show_view(BannerView(title, known, tone=Tone.WARN, actions=actions))

    def _look(self) -> None:
        self.lookup.emit(self.entry())

    def _save(self) -> None:
        entry = self.entry()
        wrong = self._problem(entry)
        self._say(wrong)
        if not wrong:
            self.create_asked.emit(entry)

    def _problem(self, entry: NewCustomer) -> str:
        bad_mail = bool(entry.email) and not _EMAIL.fullmatch(entry.email)
        bad_phone = bool(entry.phone) and not _PHONE.fullmatch(entry.phone)
        restyle(self.name, invalid=not entry.name)
        restyle(self.email, invalid=bad_mail)
        restyle(self.phone, invalid=bad_phone)
        if not entry.name:
            return tr("Enter a name.")
        if bad_mail:
            return tr("This is not an email address.")
        return tr("This is not a phone number.") if bad_phone else ""

    def _say(self, text: str) -> None:
        self._wrong.setText(text)
        self._wrong.setVisible(bool(text))

    def _acted(self, key: str) -> None:
        self.use_existing.emit(key.removeprefix(_USE))
