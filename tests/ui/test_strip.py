"""More categories than fit: every one can be reached with a mouse, a finger or the keyboard."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from pos.ui.widgets.buttons import Choice
from pos.ui.widgets.strip import Strip

NOT_INVERTED = False
MANY = [(f"k{n}", f"Category {n}") for n in range(20)]


@pytest.fixture
def choice(qtbot):
    made = Choice("chip")
    strip = Strip(made, 46)
    qtbot.addWidget(strip)
    strip.resize(600, 46)
    strip.show()
    made.strip = strip
    return made


def in_sight(choice, key):
    button, strip = choice.button(key), choice.strip
    area = strip._area.viewport()
    left = button.mapTo(area, QPoint(0, 0)).x()
    return left >= 0 and left + button.width() <= area.width()


def test_what_fits_has_no_arrows(choice, qtbot):
    choice.show_choices(MANY[:3])
    qtbot.wait(20)
    assert not choice.strip.back.isVisible()
    assert not choice.strip.on.isVisible()


def test_the_arrows_reach_the_last_and_the_first(choice, qtbot):
    choice.show_choices(MANY)
    qtbot.waitUntil(choice.strip.on.isVisible)
    assert not in_sight(choice, "k19")
    assert not choice.strip.back.isEnabled()
    for _ in MANY:
        qtbot.mouseClick(choice.strip.on, Qt.MouseButton.LeftButton)
    assert in_sight(choice, "k19")
    assert not choice.strip.on.isEnabled()
    for _ in MANY:
        qtbot.mouseClick(choice.strip.back, Qt.MouseButton.LeftButton)
    assert in_sight(choice, "k0")


def test_the_wheel_moves_it_sideways(choice, qtbot):
    choice.show_choices(MANY)
    qtbot.waitUntil(choice.strip.on.isVisible)
    area = choice.strip._area.viewport()
    for _ in range(60):
        turn = QWheelEvent(
            QPointF(5, 5),
            area.mapToGlobal(QPointF(5, 5)),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            NOT_INVERTED,
        )
        QApplication.sendEvent(area, turn)
    assert in_sight(choice, "k19")


def test_the_keyboard_brings_its_place_into_sight(choice, qtbot):
    choice.show_choices(MANY)
    qtbot.waitUntil(choice.strip.on.isVisible)
    choice.strip.activateWindow()
    choice.button("k0").setFocus()
    qtbot.waitUntil(choice.button("k0").hasFocus)
    for _ in MANY[1:]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert in_sight(choice, "k19")


def test_what_is_half_in_sight_is_chosen_by_the_first_touch(choice, qtbot):
    """It takes the keyboard on the way, and must not move meanwhile."""
    choice.show_choices(MANY)
    qtbot.waitUntil(choice.strip.on.isVisible)
    choice.strip.activateWindow()
    area, chosen = choice.strip._area.viewport(), []
    choice.chosen.connect(chosen.append)
    place = area.mapTo(choice.strip, QPoint(area.width() - 4, 20))
    half = choice.childAt(choice.mapFrom(choice.strip, place))
    qtbot.mouseClick(choice.strip.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    assert [choice.button(key) for key in chosen] == [half]
