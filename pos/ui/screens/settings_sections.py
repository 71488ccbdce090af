"""Sections of the settings: the shop, ways to pay, the look."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.settings_views import ShopSettings, TenderRow
from pos.ui.tokens import GRID, THEMES
from pos.ui.widgets.banner import Banner, BannerView
from pos.ui.widgets.buttons import Choice, action
from pos.ui.widgets.dialog import field, labelled
from pos.ui.widgets.panels import clear, column, frame, row
from pos.ui.widgets.text import Label, wrapped

_LINES_HEIGHT = 92
_ON, _OFF = "on", "off"


class Section(QWidget):
    """A titled page of the settings with a banner of its own."""

    def __init__(self, title: str, text: str = "") -> None:
        super().__init__()
        self.body = column(self, 4 * GRID, 24)
        self.body.addWidget(Label(title, "title"))
        if text:
            self.body.addWidget(wrapped(text, "muted"))
        self.banner = Banner()
        self.body.addWidget(self.banner)

    def say(self, view: BannerView | None) -> None:
        """Show how it went, in the section that was touched."""
        self.banner.show_view(view)

    def end(self, *buttons: QWidget) -> None:
        """Close the page with its buttons."""
        self.body.addLayout(row(*buttons, 1, spacing=3 * GRID))
        self.body.addStretch()

    def pair(self, *fields: tuple[str, QWidget]) -> None:
        """Put fields side by side, each under its name."""
        line = QHBoxLayout()
        line.setSpacing(4 * GRID)
        for words, widget in fields:
            cell = column(spacing=0)
            labelled(cell, words, widget)
            line.addLayout(cell, 1)
        self.body.addLayout(line)


class ShopSection(Section):
    """Names, address and footer: what stands on receipts."""

    saved = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Shop"), tr("Name, address and footer stand on every receipt."))
        self.name, self.location, self.owner = field(), field(), field()
        self.address, self.footer = _lines(), _lines()
        self._shown = ShopSettings()
        labelled(self.body, tr("Shop name"), self.name)
        self.pair((tr("Location"), self.location), (tr("Who works here"), self.owner))
        self.pair((tr("Address"), self.address), (tr("Receipt footer"), self.footer))
        self.save = action(tr("Save"))
        self.save.clicked.connect(self._save)
        for edit in (self.name, self.location, self.owner):
            edit.returnPressed.connect(self._save)
        self.end(self.save)

    def show_settings(self, view: ShopSettings) -> None:
        """Show what is kept; what is being typed stays."""
        before, self._shown = self._shown, view
        _fill(self.name, before.name, view.name)
        _fill(self.location, before.location, view.location)
        _fill(self.owner, before.owner, view.owner)
        for edit, old, new in (
            (self.address, before.address, view.address),
            (self.footer, before.footer, view.footer),
        ):
            if edit.toPlainText() == old:
                edit.setPlainText(new)

    @property
    def typed(self) -> ShopSettings:
        """What stands in the fields now."""
        return ShopSettings(
            name=self.name.text(),
            location=self.location.text(),
            owner=self.owner.text(),
            address=self.address.toPlainText(),
            footer=self.footer.toPlainText(),
        )

    def taken(self) -> None:
        """Take what was typed for what is kept: it was saved, and comes back cleaned."""
        self._shown = self.typed

    def _save(self) -> None:
        self.saved.emit(self.typed)


class TenderSection(Section):
    """Which ways to pay the checkout offers."""

    switched = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__(tr("Ways to pay"), tr("What the checkout offers at this location."))
        self._rows = column(spacing=2 * GRID)
        self.body.addLayout(self._rows)
        self.choices: dict[str, Choice] = {}
        self.end()

    def show_tenders(self, tenders: Sequence[TenderRow]) -> None:
        """Show what is kept."""
        if list(self.choices) != [tender.id for tender in tenders]:
            clear(self._rows)
            self.choices = {tender.id: self._row(tender) for tender in tenders}
        for tender in tenders:
            words = ((_ON, tr("Offered")), (_OFF, tr("Off")))
            self.choices[tender.id].show_choices(words, _ON if tender.on else _OFF)

    def _row(self, tender: TenderRow) -> Choice:
        card = frame("card")
        line = QHBoxLayout(card)
        line.setContentsMargins(16, 8, 8, 8)
        choice = Choice("toggle")
        choice.setProperty("key", tender.id)
        choice.setAccessibleName(tender.name)
        choice.chosen.connect(self._switch)
        line.addWidget(Label(tender.name, "strong"), 1)
        line.addWidget(choice)
        self._rows.addWidget(card)
        return choice

    def _switch(self, value: str) -> None:
        self.switched.emit(str(self.sender().property("key")), value == _ON)


class LookSection(Section):
    """The theme of this till."""

    theme_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Look"), tr("Changes at once, for this till only."))
        self.theme = Choice("toggle")
        self.theme.chosen.connect(self.theme_chosen)
        self.body.addWidget(self.theme)
        self.end()

    def show_theme(self, name: str) -> None:
        """Mark the theme that is worn."""
        looks = {
            "light": tr("Light"),
            "dark": tr("Dark"),
            "high-contrast": tr("High contrast"),
        }
        self.theme.show_choices([(each, looks.get(each, each)) for each in THEMES], name)


def _fill(edit: QLineEdit, old: str, new: str) -> None:
    """Show a new value unless a person is changing the old one."""
    if edit.text() == old:
        edit.setText(new)


def _lines() -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setFixedHeight(_LINES_HEIGHT)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    made.setTabChangesFocus(True)
    return made
