"""The check of a till that cannot open, inside the window that says so."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pos.ui.controllers.doctor import DoctorController, Examines
from pos.ui.i18n import tr
from pos.ui.screens.doctor_panel import DoctorPanel
from pos.ui.threads import Calls
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.panels import column, row, scroller
from pos.ui.widgets.text import Label


class Checking(QWidget):
    """Holds the panel once it is asked for; ``left``: back to the message."""

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.panel = DoctorPanel()
        self.back = Button(tr("Back"))
        self.back.clicked.connect(self.left)
        body = column(self, 16, 24)
        body.addLayout(row(self.back, Label(tr("Check this till"), "title"), 1))
        body.addWidget(scroller(self.panel), 1)
        self._calls: Calls | None = None
        self.controller: DoctorController | None = None

    def open(self, examines: Callable[[], Examines]) -> None:
        """Make the thread and what checks, once, and begin."""
        if self.controller is None:
            self._calls = Calls("doctor", self)
            self.controller = DoctorController(self.panel, examines(), self._calls)
            self.panel.check.click()

    def shut(self) -> None:
        """End the check under way and its thread."""
        if self.controller is not None and self._calls is not None:
            self.controller.leave()
            self._calls.close()
