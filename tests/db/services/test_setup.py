"""How far the first run got, and what a country proposes."""

from __future__ import annotations

import pytest
from babel import Locale
from babel.numbers import is_currency

from pos.errors import CashierError
from pos.services import shop
from pos.services.countries import countries, locale_for
from pos.services.settings import MAX_TAXES, SettingsService
from pos.services.setup import PAGES, SetupService
from pos.services.shop import ShopTax
from tests.support.orders import add_order
from tests.support.till import open_db

ASKED = {"US", "GB", "DE", "FR", "ES", "IT", "NL", "IE", "CH", "AT", "CA", "AU", "JP", "KR"}


@pytest.fixture
def db(tmp_path):
    with open_db(tmp_path) as opened:
        yield opened


@pytest.fixture
def fresh(db, clock):
    """A till that was made without a preset."""
    shop.bootstrap(db, clock)
    return SetupService(db, clock)


def test_only_a_till_without_a_preset_is_asked(db, clock):
    shop.bootstrap(db, clock, preset=shop.DEMO)
    assert not SetupService(db, clock).state().due


def test_the_way_through_the_pages_outlives_a_restart(db, clock, fresh):
    assert fresh.state().due
    assert fresh.state().page == PAGES[0]
    fresh.go("shop")
    fresh.skip("shop")
    fresh.skip("country")
    again = SetupService(db, clock)
    assert (again.state().page, again.state().skipped) == ("owner", ("shop", "country"))
    assert again.go("shop").skipped == ("country",)
    assert again.finish().skipped == ("country",)
    assert not again.state().open
    assert again.again().page == PAGES[0]
    assert again.state().due


def test_a_till_that_sold_is_not_stopped_by_it(db, clock, fresh):
    shop.register_providers(db, ["cash"])
    add_order(db, clock)
    assert fresh.state().open
    assert not fresh.state().due


def test_every_country_is_sound():
    table = countries()
    assert {country.code for country in table.all} >= ASKED
    assert table.source
    assert table.as_of
    for country in table.all:
        assert is_currency(country.currency.upper())
        assert [tax.on for tax in country.taxes] == [True] + [False] * (len(country.taxes) - 1)
        assert all(0 <= tax.rate_ppm <= 270_000 for tax in country.taxes)
        assert Locale.parse(locale_for("en", country.code))
    rates = {c.code: [tax.rate_ppm for tax in c.taxes] for c in table.all}
    assert rates["CH"] == [81_000, 38_000, 26_000]
    assert rates["IE"][:2] == [230_000, 135_000]
    assert {c.code for c in table.all if not c.prices_include_tax} == {"US", "CA"}


@pytest.mark.usefixtures("fresh")
def test_terms_of_a_country_are_taken_over_whole_or_not_at_all(db, clock):
    settings = SettingsService(db, clock)
    taxes = [ShopTax("", "USt", 190_000), ShopTax("", "USt reduced", 70_000, active=False)]
    made = settings.set_terms(currency="EUR", prices_include_tax=True, taxes=taxes)
    assert (made.currency, made.prices_include_tax) == ("eur", True)
    assert [(tax.code, tax.active) for tax in made.taxes] == [("ust", True), ("ust-reduced", False)]
    with pytest.raises(CashierError) as caught:
        settings.set_terms(
            currency="gbp", prices_include_tax=False, taxes=[taxes[0], ShopTax("", "ust", 1)]
        )
    assert caught.value.code == "tax_twice"
    assert shop.current(db) == made
    again = settings.set_terms(
        currency="gbp", prices_include_tax=True, taxes=[ShopTax("", "VAT", 200_000)]
    )
    assert [tax.code for tax in again.taxes if tax.active] == ["vat"]
    assert len(again.taxes) == 3, "no tax is deleted"


def test_a_tax_that_products_name_keeps_its_code_and_what_it_is_for(db, clock):
    """Products go by the code; a new one under the same name would sell them untaxed."""
    shop.bootstrap(db, clock, preset=shop.DEMO)
    settings = SettingsService(db, clock)
    settings.edit_tax("sales", name="City tax", rate_ppm=88_750, applies_to_services=True)
    made = terms(settings, ShopTax("", "City tax", 90_000, applies_to_services=True))
    city = ShopTax("sales", "City tax", 90_000, applies_to_services=True)
    assert made.taxes == (city,), "by its name"
    made = terms(settings, ShopTax("sales", "Town tax", 90_000), ShopTax("", "Sales", 10_000))
    assert [(tax.code, tax.name) for tax in made.taxes] == [
        ("sales", "Town tax"),
        ("sales-2", "Sales"),
    ]
    assert not any(tax.applies_to_services for tax in made.taxes), "as it was asked for"


def test_services_are_taxed_where_vat_is_and_not_where_a_sales_tax_is():
    served = {country.code for country in countries().all if country.services}
    assert {"DE", "FR", "GB", "CH", "CA", "AU", "JP", "KR"} < served
    assert "US" not in served


def test_a_country_cannot_bring_more_taxes_than_a_line_can_carry(db, clock):
    shop.bootstrap(db, clock, preset=shop.DEMO)
    many = [ShopTax("", f"Tax {n}", 10_000) for n in range(MAX_TAXES + 1)]
    with pytest.raises(CashierError, match="taxes_full"):
        terms(SettingsService(db, clock), *many)


def terms(settings, *taxes):
    return settings.set_terms(currency="usd", prices_include_tax=False, taxes=taxes)
