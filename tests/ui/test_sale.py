from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest

from pos.ui.screens.cart_line import stepper_box
from pos.ui.screens.sale_dialogs import parse_percent, parse_quantity
from pos.ui.screens.sale_views import DiscountInput, DiscountKind, LineView, NoteInput, VariantView
from tests.gallery.looking import settle
from tests.ui import fakes
from tests.ui.fakes import CART, LINES, PRODUCTS


@pytest.fixture
def shell(qtbot, calls):
    return fakes.shown_sale(qtbot, calls, fakes.count, fakes.page).window()


@pytest.fixture
def sale(shell):
    screen = shell._stack.currentWidget()
    screen.show_cart(CART)
    return screen


def touch(cart, line_id, across):
    row = cart.visualRect(cart.cart.index(cart.cart.row_of(line_id)))
    box = stepper_box(row)
    at = QPoint(box.left() + across, box.center().y())
    QTest.mouseClick(cart.viewport(), Qt.MouseButton.LeftButton, pos=at)


def heard(signal):
    got = []
    signal.connect(lambda *args: got.append(args if len(args) != 1 else args[0]))
    return got


def test_a_touch_on_a_tile_picks_its_product(sale):
    picked = heard(sale.product_picked)
    for number in (1, 6):
        model = sale.grid.products
        across = model.columnCount()
        index = model.index(number // across, number % across)
        QTest.mouseClick(
            sale.grid.viewport(),
            Qt.MouseButton.LeftButton,
            pos=sale.grid.visualRect(index).center(),
        )
    assert [view.name for view in picked] == ["10-class pass", "Bottle 750 ml"]


def test_an_open_price_is_asked_for_before_anything_is_added(shell, sale):
    picked, priced = heard(sale.product_picked), heard(sale.price_entered)
    sale.grid.picked.emit(PRODUCTS[11])
    dialog = shell.overlay.content
    dialog.value.setText("free")
    dialog.accept()
    assert shell.overlay is not None
    dialog.value.setText("25")
    QTest.keyClick(dialog.value, Qt.Key.Key_Return)
    assert priced == [(PRODUCTS[11].id, 2500)]
    assert picked == []
    assert shell.overlay is None


def test_typing_asks_at_once_and_enter_takes_the_first_hit(qtbot, sale):
    asked, entered = heard(sale.search_changed), heard(sale.search_entered)
    QTest.keyClicks(sale.search, "tea")
    qtbot.waitUntil(lambda: asked == ["tea"], timeout=1000)
    QTest.keyClick(sale.search, Qt.Key.Key_Return)
    assert entered == ["tea"]


def test_the_stepper_is_painted_large_enough_and_tells_what_was_touched(sale):
    stepped, removed = heard(sale.quantity_stepped), heard(sale.line_removed)
    lines = sale.panel.lines
    touch(lines, "l2", 22)
    touch(lines, "l2", 44 + 40 + 22)
    touch(lines, "l2", 44 + 40 + 22)
    touch(lines, "l1", 22)
    assert stepped == [("l2", -1000), ("l2", 1000), ("l2", 1000)]
    assert removed == ["l1"]
    box = stepper_box(lines.visualRect(lines.cart.index(1)))
    plus = QPoint(box.right() - 22, box.center().y())
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=plus)
    QTest.mouseDClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=plus)
    QTest.mouseRelease(lines.viewport(), Qt.MouseButton.LeftButton, pos=plus)
    assert stepped[3:] == [("l2", 1000)] * 2, "two quick touches are two steps"
    assert stepper_box(lines.visualRect(lines.cart.index(0))).height() >= 44


def test_a_touch_on_the_quantity_asks_for_a_number(shell, sale):
    answered = heard(sale.quantity_set)
    touch(sale.panel.lines, "l2", 44 + 20)
    dialog = shell.overlay.content
    for wrong in ("", "0", "-1", "1.2345", "1e3000", "NaN"):
        dialog.value.setText(wrong)
        dialog.accept()
    assert answered == []
    dialog.value.setText("0.75")
    dialog.accept()
    assert answered == [("l2", 750)]


def test_a_new_line_is_chosen_and_the_choice_survives_other_changes(sale):
    lines = sale.panel.lines
    lines.select("l1")
    sale.show_cart(replace(CART, lines=(*LINES, LineView("l4", "Towel", "", 1000, "$28.00"))))
    assert lines.selected == "l4"
    lines.select("l2")
    sale.show_cart(replace(CART, lines=LINES[1:]))
    assert lines.selected == "l2"


