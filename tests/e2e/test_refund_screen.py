"""Giving money back on the screen: scenarios 11, 27 and 33, and through the reader's machine."""

import pytest
from PySide6.QtCore import Qt

from tests.e2e.counter import CORK, TEA
from tests.ui.front_fixture import turn, until


def found_and_sold(counter, product, *, card=False):
    """Search, sell, and open the refund of it."""
    counter.type(product)
    counter.enter(after=8)
    until(lambda: counter.lines)
    pay(counter, card=card)
    open_refund(counter)


def pay(counter, *, card=False):
    if card:
        counter.pay_by_card()
        counter.sim.present_card()
        counter.paid()
    else:
        counter.pay_exactly()
    counter.next_sale()


def open_refund(counter):
    counter.open_purchases()
    until(counter.purchases.detail.refund.isEnabled)
    counter.touch(counter.purchases.detail.refund)
    until(lambda: counter.purchases.refunding)


def panel(counter):
    return counter.purchases.refund


def choose_all(counter):
    for line in panel(counter)._lines.values():
        counter.touch(line.stepper.plus)


def give(counter, field, text):
    """Type into one of the panel's fields."""
    field.clear()
    counter.touch(field)
    counter.type(text)


def reason(counter, words):
    menu = panel(counter).reason._menu
    next(action for action in menu.actions() if action.text() == words).trigger()


def ready(counter, words):
    """Wait until the button says this and can be pressed."""
    button = panel(counter).refund
    until(lambda: button.isEnabled() and button.words() == words)


def refunded(counter):
    until(lambda: panel(counter).banner.view and panel(counter).banner.view.title == "Refunded.")
    counter.rest()


def amounts(counter):
    return [row[0] for row in counter.ask("SELECT amount_minor FROM refund ORDER BY id")]


def test_lines_show_what_can_be_refunded_and_the_amount_follows(counter):
    for code in (TEA, TEA, CORK):
        counter.scan(code)
    counter.holds(("Green tea", 2), ("Cork block", 1))
    pay(counter)
    open_refund(counter)
    tea, cork = panel(counter)._lines.values()
    assert tea._left.text() == "Sold 2 · Refunded 0 · Can refund 2"
    assert not panel(counter).refund.isEnabled()
    assert panel(counter)._why_not.text() == "Choose what comes back."
    counter.touch(tea.stepper.plus)
    until(lambda: tea._amount.text() == "$5.23")
    assert panel(counter)._why_not.text() == "Choose a reason."
    counter.touch(tea.stepper.plus)
    counter.touch(cork.stepper.plus)
    reason(counter, "Return")
    ready(counter, "Refund $26.24 to Cash")
    assert not tea.stepper.plus.isEnabled(), "no more than was sold"
    counter.touch(cork.stepper.minus)
    ready(counter, "Refund $10.45 to Cash")
    counter.touch_twice(panel(counter).refund)
    refunded(counter)
    assert amounts(counter) == [1045]
    counter.tap("Show refund receipt")
    until(lambda: counter.shell.overlay)
    counter.press(Qt.Key.Key_Escape)
    counter.tap("Back to the purchase")
    until(lambda: counter.purchases.table.current.status == "Part refunded")
    open_again = counter.purchases.detail.refund
    until(open_again.isEnabled)
    counter.touch(open_again)
    until(lambda: counter.purchases.refunding)
    tea = next(iter(panel(counter)._lines.values()))
    until(lambda: tea._left.text() == "Sold 2 · Refunded 2 · Can refund 0")
    assert not tea.stepper.isEnabled()


@pytest.mark.parametrize(("fee", "button"), [("50 %", "Refund $50.00"), ("10", "Refund $90.00")])
def test_scenario_33_a_fee_is_kept_and_shown_first(counter, fee, button):
    """$100 without tax, as a service."""
    found_and_sold(counter, "private")
    choose_all(counter)
    reason(counter, "Return")
    ready(counter, "Refund $100.00 to Cash")
    give(counter, panel(counter).fee, fee)
    ready(counter, f"{button} to Cash")
    kept = "$50.00" if fee == "50 %" else "$10.00"
    until(lambda: counter.reads("Fee kept"))
    assert counter.reads(kept)
    counter.touch(panel(counter).refund)
    refunded(counter)
    assert amounts(counter) == [5000 if fee == "50 %" else 9000]


