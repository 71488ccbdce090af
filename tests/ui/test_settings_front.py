"""The Settings tab through the real window: what is changed there counts at once."""

import pytest

from pos.ui import theme
from tests.ui.front_fixture import idle, open_front, till_of
from tests.ui.hands import code_of, press, said_by, sell_tea, settings_of


def test_a_new_rate_prices_the_cart_anew_and_loses_no_line(front):
    assert sell_tea(front).totals.total_minor == 480 + 43
    taxes = settings_of(front, "taxes").taxes
    press(taxes, "Edit")
    taxes.rate.setText("50")
    press(taxes, "Save tax")
    idle(front)
    cart = front.pages.sale.cart
    assert (cart.lines[0].name, cart.totals.total_minor) == ("Green tea", 480 + 240)
    assert "Saved" in said_by(taxes)
    assert taxes.name.text() == ""


def test_taxes_are_added_switched_off_and_included(front):
    sell_tea(front)
    taxes = settings_of(front, "taxes").taxes
    taxes.name.setText("City")
    taxes.rate.setText("10")
    press(taxes, "Add tax")
    idle(front)
    assert front.pages.sale.cart.totals.total_minor == 480 + 43 + 48
    press(taxes, "Switch off", nth=0)
    idle(front)
    assert front.pages.sale.cart.totals.total_minor == 480 + 48
    taxes.mode.select("inclusive")
    idle(front)
    assert front.pages.sale.cart.totals.total_minor == 480
    assert [tax.active for tax in till_of(front).shop().taxes] == [False, True]


@pytest.mark.parametrize("rate", ["", "abc", "-1", "101", "8.87555"])
def test_a_rate_that_makes_no_sense_is_refused_in_its_section(front, rate):
    taxes = settings_of(front, "taxes").taxes
    taxes.name.setText("City")
    taxes.rate.setText(rate)
    press(taxes, "Add tax")
    idle(front)
    assert code_of(taxes) == "rate_invalid"
    assert taxes.name.text() == "City", "what was typed is there to be mended"
    assert len(till_of(front).shop().taxes) == 1
    assert front.shell._banner.view is None


def test_the_currency_stays_while_the_cart_holds_items(front):
    sell_tea(front)
    taxes = settings_of(front, "taxes").taxes
    taxes.currency.setText("eur")
    press(taxes, "Change")
    idle(front)
    assert code_of(taxes) == "currency_in_use"
    assert taxes.currency.text() == "USD"


def test_the_shop_is_renamed_everywhere_at_once_and_after_a_restart(tmp_path):
    with open_front(tmp_path) as front:
        shop = settings_of(front, "shop").shop
        shop.name.setText("  Pier   & Sons ")
        shop.location.setText("Back room")
        shop.owner.setText("Dana Ruiz")
        shop.address.setPlainText("1 Pier Road\nHarbour")
        press(shop, "Save")
        idle(front)
        assert front.shell.windowTitle().startswith("Pier & Sons")
        assert shop.name.text() == "Pier & Sons", "shown as it was kept"
    with open_front(tmp_path) as front:
        kept = till_of(front).shop()
        assert (kept.name, kept.location_name, kept.staff_name, kept.address) == (
            "Pier & Sons",
            "Back room",
            "Dana Ruiz",
            "1 Pier Road\nHarbour",
        )


def test_an_empty_shop_name_is_refused_and_what_was_typed_stays(front):
    shop = settings_of(front, "shop").shop
    shop.name.setText(" ")
    shop.address.setPlainText("1 Pier Road")
    press(shop, "Save")
    idle(front)
    assert code_of(shop) == "field_empty"
    assert shop.address.toPlainText() == "1 Pier Road"
    assert till_of(front).shop().name == "Harbour Studio"


def test_ways_to_pay_are_switched_and_none_at_all_is_warned_of(front):
    tenders = settings_of(front, "tenders").tenders
    assert set(tenders.choices) == {"cash", "stripe_terminal"}
    tenders.choices["stripe_terminal"].button("off").click()
    idle(front)
    assert till_of(front).shop().usable_providers == ("cash",)
    assert tenders.banner.view is None
    tenders.choices["cash"].button("off").click()
    idle(front)
    assert "No way to pay" in said_by(tenders)
    tenders.choices["cash"].button("on").click()
    idle(front)
    assert tenders.banner.view is None


def test_the_theme_is_worn_at_once_and_kept(tmp_path):
    with open_front(tmp_path) as front:
        look = settings_of(front, "look").look
        look.theme.button("dark").click()
        idle(front)
        assert theme.tokens().name == "dark"
    with open_front(tmp_path):
        assert theme.tokens().name == "dark"
