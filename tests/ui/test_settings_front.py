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


def test_names_and_words_are_kept_everywhere_at_once_and_after_a_restart(tmp_path):
    with open_front(tmp_path) as front:
        screen = settings_of(front, "shop")
        screen.shop.name.setText("  Pier   & Sons ")
        press(screen.shop, "Save")
        save(front, "location", name="Back room", address="1 Pier Road\nHarbour")
        save(front, "register", name="Left till")
        save(front, "owner", name="Dana Ruiz")
        screen.receipt.popup.button("asked").click()
        save(front, "receipt", footer="Bye", policy="30 days")
        idle(front)
        assert front.shell.windowTitle().startswith("Pier & Sons")
        assert screen.shop.name.text() == "Pier & Sons", "shown as it was kept"
    with open_front(tmp_path) as front:
        kept = till_of(front).shop()
        assert (kept.name, kept.location_name, kept.register_name, kept.staff_name) == (
            "Pier & Sons",
            "Back room",
            "Left till",
            "Dana Ruiz",
        )
        assert (kept.address, kept.receipt_footer) == ("1 Pier Road\nHarbour", "Bye")
        assert (kept.refund_policy, kept.refund_popup) == ("30 days", True)


def save(front, section_name, /, **typed):
    section = getattr(settings_of(front, section_name), section_name)
    for field, text in typed.items():
        edit = section.fields[field]
        edit.setPlainText(text) if hasattr(edit, "setPlainText") else edit.setText(text)
    press(section, "Save")
    idle(front)


def test_what_is_refused_is_said_and_what_was_typed_stays(front):
    place = settings_of(front, "location").location
    place.name.setText(" ")
    place.address.setPlainText("1 Pier Road")
    press(place, "Save")
    idle(front)
    assert code_of(place) == "field_empty"
    assert place.address.toPlainText() == "1 Pier Road"
    assert till_of(front).shop().location_name == "Front desk"
    receipt = settings_of(front, "receipt").receipt
    receipt.footer.setPlainText("Thank you")
    receipt.popup.button("asked").click()
    press(receipt, "Save")
    idle(front)
    assert code_of(receipt) == "policy_empty"
    assert (receipt.footer.toPlainText(), receipt.asks) == ("Thank you", True)


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
