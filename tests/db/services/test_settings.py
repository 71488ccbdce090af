"""The settings page's service: what it takes, what it refuses, what the journal keeps."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pos.errors import CashierError
from pos.models.sync import JournalEntry
from pos.pricing import TaxRounding
from pos.services import journal, shop
from pos.services.settings import MAX_TAXES, THEMES, SettingsService, rate_from_text
from pos.ui.tokens import THEMES as DRAWN
from tests.support.orders import add_order


@pytest.fixture
def settings(db, clock):
    return SettingsService(db, clock, actor="Mina Kang")


def test_shop_and_receipt_words(db, settings):
    made = settings.update_shop(
        name=" Tea\thouse ", location="Kiosk", address="1 Pier\n\n Busan ", receipt_footer="Bye\x07"
    )
    assert (made.name, made.location_name) == ("Tea house", "Kiosk")
    assert (made.address, made.receipt_footer) == ("1 Pier\n\nBusan", "Bye")
    assert shop.current(db) == made


def test_every_change_is_in_the_journal(db, settings):
    settings.set_theme("dark")
    settings.set_backend_url("https://pos.example.com/")
    settings.add_tax("City tax", 15_000)
    with db.read() as session:
        rows = session.execute(
            select(JournalEntry.kind, JournalEntry.actor, JournalEntry.data)
            .order_by(JournalEntry.id.desc())
            .limit(3)
        ).all()
        assert journal.first_broken(session) is None
    assert {(row.kind, row.actor) for row in rows} == {("settings_changed", "Mina Kang")}
    assert ['"theme"' in rows[2].data, '"backend"' in rows[1].data, "15000" in rows[0].data] == [
        True,
        True,
        True,
    ]


CHANGES = {
    "update_shop": {"name": "A", "location": "B", "address": "", "receipt_footer": ""},
    "rename_shop": {"name": "Teahouse"},
    "set_location": {"name": "Kiosk", "address": "1 Pier"},
    "rename_register": {"name": "Till 7"},
    "set_receipt": {"footer": "Bye", "policy": "", "popup": False},
    "rename_owner": {"name": "Ann"},
    "set_currency": {"currency": "eur"},
    "set_tax_mode": {"prices_include_tax": True},
    "set_terms": {"currency": "eur", "prices_include_tax": True, "taxes": ()},
    "add_tax": {"name": "City", "rate_ppm": 10_000},
    "edit_tax": {"code": "sales", "name": "T", "rate_ppm": 1, "applies_to_services": True},
    "set_tax_active": {"code": "sales", "active": False},
    "set_theme": {"theme": "dark"},
    "set_scale": {"percent": 125},
    "set_locale": {"locale": "de_DE"},
    "choose_reader": {"reader_id": "tmr_1", "label": "Front"},
    "set_refund_policy": {"text": "14 days", "popup": True},
    "set_backend_url": {"url": "https://pos.example.com"},
    "enable_provider": {"provider_id": "cash", "enabled": True},
    "note_secret": {"name": "stripe_key", "stored": True, "mode": "test"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_change_goes_without_an_entry(db, settings, name):
    shop.register_providers(db, ["cash"])
    before = changes(db)
    getattr(settings, name)(**CHANGES[name])
    assert changes(db) == before + 1


def changes(db):
    kinds = select(JournalEntry.id).where(JournalEntry.kind == "settings_changed")
    with db.read() as session:
        return len(session.scalars(kinds).all())


def test_every_setting_is_among_those_changes():
    assert {name for name in vars(SettingsService) if not name.startswith("_")} == set(CHANGES)


def test_currency_changes_only_before_the_first_sale(db, clock, settings, cart):
    assert settings.set_currency(" KRW ").currency == "krw"
    assert cart.add("mat").currency == "krw"
    with pytest.raises(CashierError, match="currency_in_use"):
        settings.set_currency("usd")
    cart.clear()
    assert settings.set_currency("usd").currency == "usd"
    assert cart.undo().is_empty, "won must not come back as dollars"
    add_order(db, clock)
    with pytest.raises(CashierError, match="currency_in_use"):
        settings.set_currency("eur")
    assert settings.set_currency("USD").currency == "usd", "the same one is no change"


@pytest.mark.parametrize("currency", ["", "us", "dollars", "zzz", "us$"])
def test_a_currency_must_exist(settings, currency):
    with pytest.raises(CashierError, match="currency_unknown"):
        settings.set_currency(currency)


def test_tax_mode(settings, cart):
    cart.add("mat")
    made = settings.set_tax_mode(prices_include_tax=True, rounding=TaxRounding.LINE)
    assert (made.prices_include_tax, made.tax_rounding) == (True, TaxRounding.LINE)
    assert (cart.current().total_minor, cart.current().prices_include_tax) == (4200, True)


def test_taxes_are_added_changed_and_switched_off(settings, cart):
    cart.add("mat")
    cart.add("class")
    made = settings.add_tax("Taxe de séjour", 10_000, applies_to_services=True)
    assert made.taxes[-1] == shop.ShopTax(
        "taxe-de-sejour", "Taxe de séjour", 10_000, applies_to_services=True
    )
    assert cart.current().totals.tax_minor == 373 + 60
    settings.edit_tax("taxe-de-sejour", name="City", rate_ppm=20_000, applies_to_services=False)
    assert cart.current().totals.tax_minor == 373 + 84
    settings.set_tax_active("sales", active=False)
    assert cart.current().totals.tax_minor == 84
    assert settings.set_tax_active("sales", active=True).taxes[0].active


def test_tax_codes_are_new_and_never_the_word_for_no_tax(settings):
    codes = [settings.add_tax(name, 0).taxes[-1].code for name in ("VAT", "Vat!", "None", "消費税")]
    assert codes == ["vat", "vat-2", "none-2", "tax"]


def test_more_taxes_than_a_line_can_carry_are_refused(settings):
    for n in range(MAX_TAXES - 1):
        settings.add_tax(f"Tax {n}", 100)
    with pytest.raises(CashierError, match="taxes_full"):
        settings.add_tax("One more", 100)
    settings.set_tax_active("sales", active=False)
    settings.add_tax("One more", 100)
    with pytest.raises(CashierError, match="taxes_full"):
        settings.set_tax_active("sales", active=True)


@pytest.mark.parametrize(
    ("text", "ppm"),
    [("8.875", 88_750), ("8,25 %", 82_500), ("0", 0), ("100", 1_000_000), ("0.0001", 1)],
)
def test_typed_rates(text, ppm):
    assert rate_from_text(text) == ppm


@pytest.mark.parametrize("text", ["", "-1", "100.0001", "8.87555", "1e1", "eight", "1000", "8.8.8"])
def test_what_is_no_rate(text):
    with pytest.raises(CashierError, match="rate_invalid"):
        rate_from_text(text)


@pytest.mark.parametrize(
    "url",
    [
        "https://pos.example.com",
        "https://pos.example.com:8443/api",
        "http://127.0.0.1:8000",
        "http://localhost:9",
        "http://[::1]:9",
        "",
    ],
)
def test_backend_addresses(settings, url):
    assert settings.set_backend_url(f" {url}/ " if url else url).backend_url == url


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("pos.example.com", "url_invalid"),
        ("ftp://pos.example.com", "url_invalid"),
        ("file:///etc/passwd", "url_invalid"),
        ("https://", "url_invalid"),
        ("https://user:secret@pos.example.com", "url_invalid"),
        ("https://pos.example.com/?token=abc", "url_invalid"),
        ("https://pos.example.com:99999", "url_invalid"),
        ("https://[::1", "url_invalid"),
        ("http://pos.example.com", "url_not_safe"),
        ("http://127.0.0.1.example.com", "url_not_safe"),
    ],
)
def test_addresses_that_are_wrong_or_leak_the_token(settings, url, code):
    with pytest.raises(CashierError, match=code):
        settings.set_backend_url(url)


def test_the_rest_of_the_page(settings):
    assert settings.choose_reader("tmr_1", "Counter S700").reader_label == "Counter S700"
    assert settings.set_refund_policy("30 days.", popup=True).refund_popup
    assert settings.set_theme("high-contrast").theme == "high-contrast"
    assert settings.set_locale("ko_KR").locale == "ko_KR"
    assert settings.rename_owner("Bo Lee").staff_initials == "BL"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda s: s.set_theme("pink"), "theme_unknown"),
        (lambda s: s.set_locale("xx_YY"), "locale_unknown"),
        (lambda s: s.set_locale("!"), "locale_unknown"),
        (lambda s: s.set_refund_policy(" ", popup=True), "policy_empty"),
        (lambda s: s.add_tax("VAT", 1_000_001), "rate_invalid"),
        (lambda s: s.add_tax(" ", 1), "field_empty"),
        (lambda s: s.set_tax_active("gone", active=False), "tax_unknown"),
        (lambda s: s.enable_provider("paypal", enabled=True), "provider_not_installed"),
        (lambda s: s.rename_owner(""), "field_empty"),
        (
            lambda s: s.update_shop(name="", location="x", address="", receipt_footer=""),
            "field_empty",
        ),
    ],
)
def test_what_is_refused_changes_nothing(db, settings, act, code):
    before = shop.current(db)
    with pytest.raises(CashierError) as refused:
        act(settings)
    assert (refused.value.code, bool(refused.value.remedy)) == (code, True)
    assert shop.current(db) == before


def test_ways_to_pay_are_switched_per_location(db, settings):
    assert settings.enable_provider("cash", enabled=False).usable_providers == ("stripe_terminal",)
    shop.register_providers(db, ["cash", "stripe_terminal"])
    assert shop.current(db).usable_providers == ("stripe_terminal",), "a start re-enables nothing"
    both = settings.enable_provider("cash", enabled=True)
    assert settings.enable_provider("cash", enabled=True) == both
    assert both.usable_providers == ("cash", "stripe_terminal")


def test_the_page_offers_the_themes_that_are_drawn():
    assert set(THEMES) == {*DRAWN, "system"}
