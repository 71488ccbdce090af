"""The keyboard's place can be seen in every theme, and Tab goes on in reading order."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QScrollBar, QWidget

from pos.ui.tokens import THEMES, contrast
from pos.ui.widgets.overlay import Overlay
from tests.gallery.looking import SIZES, settle, shown, wear
from tests.gallery.scenes import SCENES

VISIBLE = 3.0
"""Contrast between the same pixels with and without the keyboard (WCAG 2.2, 2.4.13)."""
ENOUGH = 8
NAMES = (
    "sale", "sale-note", "checkout-cash", "checkout-card-waiting", "checkout-done",
    "customer-chooser", "purchase", "refund", "receipt", "status-sync-parked",
    "settings-look", "settings-shop", "settings-taxes", "first-run-country", "trouble",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _plain_afterwards():
    yield
    wear("light")


def reachable(window: QWidget) -> list[QWidget]:
    """List what Tab goes to, in its order."""
    overlay = getattr(window, "overlay", None)
    found, at = [], window.nextInFocusChain()
    while at is not window:
        usable = at.isVisible() and at.isEnabled() and at.focusPolicy() & Qt.FocusPolicy.TabFocus
        if usable and not isinstance(at, QScrollBar) and at.focusProxy() is None:
            found.append(at)
        at = at.nextInFocusChain()
    inside = [each for each in found if overlay is None or overlay.isAncestorOf(each)]
    return [each for each in inside if not isinstance(each, Overlay)]


def kind(widget: QWidget) -> tuple:
    checked = isinstance(widget, QAbstractButton) and widget.isChecked()
    return type(widget).__name__, widget.property("role"), checked


@pytest.mark.parametrize("look", THEMES)
def test_the_place_of_the_keyboard_can_be_seen(qapp, calls, look):
    qapp.setCursorFlashTime(0)
    wear(look)
    known, unseen = set(), []
    for name in NAMES:
        with shown(SCENES[name], calls, SIZES[0]) as window:
            window.activateWindow()
            settle()
            for widget in reachable(window):
                if kind(widget) not in known:
                    known.add(kind(widget))
                    if changed(window, widget) < ENOUGH:
                        unseen.append((name, *kind(widget)))
    assert len(known) > 15
    assert not unseen, "\n".join(map(str, unseen))


def changed(window: QWidget, widget: QWidget) -> int:
    """Count the pixels, on a few lines across, that differ strongly once it has the keyboard."""
    if window.focusWidget():
        window.focusWidget().clearFocus()
    settle(1)
    place = QRect(widget.mapTo(window, QPoint()), widget.size())
    before = window.grab(place).toImage()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    settle(1)
    after = window.grab(place).toImage()
    return sum(contrast(*pair) >= VISIBLE for pair in pairs(before, after))


def pairs(one: QImage, other: QImage):
    width, height = one.width(), one.height()
    points = [(x, height * n // 6) for n in range(1, 6) for x in range(width)]
    points += [(width * n // 6, y) for n in range(1, 6) for y in range(height)]
    for x, y in points:
        first, second = one.pixel(x, y), other.pixel(x, y)
        if first != second:
            yield one.pixelColor(x, y).name(), other.pixelColor(x, y).name()


@pytest.mark.parametrize("name", SCENES)
def test_tab_goes_on_in_reading_order(calls, name):
    """Beside what it shares its frame with, the next is never above and left of the one before."""
    with shown(SCENES[name], calls, SIZES[0]) as window:
        order = reachable(window)
        for before, after in itertools.pairwise(order):
            if before.parentWidget() is after.parentWidget():
                here, there = before.geometry(), after.geometry()
                back = there.bottom() < here.top() and there.right() < here.right()
                left = there.right() < here.left() and abs(there.top() - here.top()) < 8
                assert (back, left) == (False, False), (before, after)
