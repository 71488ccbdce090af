"""The list of steps of a payment: what is done, what it waits for, what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pos.ui import theme
from pos.ui.icons import pixmap
from pos.ui.tokens import GRID
from pos.ui.widgets.panels import clear, row
from pos.ui.widgets.text import Label, wrapped

_SIDE = 28
_TURN_MS = 50


class StepState(StrEnum):
    """Where a step stands."""

    DONE = "done"
    CURRENT = "current"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepView:
    """One line of the list."""

    text: str
    state: StepState = StepState.PENDING


class StepMark(QWidget):
    """A tick, a turning ring, an empty circle or a cross."""

    def __init__(self, state: StepState, side: int = _SIDE) -> None:
        super().__init__()
        self._state, self._side, self._angle = state, side, 0
        self._timer = QTimer(self, interval=_TURN_MS)
        self._timer.timeout.connect(self._turn)
        self.setFixedSize(QSize(side, side))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._state is StepState.CURRENT:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(1.5, 1.5, self._side - 3, self._side - 3)
        if self._state in (StepState.DONE, StepState.FAILED):
            self._paint_ended(painter, box)
        else:
            self._paint_ring(painter, box)
        painter.end()

    def _paint_ended(self, painter: QPainter, box: QRectF) -> None:
        tokens = theme.tokens()
        done = self._state is StepState.DONE
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.ok if done else tokens.bad))
        painter.drawEllipse(box)
        size = round(self._side * 0.58)
        at = (self._side - size) // 2
        painter.drawPixmap(at, at, pixmap("check" if done else "x", tokens.surface, size))

    def _paint_ring(self, painter: QPainter, box: QRectF) -> None:
        tokens = theme.tokens()
        current = self._state is StepState.CURRENT
        painter.setPen(QPen(QColor(tokens.accent if current else tokens.line), 2.4))
        if current:
            painter.drawArc(box, -self._angle * 16, 290 * 16)
        else:
            painter.drawEllipse(box)

    def _turn(self) -> None:
        self._angle = (self._angle + 15) % 360
        self.update()


class StepList(QWidget):
    """Draws the steps from top to bottom."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[StepView, ...] = ()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4 * GRID)

    def show_steps(self, steps: Sequence[StepView]) -> None:
        """Replace the list; an equal list is left alone, so that nothing flickers."""
        if tuple(steps) == self._shown:
            return
        self._shown = tuple(steps)
        clear(self._rows)
        for step in steps:
            line = row(StepMark(step.state), _words(step), spacing=3 * GRID)
            line.setStretch(1, 1)
            self._rows.addLayout(line)


def _words(step: StepView) -> Label:
    role = {StepState.CURRENT: "strong", StepState.PENDING: "soft"}.get(step.state, "body")
    made = wrapped(step.text, role)
    if step.state is StepState.CURRENT:
        made.set_tone("info")
    elif step.state is StepState.FAILED:
        made.set_tone("bad")
    return made
