"""The way through the first run: each page is saved before the next one comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from babel import Locale
from PySide6.QtCore import QObject, Signal

from pos.errors import PosError
from pos.services.countries import countries, locale_for
from pos.services.links import SecretState
from pos.services.pins import PinDesk
from pos.services.settings import SettingsService, rate_from_text
from pos.services.setup import PAGES, SetupService, SetupState
from pos.services.shop import Shop, ShopTax
from pos.ui.controllers import setup_words as words
from pos.ui.controllers.section_calls import SectionCalls
from pos.ui.controllers.settings_forms import offer_languages, show_language
from pos.ui.screens.setup import SetupScreen
from pos.ui.screens.setup_pages import BACKEND, KEY, NONE
from pos.ui.screens.setup_views import RateRow, TermsView
from pos.ui.threads import Calls
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView, banner_for

Typed = Mapping[str, str]


class SetupController(QObject):
    """``changed`` carries the shop as it is now; ``ended``: the first run was left or is over.

    What a page was refused for is said on it, and what was typed stays.
    """

    changed = Signal(object)
    ended = Signal()

    def __init__(
        self,
        screen: SetupScreen,
        services: tuple[SetupService, SettingsService, PinDesk],
        count: Callable[[], int],
        threads: tuple[Calls, Calls],
    ) -> None:
        """``count`` counts the products; ``threads`` write and read."""
        super().__init__(screen)
        self._setup, self._settings, self._pins = services
        self._writes, self._reads = threads
        self._screen, self._count = screen, count
        self._shop: Shop | None = None
        self._state = SetupState()
        self._products, self._key = 0, SecretState(stored=False)
        self._hint: BannerView | None = None
        self._saving = {name: SectionCalls(screen.section(name), self._writes) for name in PAGES}
        offer_languages(screen.language)
        known = [(each.code, each.name) for each in countries().all]
        screen.country.offer(known, words.source_words())
        self._wire()

    def _wire(self) -> None:
        screen = self._screen
        screen.continued.connect(self._on_next)
        screen.went_back.connect(self._on_back)
        screen.skipped.connect(self._on_skip)
        screen.left.connect(self.ended)
        screen.page_asked.connect(self._on_page)
        screen.language.chosen.connect(self._on_language)
        screen.country.country_chosen.connect(self._on_country)
        for calls in self._saving.values():
            calls.done.connect(self._saved)
            calls.failed.connect(self._not_saved)

    def begin(self, state: SetupState) -> None:
        """Go on where it was left."""
        self._state = state
        if self._shop is not None:
            self._propose(self._shop)
        self._at(state)

    def show_shop(self, shop: Shop) -> None:
        """Show what is set; what is being typed stays."""
        before, self._shop = self._shop, shop
        screen = self._screen
        show_language(screen.language, shop)
        screen.shop.show_values(
            {"name": shop.name, "location": shop.location_name, "address": shop.address}
        )
        screen.owner.show_values({"name": shop.staff_name})
        screen.owner.show_pin(there=shop.has_pin)
        if before is None:
            screen.payments.show_way(BACKEND if shop.backend_url else NONE)
        elif words.terms_now(before) != words.terms_now(shop):
            screen.country.show_terms(words.terms_now(shop))  # else Continue would undo it
        self._show_summary()

    def show_key(self, state: SecretState) -> None:
        """Know whether a Stripe key is stored."""
        self._key = state
        if state.stored:
            self._screen.payments.show_way(KEY)
        self._show_summary()

    def count_again(self) -> None:
        """Count the products: some were imported."""
        self._reads.submit(self._count, then=self._counted)

    # the way

    def _on_next(self) -> None:
        page, screen = self._screen.page, self._screen
        for part in (screen.catalogue, screen.payments):
            if screen.section(page) is part and part.pending:
                part.confirm()
                return
        if page == PAGES[-1]:
            self._writes.submit(self._setup.finish, then=self._over, failed=self._refused)
            return
        save = self._save_of(page)
        if save is None:
            self._go(PAGES[PAGES.index(page) + 1])
            return
        screen.show_busy(busy=True)
        self._saving[page].submit(save)

    def _save_of(self, page: str) -> Callable[[], Shop] | None:
        """Return what keeps a page's answers; the other pages keep theirs themselves."""
        screen = self._screen
        if page == "shop":
            return partial(self._save_shop, screen.shop.typed)
        if page == "country":
            return partial(self._save_terms, screen.country.typed)
        if page == "owner":
            pins = (screen.owner.pin.text(), screen.owner.again.text())
            return partial(self._save_owner, screen.owner.typed, *pins)
        return None

    def _save_shop(self, typed: Typed) -> Shop:
        self._settings.rename_shop(typed["name"])
        return self._settings.set_location(name=typed["location"], address=typed["address"])

    def _save_terms(self, typed: TermsView) -> Shop:
        taxes = [_tax(rate) for rate in typed.rates]
        return self._settings.set_terms(
            currency=typed.currency, prices_include_tax=typed.inclusive, taxes=taxes
        )

    def _save_owner(self, typed: Typed, pin: str, again: str) -> Shop:
        shop = self._settings.rename_owner(typed["name"])  # a PIN that is set cannot be given twice
        return self._pins.set(pin, again) if pin or again else shop

    def _saved(self, shop: Shop) -> None:
        self._screen.show_busy(busy=False)
        page = self._screen.page
        if page == "owner":
            self._screen.owner.forget()
        for form in (self._screen.shop, self._screen.owner):
            form.taken()
        if self._shop is not None and self._shop.currency != shop.currency and self._products:
            self._hint = BannerView(words.prices_hint(), tone=Tone.WARN)
        self.changed.emit(shop)
        self._go(PAGES[PAGES.index(page) + 1])

    def _not_saved(self) -> None:
        self._screen.show_busy(busy=False)

    def _on_back(self) -> None:
        self._go(PAGES[max(PAGES.index(self._screen.page) - 1, 0)])

    def _on_skip(self) -> None:
        skip = partial(self._setup.skip, self._screen.page)
        self._writes.submit(skip, then=self._at, failed=self._refused)

    def _on_page(self, name: str) -> None:
        self._go(name)

    def _go(self, page: str) -> None:
        self._writes.submit(self._setup.go, page, then=self._at, failed=self._refused)

    def _at(self, state: SetupState) -> None:
        self._state = state
        self._screen.show_pages(words.page_views(state), state.page)
        self._screen.section(state.page).say(self._hint)
        self._hint = None
        self.count_again()

    def _over(self, _state: SetupState) -> None:
        self.ended.emit()

    def _refused(self, error: PosError) -> None:
        self._screen.section(self._screen.page).say(banner_for(error))

    # proposals

    def _on_language(self, language: str, territory: str) -> None:
        locale = locale_for(language, territory)
        self._writes.submit(
            self._settings.set_locale, locale, then=self._spoken, failed=self._refused
        )

    def _spoken(self, shop: Shop) -> None:
        self.changed.emit(shop)
        self._propose(shop)

    def _propose(self, shop: Shop) -> None:
        """Show what is set, or what the region's shops need where nothing was set yet."""
        code = Locale.parse(shop.locale).territory or ""
        self._screen.country.show_country(code)
        fresh = not shop.taxes and "country" not in words.answered(self._state)
        known = {country.code for country in countries().all}
        terms = (
            words.terms_of(countries().get(code))
            if fresh and code in known
            else words.terms_now(shop)
        )
        self._screen.country.show_terms(terms)

    def _on_country(self, code: str) -> None:
        self._screen.country.show_terms(words.terms_of(countries().get(code)))

    def _counted(self, products: int) -> None:
        self._products = products
        self._show_summary()

    def _show_summary(self) -> None:
        if self._shop is not None:
            rows = words.summary(self._state, self._shop, self._products, self._key)
            self._screen.done.show_summary(rows)


def _tax(rate: RateRow) -> ShopTax:
    rate_ppm = rate_from_text(rate.rate or "0")
    return ShopTax(rate.code, rate.name, rate_ppm, rate.services, rate.on)
