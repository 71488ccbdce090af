"""The page of the first run that brings products in: a file with a preview, or the demo's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from pos.ui.i18n import tr
from pos.ui.screens.import_section import ImportSection
from pos.ui.screens.settings_views import ImportProgress, ImportReport, PreviewLine, PreviewView
from pos.ui.threads import Calls
from pos.ui.tokens import GRID
from pos.ui.widgets.buttons import Button, action
from pos.ui.widgets.panels import Figure, clear, column, frame, row
from pos.ui.widgets.text import ElidedLabel, Label, amount, wrapped

_SHOWN_REFUSED = 5


class CatalogueSection(ImportSection):
    """``looked_at`` asks for a preview of a file; ``file_chosen`` imports it after that."""

    looked_at = Signal(object)
    demo_asked = Signal()

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls, tr("Products"))
        self.demo = Button(tr("Use the demo catalogue"))
        self.body.insertLayout(self.body.count() - 3, row(self.demo, 1))
        self._path: Path | None = None
        self._preview = QWidget()
        self.bring, self._other = action(""), Button(tr("Not this file"))
        self._name, self._note = Label("", "heading"), wrapped("", "muted")
        self._figures, self._grid = row(spacing=8 * GRID), QGridLayout()
        self._lay_out_preview()
        self.demo.clicked.connect(self.demo_asked)
        self.bring.clicked.connect(self.confirm)
        self._other.clicked.connect(self.drop_preview)

    def _lay_out_preview(self) -> None:
        inner = column(self._preview, 3 * GRID)
        inner.addWidget(self._name)
        inner.addLayout(self._figures)
        card = frame("card")
        self._grid.setContentsMargins(16, 8, 16, 8)
        self._grid.setHorizontalSpacing(4 * GRID)
        self._grid.setVerticalSpacing(2 * GRID)
        self._grid.setColumnStretch(1, 3)
        self._grid.setColumnStretch(2, 2)
        card.setLayout(self._grid)
        inner.addWidget(card)
        inner.addWidget(self._note)
        inner.addLayout(row(self.bring, self._other, 1, spacing=3 * GRID))
        self.body.insertWidget(self.body.count() - 3, self._preview)
        self._preview.hide()

    def take(self, path: Path) -> None:
        self._path = path
        self.looked_at.emit(path)

    @property
    def pending(self) -> bool:
        """Whether a file was looked at and waits to be imported."""
        return self._preview.isVisibleTo(self)

    def confirm(self) -> None:
        """Import the file that was looked at."""
        if self._path is not None and self.pending:
            path = self._path
            self.drop_preview()
            self.file_chosen.emit(path)

    def drop_preview(self) -> None:
        """Take the preview away; nothing was imported."""
        held = self.bring.hasFocus() or self._other.hasFocus()
        for button in (self.choose, self.demo):
            button.show()
        if held:  # what is hidden hands the keyboard to the list of pages
            self.choose.setFocus()
        self._preview.hide()

    def show_preview(self, view: PreviewView) -> None:
        """Show the first rows and how many will be imported or left out."""
        self.say(None)
        self._report.hide()
        self._name.setText(view.file)
        clear(self._figures)
        for words, figure in view.counts:
            self._figures.addWidget(Figure(words, figure))
        self._figures.addStretch()
        self._fill(view.rows, view.refused)
        self._note.setText(view.note)
        self._note.setVisible(bool(view.note))
        self.bring.set_text(tr("Import %n rows", view.good))
        self.bring.setEnabled(view.good > 0)
        self._preview.show()
        self._put_away_the_choice()

    def _put_away_the_choice(self) -> None:
        if self.choose.hasFocus() or self.demo.hasFocus():
            (self.bring if self.bring.isEnabled() else self._other).setFocus()
        for button in (self.choose, self.demo):
            button.hide()

    def show_progress(self, view: ImportProgress) -> None:
        self.demo.setEnabled(False)
        super().show_progress(view)

    def show_report(self, view: ImportReport) -> None:
        self.demo.setEnabled(True)
        super().show_report(view)

    def _fill(self, rows: Sequence[PreviewLine], refused: Sequence[PreviewLine]) -> None:
        clear(self._grid)
        heads = (tr("Line"), tr("Product"), tr("Code"), tr("Price"))
        for at, words in enumerate(heads):
            head = amount(words, "caption") if at in {0, 3} else Label(words, "caption")
            self._grid.addWidget(head, 0, at)
        for line in rows:
            self._add(line, bad=False)
        for line in refused[:_SHOWN_REFUSED]:
            self._add(line, bad=True)

    def _add(self, line: PreviewLine, *, bad: bool) -> None:
        at = self._grid.rowCount()
        name = wrapped(line.name, "strong" if bad else "body")
        if bad:
            name.set_tone("bad")
        cells = (amount(str(line.line), "muted"), name, ElidedLabel(line.detail, "soft"))
        for place, cell in enumerate((*cells, amount(line.price))):
            self._grid.addWidget(cell, at, place, Qt.AlignmentFlag.AlignVCenter)
