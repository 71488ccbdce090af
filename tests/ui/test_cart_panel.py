"""What the cart's panel paints itself."""

from dataclasses import replace

import pytest
from PySide6.QtGui import Qt, QTextDocumentFragment
from PySide6.QtWidgets import QApplication

from pos.ui import theme
from pos.ui.screens.cart_totals import Sums
from tests.gallery.looking import settle
from tests.ui.fakes import CART
from tests.ui.test_sale import sale, shell

__all__ = ["sale", "shell"]  # fixtures


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_panel_paints_its_own_ground(sale, look):
    app = QApplication.instance()
    try:
        tokens = theme.apply(app, look)
        picture = sale.panel.grab().toImage()
    finally:
        theme.apply(app, "light")
    beside, below = sale.panel.width() // 2, sale.panel.lines.geometry().bottom() - 4
    assert picture.pixelColor(beside, 3).name() == tokens.surface
    assert picture.pixelColor(beside, below).name() == tokens.surface
    assert picture.pixelColor(0, 3).name() == tokens.line


def test_the_sums_say_what_they_paint_and_show_what_was_cut(sale):
    sums = sale.panel.findChild(Sums)
    assert sums.accessibleName().startswith("Subtotal $206.40, ")
    assert sums.accessibleName().endswith("Total $196.41")
    long = "A tax with a very long name that does not fit into the panel at all 8.875 %"
    sale.show_cart(replace(CART, taxes=((long, "$5.01"),)))
    assert sums.toolTip() == ""
    settle()
    assert sums.toolTip() == long


@pytest.mark.parametrize("name", ["<img src='file:///etc/hostname'> tax", "a < b & <b>c</b>", "x"])
def test_what_hovers_over_a_cut_text_is_plain_text(sale, name):
    sums = sale.panel.findChild(Sums)
    long = f"{name} with a very long name that does not fit into the panel at all"
    sale.show_cart(replace(CART, taxes=((long, "$5.01"), (f"{long}!", "$1.00"))))
    settle()
    tip = sums.toolTip()
    seen = QTextDocumentFragment.fromHtml(tip).toPlainText() if Qt.mightBeRichText(tip) else tip
    assert seen == f"{long}\n{long}!"
