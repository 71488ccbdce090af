"""The forms of the settings: shop, location, register, receipt, owner, appearance, language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from babel import Locale
from babel.dates import format_date
from PySide6.QtCore import QObject, Signal

from pos.services.countries import countries, locale_for
from pos.services.settings import SCALES, SettingsService
from pos.services.shop import Shop
from pos.ui import i18n, wording
from pos.ui.controllers.section_calls import SectionCalls
from pos.ui.i18n import tr
from pos.ui.screens.settings import SettingsScreen
from pos.ui.screens.settings_forms import FormSection
from pos.ui.screens.settings_look import LanguageSection
from pos.ui.threads import Calls

_SAMPLE_MINOR = 123_450
_SAMPLE_DAY = date(2026, 11, 21)

Typed = Mapping[str, str]


class FormsController(QObject):
    """Saves what was typed, one form at a time. ``changed`` carries the shop as it is now."""

    changed = Signal(object)

    def __init__(self, screen: SettingsScreen, service: SettingsService, writes: Calls) -> None:
        super().__init__(screen)
        self._screen, self._service, self._writes = screen, service, writes
        self._shop: Shop | None = None
        self._forms: dict[FormSection, SectionCalls] = {
            section: SectionCalls(section, writes)
            for section in (
                screen.shop,
                screen.location,
                screen.register,
                screen.receipt,
                screen.owner,
            )
        }
        self._looks = SectionCalls(screen.look, writes)
        self._speech = SectionCalls(screen.language, writes)
        offer_languages(screen.language)
        self._wire()

    def _wire(self) -> None:
        screen = self._screen
        screen.section_opened.connect(self._on_opened)
        screen.shop.saved.connect(self._on_shop)
        screen.location.saved.connect(self._on_location)
        screen.register.saved.connect(self._on_register)
        screen.receipt.saved.connect(self._on_receipt)
        screen.owner.saved.connect(self._on_owner)
        screen.look.theme_chosen.connect(self._on_theme)
        screen.look.scale_chosen.connect(self._on_scale)
        screen.language.chosen.connect(self._on_language)
        for section, calls in self._forms.items():
            calls.done.connect(section.taken)
            calls.done.connect(self.changed)
        for calls in (self._looks, self._speech):
            calls.done.connect(self.changed)
            calls.failed.connect(self._show)

    def show_shop(self, shop: Shop) -> None:
        """Show the shop as it is; what is being typed stays."""
        self._shop = shop
        self._show()

    def _show(self) -> None:
        shop, screen = self._shop, self._screen
        if shop is None:
            return
        screen.shop.show_values({"name": shop.name})
        screen.location.show_values({"name": shop.location_name, "address": shop.address})
        screen.register.show_values({"name": shop.register_name})
        screen.register.show_number(str(shop.register_number))
        screen.owner.show_values({"name": shop.staff_name})
        receipt = {"footer": shop.receipt_footer, "policy": shop.refund_policy}
        screen.receipt.show_values(receipt)
        screen.receipt.show_popup(asked=shop.refund_popup)
        screen.look.show_theme(shop.theme)
        screen.look.show_scale(shop.scale_percent, SCALES)
        show_language(screen.language, shop)

    def _on_opened(self, _name: str) -> None:
        for section in (*self._forms, self._screen.look, self._screen.language):
            section.say(None)
        self._show()

    def _save(self, section: FormSection, call: Callable[[], Shop]) -> None:
        self._forms[section].submit(call, said=tr("Saved."))

    def _on_shop(self, typed: Typed) -> None:
        self._save(self._screen.shop, partial(self._service.rename_shop, typed["name"]))

    def _on_location(self, typed: Typed) -> None:
        self._save(self._screen.location, partial(self._service.set_location, **typed))

    def _on_register(self, typed: Typed) -> None:
        self._save(self._screen.register, partial(self._service.rename_register, typed["name"]))

    def _on_receipt(self, typed: Typed) -> None:
        section = self._screen.receipt
        self._save(section, partial(self._service.set_receipt, **typed, popup=section.asks))

    def _on_owner(self, typed: Typed) -> None:
        self._save(self._screen.owner, partial(self._service.rename_owner, typed["name"]))

    def _on_theme(self, name: str) -> None:
        self._looks.submit(self._service.set_theme, name)

    def _on_scale(self, percent: int) -> None:
        self._looks.submit(self._service.set_scale, percent)

    def _on_language(self, language: str, territory: str) -> None:
        self._speech.submit(self._service.set_locale, locale_for(language, territory))


def offer_languages(section: LanguageSection) -> None:
    """Offer the languages there are texts in, and the regions of the countries' table."""
    spoken = [(code, Locale(code).get_display_name() or code) for code in i18n.languages()]
    section.offer(spoken, [(each.code, each.name) for each in countries().all])


def show_language(section: LanguageSection, shop: Shop) -> None:
    """Show what counts now."""
    at = Locale.parse(shop.locale)
    amount = wording.money(_SAMPLE_MINOR, shop.currency, shop.locale)
    day = format_date(_SAMPLE_DAY, "long", locale=shop.locale)
    section.show_chosen(at.language, at.territory or "US", f"{amount}   ·   {day}")
