"""Dialogs and side sheets inside the window: the screen behind stays where it was."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from pos.ui.tokens import GRID
from pos.ui.widgets.panels import frame
from pos.ui.widgets.text import Label, centred

_DIM = QColor(0, 0, 0, 84)
_TOAST_MS = 1600
_RIGHT = Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class PanelSize:
    """How much room a panel may take, in pixels; height 0 means what it needs."""

    width: int = 480
    height: int = 0
    side: bool = False


class Overlay(QWidget):
    """Dims its host and holds one panel; the keyboard stays inside until it closes."""

    closed = Signal()

    def __init__(self, host: QWidget, content: QWidget, size: PanelSize) -> None:
        super().__init__(host)
        self.content = content
        self._host, self._size = host, size
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_title(content))
        self._before: QWidget | None = host.window().focusWidget()
        self._panel = frame("sheet" if size.side else "dialog")
        inner = QVBoxLayout(self._panel)
        inner.setContentsMargins(20, 16, 20, 20)
        inner.addWidget(content)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._panel, 0, _RIGHT if size.side else Qt.AlignmentFlag.AlignCenter)
        host.installEventFilter(self)
        self._fit()

    def _fit(self) -> None:
        self.setGeometry(self._host.rect())
        room = self._host.size()
        margin = 0 if self._size.side else 14 * GRID
        self._panel.setFixedWidth(min(self._size.width, room.width() - margin))
        if self._size.side:
            self._panel.setFixedHeight(room.height())
        elif self._size.height:
            self._panel.setFixedHeight(min(self._size.height, room.height() - margin))
        else:
            self._panel.setMaximumHeight(room.height() - margin)

    def open(self, first: QWidget | None = None) -> None:
        """Show and take the keyboard."""
        self.show()
        self.raise_()
        (first or next(iter(self._reachable()), self)).setFocus()

    def close_panel(self) -> None:
        """Close, give the keyboard back and delete; closing twice is harmless."""
        if self.isHidden():
            return
        self.hide()
        self._host.removeEventFilter(self)
        self.closed.emit()
        if self._before is not None and isValid(self._before):
            self._before.setFocus()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), _DIM)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # a stray touch beside the panel neither closes it nor reaches the screen

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001  Qt's signature
        reachable = self._reachable()
        if not reachable:
            return True
        now = self.window().focusWidget()
        at = reachable.index(now) if now in reachable else -1
        step = 1 if forward else -1
        reachable[(at + step) % len(reachable)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _reachable(self) -> list[QWidget]:
        return [
            child
            for child in self._panel.findChildren(QWidget)
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus
            and child.isEnabled()
            and child.isVisibleTo(self)
        ]


def _title(content: QWidget) -> str:
    """Return what a panel is called: the first title in it."""
    titles = (each for each in content.findChildren(Label) if each.property("role") == "title")
    return next((each.text() for each in titles), "")


class Toast(Label):
    """A word that leaves by itself; only for what nobody must act on, such as Copied."""

    def __init__(self, host: QWidget) -> None:
        super().__init__("", "toast", host)
        self._host = host
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self, singleShot=True, interval=_TOAST_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, text: str) -> None:
        """Show for a moment at the foot of the window."""
        self.setText(text)
        self.adjustSize()
        across, down = self._host.width() - self.width(), self._host.height() - self.height()
        self.move(across // 2, down - 24)
        self.show()
        self.raise_()
        self._timer.start()


def empty_state(title: str, text: str) -> QFrame:
    """Return what a list shows when it has nothing: what is missing and what to do."""
    made = frame("empty")
    lines = QVBoxLayout(made)
    lines.addStretch()
    lines.addWidget(centred(title, "heading"))
    lines.addWidget(centred(text, "muted"))
    lines.addStretch()
    return made
