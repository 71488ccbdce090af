"""The eyes of the walk over the screens see what they are there to see."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pos.ui import theme
from pos.ui.widgets.buttons import Button, icon_button
from pos.ui.widgets.dialog import field
from pos.ui.widgets.panels import scroller
from pos.ui.widgets.text import ElidedLabel, Label, wrapped
from tests.gallery.brush import painted
from tests.gallery.eyes import cut_off, nameless
from tests.ui.front_fixture import turn


@pytest.fixture
def shown(qtbot, qapp):
    theme.apply(qapp)

    def show(*widgets):
        window = QWidget()
        line = QVBoxLayout(window)
        for widget in widgets:
            line.addWidget(widget)
        qtbot.addWidget(window)
        window.resize(600, 400)
        window.show()
        turn()
        return window

    return show


def test_texts_that_do_not_fit_are_seen(shown):
    narrow, flat = Label("A long sentence about tea"), Label("Tea")
    narrow.setFixedWidth(40)
    flat.setFixedHeight(6)
    squeezed = wrapped("A sentence that needs three lines in so little width")
    squeezed.setFixedSize(120, 20)
    button, entry = Button("Add to the cart"), field("Scan or search products")
    button.setFixedWidth(50)
    entry.setFixedWidth(60)
    fine = (Label("Fine"), Button("Fine as well"), field("Fine, too"))
    window = shown(narrow, flat, squeezed, button, entry, *fine)
    assert set(cut_off(window)) == {narrow.text(), flat.text(), squeezed.text(), button.text(), ""}


def test_a_button_outside_the_window_is_seen(shown):
    window = shown(Label("Here"))
    lost = Button("Lost")
    lost.setParent(window)
    lost.move(590, 10)
    lost.show()
    assert "outside" in cut_off(window)["Lost"]


def test_a_control_without_a_name_is_seen(shown):
    named = (icon_button("x", "Close"), Button("Save"), field("Name"))
    nameless_ones = (icon_button("x", ""), field())
    window = shown(*named, *nameless_ones)
    assert len(nameless(window)) == 2


class Painted(QWidget):
    """Paints a text of its own into a box."""

    def __init__(self, *texts):
        super().__init__()
        self.setFixedSize(200, 60)
        self.texts = texts

    def paintEvent(self, _event):
        painter = QPainter(self)
        for box, text in self.texts:
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft), text)
        painter.end()


def test_painted_texts_that_do_not_fit_are_seen(shown):
    fine = Painted((QRect(0, 0, 200, 30), "Fine"), (QRect(0, 30, 200, 30), "Below"))
    assert painted(shown(fine)) == {}
    narrow = Painted((QRect(0, 0, 20, 30), "A long sentence"))
    assert "needs" in painted(shown(narrow))["A long sentence"]
    twice = Painted((QRect(0, 0, 200, 30), "Price"), (QRect(5, 4, 190, 30), "Stock"))
    assert painted(shown(twice)) == {"Price": "lies on 'Stock'"}
    short = ElidedLabel("A name that is much too long for so narrow a place on the screen")
    short.setFixedWidth(60)
    window = shown(short)
    assert "is shortened" in painted(window)[short.text()]


def test_what_a_scroller_hides_at_its_side_is_seen(shown):
    wide = Label("These words are wider than what shows them, and nothing scrolls sideways")
    area = scroller(wide, "Words")
    area.setFixedWidth(150)
    assert "needs" in cut_off(shown(area))["QScrollArea"]
