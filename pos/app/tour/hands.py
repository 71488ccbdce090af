"""A cashier's hands and eyes at the window: buttons, keys, the scanner, words on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)

from pos.app.tour.waiting import turn, until
from pos.ui.shell import Shell

_LEFT = Qt.MouseButton.LeftButton
_PERSON_MS = 60
"""Between two keys: slower than any scanner, so that the till knows a person."""
_SCANNER_MS = 8
_WORDS_PX = 40
"""From the left edge of a row: where its words are, and no button."""
_NO_KEYS = Qt.KeyboardModifier.NoModifier


class Hands:
    """Touches one window; waits for what is to be touched, and says what it waited for."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._clock = count(1_000_000, 1_000)

    # eyes

    def words(self, within: QWidget | None = None) -> str:
        """Return everything that can be read, one text a line."""
        return "\n".join(text for text, _ in self._texts(within or self._shell))

    def reads(self, text: str, within: QWidget | None = None) -> None:
        """Wait until a text can be read."""
        place = within or self._shell
        until(f"“{text}” on the screen", lambda: text in self.words(place))

    def button(self, words: str, within: QWidget | None = None) -> QAbstractButton:
        """Wait for a button that shows these words (or begins with them) and can be pressed."""
        place = within or self._shell
        return until(f"the button “{words}”", lambda: self._button(words, place))

    def _button(self, words: str, within: QWidget) -> QAbstractButton | None:
        found = [
            button
            for button in within.findChildren(QAbstractButton)
            if _shown(button) and button.isEnabled() and _says(button, words)
        ]
        return min(found, key=lambda button: len(_face(button)), default=None)

    def _texts(self, within: QWidget) -> Iterator[tuple[str, QWidget]]:
        for label in within.findChildren(QLabel):
            if _shown(label):
                yield label.text(), label
        for button in within.findChildren(QAbstractButton):
            if _shown(button):
                yield _face(button), button

    # hands

    def press(self, words: str, within: QWidget | None = None) -> None:
        """Touch a button by its words."""
        self.click(self.button(words, within))

    def click(self, button: QAbstractButton, times: int = 1) -> None:
        """Touch a button, so often that nothing can happen in between."""
        until(f"“{_face(button)}” to be pressed", lambda: _shown(button) and button.isEnabled())
        for _ in range(times):
            QTest.mouseClick(button, _LEFT)

    def choose(self, view: QAbstractItemView, row: int, column: int = 0) -> None:
        """Touch a cell of a list or grid, at its words."""
        index = view.model().index(row, column)
        view.scrollTo(index)
        until("a row to touch", lambda: view.visualRect(index).isValid())
        box = view.visualRect(index)
        at = QPoint(box.left() + min(_WORDS_PX, box.width() // 2), box.center().y())
        QTest.mouseClick(view.viewport(), _LEFT, _NO_KEYS, at)

    def pick(self, menu: QMenu, words: str) -> None:
        """Touch a line of an open menu."""
        line = next(line for line in menu.actions() if line.text() == words)
        QTest.mouseClick(menu, _LEFT, _NO_KEYS, menu.actionGeometry(line).center())

    def key(self, key: Qt.Key, times: int = 1, modifier: Qt.KeyboardModifier = _NO_KEYS) -> None:
        """Press a key where the keyboard is."""
        target = self._focus()
        for _ in range(times):
            QTest.keyClick(target, key, modifier)

    def type(self, text: str, into: QLineEdit | None = None) -> None:
        """Type as slowly as a person."""
        if into is not None:
            QTest.mouseClick(into, _LEFT)
            into.selectAll()
        for sign in text:
            QTest.keyClicks(self._focus(), sign)
            turn(_PERSON_MS)

    def scan(self, code: str) -> None:
        """Send a code as a keyboard-wedge scanner does: quick keys, then Enter.

        The keys carry the time at which the scanner sent them, as they do from
        a real keyboard, so that a machine out of breath changes nothing.
        """
        at = next(self._clock)
        for number, sign in enumerate(code):
            self._scanned(ord(sign.upper()), sign, at + number * _SCANNER_MS)
        self._scanned(Qt.Key.Key_Return, "\r", at + len(code) * _SCANNER_MS)

    def drop(self, file: Path, onto: QWidget) -> None:
        """Drop a file on a widget, as from a file manager."""
        carried = QMimeData()
        carried.setUrls([QUrl.fromLocalFile(str(file))])
        at, copy = onto.rect().center(), Qt.DropAction.CopyAction
        entering = QDragEnterEvent(at, copy, carried, _LEFT, _NO_KEYS)
        QApplication.sendEvent(onto, entering)
        QApplication.sendEvent(onto, QDropEvent(QPointF(at), copy, carried, _LEFT, _NO_KEYS))

    def _scanned(self, key: int, text: str, at: int) -> None:
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, _NO_KEYS, text)
            event.setTimestamp(at)
            QApplication.sendEvent(self._shell.windowHandle(), event)

    def _focus(self) -> QWidget:
        return QApplication.focusWidget() or self._shell.focusWidget() or self._shell


def _shown(widget: QWidget) -> bool:
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


def _face(button: QAbstractButton) -> str:
    """Return what is read on a button, or aloud when it shows only a picture."""
    return button.text().replace("&&", "&").strip() or button.accessibleName()


def _says(button: QAbstractButton, words: str) -> bool:
    return _face(button).startswith(words)
