"""Scanning and searching at the sale: the next scan always works."""

import pytest
from PySide6.QtCore import Qt

from tests.e2e.counter import CORK, GIFT, MAT_BLUE, TEA, TWICE, UNKNOWN
from tests.ui.front_fixture import turn, until


def test_a_scan_is_a_line_and_is_never_typed_into_a_field(counter):
    assert counter.sale.search.hasFocus()
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.scan(TEA)
    counter.scan(MAT_BLUE)
    counter.holds(("Green tea", 2), ("Yoga mat", 1))
    assert counter.sale.search.text() == ""
    assert counter.total == "Charge $56.18"


def test_a_scan_with_a_dialog_open_goes_to_the_cart_and_not_into_its_field(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.press(Qt.Key.Key_F8)
    dialog = counter.shell.overlay.content
    until(dialog.value.hasFocus)
    counter.scan(CORK)
    counter.holds(("Green tea", 1), ("Cork block", 1))
    assert counter.shell.overlay.content is dialog, "the dialog is still open"
    assert dialog.value.text() == ""
    counter.type("10")
    counter.enter()
    until(lambda: counter.shell.overlay is None)
    counter.rest()
    assert counter.pages.sale.cart.totals.discount_minor == 193


def test_a_scan_while_the_customer_is_looked_for(counter):
    counter.press(Qt.Key.Key_F3)
    search = counter.shell.overlay.content.search
    until(search.hasFocus)
    counter.type("ji")
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    assert search.text() == "ji"


def test_the_first_character_searches_wherever_the_keyboard_is(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.sale.panel.lines.setFocus()
    counter.type("co")
    until(lambda: counter.found == ["Cork block"])
    assert counter.sale.search.text() == "co"
    counter.press(Qt.Key.Key_Escape)
    until(lambda: len(counter.found) > 5)
    assert counter.lines == [("Green tea", 1)], "Esc loses nothing"
    counter.sale.panel.lines.setFocus()
    counter.burst("co")
    until(lambda: counter.found == ["Cork block"])


def test_enter_adds_the_first_hit(counter):
    counter.type("cork")
    until(lambda: counter.found == ["Cork block"])
    counter.enter()
    counter.holds(("Cork block", 1))
    assert counter.sale.search.text() == ""


def test_enter_before_the_results_are_drawn_adds_what_was_typed(counter):
    """Four quick letters and Enter: never the first of the list that is still shown."""
    assert counter.found[0] != "Cork block"
    counter.burst("cork")
    counter.enter(after=8)
    counter.holds(("Cork block", 1))


def test_enter_with_nothing_found_adds_nothing(counter):
    counter.burst("zzzz")
    counter.enter(after=8)
    turn(150)
    counter.rest()
    assert counter.lines == []
    assert counter.sale.search.text() == "zzzz", "what was typed stays to be corrected"


@pytest.mark.parametrize("code", [TEA, "TEA-1"])
def test_an_exact_code_comes_before_names_that_hold_it(counter, code):
    counter.type(code)
    counter.enter()
    counter.holds(("Green tea", 1))


def test_variants_are_chosen_by_arrow_and_enter_or_by_touch(counter):
    counter.type("yoga")
    until(lambda: counter.found == ["Yoga mat · 2 options"])
    counter.enter()
    until(lambda: counter.shell.overlay)
    chooser = counter.shell.overlay.content
    assert [b.words().split("\n") for b in chooser.variants] == [
        ["Ocean blue", "$42.00 · 5 left"],
        ["Forest green", "$42.00 · 4 left"],
    ]
    until(chooser.variants[0].hasFocus)
    counter.press(Qt.Key.Key_Right)
    counter.enter()
    counter.holds(("Yoga mat", 1))
    assert counter.pages.sale.cart.lines[0].option_name == "Forest green"
    counter.type("yoga")
    counter.enter()
    until(lambda: counter.shell.overlay)
    counter.touch(counter.shell.overlay.content.variants[0])
    counter.holds(("Yoga mat", 1), ("Yoga mat", 1))


def test_a_code_of_two_products_opens_a_choice(counter):
    counter.scan(TWICE)
    until(lambda: counter.shell.overlay)
    words = [b.words().split("\n")[0] for b in counter.shell.overlay.content.variants]
    assert words == ["Apple", "Apricot"]
    counter.touch(counter.shell.overlay.content.variants[1])
    counter.holds(("Apricot", 1))


def test_an_open_price_is_asked_for(counter):
    counter.scan(GIFT)
    until(lambda: counter.shell.overlay)
    counter.type("25")
    counter.enter()
    counter.holds(("Gift card", 1))
    assert counter.total == "Charge $25.00"


def test_an_unknown_code_is_a_row_and_the_next_scan_works_at_once(counter):
    counter.scan(UNKNOWN)
    notice = counter.sale.panel.notice
    until(notice.isVisible)
    assert notice.view.title == f"Unknown code {UNKNOWN}"
    assert [words for _, words in notice.view.actions] == ["Search", "Add as open item", "Dismiss"]
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    assert not notice.isVisible()
    counter.scan(UNKNOWN)
    until(notice.isVisible)
    counter.tap("Add as open item")
    until(lambda: counter.shell.overlay)
    counter.type("3.50")
    counter.enter()
    counter.holds(("Green tea", 1), (f"Open item {UNKNOWN}", 1))


def test_an_unknown_code_can_be_searched_for_or_dismissed(counter):
    counter.scan(UNKNOWN)
    until(counter.sale.panel.notice.isVisible)
    counter.tap("Search")
    assert counter.sale.search.text() == UNKNOWN
    counter.press(Qt.Key.Key_Escape)
    counter.scan(UNKNOWN)
    until(counter.sale.panel.notice.isVisible)
    counter.tap("Dismiss")
    assert not counter.sale.panel.notice.isVisible()
