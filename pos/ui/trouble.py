"""The window that says why the till cannot open, and what to do."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from pos.errors import CashierError, PosError
from pos.services.safety import Copy
from pos.ui.controllers.doctor import Examines
from pos.ui.i18n import tr
from pos.ui.threads import Calls, unexpected
from pos.ui.trouble_check import Checking
from pos.ui.widgets.banner import Banner, banner_for
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.panels import column
from pos.ui.widgets.text import Label, wrapped

_WIDTH, _HEIGHT = 640, 320
EXIT_TROUBLE = 3
"""Exit code of a till that could not open."""
_WIDE, _HIGH = 900, 720
"""Pixels wanted for the lines of a check."""


@dataclass(frozen=True, slots=True)
class Rescue:
    """What can be done about a damaged file; each runs off the GUI thread.

    ``find`` looks for the newest good copy, ``restore`` puts it in place, and
    ``go_on``, where the file is sound but older, starts a new series with it.
    """

    find: Callable[[], Copy | None]
    restore: Callable[[Copy], object]
    go_on: Callable[[], object] | None = None


class TroubleWindow(QWidget):
    """One message, a way out, and a copy to restore where one would help."""

    def __init__(
        self,
        error: CashierError,
        rescue: Rescue | None = None,
        examines: Callable[[], Examines] | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle(tr("Tillkeep"))
        self.setProperty("role", "page")
        self.resize(_WIDTH, _HEIGHT)
        self.mended = False
        self._rescue = rescue
        self._copy: Copy | None = None
        self._calls = Calls("rescue", self) if rescue else None
        self._banner = Banner()
        self._banner.show_view(banner_for(error))
        self.hint = wrapped("", "dim")
        self.restore = Button("", "primary")
        self.go_on = Button(tr("Go on with this file in a new number series"))
        self.check, self.leave = Button(tr("Check this till")), Button(tr("Close"))
        self._examines, self._doctor = examines, Checking(self)
        self._lay_out()
        self._wire()
        self.leave.setFocus()

    def _lay_out(self) -> None:
        self._page = QWidget()
        both = column(self, 0)
        for page in (self._page, self._doctor):
            both.addWidget(page)
        line = self._line = QVBoxLayout(self._page)
        line.setContentsMargins(24, 24, 24, 24)
        line.setSpacing(16)
        line.addWidget(Label(tr("Tillkeep cannot open"), "title"))
        line.addWidget(self._banner)
        line.addWidget(self.hint)
        line.addStretch()
        for button in (self.restore, self.go_on, self.check, self.leave):
            line.addWidget(button)
        for widget in (self.hint, self.restore, self.go_on, self._doctor):
            widget.hide()
        self.check.setVisible(self._examines is not None)

    def _wire(self) -> None:
        self.leave.clicked.connect(self.close)
        self.check.clicked.connect(self._on_check)
        self._doctor.left.connect(self._on_checked)
        if self._rescue is None or self._calls is None:
            return
        self.restore.clicked.connect(self._on_restore)
        self.go_on.clicked.connect(self._on_go_on)
        self._calls.crashed.connect(self._on_crashed)
        self._say(tr("Looking through the copies…"))
        self._calls.submit(self._rescue.find, then=self._found, failed=self._failed)

    def shut(self) -> bool:
        """End the threads; call it once the window is closed. False: one is still at work."""
        self._doctor.shut()
        return self._calls is None or self._calls.close()

    def _on_check(self) -> None:
        if self._examines is not None:
            self._doctor.open(self._examines)
            self._page.hide()
            self._doctor.show()
            self.setMinimumSize(_WIDTH, _HEIGHT)
            self.resize(max(self.width(), _WIDE), max(self.height(), _HIGH))

    def _on_checked(self) -> None:
        self._doctor.hide()
        self._page.show()
        self._fit()

    def _found(self, copy: Copy | None) -> None:
        self._copy = copy
        self._offer(busy=False)
        if copy is not None:
            self.restore.setFocus()
        if copy is None:
            self._say(
                tr(
                    "There is no copy that could be trusted. Keep the data folder as it is, and"
                    " save a support file: press Check this till."
                )
            )
            return
        at = copy.at.astimezone()
        words = tr("Restore the copy of {day}, {time} (%n sales)", copy.sales)
        self.restore.set_text(words.format(day=f"{at:%Y-%m-%d}", time=f"{at:%H:%M}"))
        self._say(
            tr(
                "Sales made after that copy may be missing on this till. The backend and Stripe"
                " know them. The damaged file is kept, and receipts start a new series of"
                " numbers, so that none is used twice."
            )
        )

    def _offer(self, *, busy: bool) -> None:
        rescue = self._rescue
        self.restore.setVisible(self._copy is not None)
        self.go_on.setVisible(rescue is not None and rescue.go_on is not None)
        for button in (self.restore, self.go_on, self.check, self.leave):
            button.setEnabled(not busy)
        self._fit()

    def _on_restore(self) -> None:
        if self._rescue is not None and self._copy is not None:
            self._do(self._rescue.restore, self._copy)

    def _on_go_on(self) -> None:
        if self._rescue is not None and self._rescue.go_on is not None:
            self._do(self._rescue.go_on)

    def _do(self, act: Callable[..., object], *args: object) -> None:
        self._offer(busy=True)
        if self._calls is not None:
            self._calls.submit(act, *args, then=self._done, failed=self._failed)

    def _done(self, _result: object) -> None:
        self.mended = True
        self.close()

    def _failed(self, error: PosError) -> None:
        self._banner.show_view(banner_for(error))
        self._offer(busy=False)

    def _on_crashed(self, bug: Exception) -> None:
        self._failed(unexpected(bug))

    def _say(self, words: str) -> None:
        self.hint.setText(words)
        self.hint.show()
        self._fit()

    def _fit(self) -> None:
        """Be as large as the words want: labels that break lines have no minimum of their own."""
        if self._page.isHidden():
            return
        needed = self._line.totalHeightForWidth(max(self.width(), _WIDTH))
        self.setMinimumSize(_WIDTH, max(needed, _HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def show_trouble(
    error: CashierError,
    rescue: Rescue | None = None,
    examines: Callable[[], Examines] | None = None,
) -> bool:
    """Show the window until it is closed; says whether the till can be opened again now.

    ``examines`` makes what checks the till, where somebody asks for that.
    """
    window = TroubleWindow(error, rescue, examines)
    window.show()
    QApplication.exec()
    if not (window.shut() or window.mended):
        os._exit(EXIT_TROUBLE)  # Qt aborts when a thread is destroyed running; it can be ended
    return window.mended
