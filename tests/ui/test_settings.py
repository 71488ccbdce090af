import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from pos.ui.screens.settings_views import SecretView, StateView, TaxInput
from pos.ui.tokens import Tone
from pos.ui.widgets.text import Label
from tests.ui import fake_settings, fakes
from tests.ui.test_sale import heard

CANARY = "rk_test_canary_51"


@pytest.fixture
def screen(qtbot, calls):
    made = fake_settings.settings(calls)
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
    screen.key.show_state(SecretView(StateView("Stored", Tone.OK), stored=True))
    assert CANARY not in everything_shown(screen)


def test_a_form_is_saved_as_a_whole(screen):
    saved = heard(screen.location.saved)
    screen.location.name.setText("Pier & Sons")
    screen.location.address.setPlainText("1 Pier Road\nHarbour")
    QTest.keyClick(screen.location.name, Qt.Key.Key_Return)
    assert saved == [{"name": "Pier & Sons", "address": "1 Pier Road\nHarbour"}]


def test_what_is_being_typed_survives_news_from_elsewhere(screen):
    screen.location.name.setText("Pier & S")
    screen.location.show_values({"name": "Harbour", "address": "2 Pier Road"})
    assert screen.location.name.text() == "Pier & S"
    assert screen.location.address.toPlainText() == "2 Pier Road"


def test_a_tax_is_added_or_edited_in_one_form(screen):
    saved = heard(screen.taxes.saved)
    screen.taxes.name.setText("VAT")
    screen.taxes.rate.setText("19")
    screen.taxes.services.select("all")
    screen.taxes.add.click()
    screen.taxes.edit("t1")
    assert screen.taxes.rate.text() == "8.875"
    screen.taxes.rate.setText("9")
    QTest.keyClick(screen.taxes.rate, Qt.Key.Key_Return)
    assert saved == [
        TaxInput("", "VAT", "19", services=True),
        TaxInput("t1", "Sales tax", "9", services=False),
    ]
    screen.taxes.clear_form()
    assert screen.taxes.add.words() == "Add tax"


def test_an_import_shows_progress_can_be_cancelled_and_ends_in_a_report(qtbot, screen):
    cancelled = heard(screen.imports.cancel_asked)
    screen.open_section("import")
    screen.imports.show_progress(fake_settings.PROGRESS)
    assert not screen.imports.choose.isEnabled()
    assert screen.imports._bar.value() == 503
    screen.imports.cancel.click()
    assert len(cancelled) == 1
    with qtbot.waitSignal(screen.imports.rejected.rows.ready):
        screen.imports.show_report(fake_settings.REPORT)
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


def test_a_section_opened_before_the_first_paint_is_in_sight_in_the_list(qtbot, calls):
    made = fake_settings.settings(calls)
    made.open_section(made.sections[-1])
    shell = fakes.shell_with("settings", made)
    qtbot.addWidget(shell)
    shell.resize(1024, 600)
    shell.show()
    name = made._group.checkedButton()
    qtbot.waitUntil(lambda: name.visibleRegion().boundingRect() == name.rect())
