"""Rows of a table of any length: only the pages around what is seen are in memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Signal

from pos.errors import PosError
from pos.ui.threads import Calls

Index = QModelIndex | QPersistentModelIndex
Count = Callable[[], int]
Page = Callable[[int, int], Sequence[Any]]

ROOT = QModelIndex()
DISPLAY = 0  # Qt.DisplayRole; plain integers repaint a third faster than the enum
ROW = 256  # Qt.UserRole: the whole row, None while it is being read

PAGE = 200
KEEP = 64
FIRST = 50  # rows read with the count: those in view, so that they are painted sooner
_SHIFT = 20  # rows by which a list read anew may have moved
_WANTED = 8  # pages waiting to be read; a flick through a million rows drops the rest


class WindowedModel(QAbstractTableModel):
    """Serves `page(offset, limit)` of `count()` rows, both run off the GUI thread.

    ``first`` rows, at most `PAGE`, are read at once with a new source: as many as are in view.
    A row not read yet is None and draws as a placeholder. Subclasses override
    `cell`. ``ready`` is emitted when a new source is first shown; the rows about
    ``near`` are read by then too, so that a choice can be found again.
    """

    ready = Signal()

    def __init__(
        self,
        calls: Calls,
        columns: int = 1,
        parent: QObject | None = None,
        *,
        first: int = FIRST,
    ) -> None:
        super().__init__(parent)
        self._calls = calls
        self._columns = columns
        self.first, self.near = first, 0
        self._page: Page | None = None
        self._rows = 0
        self._source = self._shown = 0  # asked for last, and answered last
        self._pages: OrderedDict[int, Sequence[Any]] = OrderedDict()
        self._wanted: deque[int] = deque(maxlen=_WANTED)
        self._reading: int | None = None
        self._is_begun = False  # of the first page only the first rows were read

    def show_source(self, count: Count, page: Page) -> None:
        """Replace everything once the new source has answered; until then nothing moves."""
        self._source += 1
        wanted = (self._source, count, page, self.first, self.near)
        self._calls.submit(_open, *wanted, then=self._opened)

    def cell(self, row: Any, column: int, role: int) -> Any:
        """Return what a loaded row shows; the default serves ``row[column]``."""
        return str(row[column]) if role == DISPLAY else None

    def row_at(self, row: int) -> Any:
        """Return a row, or None while it is read; asks for its page."""
        number, at = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            self._want(number)
            return None
        self._pages.move_to_end(number)
        if at < len(page):
            return page[at]
        if number == 0 and self._is_begun:
            self._want(0)
        return None

    def find(self, fits: Callable[[Any], bool]) -> int | None:
        """Return the place of the first row in memory that fits."""
        for number in sorted(self._pages):
            for at, row in enumerate(self._pages[number], number * PAGE):
                if fits(row):
                    return at
        return None

    @property
    def is_waiting(self) -> bool:
        """Whether a source was asked for that has not answered: what is shown is older."""
        return self._source != self._shown

    @property
    def total(self) -> int:
        """How many rows the source has."""
        return self._rows

    @property
    def pages_in_memory(self) -> int:
        """How many pages are kept; never more than `KEEP`."""
        return len(self._pages)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else self._columns

    def data(self, index: Index, role: int = DISPLAY) -> Any:
        if not index.isValid() or (role != ROW and role not in self.roles()):
            return None
        row = self.row_at(index.row())
        if role == ROW:
            return row
        return None if row is None else self.cell(row, index.column(), int(role))

    def roles(self) -> frozenset[int]:
        """Return the roles `cell` answers; others never touch a page."""
        return _DISPLAY_ONLY

    def _opened(self, answer: tuple[int, Page, int, dict[int, Sequence[Any]]]) -> None:
        source, page, rows, pages = answer
        if source != self._source:
            return
        self.beginResetModel()
        self._shown, self._page, self._rows = source, page, rows
        self._pages = OrderedDict(pages)
        self._wanted.clear()
        self._reading = None  # what is under way is of the source before
        self._is_begun = len(pages[0]) < min(PAGE, rows)
        self.endResetModel()
        self.ready.emit()

    def _want(self, number: int) -> None:
        if number == self._reading or number in self._wanted:
            return
        self._wanted.append(number)
        if self._reading is None:
            self._read_next()

    def _read_next(self) -> None:
        if not self._wanted or self._page is None:
            self._reading = None
            return
        self._reading = self._wanted.pop()  # the newest is what is on screen
        job = (self._shown, self._page, self._reading)
        self._calls.submit(_read, *job, then=self._loaded, failed=self._not_loaded)

    def _loaded(self, answer: tuple[int, int, Sequence[Any]]) -> None:
        source, number, rows = answer
        if source == self._shown:
            self._keep(number, rows)
            self._read_next()

    def _keep(self, number: int, rows: Sequence[Any]) -> None:
        self._is_begun = self._is_begun and number != 0
        self._pages[number] = rows
        if len(self._pages) > KEEP:
            self._pages.popitem(last=False)
        last = min((number + 1) * PAGE, self._rows) - 1
        if last >= number * PAGE:
            self.loaded(number * PAGE, last)

    def loaded(self, first: int, last: int) -> None:
        """Say that these rows of the source can be drawn."""
        self.dataChanged.emit(self.index(first, 0), self.index(last, self._columns - 1))

    def _not_loaded(self, error: PosError) -> None:
        self._reading = None
        self._wanted.clear()
        self._calls.refused.emit(error)


_DISPLAY_ONLY = frozenset({DISPLAY})


def _open(
    source: int, count: Count, page: Page, first: int, near: int
) -> tuple[int, Page, int, dict[int, Sequence[Any]]]:
    """Count only what does not show that it is all there is."""
    rows = page(0, first)
    total = len(rows) if len(rows) < first else count()
    more = {number: page(number * PAGE, PAGE) for number in _about(near, first, total)}
    return source, page, total, {0: rows} | more


def _about(near: int, first: int, total: int) -> range:
    """Return the pages in which a row may be now, beyond those ``first`` that are read anyway.

    None for the row on top: each search would read a whole page after the rows in view.
    """
    last = min(near + _SHIFT, total - 1)
    if near == 0 or near + _SHIFT < first or total <= first:
        return range(0)
    return range(max(min(near, total) - _SHIFT, 0) // PAGE, last // PAGE + 1)


def _read(source: int, page: Page, number: int) -> tuple[int, int, Sequence[Any]]:
    return source, number, page(number * PAGE, PAGE)
