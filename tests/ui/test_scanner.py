import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget

from pos.ui.scanner import Scanner
from pos.ui.widgets.overlay import Overlay, PanelSize

EAN = "4006381333931"


class Desk:
    """A window with a field and a button, and a clock that moves a gap with each key."""

    def __init__(self, qtbot, app):
        self.now = 1000.0
        self.gap = 10.0
        self.scanner = Scanner(app, clock=self.clock)
        self.codes = []
        self.scanner.scanned.connect(self.codes.append)
        self.window = QWidget()
        self.field, self.button, self.clicks = QLineEdit(), QPushButton("Pay"), []
        self.button.clicked.connect(lambda: self.clicks.append(1))
        self.field.returnPressed.connect(self.button.click)
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.field)
        layout.addWidget(self.button)
        qtbot.addWidget(self.window)
        self.window.resize(400, 200)
        self.window.show()
        self.window.activateWindow()
        self.field.setFocus()
        qtbot.waitUntil(self.field.hasFocus)

    def clock(self):
        return self.now

    def scan(self, code, end=Qt.Key.Key_Return, at=None):
        for sign in code:
            self.now += self.gap
            QTest.keyClicks(at or self.field, sign)
        if end:
            self.now += self.gap
            QTest.keyClick(at or self.field, end)

    def type(self, text, at=None):
        for sign in text:
            self.now += 150
            QTest.keyClicks(at or self.field, sign, delay=1)
            while self.scanner._buffer.holding:
                QTest.qWait(5)

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.now += 150
        QTest.keyClick(self.field, key, modifier)


@pytest.fixture
def desk(qtbot, qapp):
    made = Desk(qtbot, qapp)
    yield made
    made.scanner.close()


def test_a_burst_reaches_nobody_and_is_one_scan(desk):
    desk.scan(EAN)
    assert desk.codes == [EAN]
    assert desk.field.text() == ""
    assert desk.clicks == []


@pytest.mark.parametrize("end", [Qt.Key.Key_Tab, Qt.Key.Key_Enter, None])
def test_every_way_a_scanner_ends(qtbot, desk, end):
    desk.scan("ABC-1234", end)
    qtbot.waitUntil(lambda: desk.codes == ["ABC-1234"])
    assert desk.field.text() == ""
    assert desk.field.hasFocus(), "the Tab moved nothing"


def test_keys_that_come_through_the_window_are_counted_once(qtbot, desk):
    """A real keyboard's key is seen by the window, then by the widget."""
    handle = desk.window.windowHandle()
    for sign in EAN:
        QTest.keyClick(handle, Qt.Key(ord(sign)))
    QTest.keyClick(handle, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.codes == [EAN])
    assert desk.field.text() == ""
    desk.now += 500
    QTest.keyClick(handle, Qt.Key.Key_7)
    qtbot.waitUntil(lambda: desk.field.text() == "7")


def test_a_persons_enter_through_the_window_activates_once(qtbot, desk):
    handle = desk.window.windowHandle()
    QTest.keyClick(handle, Qt.Key.Key_7)
    qtbot.waitUntil(lambda: desk.field.text() == "7")
    desk.now += 500
    QTest.keyClick(handle, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(desk.clicks))
    assert len(desk.clicks) == 1


def test_a_person_types_with_shift_backspace_and_arrows(desk):
    desk.type("Tea")
    desk.press(Qt.Key.Key_Backspace)
    desk.press(Qt.Key.Key_Left)
    desk.type("H i")
    assert desk.field.text() == "TH ie"
    assert desk.codes == []


def test_a_typed_key_shows_within_sixty_milliseconds(qtbot, desk):
    desk.now += 150
    QTest.keyClicks(desk.field, "x")
    assert 0 < desk.scanner._timer.remainingTime() <= 60
    qtbot.waitUntil(lambda: desk.field.text() == "x")


def test_enter_pressed_by_a_person_still_activates(desk):
    desk.type("5")
    desk.press(Qt.Key.Key_Return)
    assert desk.field.text() == "5"
    assert len(desk.clicks) == 1


def test_space_pressed_by_a_person_still_clicks_a_button(desk):
    desk.button.setFocus()
    desk.type(" ", at=desk.button)
    assert len(desk.clicks) == 1


