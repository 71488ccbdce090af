"""Finding a setting, the PIN in front of them, appearance and language, in the real window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from pos.models.sync import JournalEntry
from pos.services.settings import SCALES
from pos.ui import theme
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.text import Label
from tests.ui.front_fixture import idle, open_front, till_of
from tests.ui.hands import code_of, press, sell_tea, settings_of

PIN = "2580"


def shown_sections(screen):
    buttons = [screen._group.button(at) for at in range(len(screen.sections))]
    return [name for name, b in zip(screen.sections, buttons, strict=True) if not b.isHidden()]


def marked(section):
    return [each.text() for each in section.findChildren(Label) if each.property("found")]


def test_typing_narrows_the_sections_and_marks_the_fields(front):
    screen = settings_of(front, "shop")
    everything = shown_sections(screen)
    assert len(everything) >= 13
    screen.search.setText("footer")
    assert shown_sections(screen) == ["receipt"]
    assert marked(screen.receipt) == ["Receipt footer"]
    QTest.keyClick(screen.search, Qt.Key.Key_Return)
    idle(front)
    assert screen.section == "receipt"
    assert front.shell.focusWidget() is screen.receipt.footer
    screen.search.setText("PÍN")
    assert shown_sections(screen) == ["owner"], "case and accents do not matter"
    assert not marked(screen.receipt)
    screen.search.setText("dark")
    assert shown_sections(screen) == ["look"], "a choice is found by its words"
    screen.search.setText("xyzzy")
    assert shown_sections(screen) == []
    assert screen._nothing.isVisibleTo(screen)
    QTest.keyClick(screen.search, Qt.Key.Key_Escape)
    assert shown_sections(screen) == everything
    assert screen.search.text() == ""


def test_f2_goes_to_the_search(front):
    screen = settings_of(front, "shop")
    screen.shop.name.setFocus()
    QTest.keyClick(front.shell, Qt.Key.Key_F2)
    assert front.shell.focusWidget() is screen.search


# the PIN


def set_pin(front, pin=PIN):
    owner = settings_of(front, "owner").owner
    owner.pin.setText(pin)
    owner.again.setText(pin)
    press(owner, "Set PIN")
    idle(front)
    return owner


def type_pin(front, pin):
    lock = front.settings.screen.lock
    QTest.keyClicks(lock.pin, pin)
    QTest.keyClick(lock.pin, Qt.Key.Key_Return)
    idle(front)


def test_a_pin_is_asked_whenever_the_settings_are_opened(front):
    owner = set_pin(front)
    screen = front.settings.screen
    assert not screen.is_locked, "who just set it is in"
    assert (owner.pin.text(), owner.state.text()) == ("", "A PIN is set")
    front.shell.show_page("sale")
    assert sell_tea(front).lines, "selling goes on without"
    front.shell.show_page("settings")
    assert screen.is_locked
    assert not screen.shop.isVisibleTo(front.shell)
    type_pin(front, "1111")
    assert screen.is_locked
    assert code_of(screen.lock) == "pin_wrong"
    assert screen.lock.pin.text() == ""
    type_pin(front, PIN)
    assert not screen.is_locked
    front.shell.show_page("sale")
    front.shell.show_page("settings")
    assert screen.is_locked, "asked again"


def test_wrong_pins_have_to_be_waited_for_and_the_way_out_is_named(tmp_path):
    with open_front(tmp_path) as front:
        set_pin(front)
        front.shell.show_page("sale")
        front.shell.show_page("settings")
        for _ in range(3):
            type_pin(front, "1111")
        assert code_of(front.settings.screen.lock) == "pin_wait"
        assert "tillkeep reset-pin" in front.settings.screen.lock.banner.view.remedy
    with open_front(tmp_path) as front:
        front.shell.show_page("settings")
        type_pin(front, PIN)
        assert code_of(front.settings.screen.lock) == "pin_wait", "a restart is no way round"
        assert till_of(front).pins.forget()
        type_pin(front, "")
        front.settings.shop_changed.emit(till_of(front).shop())
        front.shell.show_page("sale")
        front.shell.show_page("settings")
        assert not front.settings.screen.is_locked


def test_enter_twice_is_one_try(front):
    set_pin(front)
    front.shell.show_page("sale")
    front.shell.show_page("settings")
    lock = front.settings.screen.lock
    QTest.keyClicks(lock.pin, "1111")
    for _ in range(3):
        QTest.keyClick(lock.pin, Qt.Key.Key_Return)
    idle(front)
    assert code_of(lock) == "pin_wrong", "and not to be waited for"


def test_a_pin_is_changed_and_removed_by_who_knows_it(front):
    owner = set_pin(front)
    owner.current.setText("9999")
    press(owner, "Remove PIN")
    idle(front)
    assert code_of(owner) == "pin_wrong"
    owner.current.setText(PIN)
    owner.pin.setText("123")
    press(owner, "Change PIN")
    idle(front)
    assert code_of(owner) == "pin_malformed"
    assert (owner.current.text(), owner.pin.text()) == (PIN, "123"), "nothing typed is lost"
    press(owner, "Remove PIN")
    idle(front)
    assert not till_of(front).shop().has_pin
    assert owner.state.text() == "No PIN is set"


# appearance and language


def test_appearance_is_worn_and_journalled(front):
    sell_tea(front)
    look = settings_of(front, "look").look
    look.theme.button("system").click()
    idle(front)
    assert till_of(front).shop().theme == "system"
    look.theme.button("dark").click()
    idle(front)
    assert theme.tokens().name == "dark"
    assert not look.restart.isVisibleTo(look)
    look.scale.button("125").click()
    idle(front)
    assert till_of(front).shop().scale_percent == 125
    assert look.restart.isVisibleTo(look)
    assert [look.scale.button(str(each)).text() for each in SCALES][-1] == "200 %"
    with till_of(front).db.reader.begin() as db:
        told = list(db.scalars(select(JournalEntry.data).order_by(JournalEntry.id.desc()).limit(3)))
    assert ["scale_percent" in told[0], '"dark"' in told[1], '"system"' in told[2]] == [True] * 3
    assert front.pages.sale.cart.lines, "the cart is as it was"


def test_numbers_follow_the_region_at_once(front):
    sell_tea(front)
    language = settings_of(front, "language").language
    assert list(language.language._words.values()) == ["English"]
    language.region.choose("DE")
    idle(front)
    assert till_of(front).shop().locale == "en_DE"
    assert "1.234,50" in language._sample.text()
    assert language.region.value == "DE"


# keys


def test_every_key_is_told_in_one_place(front):
    screen = settings_of(front, "key")
    assert screen.key.token_state.text() == "Not stored"
    press(screen.key, "Open Backend and sync")
    idle(front)
    assert screen.section == "backend"


@pytest.mark.parametrize("name", ["shop", "location", "register", "receipt", "owner"])
def test_every_button_of_a_form_does_something(front, name):
    section = getattr(settings_of(front, name), name)
    assert all(each.isEnabled() for each in section.findChildren(Button))
    section.say(None)
    section.save.click()
    idle(front)
    assert section.banner.view.title == "Saved."
