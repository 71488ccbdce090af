"""The products as tiles: a table of equal cells, so that a million of them scroll at once."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QEvent, QMargins, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPixmapCache,
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
from pos.ui.i18n import tr
from pos.ui.models.windowed import DISPLAY, PAGE, ROOT, ROW, Index, WindowedModel
from pos.ui.screens.sale_views import ProductView
from pos.ui.threads import Calls
from pos.ui.tokens import Tokens

TILE = 176
ROW_HEIGHT = 122
_GAP = 5
_PAD = 12
_TWO_LINES = 40
_SHORT = 20  # letters that two lines always hold
_EDGE = QPoint(2, 2)
_ROOM = QMargins(2, 2, 2, 2)  # around a tile: half of its border, and its smooth corners
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LEFT_TOP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
_OUTSIDE = object()


class ProductModel(WindowedModel):
    """The rows of the source laid out in as many columns as fit; rows are `ProductView`."""

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls)
        self._across = 1

    def set_across(self, across: int) -> None:
        """Lay out anew with that many tiles in a row."""
        if across != self._across:
            self.beginResetModel()
            self._across = across
            self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else -(-self.total // self._across)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else self._across

    def data(self, index: Index, role: int = DISPLAY) -> Any:
        if not index.isValid() or role not in (DISPLAY, ROW):
            return None
        view = self.view_at(index)
        if role == ROW:
            return view
        return view.name if isinstance(view, ProductView) else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self._flat(index) < self.total:
            return super().flags(index)
        return Qt.ItemFlag.NoItemFlags

    def view_at(self, index: Index) -> Any:
        """Return the tile's `ProductView`, None while it is read, another object past the end."""
        flat = self._flat(index)
        return self.row_at(flat) if flat < self.total else _OUTSIDE

    def loaded(self, first: int, last: int) -> None:
        top, bottom = first // self._across, last // self._across
        self.dataChanged.emit(self.index(top, 0), self.index(bottom, self._across - 1))

    def _flat(self, index: Index) -> int:
        return index.row() * self._across + index.column()


