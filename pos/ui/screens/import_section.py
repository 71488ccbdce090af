"""Importing a catalogue: choose a file, watch, cancel, read the report."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QProgressBar, QVBoxLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.settings_sections import Section
from pos.ui.screens.settings_views import ImportProgress, ImportReport, Rejected
from pos.ui.threads import Calls
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button, action, mark
from pos.ui.widgets.panels import Figure, clear, column, frame, row
from pos.ui.widgets.table import Col, Table
from pos.ui.widgets.text import Label, wrapped

_STEPS = 1000


class ImportSection(Section):
    """Emits the file to import; shows progress and the rows that were left out.

    ``report_saved`` carries where the list of those rows shall be written.
    """

    file_chosen = Signal(object)
    cancel_asked = Signal()
    report_saved = Signal(object)

    def __init__(self, calls: Calls, title: str = "") -> None:
        text = tr(
            "A product export in Shopify's CSV format, or plain barcode,name,price. Importing "
            "again updates; nothing is entered twice. Selling goes on meanwhile, and an import "
            "that was broken off goes on with the same file."
        )
        super().__init__(title or tr("Catalogue import"), text)
        self.setAcceptDrops(True)
        self.choose = action(tr("Choose a file\N{HORIZONTAL ELLIPSIS}"))
        self.cancel = Button(tr("Cancel"))
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _STEPS)
        self._words = Label("", "muted")
        self._words.setMinimumHeight(20)
        self._progress = QWidget()
        self._report = QWidget()
        self._counts, self._notes = row(spacing=8 * GRID), column(spacing=GRID)
        self._title = Label("", "heading")
        self.rejected = Table(calls, _columns(), tr("Rows that were left out"))
        self._save = Button(tr("Save the list\N{HORIZONTAL ELLIPSIS}"))
        self._lay_out()
        self.choose.clicked.connect(self._choose)
        self.cancel.clicked.connect(self._cancel)
        self._save.clicked.connect(self._choose_target)

    def _lay_out(self) -> None:
        self.body.addLayout(row(self.choose, 1))
        moving = column(self._progress, 2 * GRID)
        for widget in (self._bar, self._words):
            moving.addWidget(widget)
        moving.addLayout(row(self.cancel, 1))
        self.body.addWidget(self._progress)
        ended = column(self._report, 2 * GRID)
        ended.addWidget(self._title)
        ended.addLayout(self._counts)
        ended.addLayout(self._notes)
        self._card = frame("card")
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(1, 1, 1, 1)
        inner.addWidget(self.rejected)
        self._card.setMinimumHeight(240)
        ended.addWidget(self._card, 1)
        ended.addLayout(row(self._save, 1))
        ended.addStretch()  # without rows that were left out nothing else takes the room
        self.body.addWidget(self._report, 1)
        self.body.addStretch()
        self._progress.hide()
        self._report.hide()

    def show_progress(self, view: ImportProgress) -> None:
        """Show how far it is; an unknown end runs back and forth."""
        if self._progress.isHidden():
            self.say(None)
            self._report.hide()
            self._progress.show()
            mark(self.choose, busy=True)
            mark(self.cancel, busy=False)
        self._bar.setRange(0, _STEPS if view.total else 0)
        if view.total:
            self._bar.setValue(min(view.done * _STEPS // view.total, _STEPS))
        if self.cancel.isEnabled():
            self._words.setText(view.words)

    def show_report(self, view: ImportReport) -> None:
        """Show how it ended, with every row that was left out and why."""
        self._progress.hide()
        mark(self.choose, busy=False)
        self.say(view.banner)
        self._report.setVisible(bool(view.title))
        self._title.setText(view.title)
        clear(self._counts)
        clear(self._notes)
        for words, figure in view.counts:
            self._counts.addWidget(Figure(words, figure))
        self._counts.addStretch()
        for note in view.notes:
            self._notes.addWidget(wrapped(note, "muted"))
        rows = _Rows(view.rejected)
        self.rejected.rows.show_source(rows.count, rows.page)
        self._card.setVisible(bool(view.rejected))
        self._save.setVisible(bool(view.rejected))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self.choose.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if local and self.choose.isEnabled():
            self.take(Path(local[0]))

    def take(self, path: Path) -> None:
        """Take a file that a person chose."""
        self.file_chosen.emit(path)

    def _choose(self) -> None:
        files = tr("Tables (*.csv *.txt *.gz);;All files (*)")
        name, _ = QFileDialog.getOpenFileName(self, tr("Choose a catalogue"), "", files)
        if name:
            self.take(Path(name))

    def _choose_target(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save the list"), tr("left-out.csv"), tr("Tables (*.csv)")
        )
        if name:
            self.report_saved.emit(Path(name))

    def _cancel(self) -> None:
        mark(self.cancel, busy=True)
        self._words.setText(tr("Cancelling\N{HORIZONTAL ELLIPSIS}"))
        self.cancel_asked.emit()


class _Rows:
    """A report's rows as a source; read in the calls' thread, never written."""

    def __init__(self, rows: tuple[Rejected, ...]) -> None:
        self._rows = rows

    def count(self) -> int:
        return len(self._rows)

    def page(self, offset: int, limit: int) -> tuple[Rejected, ...]:
        return self._rows[offset : offset + limit]


def _columns() -> tuple[Col, ...]:
    return (
        Col(tr("Line"), _line, width=90, right=True),
        Col(tr("Why"), _reason, bold=True),
        Col(tr("Row"), _text, soft=True),
    )


def _line(rejected: Rejected) -> str:
    return str(rejected.line)


def _reason(rejected: Rejected) -> str:
    return rejected.reason


def _text(rejected: Rejected) -> str:
    return rejected.text