def test_a_line_that_changes_is_painted_anew_without_being_chosen(qtbot, sale):
    lines, painted = sale.panel.lines, []
    lines.select("l1")
    settle(350)  # until the flash of the newest line is over

    class Brush(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Paint:
                painted.append(event.region().boundingRect())
            return False

    brush = Brush()
    lines.viewport().installEventFilter(brush)
    fewer = replace(LINES[1], quantity_milli=2000, total="$9.60")
    sale.show_cart(replace(CART, lines=(LINES[0], fewer, LINES[2])))
    row = lines.visualRect(lines.cart.index(1))
    qtbot.waitUntil(lambda: any(each.contains(row) for each in painted), timeout=1000)


def test_discounts_are_read_as_whole_numbers(shell, sale):
    given = heard(sale.discount_entered)
    sale.panel.lines.select("l2")
    sale.on_command("line_discount")
    dialog = shell.overlay.content
    dialog.value.setText("12.5")
    dialog.accept()
    sale.on_command("order_discount")
    dialog = shell.overlay.content
    dialog.kind.select("fixed")
    dialog.value.setText("2.345")
    dialog.accept()
    assert shell.overlay is not None
    dialog.value.setText("2.34")
    dialog.accept()
    sale.on_command("order_discount")
    shell.overlay.content.remove.click()
    assert given == [
        DiscountInput(DiscountKind.PERCENT, 125_000, "l2"),
        DiscountInput(DiscountKind.FIXED, 234),
        DiscountInput(DiscountKind.FIXED, 0),
    ]


@pytest.mark.parametrize("text", ["", "0", "100.1", "-5", "ten", "1e-9", "Infinity"])
def test_percentages_that_make_no_sense_are_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_percent(text)


def test_quantities_take_either_decimal_mark():
    assert parse_quantity("1,5") == parse_quantity("1.5") == 1500


def test_a_note_goes_to_the_order_or_the_line(shell, sale):
    noted = heard(sale.note_entered)
    sale.panel.lines.select("l1")
    sale.panel.note.click()
    dialog = shell.overlay.content
    dialog.scope.select("line")
    dialog.text.setPlainText("wrap as a gift")
    dialog.accept()
    assert noted == [NoteInput("wrap as a gift", "l1")]


def test_a_variant_is_chosen_with_enter(shell, sale):
    chosen = heard(sale.variant_chosen)
    variants = [VariantView("v1", "S", "$58.00"), VariantView("v2", "M", "$58.00", "8 in stock")]
    sale.open_variants(PRODUCTS[13], variants)
    dialog = shell.overlay.content
    QTest.keyClick(dialog.variants[0], Qt.Key.Key_Tab)
    assert dialog.variants[1].hasFocus()
    QTest.keyClick(dialog.variants[1], Qt.Key.Key_Return)
    assert chosen == [("p13", "v2")]
    assert shell.overlay is None


def test_an_unknown_code_says_what_to_do_and_blocks_nothing(shell, sale):
    opened, scanned = heard(sale.open_item_entered), heard(sale.code_scanned)
    sale.say_unknown("4006381333931")
    assert sale.panel.notice.isVisible()
    shell.on_scan("96385074")
    assert scanned == ["96385074"]
    sale.panel.notice.acted.emit("open-item")
    shell.overlay.content.value.setText("3.00")
    shell.overlay.content.accept()
    assert opened == [("4006381333931", 300)]
    assert not sale.panel.notice.isVisible()


def test_charge_is_off_with_its_reason_until_it_can_be_done(sale):
    paid = heard(sale.pay_asked)
    sale.show_cart(replace(CART, can_pay=False, why_not="Finish the payment under way first."))
    sale.panel.pay.click()
    sale.on_command("pay")
    assert paid == []
    sale.show_cart(CART)
    sale.on_command("pay")
    assert len(paid) == 1
    assert sale.panel.pay.words() == "Charge $196.41"


KEYS = {
    Qt.Key.Key_F3: "customer_asked",
    Qt.Key.Key_F9: "pay_asked",
}


@pytest.mark.parametrize("key", KEYS)
def test_the_key_map(sale, key):
    got = heard(getattr(sale, KEYS[key]))
    QTest.keyClick(sale.search, key)
    assert len(got) == 1


def test_delete_and_undo_belong_to_the_cart_only_while_the_field_is_empty(sale):
    removed, undone = heard(sale.line_removed), heard(sale.undo_asked)
    sale.panel.lines.select("l3")
    QTest.keyClicks(sale.search, "ab")
    QTest.keyClick(sale.search, Qt.Key.Key_Home)
    QTest.keyClick(sale.search, Qt.Key.Key_Delete)
    QTest.keyClick(sale.search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (removed, undone) == ([], [])
    sale.clear_search()
    QTest.keyClick(sale.search, Qt.Key.Key_Delete)
    QTest.keyClick(sale.search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert removed == ["l3"]
    assert len(undone) == 1


def test_keys_do_nothing_under_an_overlay_but_escape_closes_it(shell, sale):
    got = heard(sale.pay_asked)
    sale.open_note()
    QTest.keyClick(shell.overlay.content.text, Qt.Key.Key_F9)
    assert got == []
    QTest.keyClick(shell.overlay.content.text, Qt.Key.Key_Escape)
    assert shell.overlay is None
    assert sale.search.hasFocus()


def test_a_letter_typed_anywhere_goes_to_the_search_field(sale):
    sale.panel.lines.setFocus()
    QTest.keyClicks(sale.panel.lines, "k")
    assert sale.search.text() == "k"
    assert sale.search.hasFocus()


def test_five_hundred_lines_paint_without_widgets(sale):
    many = tuple(replace(LINES[0], id=f"l{n}") for n in range(500))
    sale.show_cart(replace(CART, lines=many))
    assert sale.panel.lines.cart.rowCount() == 500
    assert len(sale.panel.lines.findChildren(type(sale.panel.pay))) == 0
