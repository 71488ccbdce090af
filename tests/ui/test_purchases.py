from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos.ui.screens.purchase_views import PurchaseFilter, RefundChoice
from pos.ui.widgets.steps import StepState, StepView
from tests.ui import fakes
from tests.ui.front_fixture import turn, until
from tests.ui.test_sale import heard


@pytest.fixture
def screen(qtbot, calls):
    made = fakes.purchases(calls)
    made.shell = fakes.shell_with("purchases", made)
    qtbot.addWidget(made.shell)
    made.shell.show()
    made.shell.activateWindow()
    qtbot.waitUntil(lambda: made.table.current is not None)
    return made


@pytest.fixture
def refund(screen):
    screen.show_detail(fakes.DETAIL)
    screen.show_refund(fakes.REFUND)
    return screen.refund


def test_the_list_is_filtered_by_text_time_and_status(qtbot, screen):
    asked = heard(screen.filter_changed)
    assert screen.filter == PurchaseFilter("", "today", "")
    QTest.keyClicks(screen.search, "4242")
    qtbot.waitUntil(lambda: bool(asked))
    screen.period.choose("")
    screen.status.choose("paid")
    assert asked[-1] == PurchaseFilter("4242", "", "paid")


def test_arrows_choose_and_the_choice_survives_a_new_list(qtbot, screen):
    chosen = heard(screen.purchase_chosen)
    QTest.keyClick(screen.search, Qt.Key.Key_Down)
    assert chosen == ["o1"]
    newer = [replace(fakes.PURCHASES[0], id="o99"), *fakes.PURCHASES]
    with qtbot.waitSignal(screen.table.rows.ready):
        screen.table.rows.show_source(lambda: len(newer), lambda o, n: newer[o : o + n])
    assert screen.table.current.id == "o1"


def test_a_scanned_receipt_is_handed_on(screen):
    scanned = heard(screen.code_scanned)
    screen.shell.on_scan("R1-000481")
    assert scanned == ["R1-000481"]


def test_a_purchase_leads_to_receipt_copy_and_refund(screen):
    screen.show_detail(fakes.DETAIL)
    refund = heard(screen.refund_opened)
    screen.detail.refund.click()
    assert refund == ["o0"]
    screen.show_detail(replace(fakes.DETAIL, can_refund=False, why_not="Already given back."))
    screen.detail.refund.click()
    assert len(refund) == 1
    assert screen.detail._why_not.isVisible()


def test_quantities_stop_at_what_can_be_given_back(refund):
    changed = heard(refund.choice_changed)
    row = refund.line("l2")
    for _ in range(5):
        row.stepper.plus.click()
    assert row.stepper.value == 3000
    assert changed[-1].quantities == (("l1", 1000), ("l2", 3000))
    assert not refund.line("l3").stepper.isEnabled()


def test_the_button_is_off_until_the_new_amount_is_known(screen, refund):
    asked = heard(screen.refund_asked)
    refund.line("l2").stepper.plus.click()
    refund.refund.click()
    assert asked == []
    screen.show_refund(fakes.REFUND)
    refund.refund.click()
    refund.refund.click()
    assert len(asked) == 1


def test_the_choice_carries_stock_and_reason(refund):
    refund.line("l2").stepper.plus.click()
    refund.line("l2").restock.click()
    refund.reason.choose("other")
    QTest.keyClicks(refund.words, "flat bottle")
    assert refund.choice() == RefundChoice(
        "o0", (("l1", 1000), ("l2", 1000)), ("l1",), "other", "flat bottle"
    )
    refund.reason.choose("damaged")
    assert refund.choice().words == ""


def test_a_new_computation_keeps_what_the_finger_set(screen, refund):
    refund.line("l2").stepper.plus.click()
    screen.show_refund(replace(fakes.REFUND, total="$50.95"))
    assert refund.line("l2").stepper.value == 1000
    screen.show_refund(replace(fakes.REFUND, order_id="o5"))
    assert refund.line("l2").stepper.value == 0


def test_a_refund_under_way_cannot_be_changed_or_asked_again(screen, refund):
    asked = heard(screen.refund_asked)
    screen.show_refund(replace(fakes.REFUND, busy=True))
    refund.refund.click()
    refund.line("l1").stepper.minus.click()
    assert asked == []
    assert refund.line("l1").stepper.value == 1000


def test_escape_goes_back_to_the_purchase(screen, refund):
    left = heard(screen.refund_left)
    refund.refund.setFocus()
    QTest.keyClick(refund.refund, Qt.Key.Key_Escape)
    assert len(left) == 1
    assert not screen.refunding


def three_lines(chosen=0):
    (first, *_), names = fakes.REFUND.lines, ("Yoga mat 5 mm", "Kombucha", "10-class pass")
    line = replace(first, refunded=0, can=1000, sold=1000, chosen=chosen, detail="Ocean blue")
    lines = tuple(replace(line, id=f"x{at}", name=name) for at, name in enumerate(names))
    return replace(fakes.REFUND, lines=lines, approval="", why_not="Choose a reason.")


def test_three_lines_are_all_seen_however_many_are_chosen(screen):
    view = three_lines(chosen=1000)
    screen.shell.resize(1366, 768)
    screen.show_detail(fakes.DETAIL)
    screen.open_refund(view)
    until(screen.refund.line("x2").restock.isVisible)
    turn(50)
    bar = screen.refund._scroll.verticalScrollBar()
    assert (bar.maximum(), screen.refund._scroll.height() > 250) == (0, True)


def test_a_refund_under_way_shows_only_what_was_chosen(screen, refund):
    refund.line("l2").stepper.plus.click()
    step = StepView("Refund saved on this register", StepState.DONE)
    screen.show_refund(replace(fakes.REFUND, steps=(step,), busy=True))
    seen = [key for key in ("l1", "l2", "l3") if refund.line(key).isVisible()]
    assert seen == ["l1", "l2"], "l1 was chosen by the view, l2 by hand"
    assert not refund.refund.isVisible()
    left = heard(refund.left)
    refund._done.click()
    assert len(left) == 1
    screen.open_refund(fakes.REFUND)
    assert refund.refund.isVisible()
    assert refund.line("l3").isVisible()


def test_what_is_not_kept_in_stock_does_not_go_back_there(screen, refund):
    first = fakes.REFUND.lines[0]
    screen.open_refund(replace(fakes.REFUND, lines=(first, replace(first, id="s", restock=False))))
    assert refund.line("l1").restock.isVisible()
    assert not refund.line("s").restock.isVisible()
    assert refund.choice().restock == ("l1",)
