from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos.ui.screens.checkout import CheckoutScreen
from pos.ui.screens.checkout_views import CashView
from pos.ui.screens.checkout_words import CardNews, CardState, card_view, clock_text
from pos.ui.screens.quick_cash import quick_amounts
from pos.ui.widgets.buttons import Button, TenderButton
from pos.ui.widgets.steps import StepState
from tests.gallery.looking import settle
from tests.ui import fakes
from tests.ui.test_sale import heard

ENTER, LEFT = Qt.Key.Key_Return, Qt.MouseButton.LeftButton


@pytest.fixture
def screen(qtbot):
    made = CheckoutScreen()
    made.shell = fakes.shell_with("checkout", made)
    qtbot.addWidget(made.shell)
    made.shell.show()
    made.shell.activateWindow()
    return made


@pytest.fixture
def cash(screen):
    screen.show_view(fakes.CASH)
    return screen.cash


def quick(page, words):
    return next(b for b in page.findChildren(Button) if b.words() == words)


@pytest.mark.parametrize(
    ("due", "currency", "amounts"),
    [
        (17141, "usd", [17200, 17500, 18000, 20000]),
        (4130, "eur", [4200, 4500, 5000, 10000]),
        (5000, "usd", [10000]),
        (3200, "krw", [4000, 5000, 10000, 50000]),
        (1250, "kwd", [2000, 5000, 10000, 50000]),
        (0, "usd", []),
        (-5, "usd", []),
    ],
)
def test_quick_amounts_are_the_next_notes(due, currency, amounts):
    assert quick_amounts(due, currency) == amounts


def test_exact_completes_the_sale_in_one_act(screen, cash):
    given = heard(screen.cash_given)
    cash.exact.click()
    assert given == [17141]


def test_a_round_amount_shows_the_change_before_it_is_taken(screen, cash):
    given = heard(screen.cash_given)
    quick(cash, "$180.00").click()
    assert given == []
    assert cash._change_figure.text() == "$8.59"
    QTest.keyClick(cash, ENTER)
    assert given == [18000]


def test_a_second_click_and_a_second_enter_give_nothing_more(screen, cash):
    given = heard(screen.cash_given)
    QTest.keyClicks(cash, "20000")
    for _ in range(3):
        cash.complete.click()
        QTest.keyClick(cash, ENTER)
        cash.exact.click()
        screen.on_command("pay")
    assert given == [20000]
    screen.show_view(replace(fakes.CASH, cash=replace(fakes.CASH.cash, busy=True)))
    cash.complete.click()
    assert given == [20000]


def test_too_little_is_not_enough_and_says_how_much_is_missing(screen, cash):
    given = heard(screen.cash_given)
    for key in ("1", "7", "1", "00"):
        cash.pad.pressed.emit(key)
    QTest.keyClick(cash, Qt.Key.Key_Backspace)
    QTest.keyClick(cash, ENTER)
    assert cash.received == 1710
    assert given == []
    assert not cash.complete.isEnabled()
    assert "$154.31" in cash._why_not.text()


def test_a_part_can_be_taken_in_cash_when_the_sale_allows_it(screen, cash):
    given = heard(screen.cash_given)
    screen.show_view(replace(fakes.CASH, cash=CashView(17141, "usd", partial=True)))
    QTest.keyClicks(cash, "10000")
    assert cash.complete.words() == "Take $100.00 in cash"
    cash.complete.click()
    assert given == [10000]


def test_a_new_state_of_the_same_sale_keeps_what_was_typed(screen, cash):
    QTest.keyClicks(cash, "500")
    screen.show_view(fakes.CASH)
    assert cash.received == 500
    screen.show_view(replace(fakes.CASH, cash=CashView(999, "usd")))
    assert cash.received == 0


def test_a_tender_that_cannot_be_used_says_why(screen):
    screen.show_view(fakes.CASH)
    chosen = heard(screen.tender_chosen)
    card, money = screen.findChildren(TenderButton)
    assert "needs internet" in card.words()
    card.click()
    money.click()
    assert chosen == []
    screen.show_view(replace(fakes.CASH, tenders=fakes.TENDERS))
    screen.findChildren(TenderButton)[-2].click()
    assert chosen == ["card"]


