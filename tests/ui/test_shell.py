import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from pos.errors import CashierError, RefusedError, UnreachableError
from pos.ui.screen import Screen
from pos.ui.tokens import Tone
from pos.ui.views import ParkedItem, StatusView, sync_status
from pos.ui.widgets.banner import Banner, BannerView, banner_for
from pos.ui.widgets.buttons import Button, Choice, MenuButton
from pos.ui.widgets.entry import Stepper, quantity_text, typed_minor
from pos.ui.widgets.overlay import PanelSize
from tests.ui import fakes
from tests.ui.test_sale import heard


@pytest.fixture
def shell(qtbot):
    made = fakes.shell_with("sale", Screen())
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    return made


def test_only_destinations_that_exist_are_shown(shell):
    shown = heard(shell.page_shown)
    shell.header._tabs.button("purchases").click()
    assert shown == ["purchases"]
    assert shell.page == "purchases"
    assert shell.header._tabs.value == "purchases"
    with pytest.raises(ValueError, match="shift"):
        shell.header._tabs.button("shift")
    with pytest.raises(KeyError):
        shell.show_page("shift")


def test_the_sync_pill_says_it_in_words():
    said = [
        sync_status(online=True, waiting=0),
        sync_status(online=True, waiting=2),
        sync_status(online=False, waiting=0),
        sync_status(online=False, waiting=3),
        sync_status(online=True, waiting=1, parked=(ParkedItem("1", "Sale", "no"),)),
    ]
    assert [view.text for view in said] == [
        "All synced",
        "Syncing · 2 waiting",
        "Offline",
        "Offline · 3 waiting",
        "1 needs attention",
    ]
    assert "sales are saved on this computer (3 waiting)" in said[3].detail


def test_what_the_backend_refused_can_be_sent_again_or_discarded_after_asking(qtbot, shell):
    retried, discarded = heard(shell.retry_parked), heard(shell.discard_parked)
    item = ParkedItem("x1", "Sale R1-000481", "Unknown tax")
    shell.show_statuses([sync_status(online=True, waiting=0, parked=(item,))])
    shell.header.pill("sync").click()
    panel = shell.overlay.content

    def button(words):
        found = []

        def seen():
            found[:] = [b for b in panel.findChildren(Button) if b.words() == words]
            return [b for b in found if b.isVisible()]

        qtbot.waitUntil(lambda: bool(seen()))
        return seen()[0]

    button("Retry").click()
    button("Discard").click()
    assert retried == ["x1"]
    assert discarded == []
    button("Discard for good").click()
    assert discarded == ["x1"]


def test_the_news_of_every_tick_takes_no_button_from_under_a_finger(qtbot, shell):
    parked = (ParkedItem("x1", "Sale R1-000481", "Unknown tax"),)
    news = [
        StatusView("sync", "1 needs attention", lines=(("At", at),), parked=parked) for at in "12"
    ]
    shell.show_statuses(news[:1])
    shell.header.pill("sync").click()
    panel = shell.overlay.content
    retry = next(b for b in panel.findChildren(Button) if b.words() == "Retry")
    retried = heard(shell.retry_parked)
    QTest.mousePress(retry, Qt.MouseButton.LeftButton)
    shell.show_statuses(news[1:])
    qtbot.wait(10)
    assert retry.hasFocus()
    QTest.mouseRelease(retry, Qt.MouseButton.LeftButton)
    assert retried == ["x1"]
    shell.show_statuses([StatusView("sync", "All synced")])
    qtbot.waitUntil(lambda: not [b for b in panel.findChildren(Button) if b.words() == "Retry"])


def test_an_open_panel_follows_the_state(shell):
    shell.show_statuses([StatusView("reader", "Reader ready", Tone.OK)])
    shell.header.pill("reader").click()
    shell.show_statuses([StatusView("reader", "Reader offline", Tone.BAD, "Check its cable.")])
    texts = [
        child.text()
        for child in shell.overlay.content.findChildren(QWidget)
        if hasattr(child, "text")
    ]
    assert "Check its cable." in texts
    shell.show_statuses([])
    assert shell.header.pill("reader") is None


def test_an_overlay_keeps_the_keyboard_and_gives_it_back(qtbot, shell):
    before = QLineEdit(shell)
    before.show()
    before.setFocus()
    content = QWidget()
    first, second = QLineEdit(content), QLineEdit(content)
    overlay = shell.open_overlay(content, PanelSize(300), first)
    assert first.hasFocus()
    for expected in (second, first):
        QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Tab)
        assert expected.hasFocus()
    with qtbot.waitSignal(overlay.closed):
        QTest.keyClick(first, Qt.Key.Key_Escape)
    assert before.hasFocus()
    overlay.close_panel()


def test_the_window_fits_both_screens(shell):
    for width, height in ((1366, 768), (1920, 1080), (1024, 700)):
        shell.resize(width, height)
        assert (shell.width(), shell.height()) == (width, height)


def test_an_error_says_what_is_charged_what_to_do_and_a_code(qtbot):
    view = banner_for(CashierError("E7", "The reader did not answer.", "Check it."), "Not charged.")
    assert (view.title, view.charged, view.remedy, view.code) == (
        "The reader did not answer.",
        "Not charged.",
        "Check it.",
        "E7",
    )
    assert "may or may not" in banner_for(UnreachableError("x")).title
    assert banner_for(RefusedError("tax", "Unknown tax")).code == "tax"
    banner = Banner()
    qtbot.addWidget(banner)
    banner.show_view(view)
    assert banner.isVisible()
    banner._copy()
    assert QGuiApplication.clipboard().text() == "E7"
    banner.show_view(None)
    assert not banner.isVisible()


def test_the_same_banner_again_leaves_its_buttons_alone(qtbot):
    banner = Banner()
    qtbot.addWidget(banner)
    banner.show_view(BannerView("x", actions=(("a", "Again"),)))
    button = banner.findChild(Button)
    banner.show_view(BannerView("x", actions=(("a", "Again"),)))
    assert banner.findChild(Button) is button


def test_a_stepper_stays_inside_its_bounds(qtbot):
    stepper = Stepper(1000, 0, 2500)
    qtbot.addWidget(stepper)
    changed = heard(stepper.changed)
    for _ in range(4):
        stepper.plus.click()
    assert changed == [2000, 2500]
    assert not stepper.plus.isEnabled()


def test_quantities_and_typed_amounts():
    assert [quantity_text(n) for n in (1000, 1500, 250, -2000)] == [
        "1",
        "1.5",
        "0.25",
        "\N{MINUS SIGN}2",
    ]
    digits = ""
    for key in ("0", "00", "1", "2", "00", "back"):
        digits = typed_minor(digits, key)
    assert digits == "120"
    assert typed_minor("9" * 10, "9") == "9" * 10


def test_names_with_an_ampersand_are_shown_whole(qtbot):
    choice, menu = Choice(), MenuButton([("", "All")])
    for widget in (choice, menu):
        qtbot.addWidget(widget)
    choice.show_choices([("a", "R&D"), ("b", "Food")], "a")
    assert choice.button("a").text() == "R&&D"
    assert choice.value == "a"
    choice.select("b")
    assert choice.value == "b"
    menu.set_choices([("x", "Salt & Pepper")])
    assert menu.words().startswith("Salt & Pepper")
