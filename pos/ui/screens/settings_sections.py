"""What every section of the settings is made of, and the ways to pay."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.settings_views import TenderRow
from pos.ui.tokens import GRID
from pos.ui.widgets.banner import Banner, BannerView
from pos.ui.widgets.buttons import Choice
from pos.ui.widgets.dialog import labelled
from pos.ui.widgets.panels import clear, column, frame, row
from pos.ui.widgets.text import Label, wrapped

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
