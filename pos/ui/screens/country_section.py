"""The page of the first run for currency, tax mode and rates, proposed by country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.settings_sections import Section
from pos.ui.screens.setup_views import RateRow, TermsView
from pos.ui.screens.tax_section import ALL, GOODS, carried, carried_by
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button, Choice
from pos.ui.widgets.dialog import field, labelled
from pos.ui.widgets.panels import clear, column, frame, scroller
from pos.ui.widgets.text import Label, wrapped

_ADDED, _INCLUDED = "exclusive", "inclusive"
_ON, _OFF = "on", "off"
_LIST_WIDTH = 208
_RATES = 4


class CountrySection(Section):
    """Countries at the left; what one proposes at the right, to be edited."""

    country_chosen = Signal(str)

    def __init__(self) -> None:
        text = tr("Choose your country and correct what is different for your shop.")
        super().__init__(tr("Country, currency and taxes"), text)
        self.currency, self.mode, self.services = field("USD"), Choice("toggle"), Choice("toggle")
        self.currency.setMaxLength(3)
        self.rates: list[RateLine] = []
        self._group = QButtonGroup(self)
        self._codes: list[str] = []
        self._list, self._rows = column(spacing=0), column(spacing=2 * GRID)
        self._note, self._source = wrapped("", "body"), wrapped("", "muted")
        line = QHBoxLayout()
        line.setSpacing(6 * GRID)
        line.addWidget(self._countries())
        line.addLayout(self._terms(), 1)
        self.body.addLayout(line, 1)
        self._group.idClicked.connect(self._choose)
        self.show_terms(TermsView("usd", inclusive=False, rates=()))

    def _countries(self) -> QWidget:
        card, names = frame("note"), QWidget()
        card.setFixedWidth(_LIST_WIDTH)
        names.setLayout(self._list)
        inner = column(card, 0, 4)
        self._area = scroller(names)
        inner.addWidget(self._area)
        card.setMinimumHeight(360)
        return card

    def _terms(self) -> QHBoxLayout:
        side = column(spacing=3 * GRID)
        top = QHBoxLayout()
        top.setSpacing(4 * GRID)
        for words, widget, weight in (
            (tr("Currency"), self.currency, 1),
            (tr("Prices in the shop"), self.mode, 3),
        ):
            cell = column(spacing=0)
            labelled(cell, words, widget)
            top.addLayout(cell, weight)
        side.addLayout(top)
        side.addWidget(Label(tr("Taxes"), "heading"))
        side.addLayout(self._rows)
        carry = column(spacing=0)
        labelled(carry, carried_by(), self.services)
        side.addLayout(carry)
        side.addWidget(wrapped(_on_words(), "muted"))
        side.addWidget(self._note)
        side.addWidget(self._source)
        side.addStretch()
        whole = QHBoxLayout()
        whole.addLayout(side)
        return whole

    def offer(self, countries: Sequence[tuple[str, str]], source: str) -> None:
        """Offer (code, name) pairs, and say where the rates are from."""
        self._codes = [code for code, _ in countries]
        clear(self._list)
        for at, (_, name) in enumerate(countries):
            made = Button(name, "nav")
            made.setCheckable(True)
            self._group.addButton(made, at)
            self._list.addWidget(made)
        self._list.addStretch()
        self._source.setText(source)

    def show_country(self, code: str) -> None:
        """Mark a country; nothing is emitted."""
        if code in self._codes:
            button = self._group.button(self._codes.index(code))
            button.setChecked(True)
            self._area.ensureWidgetVisible(button)

    @property
    def country(self) -> str:
        """The code of the country that is marked, or nothing."""
        at = self._group.checkedId()
        return self._codes[at] if at >= 0 else ""

    def show_terms(self, view: TermsView) -> None:
        """Fill in a proposal."""
        self.currency.setText(view.currency.upper())
        modes = ((_INCLUDED, tr("Include the tax")), (_ADDED, tr("Tax is added")))
        self.mode.show_choices(modes, _INCLUDED if view.inclusive else _ADDED)
        served = any(rate.services for rate in view.rates)
        self._carried = ALL if served else GOODS
        self.services.show_choices(carried(), self._carried)
        clear(self._rows)
        empty = (RateRow("", "", on=False, services=served),)
        self.rates = [
            RateLine(rate) for rate in (view.rates + empty)[: max(_RATES, len(view.rates))]
        ]
        for line in self.rates:
            self._rows.addWidget(line)
        self._note.setText(view.note)
        self._note.setVisible(bool(view.note))

    @property
    def typed(self) -> TermsView:
        """What stands in the fields now; lines without a name and a rate are none."""
        rates = tuple(line.typed for line in self.rates if line.typed.name or line.typed.rate)
        if self.services.value != self._carried:  # else each keeps what it was set to one by one
            rates = tuple(replace(rate, services=self.services.value == ALL) for rate in rates)
        return TermsView(self.currency.text(), self.mode.value == _INCLUDED, rates)

    def _choose(self, at: int) -> None:
        self.country_chosen.emit(self._codes[at])


def _on_words() -> str:
    return tr(
        "A product that names no tax carries every tax that is on. Switch a second rate on once "
        "your products name their taxes."
    )


class RateLine(QWidget):
    """One tax: name, rate, on or off."""

    def __init__(self, rate: RateRow) -> None:
        super().__init__()
        self.name: QLineEdit = field(tr("Name of a tax"), rate.name)
        self.rate: QLineEdit = field("0", rate.rate)
        self.on, self._shown = Choice("toggle"), rate
        words = ((_ON, tr("On")), (_OFF, tr("Off")))
        self.on.show_choices(words, _ON if rate.on else _OFF)
        self.rate.setAccessibleName(tr("Rate in percent"))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2 * GRID)
        line.addWidget(self.name, 3)
        line.addWidget(self.rate, 1)
        line.addWidget(Label("%", "soft"))
        line.addWidget(self.on)

    @property
    def typed(self) -> RateRow:
        """What stands in the line now."""
        name, rate = self.name.text().strip(), self.rate.text().strip()
        return replace(self._shown, name=name, rate=rate, on=self.on.value == _ON)
