"""The first run in the real window: every page, skipping, leaving, coming back."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos.services import shop as shops
from pos.services.secrets import MemorySecrets
from pos.services.setup import PAGES
from pos.ui.screens.tax_section import ALL, GOODS
from pos.ui.widgets.pill import Pill
from tests.support.simulator import KEY
from tests.ui.first_run_hands import PIN, fresh, go, go_on, register, texts, wizard
from tests.ui.front_fixture import idle, open_front, till_of, until
from tests.ui.hands import TEA, everything_shown, press, said_by, settings_of


def test_a_fresh_till_asks_everything_and_then_sells(tmp_path, simulator):
    secrets = MemorySecrets(problem=None)
    with fresh(tmp_path / "till", secrets=secrets, stripe_url=simulator.url) as front:
        assert (front.shell.page, wizard(front).page) == ("setup", "language")
        assert not front.shell.header.isVisibleTo(front.shell)
        answer_words(front)
        answer_products(front)
        answer_payments(front)
        finish(front)
        see_what_is_kept(front)
    with fresh(tmp_path / "till", secrets=secrets, stripe_url=simulator.url) as front:
        assert front.shell.page == "sale", "it is over"


def answer_words(front):
    screen = wizard(front)
    screen.language.region.choose("DE")
    idle(front)
    assert go_on(front) == "shop"
    screen.shop.fields["name"].setText("Teehaus")
    screen.shop.fields["location"].setText("Hafen")
    screen.shop.fields["address"].setPlainText("Pier 1\nHamburg")
    assert go_on(front) == "country"
    assert screen.country.country == "DE", "as the region says"
    assert screen.country.currency.text() == "EUR"
    screen.country.rates[1].rate.setText("7,5")
    assert go_on(front) == "owner"
    screen.owner.fields["name"].setText("Mina Kang")
    screen.owner.pin.setText(PIN)
    screen.owner.again.setText(PIN)
    assert go_on(front) == "catalogue"


def answer_products(front):
    catalogue = wizard(front).catalogue
    press(catalogue, "Use the demo catalogue")
    idle(front)
    assert go_on(front) == "catalogue", "what was looked at is imported first"
    assert "Imported catalogue.csv" in texts(catalogue)
    assert go_on(front) == "payments"


def answer_payments(front):
    screen = wizard(front)
    screen.payments.way.select("key")
    screen.key.secret.edit.setText(KEY)
    press(screen.key, "Save")
    idle(front)
    assert go_on(front) == "reader"
    register(front, "simulated-wpe")
    assert "is registered" in said_by(screen.reader)
    press(screen.reader, "Make a test payment")
    idle(front)
    assert "approved" in screen.reader.trial._state.text()


def finish(front):
    screen = wizard(front)
    assert go_on(front) == "done"
    assert "Teehaus, Hafen" in texts(screen.done)
    assert "EUR, USt 19 %" in texts(screen.done)
    screen.next.click()
    idle(front)
    assert front.shell.page == "sale"
    assert front.shell.header.isVisibleTo(front.shell)


def see_what_is_kept(front):
    shop = till_of(front).shop()
    assert (shop.name, shop.location_name, shop.staff_name) == ("Teehaus", "Hafen", "Mina Kang")
    assert (shop.currency, shop.prices_include_tax, shop.locale) == ("eur", True, "en_DE")
    assert [(t.name, t.rate_ppm, t.active) for t in shop.taxes] == [
        ("USt", 190_000, True),
        ("USt reduced", 75_000, False),
    ]
    assert all(tax.applies_to_services for tax in shop.taxes), "VAT is on classes too"
    assert shop.has_pin
    assert shop.reader_id.startswith("tmr_")
    assert till_of(front).catalogue.count()
    assert PIN not in everything_shown(front)
    until(lambda: front.pages.sale_screen.grid.products.total)


def test_every_page_can_be_skipped_and_the_end_says_so(tmp_path):
    with fresh(tmp_path) as front:
        screen, seen = wizard(front), []
        while screen.page != "done":
            seen.append(screen.page)
            screen.skip.click()
            idle(front)
        assert seen == list(PAGES[:-1])
        until(lambda: skipped_pills(screen) == 7)
        assert not screen.skip.isVisibleTo(screen)
        shop = till_of(front).shop()
        assert shop.name == shops.Preset().business, "nothing was changed"
        press(screen.done, "Change", nth=1)
        idle(front)
        assert screen.page == "shop"


def skipped_pills(screen):
    found = [each for each in screen.done.findChildren(Pill) if each.isVisibleTo(screen)]
    return [each.text() for each in found].count("Skipped")


def test_closing_in_the_middle_goes_on_at_the_page(tmp_path):
    with fresh(tmp_path) as front:
        go_on(front)
        wizard(front).shop.fields["name"].setText("Teehaus")
        go_on(front)
        wizard(front).skip.click()
        idle(front)
        assert wizard(front).page == "owner"
    with fresh(tmp_path) as front:
        screen = wizard(front)
        assert screen.page == "owner"
        assert till_of(front).shop().name == "Teehaus"
        screen.back.click()
        idle(front)
        assert screen.page == "country"
        assert till_of(front).setup.state().skipped == ()


def test_it_is_left_and_gone_on_with_from_the_settings(tmp_path):
    with fresh(tmp_path) as front:
        go_on(front)
        press(wizard(front), "Go on later")
        assert front.shell.page == "sale"
        shop = settings_of(front, "shop").shop
        press(shop, "Set up again\N{HORIZONTAL ELLIPSIS}")
        idle(front)
        assert (front.shell.page, wizard(front).page) == ("setup", "shop"), "where it was left"


def test_a_scan_begins_a_sale_all_the_same_and_then_it_does_not_come_back(tmp_path):
    with open_front(tmp_path, preset=None) as front:
        front.scans._on_scanned(TEA)
        idle(front)
        assert front.shell.page == "sale"
        assert front.pages.sale.cart.lines
        front.pages.checkout.begin(front.pages.sale.cart.cart_id)
        idle(front)
    with open_front(tmp_path, preset=None) as front:
        assert front.shell.page != "setup"


def test_a_till_with_a_preset_is_asked_nothing(front):
    assert front.shell.page == "sale"
    assert front.settings.first_run.page is None
    press(settings_of(front, "shop").shop, "Set up again\N{HORIZONTAL ELLIPSIS}")
    idle(front)
    screen = wizard(front)
    assert (front.shell.page, screen.page) == ("setup", "language")
    assert screen.shop.fields["name"].text() == "Harbour Studio"
    assert screen.country.rates[0].name.text() == "Tax", "what is set, not a proposal"


def test_walking_through_again_changes_no_tax(front):
    """Products name a tax by its code, and services carry what is meant for them."""
    till = till_of(front)
    till.settings.edit_tax("sales", name="Tax", rate_ppm=88_750, applies_to_services=True)
    before = till.shop().taxes
    press(settings_of(front, "shop").shop, "Set up again\N{HORIZONTAL ELLIPSIS}")
    idle(front)
    walk_past_the_taxes(front)
    assert till.shop().taxes == before


def walk_past_the_taxes(front):
    while wizard(front).page != "owner":
        go_on(front)


def test_what_carries_the_taxes_is_proposed_by_country_and_can_be_chosen(tmp_path):
    with fresh(tmp_path) as front:
        country = go(front, "country")
        for code, carried in (("DE", ALL), ("US", GOODS)):
            country.country_chosen.emit(code)
            assert country.services.value == carried
        country.services.button(ALL).click()
        assert go_on(front) == "owner"
        assert [tax.applies_to_services for tax in till_of(front).shop().taxes] == [True]


def test_the_country_page_shows_the_taxes_as_they_were_set_meanwhile(front):
    again = "Set up again\N{HORIZONTAL ELLIPSIS}"
    press(settings_of(front, "shop").shop, again)
    idle(front)
    press(wizard(front), "Go on later")
    taxes = settings_of(front, "taxes").taxes
    press(taxes, "Edit")
    taxes.rate.setText("9")
    press(taxes, "Save tax")
    idle(front)
    press(settings_of(front, "shop").shop, again)
    idle(front)
    assert wizard(front).country.rates[0].rate.text() == "9"
    walk_past_the_taxes(front)
    assert [tax.rate_ppm for tax in till_of(front).shop().taxes] == [90_000]


def test_the_products_page_is_walked_with_the_keyboard_alone(tmp_path):
    with fresh(tmp_path) as front:
        catalogue = go(front, "catalogue")
        catalogue.demo.setFocus()
        tap(front)
        until(lambda: catalogue.pending)
        assert front.shell.focusWidget() is catalogue.bring
        QTest.keyClick(front.shell.focusWidget(), Qt.Key.Key_Tab)
        tap(front)  # not this file
        until(lambda: not catalogue.pending)
        assert front.shell.focusWidget() is catalogue.choose


def tap(front):
    QTest.keyClick(front.shell.focusWidget(), Qt.Key.Key_Space)
