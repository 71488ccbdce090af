"""The support file before it is saved: every file in it, with its text as it would be sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtGui import QFontDatabase, QTextOption
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QPlainTextEdit, QWidget

from pos.ui.i18n import tr
from pos.ui.tokens import GRID
from pos.ui.widgets.banner import Banner, BannerView
from pos.ui.widgets.buttons import Button, action, mark
from pos.ui.widgets.panels import clear, column, row, scroller
from pos.ui.widgets.text import Label, wrapped

_NAMES = 196
_HEIGHT = 300


class SupportViewer(QWidget):
    """Shows a bundle's files by name; ``save_asked`` carries where to."""

    save_asked = Signal(object)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setMinimumHeight(_HEIGHT)
        self.text.setAccessibleName(tr("Text of the file"))
        self.save = action(tr("Save as\N{HORIZONTAL ELLIPSIS}"))
        self.back = Button(tr("Back"), "secondary", "arrow-left")
        self.banner = Banner()
        self.names: list[str] = []
        self._files: Mapping[str, str] = {}
        self._file_name = ""
        self._group = QButtonGroup(self)
        self._list = column(spacing=0)
        self._lay_out()
        self.save.clicked.connect(self._choose)
        self.back.clicked.connect(self.left)
        self._group.idClicked.connect(self._open)

    def _lay_out(self) -> None:
        body = column(self, 3 * GRID)
        title = Label(tr("Support file"), "heading")
        body.addLayout(row(self.back, title, 1, self.save, spacing=3 * GRID))
        said = tr(
            "This is all that would be saved, and nothing is sent by itself. Names, addresses,"
            " notes, card numbers and keys are not in it; look through it before you pass it on."
        )
        body.addWidget(wrapped(said, "soft"))
        body.addWidget(self.banner)
        side = QWidget()
        side.setLayout(self._list)
        area = scroller(side, tr("Files"))
        area.setFixedWidth(_NAMES)
        line = QHBoxLayout()
        line.setSpacing(3 * GRID)
        line.addWidget(area)
        line.addWidget(self.text, 1)
        body.addLayout(line, 1)

    def show_files(self, files: Mapping[str, str], file_name: str) -> None:
        """Show other files; the first one's text is in front."""
        self._files, self._file_name = files, file_name
        self.names = list(files)
        self.banner.show_view(None)
        for old in self._group.buttons():
            self._group.removeButton(old)
        clear(self._list)
        for at, name in enumerate(self.names):
            button = Button(name, "nav")
            button.setCheckable(True)
            button.setAccessibleName(name)
            self._group.addButton(button, at)
            self._list.addWidget(button)
        self._list.addStretch()
        self.show_file(self.names[0])

    def show_file(self, name: str) -> None:
        """Show one file's text."""
        at = self.names.index(name)
        self._group.button(at).setChecked(True)
        self._open(at)

    def show_saving(self, *, busy: bool, said: BannerView | None = None) -> None:
        """Hold the button while it is written, then say how it went."""
        mark(self.save, busy=busy)
        self.banner.show_view(said)

    def _open(self, at: int) -> None:
        self.text.setPlainText(self._files[self.names[at]])

    def _choose(self) -> None:
        place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name, _ = QFileDialog.getSaveFileName(
            self,
            tr("Save the support file"),
            str(Path(place) / self._file_name),
            tr("Archives (*.zip)"),
        )
        if name:
            self.save_asked.emit(Path(name))
