"""Registering a card reader by the code on its screen, and trying it out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.settings_views import PlaceRow, ReaderInput, TryView
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button, MenuButton, action, mark
from pos.ui.widgets.dialog import field, labelled
from pos.ui.widgets.panels import column, row
from pos.ui.widgets.text import Label, wrapped

NEW = "new"
_WITH_STATES = frozenset({"US", "CA", "AU"})


class ReaderForm(QWidget):
    """Emits what a new reader is registered with."""

    given = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._suggested = ("", "")
        self.code, self.label = field(tr("three words, such as red-fox-moon")), field()
        self.place = MenuButton(((NEW, tr("A new location\N{HORIZONTAL ELLIPSIS}")),))
        self.register = action(tr("Register reader"))
        self._body = column(self, 3 * GRID)
        self._body.addWidget(Label(tr("Register a new reader"), "heading"))
        self._body.addWidget(wrapped(_code_words(), "muted"))
        self._pair((tr("Code on the reader"), self.code), (tr("Name of the reader"), self.label))
        labelled(self._body, tr("Where it stands"), self.place)
        self._new = QWidget()
        self._lay_out_place()
        self._body.addWidget(self._new)
        self._body.addLayout(row(self.register, 1))
        self.place.chosen.connect(self._on_place)
        self.register.clicked.connect(self._give)
        self.code.returnPressed.connect(self._give)

    def _lay_out_place(self) -> None:
        self.name, self.street, self.city = field(), field(), field()
        self.postal, self.state, self.country = field(), field(), MenuButton(())
        inner = column(self._new, 3 * GRID)
        self._row(inner, (tr("Name of the location"), self.name), (tr("Street"), self.street))
        self._row(inner, (tr("Postal code"), self.postal), (tr("City"), self.city))
        state = (tr("State or province"), self.state)
        self._row(inner, (tr("Country"), self.country), state)
        self.country.chosen.connect(self._on_country)

    def _pair(self, *fields: tuple[str, QWidget]) -> None:
        self._row(self._body, *fields)

    def _row(self, layout: QBoxLayout, *fields: tuple[str, QWidget]) -> None:
        line = row(spacing=4 * GRID)
        for words, widget in fields:
            cell = column(spacing=0)
            labelled(cell, words, widget)
            line.addLayout(cell, 1)
        layout.addLayout(line)

    def show_places(self, places: Sequence[PlaceRow]) -> None:
        """Offer the account's locations, and always a new one."""
        new = (NEW, tr("A new location\N{HORIZONTAL ELLIPSIS}"))
        self.place.set_choices([*((place.id, place.name) for place in places), new])
        self._on_place(self.place.value)

    def show_countries(self, countries: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer countries for a new location; ``chosen`` is the shop's."""
        self.country.set_choices(countries, chosen)
        self._on_country(self.country.value)

    def suggest(self, name: str, label: str) -> None:
        """Fill in what nobody has typed yet; an older suggestion gives way."""
        before, self._suggested = self._suggested, (name, label)
        for edit, text, old in zip((self.name, self.label), (name, label), before, strict=True):
            if edit.text() in {"", old}:
                edit.setText(text)

    def show_busy(self, *, busy: bool) -> None:
        """Hold the button while Stripe is asked."""
        mark(self.register, busy=busy)
        asking = tr("Asking Stripe\N{HORIZONTAL ELLIPSIS}")
        self.register.set_text(asking if busy else tr("Register reader"))

    def clear_code(self) -> None:
        """Empty the code: it was taken, and is good for one time."""
        self.code.clear()

    @property
    def typed(self) -> ReaderInput:
        """What stands in the fields now."""
        fields = (self.name, self.street, self.city, self.postal, self.state)
        name, street, city, postal, state = (edit.text() for edit in fields)
        place = "" if self.place.value == NEW else self.place.value
        return ReaderInput(
            code=self.code.text(),
            label=self.label.text(),
            place=place,
            name=name,
            street=street,
            city=city,
            postal=postal,
            state=state if self.country.value in _WITH_STATES else "",
            country=self.country.value,
        )

    def _give(self) -> None:
        if self.register.isEnabled():
            self.given.emit(self.typed)

    def _on_place(self, value: str) -> None:
        self._new.setVisible(value == NEW)

    def _on_country(self, value: str) -> None:
        self.state.setEnabled(value in _WITH_STATES)


def _code_words() -> str:
    return tr(
        "The reader shows a code of three words: swipe from its left edge, open Settings and "
        "choose Generate pairing code. In test mode simulated-wpe is a reader without a device."
    )


class TryPanel(QWidget):
    """Tries the reader in use; says beforehand whether a card is asked for."""

    asked = Signal()
    stopped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.begin, self.stop = Button(""), Button(tr("Stop"))
        self._words, self._state = wrapped("", "muted"), wrapped("", "strong")
        inner = column(self, 2 * GRID)
        inner.addWidget(Label(tr("Try it out"), "heading"))
        inner.addWidget(self._words)
        inner.addLayout(row(self.begin, self.stop, 1, spacing=3 * GRID))
        inner.addWidget(self._state)
        self.begin.clicked.connect(self.asked)
        self.stop.clicked.connect(self.stopped)
        self.show_try(TryView())

    def show_try(self, view: TryView) -> None:
        """Show what a try would do, and how far one is."""
        self.setVisible(bool(view.button))
        self._words.setText(view.words)
        self.begin.set_text(view.button)
        mark(self.begin, busy=view.running)
        self.stop.setVisible(view.running)
        self._state.setText(view.state)
        self._state.setVisible(bool(view.state))
        self._state.set_tone(str(view.tone))
