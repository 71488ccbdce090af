"""Changing the cart by key and touch; every change is on the disk."""

from PySide6.QtCore import Qt

from tests.e2e.counter import CORK, MAT_BLUE, TEA
from tests.ui.front_fixture import turn, until

Key = Qt.Key


def dialog(counter):
    return until(lambda: counter.shell.overlay).content


def enter(counter, text):
    """Type into the open dialog and confirm."""
    shown = dialog(counter)
    until(lambda: counter.shell.isActiveWindow() and counter.shell.focusWidget() is not None)
    counter.press(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    counter.type(text)
    counter.enter()
    until(lambda: counter.shell.overlay is None or counter.shell.overlay.content is not shown)
    counter.rest()


def test_steppers_and_the_typed_quantity(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.step(0, "plus")
    counter.step(0, "plus")
    counter.holds(("Green tea", 3))
    counter.step(0, "minus")
    counter.holds(("Green tea", 2))
    counter.step(0, "figure")
    enter(counter, "0.75")
    assert counter.pages.sale.cart.lines[0].quantity_milli == 750
    assert counter.total == "Charge $3.92"
    counter.press(Key.Key_F7)
    enter(counter, "12")
    counter.holds(("Green tea", 12))
    counter.step(0, "figure")
    enter(counter, "1")
    counter.step(0, "minus")
    counter.holds()
    assert not counter.sale.panel.pay.isEnabled()


def test_quick_touches_on_a_stepper_all_count(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    for _ in range(10):
        counter.step(0, "plus")
    counter.holds(("Green tea", 11))


def test_a_line_discount_in_percent_and_an_order_discount_in_money(counter):
    counter.scan(CORK)
    counter.scan(TEA)
    counter.holds(("Cork block", 1), ("Green tea", 1))
    counter.press(Key.Key_F6)
    assert dialog(counter).scope.value == "line"
    enter(counter, "50")
    tea = counter.sale.panel.lines.cart.lines[1]
    assert (tea.total, tea.struck) == ("$2.40", "$4.80")
    counter.press(Key.Key_F8)
    assert dialog(counter).scope.value == "order"
    counter.tap("Amount")
    enter(counter, "1.90")
    counter.rest()
    totals = counter.pages.sale.cart.totals
    assert (totals.subtotal_minor, totals.discount_minor) == (1930, 430)
    assert counter.total == "Charge $16.33"  # 15.00 and its tax
    counter.press(Key.Key_F8)
    counter.tap("Remove discount")
    until(lambda: counter.total == "Charge $18.40")


def test_a_discount_that_cannot_be_is_refused_in_the_dialog(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.press(Key.Key_F8)
    shown = dialog(counter)
    for wrong in ("0", "101", "ten"):
        shown.value.clear()
        counter.type(wrong)
        counter.enter()
        assert shown._wrong.text() == "Enter a percentage above 0 and up to 100, such as 12.5."
    counter.press(Key.Key_Escape)
    until(lambda: counter.shell.overlay is None)
    assert counter.total == "Charge $5.23", "Esc changes nothing"


def test_a_note_on_the_order_and_on_a_line(counter):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.tap("Note")
    dialog(counter)
    counter.type("gift")
    counter.tap("Apply")
    until(lambda: counter.pages.sale.cart.note == "gift")
    counter.tap("Note")
    counter.tap("Green tea")
    assert dialog(counter).text.toPlainText() == "", "the line has no note yet"
    counter.type("hot")
    counter.tap("Apply")
    until(lambda: counter.sale.panel.lines.cart.lines[0].note == "hot")
    assert counter.pages.sale.cart.note == "gift"


def test_clear_and_undo_bring_everything_back(counter):
    counter.scan(TEA)
    counter.scan(CORK)
    counter.holds(("Green tea", 1), ("Cork block", 1))
    counter.tap("Clear")
    counter.holds()
    assert counter.sale.panel.notice.view.title == "The cart was cleared."
    counter.press(Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    counter.holds(("Green tea", 1), ("Cork block", 1))
    counter.tap("Clear")
    counter.holds()
    counter.tap("Undo")
    counter.holds(("Green tea", 1), ("Cork block", 1))


def test_del_removes_the_chosen_line_but_edits_the_search_while_there_is_text(counter):
    counter.scan(TEA)
    counter.scan(CORK)
    counter.holds(("Green tea", 1), ("Cork block", 1))
    counter.type("ab")
    counter.press(Key.Key_Home)
    counter.press(Key.Key_Delete)
    assert counter.sale.search.text() == "b"
    turn(50)
    counter.rest()
    assert len(counter.lines) == 2
    counter.press(Key.Key_Escape)
    counter.press(Key.Key_Delete)
    counter.holds(("Green tea", 1))
    counter.press(Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    counter.holds(("Green tea", 1), ("Cork block", 1))


def test_a_chosen_customer_is_priced_anew_and_walk_in_goes_back(open_counter):
    def exempt(till):
        made = till.customers.create("Harbour School", "+1 415 555 0142", "school@example.com")
        with till.db.engine.begin() as db:
            query = "UPDATE profile SET tax_exempt = 1 WHERE id = ?"
            db.exec_driver_sql(query, (made.id.hex,))

    counter = open_counter(before=exempt)
    counter.scan(MAT_BLUE)
    counter.holds(("Yoga mat", 1))
    assert counter.total == "Charge $45.73"
    counter.press(Key.Key_F3)
    counter.type("school")
    until(lambda: counter.shell.overlay.content.table.current)
    counter.enter()
    until(lambda: counter.total == "Charge $42.00")
    assert counter.said == "Total changed from $45.73 to $42.00 for this customer."
    assert counter.sale.panel.customer._name.words() == "Harbour School"
    counter.tap("Back to walk-in")
    until(lambda: counter.total == "Charge $45.73")


def test_a_new_customer_is_created_on_the_spot_and_a_twin_is_warned_of(counter):
    counter.know_jiwoo()
    counter.press(Key.Key_F3)
    counter.type("Jin Park")
    counter.tap("New customer “Jin Park”")
    form = counter.shell.overlay.content.form
    counter.touch(form.phone)
    counter.type("+82 10-5550-0199")
    until(form._twin.isVisible)
    assert "Ji-woo Park" in form._twin.view.charged
    counter.tap("Use existing: Ji-woo Park")
    until(lambda: counter.pages.sale.cart.customer)
    assert counter.pages.sale.cart.customer.name == "Ji-woo Park"
    assert counter.shell.overlay is None
