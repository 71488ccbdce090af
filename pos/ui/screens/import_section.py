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
from pos.ui.widgets.buttons import Button, action
from pos.ui.widgets.panels import AmountRow, clear, column, frame
from pos.ui.widgets.table import Col, Table
from pos.ui.widgets.text import Label

_STEPS = 1000


class ImportSection(Section):
    """Emits the file to import; shows progress and the rows that were left out."""

    file_chosen = Signal(object)
    cancel_asked = Signal()
    save_report_asked = Signal()

    def __init__(self, calls: Calls) -> None:
        text = tr(
            "A product export in Shopify's CSV format, or plain barcode,name,price. Importing "
            "again updates; nothing is entered twice. Selling goes on meanwhile."
        )
        super().__init__(tr("Import"), text)
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
        self._counts = column(spacing=0)
        self._title = Label("", "heading")
        self.rejected = Table(calls, _columns(), tr("Rows that were left out"))
        self._save = Button(tr("Save the list\N{HORIZONTAL ELLIPSIS}"))
        self._lay_out()
        self.choose.clicked.connect(self._choose)
        self.cancel.clicked.connect(self.cancel_asked)
        self._save.clicked.connect(self.save_report_asked)

    def _lay_out(self) -> None:
        self.body.addWidget(self.choose)
        moving = column(self._progress, 2 * GRID)
        for widget in (self._bar, self._words, self.cancel):
            moving.addWidget(widget)
        self.body.addWidget(self._progress)
        ended = column(self._report, 2 * GRID)
        ended.addWidget(self._title)
        ended.addLayout(self._counts)
        self._card = frame("card")
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(1, 1, 1, 1)
        inner.addWidget(self.rejected)
        self._card.setMinimumHeight(240)
        ended.addWidget(self._card, 1)
        ended.addWidget(self._save)
        self.body.addWidget(self._report, 1)
        self.body.addStretch()
        self._progress.hide()
        self._report.hide()

    def show_progress(self, view: ImportProgress) -> None:
        """Show how far it is; an unknown end runs back and forth."""
        self._progress.show()
        self._report.hide()
        self.choose.setEnabled(False)
        self._bar.setRange(0, _STEPS if view.total else 0)
        if view.total:
            self._bar.setValue(min(view.done * _STEPS // view.total, _STEPS))
        self._words.setText(view.words)

    def show_report(self, view: ImportReport) -> None:
        """Show how it ended, with every row that was left out and why."""
        self._progress.hide()
        self._report.show()
        self.choose.setEnabled(True)
        self.say(view.banner)
        self._title.setText(view.title)
        clear(self._counts)
        for words, figure in view.counts:
            self._counts.addWidget(AmountRow(words, figure))
        rows = view.rejected
        self.rejected.rows.show_source(_Rows(rows).count, _Rows(rows).page)
        self._card.setVisible(bool(rows))
        self._save.setVisible(bool(rows))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self.choose.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if local:
            self.file_chosen.emit(Path(local[0]))

    def _choose(self) -> None:
        files = tr("Tables (*.csv *.txt);;All files (*)")
        name, _ = QFileDialog.getOpenFileName(self, tr("Choose a catalogue"), "", files)
        if name:
            self.file_chosen.emit(Path(name))


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


def _line(row: Rejected) -> str:
    return str(row.line)


def _reason(row: Rejected) -> str:
    return row.reason


def _text(row: Rejected) -> str:
    return row.text
