"""Sections of the settings: shop and taxes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.sale_dialogs import PPM, parse_percent
from pos.ui.screens.settings_views import ShopSettings, TaxRow
from pos.ui.tokens import GRID, THEMES
from pos.ui.widgets.banner import Banner, BannerView
from pos.ui.widgets.buttons import Choice, action, icon_button
from pos.ui.widgets.dialog import field, labelled
from pos.ui.widgets.panels import clear, column, frame, row
from pos.ui.widgets.text import Label, restyle, wrapped


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
        """Show how saving went."""
        self.banner.show_view(view)

    def end(self, *buttons: QWidget) -> None:
        """Close the page with its buttons."""
        self.body.addLayout(row(*buttons, 1, spacing=3 * GRID))
        self.body.addStretch()


class ShopSection(Section):
    """Names, address, currency, tax mode, theme."""

    saved = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Shop"), tr("Name and address stand on every receipt."))
        self.name, self.address = field(), field()
        self.location, self.register = field(), field()
        self.currency = field("usd")
        self.currency.setMaxLength(3)
        self.mode, self.theme = Choice("toggle"), Choice("toggle")
        pairs = (
            ((tr("Shop name"), self.name), (tr("Address"), self.address)),
            ((tr("Location"), self.location), (tr("Register"), self.register)),
            ((tr("Currency (three letters)"), self.currency), (tr("Prices"), self.mode)),
        )
        for pair in pairs:
            self._pair(*pair)
        labelled(self.body, tr("Look"), self.theme)
        save = action(tr("Save"))
        save.clicked.connect(self._save)
        self.end(save)

    def _pair(self, *fields: tuple[str, QWidget]) -> None:
        line = QHBoxLayout()
        line.setSpacing(4 * GRID)
        for words, widget in fields:
            cell = column(spacing=0)
            labelled(cell, words, widget)
            line.addLayout(cell, 1)
        self.body.addLayout(line)

    def show_settings(self, view: ShopSettings) -> None:
        """Show what is kept."""
        self._view = view
        self.name.setText(view.name)
        self.address.setText(view.address)
        self.location.setText(view.location)
        self.register.setText(view.register)
        self.currency.setText(view.currency.upper())
        self.currency.setEnabled(not view.currency_fixed)
        modes = (("exclusive", tr("Tax is added")), ("inclusive", tr("Tax is included")))
        self.mode.show_choices(modes, "inclusive" if view.tax_inclusive else "exclusive")
        looks = {
            "light": tr("Light"),
            "dark": tr("Dark"),
            "high-contrast": tr("High contrast"),
        }
        self.theme.show_choices([(name, looks.get(name, name)) for name in THEMES], view.theme)

    def _save(self) -> None:
        self.saved.emit(
            ShopSettings(
                name=self.name.text().strip(),
                address=self.address.text().strip(),
                location=self.location.text().strip(),
                register=self.register.text().strip(),
                currency=self.currency.text().strip().lower(),
                tax_inclusive=self.mode.value == "inclusive",
                theme=self.theme.value,
            )
        )


class TaxSection(Section):
    """The taxes of the shop, each a name and a percentage."""

    added = Signal(str, object)
    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Taxes"), tr("A tax applies to the products that carry it."))
        self._rows = column(spacing=2 * GRID)
        self.body.addLayout(self._rows)
        self.name, self.rate = field(tr("Sales tax")), field("8.875")
        labelled(self.body, tr("Name"), self.name)
        labelled(self.body, tr("Rate in percent"), self.rate)
        add = action(tr("Add tax"))
        add.clicked.connect(self._add)
        self.end(add)

    def show_taxes(self, taxes: Sequence[TaxRow]) -> None:
        """Show what is kept."""
        clear(self._rows)
        for tax in taxes:
            card = frame("card")
            line = QHBoxLayout(card)
            line.setContentsMargins(16, 4, 8, 4)
            line.addWidget(Label(tax.name, "strong"), 1)
            line.addWidget(Label(percent_text(tax.ppm)))
            remove = icon_button("x", tr("Remove {name}").format(name=tax.name))
            remove.setProperty("key", tax.id)
            remove.clicked.connect(self._remove)
            line.addWidget(remove)
            self._rows.addWidget(card)

    def _add(self) -> None:
        try:
            ppm = parse_percent(self.rate.text())
        except ValueError:
            ppm = 0
        named = bool(self.name.text().strip())
        restyle(self.name, invalid=not named)
        restyle(self.rate, invalid=not ppm)
        if named and ppm:
            self.added.emit(self.name.text().strip(), ppm)
            self.name.clear()
            self.rate.clear()

    def _remove(self) -> None:
        self.removed.emit(str(self.sender().property("key")))


def percent_text(ppm: int) -> str:
    """Write parts per million as a percentage: 88750 is 8.875 %."""
    exact = (Decimal(ppm) * 100 / PPM).normalize()
    return f"{exact:f} %"
