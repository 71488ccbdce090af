"""The keyboard-wedge scanner: one event filter on the application.

Printable keys are held back for at most `Timing.gap_ms` after the last of
them; a burst becomes `Scanner.scanned` and reaches no widget, anything else is
delivered in order to the widget that had the keyboard. No printable key may be
a shortcut: the filter claims them, so that a scan can never trigger one.

A real keyboard's event comes by twice, at the window and at the widget. A held
key is stopped at the window, and a key that passes only ends what is held,
which is harmless to do again: nothing is counted twice.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from pos.ui.wedge import Kind, Stroke, Timing, Verdict, WedgeBuffer, printable

_LATE_MS = 15.0
_POINTER = (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin)
_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_MODIFIERS = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
}
# plain integers: every key of a scan is looked at, and Python's flags cost ten times as much
_CTRL = Qt.KeyboardModifier.ControlModifier.value
_ALT = Qt.KeyboardModifier.AltModifier.value
_META = Qt.KeyboardModifier.MetaModifier.value


def monotonic_ms() -> float:
    """Return a clock in milliseconds that never goes back."""
    return time.monotonic() * 1000


@dataclass(frozen=True, slots=True)
class _Held:
    """A key event kept for later, with the widget that had the keyboard."""

    event: QKeyEvent
    target: QObject


class Scanner(QObject):
    """Install once; emits each recognised code.

    Set ``mode`` to ``"queue"`` while a money step runs: codes wait and are
    emitted in order when it goes back to ``"deliver"``. ``queued`` says how
    many wait, ``refused`` that a burst was too long for any code.
    """

    scanned = Signal(str)
    queued = Signal(int)
    refused = Signal(str)

    def __init__(
        self,
        app: QApplication,
        timing: Timing | None = None,
        clock: Callable[[], float] = monotonic_ms,
    ) -> None:
        super().__init__(app)
        self._buffer = WedgeBuffer(timing)
        self._clock = clock
        self._mode = "deliver"
        self._queue: deque[str] = deque()
        self._claimed: deque[int] = deque(maxlen=256)  # held or swallowed: their releases too
        self._replaying = False
        self._due = 0.0
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._silence)
        app.installEventFilter(self)

    @property
    def mode(self) -> str:
        """``"deliver"`` or ``"queue"``."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self._mode = mode
        while self._mode == "deliver" and self._queue:
            self.scanned.emit(self._queue.popleft())

    @property
    def waiting(self) -> int:
        """How many codes are kept."""
        return len(self._queue)

    def set_timing(self, timing: Timing) -> None:
        """Use other settings from the next key on."""
        self._apply(self._buffer.expire())
        self._buffer.timing = timing

    def close(self) -> None:
        """Stop listening; what is held is delivered."""
        self._timer.stop()
        self._apply(self._buffer.expire())
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]  # it exists

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at keys and touches; every event of the program comes by, so the rest is quick."""
        if isinstance(event, QKeyEvent):
            return not self._replaying and self._on_key(event)
        if self._buffer.holding and event.type() in _POINTER:
            self._conclude()
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride:
            return self._claim_shortcut(event)
        if kind == QEvent.Type.KeyRelease:
            return self._release(event)
        return self._press(event)

    def _claim_shortcut(self, event: QKeyEvent) -> bool:
        claimed = _kind(event) is Kind.TEXT
        if claimed:
            event.accept()
        return claimed

    def _press(self, event: QKeyEvent) -> bool:
        if event.key() in _MODIFIERS:
            return False
        held = _Held(_copy(event), _target())
        at = float(event.timestamp()) or self._clock()
        kind = _kind(event)
        text = printable(event.text()) if kind is Kind.TEXT else ""
        verdict = self._buffer.press(Stroke(kind, text, held, at))
        self._apply(verdict)
        self._arm()
        if not verdict.passes:
            self._claimed.append(event.key())
        return not verdict.passes

    def _release(self, event: QKeyEvent) -> bool:
        """Swallow the release of a swallowed press; a delivered press had its own."""
        if event.key() not in self._claimed:
            return False
        self._claimed.remove(event.key())
        return True

    def _arm(self) -> None:
        if not self._buffer.holding:
            self._timer.stop()
            return
        wait = self._buffer.wait_ms() + 1
        self._due = self._clock() + wait
        self._timer.start(round(wait))

    def _silence(self) -> None:
        """Judge after silence; when the timer is late, keys may be waiting before us."""
        if self._buffer.holding and self._clock() - self._due > _LATE_MS:
            self._due = self._clock()
            self._timer.start(0)
            return
        self._conclude()

    def _conclude(self) -> None:
        self._timer.stop()
        self._apply(self._buffer.expire())

    def _apply(self, verdict: Verdict) -> None:
        for code in verdict.scans:
            self._scan(code)
        for held in verdict.typed:
            self._deliver(held)
        if verdict.too_long:
            self.refused.emit("too-long")

    def _scan(self, code: str) -> None:
        if self._mode == "deliver":
            self.scanned.emit(code)
        else:
            self._queue.append(code)
            self.queued.emit(len(self._queue))

    def _deliver(self, held: _Held) -> None:
        target = held.target if isValid(held.target) else _target()
        self._replaying = True
        try:
            QApplication.sendEvent(target, held.event)
            QApplication.sendEvent(target, _copy(held.event, QEvent.Type.KeyRelease))
        finally:
            self._replaying = False


def _target() -> QObject:
    """Return who would get a key now: an open menu before the focused widget."""
    popup = QApplication.activePopupWidget()
    if popup is not None:
        return popup.focusWidget() or popup
    focus = QApplication.focusWidget() or QApplication.activeWindow()
    return focus or QApplication.instance()  # type: ignore[return-value]  # it exists


def _kind(event: QKeyEvent) -> Kind:
    held, key, text = event.modifiers().value, event.key(), event.text()
    command = held & (_CTRL | _ALT)
    if event.isAutoRepeat() or held & _META:
        return Kind.BREAK
    if key in _ENDS and not command:
        return Kind.TERMINATOR
    if text and printable(text) and command != _CTRL:
        # Ctrl and Alt together are AltGr; Alt alone is a menu's key
        return Kind.BREAK if command == _ALT else Kind.TEXT
    if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Escape):
        return Kind.BREAK
    return Kind.NOISE if text or command else Kind.BREAK


def _copy(event: QKeyEvent, kind: QEvent.Type | None = None) -> QKeyEvent:
    """Make an event of our own; what `clone` makes belongs to nobody and is never freed."""
    return QKeyEvent(
        kind or event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )
