"""Giving money back: lines, where it goes, why, and how far it got."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.purchase_views import RefundChoice, RefundLine, RefundView
from pos.ui.tokens import GRID
from pos.ui.widgets.banner import Banner
from pos.ui.widgets.buttons import Button, MenuButton, danger, icon_button, secondary
from pos.ui.widgets.dialog import field
from pos.ui.widgets.entry import Stepper, quantity_text
from pos.ui.widgets.panels import AmountRow, amount_rows, clear, column, frame, rule, scroller
from pos.ui.widgets.steps import StepList
from pos.ui.widgets.text import Label, amount, wrapped

OTHER = "other"


class _Line(QFrame):
    """One line: name, what is left, stepper, worth, back to stock."""

    changed = Signal()

    def __init__(self, line: RefundLine) -> None:
        super().__init__()
        self.line_id = line.id
        self.stepper = Stepper(line.chosen, 0, line.can)
        self.stepper.setEnabled(line.can > 0)
        self.restock = Button("", "toggle")
        self.restock.setCheckable(True)
        self.restock.setChecked(line.restock)
        self._left, self._amount = wrapped("", "muted"), amount("", "strong")
        self._amount.setMinimumWidth(84)
        self._lay_out(line)
        self.stepper.changed.connect(self._tell)
        self.restock.clicked.connect(self._tell)
        self.show_line(line)

    def _lay_out(self, line: RefundLine) -> None:
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addWidget(wrapped(line.name, "strong"), 1)
        top.addWidget(self.stepper)
        top.addWidget(self._amount)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, GRID, 0, 0)
        outer.setSpacing(GRID)
        outer.addLayout(top)
        below = QHBoxLayout()
        below.addWidget(self._left, 1)
        below.addWidget(self.restock)
        outer.addLayout(below)
        outer.addWidget(rule())

    def show_line(self, line: RefundLine) -> None:
        """Show what the choice is worth; the stepper keeps what the finger set."""
        sold = tr("Sold {sold} · Refunded {refunded} · Can refund {can}").format(
            sold=quantity_text(line.sold),
            refunded=quantity_text(line.refunded),
            can=quantity_text(line.can),
        )
        self._left.setText(f"{sold}\n{line.detail}" if line.detail else sold)
        self._amount.setText(line.amount)
        back = self.restock.isChecked()
        self.restock.set_text(tr("Back to stock \N{CHECK MARK}") if back else tr("Not to stock"))
        self.restock.setVisible(self.stepper.value > 0 and line.restock)

    def _tell(self) -> None:
        self.changed.emit()


class RefundPanel(QWidget):
    """Shows a `RefundView`; every change leaves as a `RefundChoice` to be computed anew.

    ``refund_asked`` is emitted once; the panel then waits for the next view.
    """

    choice_changed = Signal(object)
    refund_asked = Signal(object)
    left = Signal()
    acted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._view = RefundView("", "", "")
        self._lines: dict[str, _Line] = {}
        self._title, self._subtitle = Label("", "title"), wrapped("", "muted")
        self._back = icon_button("x", tr("Back to the purchase"))
        inside = QWidget()
        self._rows = column(inside, 0)
        self._scroll = scroller(inside)
        self._sums = column(spacing=0)
        self.reason = MenuButton([("", tr("Choose"))], tr("Reason: "))
        self.words = field(tr("What happened?"))
        self.amount = field(tr("Or an amount"))
        self.fee = field(tr("Fee: 5.00 or 10 %"))
        self._approval = frame("soft-warn")
        self._approval_words = wrapped("", "strong")
        self.steps = StepList()
        self.banner = Banner()
        self._why_not = wrapped("", "muted")
        self.refund = danger("")
        self._done = secondary(tr("Back to the purchase"))
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 16)
        outer.setSpacing(2 * GRID)
        words = column(spacing=0)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        head = QHBoxLayout()
        head.addLayout(words, 1)
        head.addWidget(self._back, 0, Qt.AlignmentFlag.AlignTop)
        outer.addLayout(head)
        outer.addWidget(self._scroll, 1)
        QVBoxLayout(self._approval).addWidget(self._approval_words)
        self._approval_words.set_tone("warn")
        typed = QHBoxLayout()
        typed.setSpacing(2 * GRID)
        typed.addWidget(self.amount, 1)
        typed.addWidget(self.fee, 1)
        outer.addLayout(typed)
        outer.addLayout(self._sums)
        below = (self.reason, self.words, self._approval, self.steps, self.banner, self._why_not)
        for widget in (*below, self.refund, self._done):
            outer.addWidget(widget)

    def _wire(self) -> None:
        for button in (self._back, self._done):
            button.clicked.connect(self.left)
        self.reason.chosen.connect(self._reason_chosen)
        for typed in (self.words, self.amount, self.fee):
            typed.textEdited.connect(self._tell)
        self.refund.clicked.connect(self._ask)
        self.banner.acted.connect(self.acted)

    def show_view(self, view: RefundView) -> None:
        """Show the newest computation; another order starts a new choice."""
        if view.order_id != self._view.order_id or set(self._lines) != {x.id for x in view.lines}:
            self.begin(view)
        self._view = view
        self._title.setText(view.title)
        self._subtitle.setText(view.subtitle)
        for line in view.lines:
            self._lines[line.id].show_line(line)
        self._show_sums(view)
        self._show_choice(view)
        self._show_state(view)

    def choice(self) -> RefundChoice:
        """Return what is chosen now."""
        chosen = [each for each in self._lines.values() if each.stepper.value > 0]
        return RefundChoice(
            self._view.order_id,
            tuple((each.line_id, each.stepper.value) for each in chosen),
            tuple(each.line_id for each in chosen if each.restock.isChecked()),
            self.reason.value,
            self.words.text().strip() if self.reason.value == OTHER else "",
            "" if chosen else self.amount.text().strip(),
            self.fee.text().strip(),
        )

    def line(self, line_id: str) -> _Line:
        """Return the row of a line; raises `KeyError`."""
        return self._lines[line_id]

    def begin(self, view: RefundView) -> None:
        """Start a choice anew, also of the order that was shown last."""
        clear(self._rows)
        self._lines = {line.id: _Line(line) for line in view.lines}
        for row in self._lines.values():
            row.changed.connect(self._tell)
            self._rows.addWidget(row)
        self._rows.addStretch()
        self.reason.value = ""
        self.reason.set_choices([("", tr("Choose")), *view.reasons])
        for typed in (self.words, self.amount, self.fee):
            typed.clear()
        self.words.hide()

    def _show_sums(self, view: RefundView) -> None:
        clear(self._sums)
        amount_rows(self._sums, view.destinations)
        self._sums.addWidget(AmountRow(tr("Refund"), view.total, "total"))

    def _show_choice(self, view: RefundView) -> None:
        """Show what can be chosen; once it is asked for, only what was chosen."""
        asked = bool(view.steps)
        for row in self._lines.values():
            row.setVisible(not asked or row.stepper.value > 0)
        self._scroll.setEnabled(not view.busy)
        for given in (self.amount, self.fee, self.reason):
            given.setVisible(not asked)
            given.setEnabled(not view.busy)
        self.words.setVisible(not asked and self.reason.value == OTHER)
        self.amount.setEnabled(not view.busy and not self._some_line())
        self.refund.setVisible(not asked)
        self._done.setVisible(asked)

    def _show_state(self, view: RefundView) -> None:
        self._approval_words.setText(view.approval)
        self._approval.setVisible(bool(view.approval))
        self.steps.show_steps(view.steps)
        self.steps.setVisible(bool(view.steps))
        self.banner.show_view(view.banner)
        self._why_not.setText(view.why_not)
        self._why_not.setVisible(bool(view.why_not))
        self.refund.set_text(view.button or tr("Refund"))
        self.refund.setEnabled(view.can_refund and not view.busy)

    def _some_line(self) -> bool:
        return any(each.stepper.value > 0 for each in self._lines.values())

    def _reason_chosen(self, key: str) -> None:
        self.words.setVisible(key == OTHER)
        if key == OTHER:
            self.words.setFocus()
        self._tell()

    def _tell(self) -> None:
        self.refund.setEnabled(False)  # until the new amount is known
        self.choice_changed.emit(self.choice())

    def _ask(self) -> None:
        self.refund.setEnabled(False)  # one touch, one refund
        self.refund_asked.emit(self.choice())