def test_text_typed_right_after_a_scan_arrives(desk):
    desk.scan(EAN)
    desk.type("ok")
    assert desk.codes == [EAN]
    assert desk.field.text() == "ok"


def test_two_scans_back_to_back(desk):
    desk.scan(EAN)
    desk.scan("96385074")
    assert desk.codes == [EAN, "96385074"]
    assert desk.field.text() == ""


def test_a_scan_over_an_overlay_stays_out_of_its_field(desk):
    content = QWidget()
    inner = QLineEdit(content)
    overlay = Overlay(desk.window, content, PanelSize(200))
    overlay.open(inner)
    desk.scan(EAN, at=inner)
    assert desk.codes == [EAN]
    assert inner.text() == ""
    overlay.close_panel()


def test_a_scan_with_a_button_focused_presses_nothing(desk):
    desk.button.setFocus()
    desk.scan("12 34 56 78", at=desk.button)
    assert desk.codes == ["12 34 56 78"]
    assert desk.clicks == []


def test_a_code_can_trigger_no_shortcut(qtbot, desk):
    fired = []
    for keys in ("/", "4", "Q"):
        QShortcut(QKeySequence(keys), desk.window).activated.connect(lambda: fired.append(1))
    handle = desk.window.windowHandle()
    for sign in "4/Q4/Q4/":
        QTest.keyClick(handle, sign)
    QTest.keyClick(handle, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(desk.codes))
    assert fired == []


def test_codes_wait_while_money_moves_and_are_then_delivered_in_order(desk):
    waiting = []
    desk.scanner.queued.connect(waiting.append)
    desk.scanner.mode = "queue"
    desk.scan(EAN)
    desk.scan("96385074")
    assert (desk.codes, waiting) == ([], [1, 2])
    desk.scanner.mode = "deliver"
    assert desk.codes == [EAN, "96385074"]


def test_a_touch_settles_what_is_held_before_it_counts(desk):
    desk.now += 150
    QTest.keyClicks(desk.field, "ab")
    QTest.mouseClick(desk.button, Qt.MouseButton.LeftButton)
    assert desk.field.text() == "ab"
    assert len(desk.clicks) == 1


def test_composed_text_of_an_input_method_is_left_alone(desk):
    event = QInputMethodEvent()
    event.setCommitString("요가매트요가매트")
    QApplication.sendEvent(desk.field, event)
    assert desk.field.text() == "요가매트요가매트"
    assert desk.codes == []


def test_a_key_held_down_repeats(desk):
    desk.type("a")
    for _ in range(8):
        desk.now += 30
        none = Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, none, "a", autorep=True)
        QApplication.sendEvent(desk.field, event)
    assert desk.field.text() == "a" * 9
    assert desk.codes == []


def test_a_burst_too_long_is_refused_aloud(desk):
    said = []
    desk.scanner.refused.connect(said.append)
    desk.scan("9" * 200)
    assert said == ["too-long"]
    assert desk.codes == []
    assert desk.field.text() == ""


def test_a_late_timer_waits_for_the_keys_behind_it(qtbot, desk):
    """The window was busy: the operating system knows when the keys were really pressed."""

    def press(code, start):
        for at, sign in enumerate(code):
            event = QKeyEvent(
                QEvent.Type.KeyPress, Qt.Key(ord(sign)), Qt.KeyboardModifier.NoModifier, sign
            )
            event.setTimestamp(start + 10 * at)
            QApplication.sendEvent(desk.field, event)

    press(EAN[:7], 5_000)
    desk.now += 400
    desk.scanner._silence()
    press(EAN[7:], 5_070)
    qtbot.waitUntil(lambda: bool(desk.codes))
    assert desk.codes == [EAN]


class Listens(QLineEdit):
    def __init__(self):
        super().__init__()
        self.released = []

    def keyReleaseEvent(self, event):
        self.released.append(event.text())
        super().keyReleaseEvent(event)


def test_each_typed_key_is_released_once_and_a_scan_releases_nothing(desk):
    desk.field = Listens()
    desk.window.layout().addWidget(desk.field)
    desk.field.setFocus()
    desk.type("ab")
    desk.scan(EAN)
    assert desk.field.released == ["a", "b"]
    assert desk.field.text() == "ab"
