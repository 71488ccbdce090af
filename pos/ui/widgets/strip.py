"""A row that may be wider than its place: the wheel and two arrows move it."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.tokens import GRID, TOUCH
from pos.ui.widgets.buttons import icon_button, on_click
from pos.ui.widgets.panels import scroller


class Strip(QWidget):
    """``content`` side by side with arrows, which are there only while something is out of sight.

    What takes the keyboard is moved into sight.
    """

    def __init__(self, content: QWidget, height: int) -> None:
        super().__init__()
        self.setFixedHeight(height)
        self._content, self._area = content, scroller(content)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = self._area.horizontalScrollBar()
        self.back = on_click(icon_button("chevron-left", tr("Further left")), self._go_back)
        self.on = on_click(icon_button("chevron-right", tr("Further right")), self._go_on)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        line.addWidget(self.back)
        line.addWidget(self._area, 1)
        line.addWidget(self.on)
        self._area.viewport().installEventFilter(self)
        self._bar.rangeChanged.connect(self._arrows)
        self._bar.valueChanged.connect(self._arrows)
        cast("QApplication", QApplication.instance()).focusChanged.connect(self._follow)
        for arrow in (self.back, self.on):
            arrow.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard walks along the row itself
        self._arrows()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Turn the wheel sideways, for a mouse has one wheel."""
        if isinstance(event, QWheelEvent) and self._bar.maximum():
            turned = event.angleDelta()
            self._bar.setValue(self._bar.value() - (turned.y() or turned.x()))
            return True
        return super().eventFilter(watched, event)

    def _go_back(self) -> None:
        self._bar.setValue(self._bar.value() - self._bar.pageStep())

    def _go_on(self) -> None:
        self._bar.setValue(self._bar.value() + self._bar.pageStep())

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Bring what the arrow keys came to into sight; Qt does so for Tab only.

        Never under a finger: what it presses would be gone before it lets go.
        """
        pressed = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        if now is not None and not pressed and self._content.isAncestorOf(now):
            self._area.ensureWidgetVisible(now, TOUCH, 0)

    def _arrows(self) -> None:
        """Both come and go together, so that the row does not jump under the finger."""
        wide = self._bar.maximum() > 0
        for arrow, more in (
            (self.back, self._bar.value() > 0),
            (self.on, self._bar.value() < self._bar.maximum()),
        ):
            arrow.setVisible(wide)
            arrow.setEnabled(more)
