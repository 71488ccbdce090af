"""Taking cash: what was received, quick amounts, change."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pos.money import format_minor
from pos.ui.i18n import tr
from pos.ui.screens.checkout_views import CashView
from pos.ui.screens.quick_cash import quick_amounts
from pos.ui.tokens import GRID
from pos.ui.widgets.banner import Banner
from pos.ui.widgets.buttons import Button, primary
from pos.ui.widgets.entry import NumPad, pad_key, typed_minor
from pos.ui.widgets.panels import clear, frame
from pos.ui.widgets.text import Label, restyle

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CashPage(QWidget):
    """Emits `given` once with what was received, in minor units.

    The exact amount completes at once; others show the change first. The keys
    of the pad type minor units: 1 8 0 0 0 is 180.00.
    """

    given = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Cash received"))
        self._view = CashView(0, "usd")
        self._digits = ""
        self._received = Label("", "entry")
        self._quick = QGridLayout()
        self._quick.setSpacing(2 * GRID)
        self._change = frame("soft-ok")
        self._change_words, self._change_figure = Label("", "body"), Label("", "display")
        self.pad = NumPad()
        self.banner = Banner()
        self.complete = primary("")
        self._why_not = Label("", "muted")
        self._lay_out()
        self.pad.pressed.connect(self._type)
        self.complete.clicked.connect(self._give)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addWidget(Label(tr("Received"), "muted"))
        left.addWidget(self._received)
        left.addSpacing(2 * GRID)
        left.addLayout(self._quick)
        left.addSpacing(2 * GRID)
        left.addWidget(self._change_box())
        left.addWidget(self.banner)
        left.addStretch()
        line = QHBoxLayout()
        line.setSpacing(6 * GRID)
        line.addLayout(left, 17)
        line.addWidget(self.pad, 10)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2 * GRID)
        outer.addLayout(line, 1)
        outer.addWidget(self._why_not, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addWidget(self.complete)

    def _change_box(self) -> QFrame:
        inner = QVBoxLayout(self._change)
        inner.setContentsMargins(18, 14, 18, 14)
        inner.setSpacing(0)
        inner.addWidget(self._change_words)
        inner.addWidget(self._change_figure)
        return self._change

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        restyle(self._received, typed=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        restyle(self._received, typed=False)

    def show_view(self, view: CashView) -> None:
        """Show what is due; a new amount starts the entry again."""
        new = (view.due_minor, view.currency) != (self._view.due_minor, self._view.currency)
        self._view = view
        self.banner.show_view(view.banner)
        if new:
            self._digits = ""
            self._build_quick()
        self._refresh()

    @property
    def received(self) -> int:
        """What was entered, in minor units."""
        return int(self._digits or "0")

    def press_exact(self) -> None:
        """Take exactly what is due, as its button does."""
        if not self._view.busy:
            self._digits = str(self._view.due_minor)
            self._give()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = pad_key(event)
        if key:
            self._type(key)
        elif event.key() in _ENTER and not event.isAutoRepeat():
            self._give()
        else:
            super().keyPressEvent(event)

    def _build_quick(self) -> None:
        clear(self._quick)
        due = self._view.due_minor
        exact = tr("{amount} exact").format(amount=self._text(due))
        self.exact = self._place(exact, due, 0)
        self.exact.clicked.connect(self.press_exact)
        for at, minor in enumerate(quick_amounts(due, self._view.currency), 1):
            self._place(self._text(minor), minor, at).clicked.connect(self._quick_chosen)
        other = self._place(tr("Other"), 0, self._quick.count())
        other.clicked.connect(self._start_over)

    def _place(self, words: str, minor: int, at: int) -> Button:
        made = Button(words, "toggle")
        made.setCheckable(True)
        made.setProperty("minor", str(minor))
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Enter belongs to the main button
        self._quick.addWidget(made, at // 2, at % 2)
        return made

    def _quick_chosen(self) -> None:
        if not self._view.busy:
            self._digits = str(self.sender().property("minor"))
        self._refresh()
        self.setFocus()

    def _start_over(self) -> None:
        if not self._view.busy:
            self._digits = ""
        self._refresh()
        self.setFocus()

    def _type(self, key: str) -> None:
        if not self._view.busy:
            self._digits = typed_minor(self._digits, key)
            self._refresh()

    def _give(self) -> None:
        if self._view.busy or not self._enough():
            return
        self._view = CashView(
            self._view.due_minor, self._view.currency, self._view.locale, busy=True
        )
        self._refresh()
        self.given.emit(self.received)

    def _enough(self) -> bool:
        due = self._view.due_minor
        return self.received >= due or (self._view.partial and self.received > 0)

    def _refresh(self) -> None:
        self._received.setText(self._text(self.received))
        for button in self.findChildren(Button):
            if button.property("minor") is not None:
                button.setChecked(bool(self._digits) and button.property("minor") == self._digits)
        self._show_change(self.received - self._view.due_minor)
        self._show_button()

    def _show_change(self, change: int) -> None:
        short = change < 0
        words = tr("Still due") if short else tr("Change")
        restyle(self._change, role="note" if short else "soft-ok")
        for label, text in (
            (self._change_words, words),
            (self._change_figure, self._text(abs(change))),
        ):
            label.setText(text)
            label.set_tone("neutral" if short else "ok")

    def _show_button(self) -> None:
        missing = self._view.due_minor - self.received
        words = tr("Complete sale")
        if self._view.partial and self.received > 0 and missing > 0:
            words = tr("Take {amount} in cash").format(amount=self._text(self.received))
        if self._view.busy:
            words = tr("Completing the sale\N{HORIZONTAL ELLIPSIS}")
        self.complete.set_text(words)
        self.complete.setEnabled(self._enough() and not self._view.busy)
        hint = tr("{amount} more to complete the sale").format(amount=self._text(missing))
        self._why_not.setText("" if self._enough() else hint)

    def _text(self, minor: int) -> str:
        return format_minor(minor, self._view.currency, self._view.locale)
