"""The first run put into words: pages, proposals, previews, the summary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from babel import Locale

from pos.services.catalogue import Preview
from pos.services.countries import Country, countries
from pos.services.links import SecretState
from pos.services.setup import PAGES, SetupState
from pos.services.shop import Shop
from pos.ui import wording
from pos.ui.i18n import tr
from pos.ui.screens.settings_views import PreviewLine, PreviewView
from pos.ui.screens.setup_views import PageView, Passed, RateRow, SummaryRow, TermsView


def page_words() -> dict[str, str]:
    """Name the pages."""
    return {
        "language": tr("Language"),
        "shop": tr("Shop"),
        "country": tr("Country and taxes"),
        "owner": tr("Owner and PIN"),
        "catalogue": tr("Products"),
        "payments": tr("Payments"),
        "reader": tr("Card reader"),
        "done": tr("Done"),
    }


def page_views(state: SetupState) -> list[PageView]:
    """Say which pages are done, skipped or to come."""
    words = page_words()
    return [PageView(name, words[name], _passed(name, state)) for name in PAGES]


def answered(state: SetupState) -> tuple[str, ...]:
    """Name the pages that were gone past and not skipped."""
    return tuple(name for name in PAGES if _passed(name, state) is Passed.DONE)


def _passed(name: str, state: SetupState) -> Passed:
    if name in state.skipped:
        return Passed.SKIPPED
    return Passed.DONE if PAGES.index(name) < state.at else Passed.OPEN


def terms_of(country: Country) -> TermsView:
    """Propose what a country's shops usually need."""
    rates = tuple(
        RateRow(tax.name, _bare(tax.rate_ppm), tax.on, services=country.services)
        for tax in country.taxes
    )
    return TermsView(country.currency, country.prices_include_tax, rates, country.note)


def terms_now(shop: Shop) -> TermsView:
    """Show what is set already."""
    rates = tuple(
        RateRow(tax.name, _bare(tax.rate_ppm), tax.active, tax.code, tax.applies_to_services)
        for tax in shop.taxes
    )
    return TermsView(shop.currency, shop.prices_include_tax, rates)


def _bare(rate_ppm: int) -> str:
    return wording.percent(rate_ppm).removesuffix(" %")


def source_words() -> str:
    """Say where the rates are from, and that a person has to look at them."""
    words = tr("Rates as of {day}; check them, you answer for them. Source: {source}.")
    return words.format(day=countries().as_of, source=countries().source)


def prices_hint() -> str:
    """Say that products there are were priced in the currency that was set before."""
    return tr("Import the catalogue again: its prices were read in another currency.")


def preview_view(found: Preview, path: Path, shop: Shop) -> PreviewView:
    """Say what importing a file would do."""
    rows = tuple(
        PreviewLine(row.line, row.name, row.code, _price(row.price_minor, shop))
        for row in found.rows
    )
    refused = tuple(
        PreviewLine(row.line, _sentence(row.reason), row.excerpt, tr("left out"))
        for row in found.rejected
    )
    counts = (
        (tr("Will be imported"), f"{found.good:,}"),
        (tr("Will be left out"), f"{found.bad:,}"),
    )
    return PreviewView(path.name, counts, rows, refused, _note(found), found.good)


def _note(found: Preview) -> str:
    said = []
    if found.good > len(found.rows):
        said.append(tr("These are the first rows."))
    if found.bad:
        said.append(tr("All rows that are left out are listed after the import."))
    if found.more:
        said.append(tr("The file goes on; only its beginning was counted."))
    return " ".join(said)


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]


def _price(minor: int | None, shop: Shop) -> str:
    return tr("open") if minor is None else wording.money(minor, shop.currency, shop.locale)


def summary(state: SetupState, shop: Shop, products: int, key: SecretState) -> list[SummaryRow]:
    """List every page with what it came to."""
    answers = {
        "language": Locale.parse(shop.locale).get_display_name() or shop.locale,
        "shop": ", ".join(part for part in (shop.name, shop.location_name) if part),
        "country": _taxes(shop),
        "owner": tr("{name}, with a PIN").format(name=shop.staff_name)
        if shop.has_pin
        else shop.staff_name,
        "catalogue": tr("%n products", products),
        "payments": _payments(shop, key),
        "reader": shop.reader_label or shop.reader_id or tr("None"),
    }
    words = page_words()
    return [
        SummaryRow(name, words[name], answers[name], name in state.skipped)
        for name in PAGES
        if name in answers
    ]


def _taxes(shop: Shop) -> str:
    on = [f"{tax.name} {wording.percent(tax.rate_ppm)}" for tax in shop.taxes if tax.active]
    return ", ".join([shop.currency.upper(), *(on or [tr("no tax")])])


def _payments(shop: Shop, key: SecretState) -> str:
    parts: Sequence[str] = (
        tr("Cash"),
        tr("cards") if key.stored else "",
        tr("backend") if shop.backend_url else "",
    )
    return ", ".join(part for part in parts if part)
