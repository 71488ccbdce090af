"""The lines of the cart: painted, not built of widgets, so that a long cart stays quick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from pos.ui.i18n import tr
from pos.ui.models.windowed import DISPLAY, ROOT, ROW, Index
from pos.ui.screens.cart_line import FIGURE, LineDelegate, stepper_box
from pos.ui.screens.sale_views import LineView
from pos.ui.tokens import TOUCH
from pos.ui.widgets.entry import MILLI, quantity_text

_FLASH_MS = 300


class CartModel(QAbstractListModel):
    """The lines as the last view had them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[LineView, ...] = ()

    def show_lines(self, lines: Sequence[LineView]) -> None:
        """Take over new lines; rows that stay are changed in place, so that nothing jumps."""
        new, was = tuple(lines), self.lines
        common = min(len(new), len(was))
        if len(new) > common:
            self.beginInsertRows(ROOT, common, len(new) - 1)
            self.lines = new
            self.endInsertRows()
        elif len(self.lines) > common:
            self.beginRemoveRows(ROOT, common, len(self.lines) - 1)
            self.lines = new
            self.endRemoveRows()
        before, self.lines = was[:common], new
        for at, line in enumerate(before):
            if line != new[at]:
                self.dataChanged.emit(self.index(at), self.index(at))

    def row_of(self, line_id: str) -> int:
        """Return where a line is, or -1."""
        return next((at for at, line in enumerate(self.lines) if line.id == line_id), -1)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = DISPLAY) -> Any:
        if not index.isValid() or role not in (DISPLAY, ROW):
            return None
        line = self.lines[index.row()]
        if role == ROW:
            return line
        quantity = quantity_text(line.quantity_milli)
        return f"{quantity} \N{MULTIPLICATION SIGN} {line.name}, {line.total}"


class CartList(QListView):
    """Emits what a finger or key did to a line; quantities in thousandths."""

    stepped = Signal(str, object)
    removed = Signal(str)
    quantity_asked = Signal(str)
    line_shown = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.cart = CartModel()
        self._lines = LineDelegate(self)
        self._flash = QTimer(self, singleShot=True, interval=_FLASH_MS)
        self._flash.timeout.connect(self._calm)
        self.setModel(self.cart)
        self.setItemDelegate(self._lines)
        self.setAccessibleName(tr("Cart"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_lines(self, lines: Sequence[LineView]) -> None:
        """Show the newest lines; a new one is selected and flashes."""
        before = {line.id: line.quantity_milli for line in self.cart.lines}
        keep = self.selected
        self._lines.make_room(line.total for line in lines)
        self.cart.show_lines(lines)
        fresh = [each.id for each in lines if before.get(each.id, 0) < each.quantity_milli]
        if fresh and len(fresh) < max(len(lines), 2):
            self._mark(fresh[-1])
        else:
            self.select(keep or (lines[-1].id if lines else ""))

    @property
    def selected(self) -> str:
        """The id of the chosen line, empty when there is none."""
        row = self.currentIndex().row()
        return self.cart.lines[row].id if 0 <= row < len(self.cart.lines) else ""

    def line(self, line_id: str) -> LineView | None:
        """Return a line that is shown."""
        row = self.cart.row_of(line_id)
        return self.cart.lines[row] if row >= 0 else None

    def select(self, line_id: str) -> None:
        """Choose a line; an unknown one falls back to the last."""
        row = self.cart.row_of(line_id)
        index = self.cart.index(row if row >= 0 else self.cart.rowCount() - 1)
        if index != self.currentIndex():
            how = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(index, how)
        self.scrollTo(index)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._cover()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._cover()

    def _cover(self) -> None:
        """Hide what is beneath, so that a scan does not paint it; the style takes this back."""
        self.viewport().setAutoFillBackground(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line_id, key = self.selected, event.text()
        if line_id and key in ("+", "-"):
            self.stepped.emit(line_id, MILLI if key == "+" else -MILLI)
        elif key.isprintable() and key:
            event.ignore()  # the window sends it to the search field
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._touch(event.position().toPoint())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            return True
        return super().viewportEvent(event)

    def _touch(self, at: QPoint) -> None:
        index = self.indexAt(at)
        place = self.visualRect(index)
        box = stepper_box(place, self._lines.total) if index.isValid() else QRect()
        if not box.contains(at):
            return
        line = self.cart.lines[index.row()]
        across = at.x() - box.left()
        if across < TOUCH:
            self._less(line)
        elif across >= TOUCH + FIGURE:
            self.stepped.emit(line.id, MILLI)
        else:
            self.quantity_asked.emit(line.id)

    def _less(self, line: LineView) -> None:
        if line.quantity_milli <= MILLI:
            self.removed.emit(line.id)
        else:
            self.stepped.emit(line.id, -MILLI)

    def _mark(self, line_id: str) -> None:
        self.select(line_id)
        self._lines.flashing = line_id
        self._flash.start()
        self.line_shown.emit(line_id)

    def _calm(self) -> None:
        self._lines.flashing = ""
        self.viewport().update()