class _TileDelegate(QStyledItemDelegate):
    """Paints one tile: name on two lines, price, stock."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._bold = theme.font(15, QFont.Weight.Bold)
        self._plain = theme.font(14)
        self._low = theme.font(14, QFont.Weight.DemiBold)
        self.pressed: QPoint | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = index.data(ROW)
        if view is _OUTSIDE:
            return
        at = QPoint(index.column(), index.row())
        chosen = bool(option.state & (QStyle.StateFlag.State_HasFocus))
        box = option.rect.adjusted(_GAP, _GAP, -_GAP, -_GAP)
        ratio = painter.device().devicePixelRatioF()
        ground = _ground(box.size(), ratio, strong=chosen, down=at == self.pressed)
        painter.drawPixmap(box.topLeft() - _EDGE, ground)
        if isinstance(view, ProductView):
            self._words(painter, box.adjusted(_PAD, _PAD, -_PAD, -_PAD), view)

    def _words(self, painter: QPainter, box: QRect, view: ProductView) -> None:
        tokens = theme.tokens()
        painter.setFont(self._bold)
        painter.setPen(QColor(tokens.text))
        name = QRect(box.left(), box.top(), box.width(), _TWO_LINES)
        painter.drawText(name, int(_LEFT_TOP), _two_lines(view.name, box.width()))
        painter.drawText(box, int(_LEFT), view.price)
        painter.setFont(self._low if view.low else self._plain)
        painter.setPen(QColor(tokens.warn if view.low else tokens.muted))
        painter.drawText(box, int(_RIGHT), view.stock)


def _two_lines(name: str, width: int) -> str:
    """Cut a name to what two lines of so many pixels hold; the rest would be slivers."""
    return name if len(name) <= _SHORT else _fitted(name, width)


@lru_cache(maxsize=2048)
def _fitted(name: str, width: int) -> str:
    metrics, room = QFontMetrics(theme.font(15, QFont.Weight.Bold)), QRect(0, 0, width, 0)

    def is_too_tall(text: str) -> bool:
        return metrics.boundingRect(room, int(_LEFT_TOP), text).height() > _TWO_LINES

    if not is_too_tall(name):
        return name
    cuts = [_cut(name, letters) for letters in range(1, len(name))]
    fitting = bisect_left(cuts, 1, key=is_too_tall)
    return cuts[max(fitting - 1, 0)]


def _cut(name: str, letters: int) -> str:
    return f"{name[:letters].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def _ground(size: QSize, ratio: float, *, strong: bool, down: bool) -> QPixmap:
    """Return an empty tile; drawn once for each state, for a search paints dozens of them."""
    tokens = theme.tokens()
    key = f"tile/{tokens.name}/{size.width()}/{size.height()}/{ratio}/{strong}/{down}"
    canvas = QPixmap()
    if not QPixmapCache.find(key, canvas):
        canvas = _empty_tile(tokens, size, ratio, strong=strong, down=down)
        QPixmapCache.insert(key, canvas)
    return canvas


def _empty_tile(tokens: Tokens, size: QSize, ratio: float, *, strong: bool, down: bool) -> QPixmap:
    canvas = QPixmap(size.grownBy(_ROOM) * ratio)
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = tokens.focus if strong else tokens.border
    painter.setPen(QPen(QColor(tokens.accent if strong else tokens.line), width))
    painter.setBrush(QColor(tokens.accent_soft if down else tokens.surface))
    painter.drawRoundedRect(QRect(_EDGE, size), tokens.radius, tokens.radius)
    painter.end()
    return canvas


class ProductGrid(QTableView):
    """Emits `picked` with the `ProductView` that was touched or entered."""

    picked = Signal(object)

    def __init__(self, calls: Calls) -> None:
        super().__init__()
        self.products = ProductModel(calls)
        self._tiles = _TileDelegate(self)
        self.setModel(self.products)
        self.setItemDelegate(self._tiles)
        self.setProperty("role", "grid")
        self.setAccessibleName(tr("Products"))
        self._plain_table()
        self._asked = False
        self.products.ready.connect(self._on_ready)
        self.clicked.connect(self._clicked)

    def _plain_table(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.hide()
            header.setMinimumSectionSize(1)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        across = max(self.viewport().width() // TILE, 1)
        self.products.first = min(across * (self.viewport().height() // ROW_HEIGHT + 1), PAGE)
        self.products.set_across(across)
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._asked and not self.products.total:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(theme.tokens().muted))
            middle = Qt.AlignmentFlag.AlignCenter
            painter.drawText(self.viewport().rect(), middle, tr("No product found."))
            painter.end()

    def _on_ready(self) -> None:
        self._asked = True
        self.viewport().update()

    def first(self) -> ProductView | None:
        """Return the first hit, None while it is read or when there is none."""
        view = self.products.row_at(0) if self.products.total else None
        return view if isinstance(view, ProductView) else None

    def focus_first(self) -> None:
        """Take the keyboard, starting at the first tile."""
        self.setFocus()
        self.setCurrentIndex(self.products.index(0, 0))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the first tile in sight, so that the keyboard is somewhere.

        Nothing scrolls: a finger is on its way, and would sell what came under it.
        """
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.setAutoScroll(False)
            self.setCurrentIndex(self.indexAt(QPoint(_GAP, _GAP)))
            self.setAutoScroll(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._clicked(self.currentIndex())
        elif event.text().isprintable() and event.text():
            event.ignore()  # the window sends it to the search field
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        self._tiles.pressed = QPoint(index.column(), index.row())
        super().mousePressEvent(event)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._tiles.pressed = None
        super().mouseReleaseEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            return True
        return super().viewportEvent(event)

    def _clicked(self, index: Index) -> None:
        view = index.data(ROW) if index.isValid() else None
        if isinstance(view, ProductView):
            self.picked.emit(view)
