import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from pos.ui.screens.settings_sections import percent_text
from pos.ui.screens.settings_views import StateView
from pos.ui.tokens import Tone
from pos.ui.widgets.text import Label
from tests.ui import fakes
from tests.ui.test_sale import heard

CANARY = "rk_test_canary_51"


@pytest.fixture
def screen(qtbot, calls):
    made = fakes.settings(calls)
    made.shell = fakes.shell_with("settings", made)
    qtbot.addWidget(made.shell)
    made.shell.show()
    return made


def everything_shown(screen):
    texts = [label.text() for label in screen.findChildren(Label)]
    texts += [edit.text() for edit in screen.findChildren(QLineEdit)]
    texts += [edit.displayText() for edit in screen.findChildren(QLineEdit)]
    return " ".join(texts)


def test_a_secret_is_handed_over_once_and_forgotten(screen):
    keys, tokens = heard(screen.key.key_entered), heard(screen.backend.token_entered)
    for field, got in ((screen.key.secret, keys), (screen.backend.token, tokens)):
        assert field.edit.echoMode() is QLineEdit.EchoMode.Password
        field.edit.setText(f"  {CANARY} ")
        field.save.click()
        field.save.click()
        QTest.keyClick(field.edit, Qt.Key.Key_Return)
        assert got == [CANARY]
    screen.key.show_state(StateView("Key stored", Tone.OK))
    assert CANARY not in everything_shown(screen)


def test_the_shop_is_saved_as_a_whole(screen):
    saved = heard(screen.shop.saved)
    screen.shop.name.setText("  Pier & Sons ")
    screen.shop.mode.select("inclusive")
    screen.shop._save()
    assert saved[0].name == "Pier & Sons"
    assert saved[0].tax_inclusive
    assert saved[0].currency == "usd"


@pytest.mark.parametrize(("typed", "ppm"), [("8.875", 88_750), ("19 %", 190_000), ("0.5", 5_000)])
def test_a_tax_is_read_without_fractions(screen, typed, ppm):
    added = heard(screen.taxes.added)
    screen.taxes.name.setText("VAT")
    screen.taxes.rate.setText(typed)
    screen.taxes._add()
    assert added == [("VAT", ppm)]


@pytest.mark.parametrize("typed", ["", "abc", "-1", "101"])
def test_a_rate_that_makes_no_sense_is_marked(screen, typed):
    added = heard(screen.taxes.added)
    screen.taxes.name.setText("VAT")
    screen.taxes.rate.setText(typed)
    screen.taxes._add()
    assert added == []
    assert screen.taxes.rate.property("invalid") is True


def test_percentages_are_written_exactly():
    assert [percent_text(n) for n in (88_750, 190_000, 1_000_000, 1)] == [
        "8.875 %",
        "19 %",
        "100 %",
        "0.0001 %",
    ]


def test_an_import_shows_progress_can_be_cancelled_and_ends_in_a_report(qtbot, screen):
    cancelled = heard(screen.imports.cancel_asked)
    screen.open_section("import")
    screen.imports.show_progress(fakes.PROGRESS)
    assert not screen.imports.choose.isEnabled()
    assert screen.imports._bar.value() == 503
    screen.imports.cancel.click()
    assert len(cancelled) == 1
    with qtbot.waitSignal(screen.imports.rejected.rows.ready):
        screen.imports.show_report(fakes.REPORT)
    assert screen.imports.choose.isEnabled()
    model = screen.imports.rejected.rows
    shown = [[model.index(row, col).data() for col in (0, 1)] for row in range(model.rowCount())]
    assert shown[0] == ["17", "Price is not an amount: 'free'"]
    assert len(shown) == 3


def test_a_file_can_be_dropped(screen, tmp_path):
    chosen = heard(screen.imports.file_chosen)
    path = tmp_path / "a b.csv"
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    screen.imports.dropEvent(QDropEvent(QPoint(5, 5), action, mime, buttons, keys))
    assert chosen == [path]