@pytest.mark.parametrize("state", CardState)
def test_every_state_of_a_card_says_what_it_waits_for_and_how_to_leave(screen, state):
    screen.show_view(fakes.card(state, reason="insufficient funds", since_s=200))
    page = screen.card
    assert page._call.text()
    ended = state in (CardState.DECLINED, CardState.CANCELED, CardState.FAILED)
    if ended:
        assert "not charged" in page.banner.view.charged
        assert page.button("retry").isVisible()
        assert page.button("other").isVisible()
    if state is CardState.PROCESSING:
        assert page._view.actions == ()
    if state is CardState.WAITING:
        acted = heard(screen.card_acted)
        page.button("cancel").click()
        assert acted == ["cancel"]


def test_an_unknown_outcome_never_offers_another_charge():
    for since in (0, 60, 119, 120, 9999):
        view = card_view(CardNews(CardState.UNKNOWN, "$1.00", since_s=since, checked_s=4))
        keys = {key for key, _ in view.actions}
        assert keys <= {"!check", "park"}
        assert bool(keys) is (since >= 120)
        assert "do not take another payment" in view.banner.charged
        assert "may have been charged" in view.banner.title


def test_steps_say_what_is_done_and_what_is_not():
    def states(state):
        return [step.state for step in card_view(CardNews(state, "$1")).steps]

    done, now, left = StepState.DONE, StepState.CURRENT, StepState.PENDING
    assert states(CardState.WAITING) == [done, done, now, left, left]
    assert states(CardState.APPROVED) == [done, done, done, done, now]
    assert states(CardState.DECLINED) == [done, done, done, StepState.FAILED, left]
    assert states(CardState.FAILED) == [done, StepState.FAILED, left, left, left]
    words = [step.text for step in card_view(CardNews(CardState.UNKNOWN, "$1")).steps]
    assert "Payment confirmed" not in words


def test_nothing_else_can_be_pressed_while_the_card_is_asked_for(screen):
    chosen, left = heard(screen.tender_chosen), heard(screen.back_asked)
    screen.show_view(fakes.card("processing"))
    for button in screen.findChildren(TenderButton):
        button.click()
    QTest.keyClick(screen.card, Qt.Key.Key_Escape)
    assert (chosen, left) == ([], [])


def test_a_scan_goes_to_nobody_before_the_end_and_then_starts_the_next_sale(screen):
    scanned, new = heard(screen.code_scanned), heard(screen.new_sale)
    screen.show_view(fakes.CASH)
    screen.shell.on_scan("4006381333931")
    screen.show_view(fakes.DONE)
    screen.shell.on_scan("4006381333931")
    assert scanned == ["4006381333931"]
    assert screen.done._change.text() == "$8.59"
    QTest.keyClick(screen.done, ENTER)
    assert new == [], "so soon it is the second Enter of the page before"
    settle(410)
    QTest.keyClick(screen.done, ENTER)
    assert len(new) == 1


def test_the_second_half_of_a_double_click_is_not_taken_by_what_came_under_the_finger(screen):
    acted = heard(screen.card_acted)
    screen.show_view(fakes.card("declined", reason="insufficient funds", code="x"))
    QTest.mouseClick(screen.card.button("retry"), LEFT)
    screen.show_view(fakes.card("sending"))
    settle(1)
    cancel = screen.card.button("cancel")
    QTest.mouseDClick(cancel, LEFT)  # Qt sends the second half alone
    QTest.mouseRelease(cancel, LEFT)
    assert acted == ["retry"]
    QTest.mouseClick(cancel, LEFT)
    assert acted == ["retry", "cancel"]


def test_escape_leaves_only_when_the_sale_may_be_left(screen):
    left = heard(screen.back_asked)
    screen.show_view(fakes.CASH)
    QTest.keyClick(screen.cash, Qt.Key.Key_Escape)
    screen.show_view(replace(fakes.CASH, order=replace(fakes.ORDER, can_leave=False)))
    QTest.keyClick(screen.cash, Qt.Key.Key_Escape)
    assert len(left) == 1


def test_seconds_as_a_clock():
    assert [clock_text(n) for n in (-1, 7, 60, 125)] == ["0:00", "0:07", "1:00", "2:05"]
