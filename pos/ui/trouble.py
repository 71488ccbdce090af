"""The window that says why the till cannot open, and what to do."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from pos.errors import CashierError
from pos.ui.i18n import tr
from pos.ui.widgets.banner import Banner, banner_for
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.text import Label

EXIT_TROUBLE = 3
"""Exit code of a till that could not open."""


class TroubleWindow(QWidget):
    """One message and one way out."""

    def __init__(self, error: CashierError) -> None:
        super().__init__()
        self.setWindowTitle(tr("Tillkeep"))
        self.setProperty("role", "page")
        self.setMinimumSize(560, 260)
        banner = Banner()
        banner.show_view(banner_for(error))
        self.leave = Button(tr("Close"))
        self.leave.clicked.connect(self.close)
        line = QVBoxLayout(self)
        line.setContentsMargins(24, 24, 24, 24)
        line.setSpacing(16)
        line.addWidget(Label(tr("Tillkeep cannot open"), "title"))
        line.addWidget(banner)
        line.addStretch()
        line.addWidget(self.leave)


def show_trouble(error: CashierError) -> int:
    """Show the window until it is closed; returns `EXIT_TROUBLE`."""
    window = TroubleWindow(error)
    window.show()
    QApplication.exec()
    return EXIT_TROUBLE
