"""The settings of the shop: every change is a checked, journaled step that counts at once."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from pos.services.settings import SettingsService, rate_from_text
from pos.services.shop import Shop
from pos.ui.controllers.section_calls import SectionCalls
from pos.ui.controllers.settings_words import (
    price_settings,
    tender_banner,
    tender_rows,
)
from pos.ui.i18n import tr
from pos.ui.screens.settings import SettingsScreen
from pos.ui.screens.settings_views import TaxInput
from pos.ui.threads import Calls


class SettingsController(QObject):
    """Prices and taxes, ways to pay. ``changed`` carries the shop as it is now."""

    changed = Signal(object)

    def __init__(self, screen: SettingsScreen, service: SettingsService, writes: Calls) -> None:
        super().__init__(screen)
        self._screen, self._service = screen, service
        self._at: Shop | None = None
        self._prices = SectionCalls(screen.taxes, writes)
        self._form = SectionCalls(screen.taxes, writes)
        self._tenders = SectionCalls(screen.tenders, writes)
        self._wire()

    def _wire(self) -> None:
        screen = self._screen
        screen.section_opened.connect(self._on_opened)
        screen.taxes.inclusive_chosen.connect(self._on_inclusive)
        screen.taxes.currency_entered.connect(self._on_currency)
        screen.taxes.saved.connect(self._on_tax)
        screen.taxes.switched.connect(self._on_tax_switched)
        screen.tenders.switched.connect(self._on_tender)
        for calls in (self._prices, self._form, self._tenders):
            calls.done.connect(self.changed)
            calls.failed.connect(self._show)
        self._form.done.connect(screen.taxes.clear_form)

    def show_shop(self, shop: Shop) -> None:
        """Show the shop as it is; what is being typed stays."""
        self._at = shop
        self._show()

    def _show(self) -> None:
        shop, screen = self._at, self._screen
        if shop is None:
            return
        screen.taxes.show_settings(price_settings(shop))
        rows = tender_rows(shop)
        screen.tenders.show_tenders(rows)
        nothing = tender_banner(rows)
        if nothing is not None:
            screen.tenders.say(nothing)

    def _on_opened(self, _name: str) -> None:
        """Take old news away; what is wrong now is said again."""
        for section in (self._screen.taxes, self._screen.tenders):
            section.say(None)
        self._show()

    def _on_inclusive(self, inclusive: bool) -> None:  # noqa: FBT001  a signal's argument
        if self._at is None:
            return
        change = partial(
            self._service.set_tax_mode,
            prices_include_tax=inclusive,
            rounding=self._at.tax_rounding,
        )
        self._prices.submit(change, said=tr("Saved. The cart is priced anew."))

    def _on_currency(self, code: str) -> None:
        said = tr("Saved. Import the catalogue again: its prices were read in another currency.")
        if self._at is not None and code.strip().lower() != self._at.currency:
            self._prices.submit(self._service.set_currency, code, said=said)

    def _on_tax(self, given: TaxInput) -> None:
        self._form.submit(self._save_tax, given, said=tr("Saved. The cart is priced anew."))

    def _save_tax(self, given: TaxInput) -> Shop:
        rate = rate_from_text(given.rate)
        if not given.id:
            return self._service.add_tax(given.name, rate, applies_to_services=given.services)
        return self._service.edit_tax(
            given.id, name=given.name, rate_ppm=rate, applies_to_services=given.services
        )

    def _on_tax_switched(self, code: str, active: bool) -> None:  # noqa: FBT001  a signal's argument
        self._prices.submit(partial(self._service.set_tax_active, code, active=active))

    def _on_tender(self, provider_id: str, on: bool) -> None:  # noqa: FBT001  a signal's argument
        self._tenders.submit(partial(self._service.enable_provider, provider_id, enabled=on))
