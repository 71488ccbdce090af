import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from pos.services.customers import CustomerService
from pos.ui.controllers.customers import ChooserController
from pos.ui.screens.customer_views import NewCustomer
from pos.ui.screens.customers import SIZE, CustomerChooser, CustomersScreen
from tests.support.till import FakeClock, make_shop, open_db
from tests.ui import fakes
from tests.ui.test_sale import heard


@pytest.fixture
def shell(qtbot):
    made = fakes.shell_with("sale", QWidget())
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    return made


@pytest.fixture
def chooser(qtbot, calls, shell):
    made = fakes.chooser(calls)
    shell.open_overlay(made, SIZE, made.search)
    qtbot.waitUntil(lambda: made.table.current is not None)
    return made


def test_enter_uses_the_first_hit_and_arrows_move_it(chooser):
    chosen = heard(chooser.chosen)
    assert chooser.use.words() == "Use Ji-woo Park \N{RETURN SYMBOL}"
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)
    QTest.keyClick(chooser.search, Qt.Key.Key_Down)
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)
    QTest.keyClick(chooser.search, Qt.Key.Key_Up)
    chooser.use.click()
    assert chosen == ["c1", "c2", "c1"]


def test_the_new_button_says_whom(qtbot, chooser):
    asked = heard(chooser.search_changed)
    chooser.search.setText("Anna & Co")
    assert (
        chooser.new.words()
        == "New customer \N{LEFT DOUBLE QUOTATION MARK}Anna & Co\N{RIGHT DOUBLE QUOTATION MARK}"
    )
    qtbot.waitUntil(lambda: asked == ["Anna & Co"])


@pytest.mark.parametrize(
    ("typed", "field"),
    [("Anna", "name"), ("anna@example.com", "email"), ("+49 30 1234", "phone")],
)
def test_what_was_searched_for_starts_the_form_in_its_field(chooser, typed, field):
    chooser.search.setText(typed)
    chooser.new.click()
    assert getattr(chooser.form, field).text() == typed


def test_a_customer_is_entered_and_checked(qtbot, chooser):
    created, looked = heard(chooser.form.create_asked), heard(chooser.form.lookup)
    chooser.new.click()
    form = chooser.form
    form.name.setText("")
    form.save.click()
    form.name.setText("  Anna   Berg ")
    form.email.setText("anna@")
    form.save.click()
    form.email.setText("")
    form.phone.setText("call me")
    form.save.click()
    assert created == []
    form.phone.clear()
    QTest.keyClicks(form.phone, "030 123456")
    qtbot.waitUntil(lambda: bool(looked))
    QTest.keyClick(form.phone, Qt.Key.Key_Return)
    assert created == [NewCustomer("Anna Berg", "030 123456")]


def test_a_likely_duplicate_offers_the_one_that_is_known(chooser):
    chosen = heard(chooser.chosen)
    chooser.new.click()
    chooser.form.show_duplicates(fakes.CUSTOMERS[:1])
    banner = chooser.form._twin
    assert banner.isVisible()
    banner.acted.emit(banner.view.actions[0][0])
    assert chosen == ["c1"]


def test_nobody_found_leaves_nothing_to_use(qtbot, chooser):
    chosen = heard(chooser.chosen)
    with qtbot.waitSignal(chooser.table.rows.ready):
        chooser.table.rows.show_source(lambda: 0, lambda _offset, _limit: [])
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)
    assert not chooser.use.isEnabled()
    assert chosen == []


def test_the_list_is_a_screen_too(qtbot, calls):
    screen = CustomersScreen(calls)
    shell = fakes.shell_with("customers", screen)
    qtbot.addWidget(shell)
    shell.show()
    screen.on_typed("p")
    assert screen.chooser.search.text() == "p"
    assert not screen.chooser.nobody.isVisible()


def test_over_a_sale_are_the_recent_ones_and_on_the_screen_everybody(qtbot, calls, tmp_path):
    with open_db(tmp_path) as db:
        make_shop(db)
        people = CustomerService(db, FakeClock())
        made = [people.create(f"Kim {at}").name for at in range(205)]
        over, alone = CustomerChooser(calls), CustomerChooser(calls, in_sale=False)
        for chooser, expected in ((over, made[:4:-1]), (alone, made[::-1])):
            qtbot.addWidget(chooser)
            rows = chooser.table.rows
            ChooserController(chooser, people, (calls, calls)).search("")
            qtbot.waitUntil(lambda rows=rows: rows.total > 0)
            assert rows.total == len(expected)
            qtbot.waitUntil(lambda rows=rows: None not in map(rows.row_at, range(rows.total)))
            assert [rows.row_at(at).name for at in range(rows.total)] == expected


@pytest.fixture
def counter(qtbot, calls, tmp_path):
    """A chooser that shows Zoe, who was here last, over a till that knows Anna too."""
    with open_db(tmp_path) as db:
        make_shop(db)
        people = CustomerService(db, FakeClock())
        ids = {name: str(people.create(name).id) for name in ("Anna", "Bert", "Zach", "Zoe")}
        chooser = CustomerChooser(calls)
        qtbot.addWidget(chooser)
        chooser.show()
        chooser.ids = {key: name for name, key in ids.items()}
        ChooserController(chooser, people, (calls, calls)).search("")
        qtbot.waitUntil(lambda: chooser.table.current is not None)
        assert chooser.table.current.name == "Zoe"
        yield chooser


@pytest.mark.parametrize(("typed", "name"), [("Anna", "Anna"), ("Z", "Zach")])
def test_enter_right_after_typing_waits_for_who_was_typed(qtbot, counter, typed, name):
    """The list still shows who was here last: to take the first would be the wrong customer."""
    taken = heard(counter.chosen)
    QTest.keyClicks(counter.search, typed)
    QTest.keyClick(counter.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(taken))
    assert [counter.ids[key] for key in taken] == [name]


def test_enter_takes_nobody_where_nobody_is_found_or_more_is_typed(qtbot, counter):
    taken = heard(counter.chosen)
    QTest.keyClicks(counter.search, "Nobody")
    QTest.keyClick(counter.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: counter.table.rows.total == 0)
    counter.search.clear()
    QTest.keyClicks(counter.search, "B")
    QTest.keyClick(counter.search, Qt.Key.Key_Return)
    QTest.keyClicks(counter.search, "e")
    qtbot.waitUntil(lambda: counter.table.rows.total == 1)
    qtbot.wait(50)
    assert taken == []
