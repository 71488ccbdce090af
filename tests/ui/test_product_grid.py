"""The tiles take the keyboard without moving under the finger."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from pos.ui.models.windowed import ROW
from pos.ui.screens.sale_views import ProductView
from tests.ui import fakes

MANY = [ProductView(f"p{n}", f"Product {n}", "$1.00") for n in range(400)]


@pytest.fixture
def sale(qtbot, calls):
    return fakes.shown_sale(qtbot, calls, lambda: len(MANY), lambda at, n: MANY[at : at + n])


def test_the_first_touch_after_scrolling_picks_what_is_under_the_finger(qtbot, sale):
    """The search field had the keyboard until then."""
    picked, grid, place = [], sale.grid, QPoint(200, 200)
    sale.product_picked.connect(picked.append)
    bar = grid.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum() // 2)
    qtbot.waitUntil(lambda: grid.indexAt(place).data(ROW) is not None)
    meant = grid.indexAt(place).data(ROW)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert picked == [meant]
    assert meant not in MANY[:50]


def test_the_keyboard_begins_at_the_first_tile(qtbot, sale):
    sale.grid.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(sale.grid.hasFocus)
    assert sale.grid.currentIndex().data(ROW) == MANY[0]
