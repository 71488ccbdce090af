"""Checking this till: a line for each check, and the support file to be looked into and saved."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.doctor_views import CheckView, ProgressView
from pos.ui.screens.support_viewer import SupportViewer
from pos.ui.tokens import GRID
from pos.ui.widgets.banner import Banner, BannerView
from pos.ui.widgets.buttons import Button, action, mark
from pos.ui.widgets.panels import column, frame, row
from pos.ui.widgets.pill import Pill
from pos.ui.widgets.text import Label, wrapped

_STATE = 160
"""Width of the column of states, in pixels: the longest word fits."""


class CheckLine(QWidget):
    """What one check found: state at the left, words at the right."""

    def __init__(self, view: CheckView) -> None:
        super().__init__()
        self.pill = Pill()
        self.pill.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it opens nothing here
        self.pill.setCursor(Qt.CursorShape.ArrowCursor)
        self.title, self.found = Label("", "strong"), wrapped("", "soft")
        self.remedy = wrapped()
        side = QWidget()
        side.setFixedWidth(_STATE)
        place = QVBoxLayout(side)
        place.setContentsMargins(0, 0, 0, 0)
        place.addWidget(self.pill)
        place.addStretch()
        words = QVBoxLayout()
        words.setSpacing(GRID)
        words.setContentsMargins(0, 3 * GRID, 0, 3 * GRID)
        for each in (self.title, self.found, self.remedy):
            words.addWidget(each)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(3 * GRID)
        line.addWidget(side, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        self.show_view(view)

    def show_view(self, view: CheckView) -> None:
        """Show another state of the same check."""
        self.view = view
        self.pill.show_state(view.state, view.tone)
        self.title.setText(view.title)
        for label, text in ((self.found, view.found), (self.remedy, view.remedy)):
            label.setText(text)
            label.setVisible(bool(text))
        said = f"{view.title}: {view.state}. {view.found} {view.remedy}"
        self.setAccessibleName(said.strip())


class DoctorPanel(QWidget):
    """Emits what a person wants; shows one view for each check."""

    check_asked = Signal()
    stop_asked = Signal()
    copy_asked = Signal()
    support_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.check, self.stop = action(tr("Check now")), Button(tr("Stop"))
        self.copy = Button(tr("Copy"), "secondary", "copy")
        self.support = Button(tr("Support file\N{HORIZONTAL ELLIPSIS}"))
        self.banner, self.summary = Banner(), wrapped("", "soft")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress"))
        self.viewer = SupportViewer()
        self.lines: dict[str, CheckLine] = {}
        self._rows = column(spacing=0)
        self._page = QWidget()
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        body = column(self._page, 3 * GRID)
        body.addLayout(row(self.check, self.stop, 1, self.copy, self.support))
        for each in (self.banner, self.bar, self.summary):
            body.addWidget(each)
        card = frame("card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(16, 4, 16, 4)
        inner.addLayout(self._rows)
        body.addWidget(card)
        body.addStretch()
        both = column(self)  # no stack: the taller page would stretch the other
        for page in (self._page, self.viewer):
            both.addWidget(page)
        for hidden in (self.bar, self.summary, self.stop, self.viewer):
            hidden.hide()

    def _wire(self) -> None:
        self.check.clicked.connect(self.check_asked)
        self.stop.clicked.connect(self.stop_asked)
        self.copy.clicked.connect(self.copy_asked)
        self.support.clicked.connect(self.support_asked)
        self.viewer.left.connect(self.show_checks_page)

    def show_checks(self, views: Iterable[CheckView]) -> None:
        """Show every check as it stands; lines are made once."""
        for view in views:
            line = self.lines.get(view.key)
            if line is None:
                self.lines[view.key] = line = CheckLine(view)
                self._rows.addWidget(line)
            elif line.view != view:
                line.show_view(view)

    def show_progress(self, view: ProgressView | None) -> None:
        """Show how far the checks are, or with None that nothing runs."""
        running = view is not None
        self.bar.setVisible(running)
        self.stop.setVisible(running)
        mark(self.stop, busy=False)
        for button in (self.check, self.copy, self.support):
            mark(button, busy=running)
        if view is not None:
            self.bar.setRange(0, view.total)
            self.bar.setValue(view.done)
            self.say(view.words)

    def show_stopping(self) -> None:
        """Say that it ends; the check under way is told to."""
        mark(self.stop, busy=True)
        self.say(tr("Stopping\N{HORIZONTAL ELLIPSIS}"))

    def show_gathering(self, *, busy: bool) -> None:
        """Hold the buttons while the support file is made."""
        for button in (self.check, self.support):
            mark(button, busy=busy)
        if busy:
            self.say(tr("Gathering what support needs\N{HORIZONTAL ELLIPSIS}"))

    def say(self, words: str, banner: BannerView | None = None) -> None:
        """Say how it stands, and above it how it went."""
        self.summary.setText(words)
        self.summary.setVisible(bool(words))
        self.banner.show_view(banner)

    def show_support_page(self) -> None:
        """Bring the support file to the front."""
        self._page.hide()
        self.viewer.show()
        self.viewer.save.setFocus()

    def show_checks_page(self) -> None:
        """Bring the checks to the front."""
        self.viewer.hide()
        self._page.show()

    @property
    def views_support(self) -> bool:
        """Whether the support file is in front."""
        return not self.viewer.isHidden()
