"""The section of the settings for prices and taxes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from pos.ui.i18n import tr
from pos.ui.screens.settings_sections import Section
from pos.ui.screens.settings_views import PriceSettings, TaxInput, TaxRow
from pos.ui.tokens import GRID, Tone
from pos.ui.widgets.buttons import Button, Choice, action
from pos.ui.widgets.dialog import field
from pos.ui.widgets.panels import clear, column, frame, row, rule
from pos.ui.widgets.pill import Pill
from pos.ui.widgets.text import Label

_ADDED, _INCLUDED = "exclusive", "inclusive"
GOODS, ALL = "goods", "all"


class TaxSection(Section):
    """Currency and tax mode at the top, then each tax, then the form for one."""

    inclusive_chosen = Signal(bool)
    currency_entered = Signal(str)
    saved = Signal(object)
    switched = Signal(str, bool)

    def __init__(self) -> None:
        text = tr("A change counts from now on; what was sold keeps what it was sold with.")
        super().__init__(tr("Prices and taxes"), text)
        self.mode, self.services = Choice("toggle"), Choice("toggle")
        self.currency, self.name, self.rate = field("USD"), field(), field("8.875")
        self.currency.setMaxLength(3)
        self.change = Button(tr("Change"))
        self.add, self._cancel = action(tr("Add tax")), Button(tr("Cancel"))
        self._rows = column(spacing=2 * GRID)
        self._form = Label("", "heading")
        self._taxes: dict[str, TaxRow] = {}
        self._editing = ""
        self._lay_out()
        self._wire()
        self.clear_form()

    def _lay_out(self) -> None:
        money = frame("spread")
        line = QHBoxLayout(money)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.currency, 1)
        line.addWidget(self.change)
        self.pair((tr("Currency (three letters)"), money), (tr("Prices"), self.mode))
        self.currency.setAccessibleName(tr("Currency (three letters)"))
        self.body.addLayout(self._rows)
        self.body.addWidget(rule())
        self.body.addWidget(self._form)
        self.pair((tr("Name"), self.name), (tr("Rate in percent"), self.rate))
        self.pair((carried_by(), self.services))
        self.end(self.add, self._cancel)

    def _wire(self) -> None:
        self.change.clicked.connect(self._change_currency)
        self.currency.returnPressed.connect(self._change_currency)
        self.mode.chosen.connect(self._choose_mode)
        self.add.clicked.connect(self._save)
        self.name.returnPressed.connect(self._save)
        self.rate.returnPressed.connect(self._save)
        self._cancel.clicked.connect(self.clear_form)

    def show_settings(self, view: PriceSettings) -> None:
        """Show what is kept."""
        if not self.currency.hasFocus():
            self.currency.setText(view.currency.upper())
        modes = ((_ADDED, tr("Tax is added")), (_INCLUDED, tr("Tax is included")))
        self.mode.show_choices(modes, _INCLUDED if view.tax_inclusive else _ADDED)
        taxes = {tax.id: tax for tax in view.taxes}
        if taxes != self._taxes:
            self._taxes = taxes
            clear(self._rows)
            for tax in view.taxes:
                self._rows.addWidget(self._row(tax))

    def clear_form(self) -> None:
        """Empty the form: the tax was taken, or nobody wants to change it."""
        self._fill(TaxRow("", "", ""))

    def edit(self, tax_id: str) -> None:
        """Take a tax into the form."""
        self._fill(self._taxes[tax_id])
        self.rate.setFocus()
        self.rate.selectAll()

    def _fill(self, tax: TaxRow) -> None:
        self._editing = tax.id
        self.name.setText(tax.name)
        self.rate.setText(tax.rate.removesuffix(" %"))
        self.services.show_choices(carried(), ALL if tax.services else GOODS)
        title = tr("Change {name}").format(name=tax.name) if tax.id else tr("New tax")
        self._form.setText(title)
        self.add.set_text(tr("Save tax") if tax.id else tr("Add tax"))
        self._cancel.setVisible(bool(tax.id))

    def _row(self, tax: TaxRow) -> QFrame:
        card = frame("card")
        line = QHBoxLayout(card)
        line.setContentsMargins(16, 4, 8, 4)
        line.setSpacing(2 * GRID)
        line.addWidget(Label(tax.name, "strong" if tax.active else "soft"), 1)
        if not tax.active:
            line.addWidget(Pill(tr("Off"), Tone.NEUTRAL))
        elif tax.services:
            line.addWidget(Label(tr("services too"), "muted"))
        line.addWidget(Label(tax.rate, "strong" if tax.active else "soft"))
        line.addLayout(self._buttons(tax))
        return card

    def _buttons(self, tax: TaxRow) -> QHBoxLayout:
        edit = Button(tr("Edit"))
        edit.setAccessibleName(tr("Edit {name}").format(name=tax.name))
        edit.clicked.connect(self._edit)
        switch = Button(tr("Switch off") if tax.active else tr("Switch on"))
        switch.clicked.connect(self._switch)
        for button in (edit, switch):
            button.setProperty("key", tax.id)
        return row(edit, switch)

    def _edit(self) -> None:
        self.edit(str(self.sender().property("key")))

    def _switch(self) -> None:
        tax = self._taxes[str(self.sender().property("key"))]
        self.switched.emit(tax.id, not tax.active)

    def _save(self) -> None:
        services = self.services.value == ALL
        self.saved.emit(TaxInput(self._editing, self.name.text(), self.rate.text(), services))

    def _choose_mode(self, value: str) -> None:
        self.inclusive_chosen.emit(value == _INCLUDED)

    def _change_currency(self) -> None:
        self.currency_entered.emit(self.currency.text())


def carried_by() -> str:
    """Name the choice of what carries a tax."""
    return tr("Applies to products that name no taxes")


def carried() -> tuple[tuple[str, str], ...]:
    """Return the choices: goods only, as sales taxes mostly, or all, as VAT and GST."""
    return (GOODS, tr("Goods")), (ALL, tr("Goods, services and passes"))
