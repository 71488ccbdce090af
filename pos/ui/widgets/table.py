"""A table over a windowed model: painted cells, one chosen row, states as pills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from pos.ui import theme
from pos.ui.models.windowed import DISPLAY, PAGE, ROOT, ROW, Index, WindowedModel
from pos.ui.threads import Calls
from pos.ui.tokens import Tokens, Tone
from pos.ui.widgets.pill import PILL_FRAME, paint_pill, pill_width

ROW_HEIGHT = 48
_HEAD = 36
_PAD = 12
_TITLE = 12
_EDGE = 2
_READABLE = 118
"""Pixels below which a column that shares the rest says too little."""
_HORIZONTAL = Qt.Orientation.Horizontal
_SELECTED = QStyle.StateFlag.State_Selected
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Col:
    """One column. ``width`` is in pixels, 0 shares what is left; ``tone`` makes it a pill.

    In a narrow window the columns with the lowest ``spare`` above 0 go first.
    """

    title: str
    text: Callable[[Any], str]
    width: int = 0
    right: bool = False
    bold: bool = False
    soft: bool = False
    tone: Callable[[Any], Tone] | None = None
    spare: int = 0


class TableModel(WindowedModel):
    """Rows are the views themselves; the columns say how to read them."""

    def __init__(self, calls: Calls, cols: Sequence[Col]) -> None:
        super().__init__(calls, len(cols))
        self.cols = tuple(cols)

    def cell(self, row: Any, column: int, role: int) -> Any:
        return self.cols[column].text(row)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY) -> Any:
        if orientation == _HORIZONTAL and role == DISPLAY and section < len(self.cols):
            return self.cols[section].title.upper()
        if orientation == _HORIZONTAL and role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self.cols[section].right else _LEFT
        return None


class _Cells(QStyledItemDelegate):
    def __init__(self, cols: Sequence[Col], parent: QWidget) -> None:
        super().__init__(parent)
        self._cols = cols
        self._plain, self._bold = _face(15), _face(15, QFont.Weight.Bold)
        self._small, self._pill = _face(13), _face(12, QFont.Weight.DemiBold)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme.tokens()
        box: QRect = option.rect
        col, row = self._cols[index.column()], index.data(ROW)
        if option.state & _SELECTED:
            painter.fillRect(box, QColor(tokens.accent_soft))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, QColor(tokens.line))
        if row is not None:
            painter.save()
            self._cell(painter, box.adjusted(_PAD, 0, -_PAD, 0), col, row, tokens)
            painter.restore()

    def _cell(self, painter: QPainter, box: QRect, col: Col, row: Any, tokens: Tokens) -> None:
        text = col.text(row)
        if col.tone is not None:
            self._state(painter, box, text, col.tone(row))
        elif text:
            font, metrics = self._bold if col.bold else self._small if col.soft else self._plain
            painter.setFont(font)
            painter.setPen(QColor(tokens.muted if col.soft else tokens.text))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, int(_RIGHT if col.right else _LEFT), shown)

    def _state(self, painter: QPainter, box: QRect, text: str, tone: Tone) -> None:
        font, metrics = self._pill
        if text:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() - PILL_FRAME)
            width = pill_width(text, metrics.horizontalAdvance(text))
            place = QRect(box.left(), box.center().y() - 12, width, 25)
            paint_pill(painter, place, text, tone, font=font, radius=6)


class Table(QTableView):
    """Emits the row's view: `chosen` when the choice moves, `entered` on Enter or double touch."""

    chosen = Signal(object)
    took = Signal(object)

    def __init__(self, calls: Calls, cols: Sequence[Col], name: str, nothing: str = "") -> None:
        super().__init__()
        self._nothing, self._asked = nothing, False
        self.rows = TableModel(calls, cols)
        self.setModel(self.rows)
        self.setItemDelegate(_Cells(cols, self))
        self.setAccessibleName(name)
        self._key, self._by_hand = "", False
        self._wanted: dict[int, int] = {}  # column to pixels
        self._plain_table()
        self._set_widths(cols)
        self.rows.ready.connect(self._first)
        self.rows.dataChanged.connect(self._arrived)
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.clicked.connect(self._touched)
        self.doubleClicked.connect(self._take)

    @property
    def current(self) -> Any:
        """The chosen row's view, or None."""
        index = self.currentIndex()
        return self.rows.row_at(index.row()) if index.isValid() else None

    def choose(self, row: int) -> None:
        """Choose a row by its place."""
        if 0 <= row < self.rows.rowCount():
            self.selectRow(row)

    def choose_first(self) -> None:
        """Choose the first row, unless a person chose another."""
        if not self._by_hand:
            self.choose(0)

    def forget(self) -> None:
        """Choose the first row of the next list: something else is looked for."""
        self._key, self._by_hand, self.rows.near = "", False, 0

    def step(self, by: int) -> None:
        """Move the choice, for arrow keys pressed in a search field."""
        self._by_hand = True
        self.choose(max(self.currentIndex().row(), 0 if by > 0 else 1) + by)

    def take(self) -> None:
        """Act on the chosen row as Enter would."""
        self._take(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self._take(self.currentIndex())
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            self._by_hand = True
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.rows.first = min(self.viewport().height() // ROW_HEIGHT + 1, PAGE)
        self._spare(event.size().width())
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            self._ring()
        if self._asked and not self.rows.total:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(theme.tokens().muted))
            painter.drawText(self.viewport().rect(), int(_CENTRE), self._nothing)
            painter.end()

    def _ring(self) -> None:
        """Show the keyboard on the chosen row, or on the empty list."""
        box, row = self.viewport().rect(), self.visualRect(self.currentIndex())
        if row.isValid():
            box = QRect(0, row.top(), box.width(), row.height())
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(theme.tokens().accent), 2))
        painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.end()

    def _touched(self) -> None:
        self._by_hand = True

    def _plain_table(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().setFixedHeight(_HEAD)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)

    def _set_widths(self, cols: Sequence[Col]) -> None:
        """Give each column its width, or more where its title is longer in this language."""
        header = self.horizontalHeader()
        _font, metrics = _face(_TITLE, QFont.Weight.DemiBold)
        for at, col in enumerate(cols):
            title = metrics.horizontalAdvance(col.title.upper()) + 2 * _PAD + _EDGE
            self._wanted[at] = max(col.width, title) if col.width else _READABLE
            if col.width:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Fixed)
                header.resizeSection(at, self._wanted[at])
            else:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)

    def _spare(self, room: int) -> None:
        """Leave out what can be spared, so that the columns that share the rest can be read."""
        header, cols = self.horizontalHeader(), self.rows.cols
        wanted = dict(self._wanted)  # of a hidden one the header says 0
        for at in sorted((at for at, col in enumerate(cols) if col.spare), key=self._spared):
            hide = sum(wanted.values()) > room
            header.setSectionHidden(at, hide)
            if hide:
                del wanted[at]

    def _spared(self, at: int) -> int:
        return self.rows.cols[at].spare

    def _first(self) -> None:
        """Choose again what was chosen before the list was read anew, else the first."""
        self._asked = True
        if not self.rows.total:
            self.chosen.emit(None)
            return
        if self._key:
            self.choose(self.rows.find(self._is_chosen) or 0)
        else:
            self.choose(min(self.rows.near, self.rows.total - 1))

    def _is_chosen(self, row: Any) -> bool:
        return _identity(row) == self._key

    def _arrived(self) -> None:
        """Tell of a row that was chosen before it was read."""
        if not self._key and self.current is not None:
            self._moved(self.currentIndex())

    def _moved(self, now: Index, before: Index = ROOT) -> None:
        row = self.rows.row_at(now.row()) if now.isValid() else None
        self._key, self.rows.near = _identity(row), max(now.row(), 0)
        self.chosen.emit(row)

    def _take(self, index: Index) -> None:
        row = self.rows.row_at(index.row()) if index.isValid() else None
        if row is not None:
            self.took.emit(row)


def _identity(row: Any) -> str:
    return str(getattr(row, "id", ""))


def _face(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> tuple[QFont, QFontMetrics]:
    font = theme.font(pixels, weight)
    return font, QFontMetrics(font)