def test_scenario_27_part_of_it_then_the_rest_and_not_a_cent_more(counter):
    found_and_sold(counter, "group")
    give(counter, panel(counter).amount, "20")
    reason(counter, "Mistake")
    ready(counter, "Refund $20.00 to Cash")
    counter.touch(panel(counter).refund)
    refunded(counter)
    counter.tap("Back to the purchase")
    until(lambda: counter.purchases.table.current.status == "Part refunded")
    until(lambda: counter.reads("\N{MINUS SIGN}$20.00"))
    counter.touch(counter.purchases.detail.refund)
    until(lambda: counter.purchases.refunding)
    give(counter, panel(counter).amount, "30.01")
    until(lambda: panel(counter)._why_not.text() == "Only $30.00 can still be refunded.")
    assert not panel(counter).refund.isEnabled()
    give(counter, panel(counter).amount, "30")
    reason(counter, "Mistake")
    ready(counter, "Refund $30.00 to Cash")
    counter.touch(panel(counter).refund)
    refunded(counter)
    counter.tap("Back to the purchase")
    until(lambda: counter.purchases.table.current.status == "Refunded")
    until(lambda: counter.purchases.detail._why_not.text() == "Already fully refunded.")
    assert not counter.purchases.detail.refund.isEnabled()
    assert amounts(counter) == [2000, 3000]


def test_other_needs_a_note(counter):
    found_and_sold(counter, "group")
    choose_all(counter)
    reason(counter, "Other")
    until(lambda: panel(counter)._why_not.text() == "“Other” needs a note.")
    assert panel(counter).words.isVisible()
    give(counter, panel(counter).words, "left early")
    ready(counter, "Refund $50.00 to Cash")
    counter.touch(panel(counter).refund)
    refunded(counter)
    assert counter.ask("SELECT reason, note FROM refund") == [("other", "left early")]


def test_what_is_no_amount_is_said_and_refunds_nothing(counter):
    found_and_sold(counter, "group")
    reason(counter, "Return")
    for wrong in ("abc", "0", "-5"):
        give(counter, panel(counter).amount, wrong)
        counter.rest()
        assert not panel(counter).refund.isEnabled()
        assert panel(counter)._why_not.text()
    assert amounts(counter) == []


def test_another_purchase_can_be_opened_from_the_refund(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    pay(counter)
    found_and_sold(counter, "group")
    counter.press(Qt.Key.Key_F2)
    counter.press(Qt.Key.Key_Down)
    until(lambda: not counter.purchases.refunding and counter.reads("Green tea"))
    counter.touch(counter.purchases.detail.refund)
    until(lambda: counter.purchases.refunding)
    table = counter.purchases.table
    newest = table.visualRect(table.model().index(0, 0)).center()
    counter.touch(table.viewport(), newest)
    until(lambda: not counter.purchases.refunding and counter.reads("Group session"))


def test_a_card_refund_goes_through_stripe_once(card_counter):
    counter = card_counter
    found_and_sold(counter, "private", card=True)
    choose_all(counter)
    reason(counter, "Return")
    ready(counter, "Refund $100.00 to Card ·· 4242")
    counter.touch_twice(panel(counter).refund)
    refunded(counter)
    turn(50)
    refunds = counter.sim.ledger()["refunds"]
    assert [(each["amount"], each["status"]) for each in refunds] == [(10_000, "succeeded")]
    assert amounts(counter) == [10_000]
    counter.tap("Back to the purchase")
    until(lambda: counter.purchases.table.current.status == "Refunded")


def test_a_card_refund_of_which_nothing_is_known_says_so_and_ends_by_itself(card_counter):
    counter = card_counter
    found_and_sold(counter, "private", card=True)
    choose_all(counter)
    reason(counter, "Return")
    ready(counter, "Refund $100.00 to Card ·· 4242")
    counter.sim.fault("close_after", path="refunds")
    counter.sim.fault("close_before", method="*", count=2)
    counter.touch(panel(counter).refund)
    banner = panel(counter).banner
    until(lambda: banner.view and "could not confirm" in banner.view.title)
    assert "Please do not refund again." in banner.view.charged
    assert not panel(counter).refund.isEnabled()
    refunded(counter)
    assert len(counter.sim.ledger()["refunds"]) == 1
