"""The lists of a till with any number of rows, in windows of their own, as a bench drives them."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QTableView, QWidget

from bench.goods import stock
from bench.history import write_customers, write_orders
from bench.wedge import Eye, settle
from pos.app.build import Till, build
from pos.config import Config
from pos.services import shop
from pos.services.secrets import MemorySecrets
from pos.ui.controllers.customers import ChooserController
from pos.ui.controllers.purchases import PurchasesController
from pos.ui.controllers.sale import SaleController
from pos.ui.models.windowed import WindowedModel
from pos.ui.screens.customers import CustomersScreen
from pos.ui.screens.product_grid import ProductModel
from pos.ui.screens.purchase_views import PurchaseFilter
from pos.ui.screens.purchases import PurchasesScreen
from pos.ui.screens.sale import SaleScreen
from pos.ui.shell import Shell
from pos.ui.threads import Calls

_SIZE = (1366, 768)


class View(QObject):
    """One list: waits until what was asked for is painted, and scrolls."""

    def __init__(self, table: QTableView, model: WindowedModel) -> None:
        super().__init__()
        self.model, self._table = model, table
        self._eye = Eye(table.viewport())
        self._dice = random.Random(1)  # noqa: S311  places to look at, nothing secret
        self._answered = False
        model.ready.connect(self._ready)

    def ask(self, question: Callable[[], object]) -> None:
        """Have a new source shown; return when its first rows are painted."""
        self._answered = False
        question()
        self._eye.wait(self._is_whole)

    def jump(self) -> None:
        """Drag the scroll bar to another place; return when the rows there are painted."""
        bar = self._table.verticalScrollBar()
        bar.setValue(self._dice.randrange(bar.maximum()))
        self._table.viewport().update()
        self._eye.wait(self._is_whole)

    def _ready(self) -> None:
        self._answered = True

    def _is_whole(self) -> bool:
        return self._answered and None not in map(self.model.row_at, self._seen())

    def _seen(self) -> range:
        """Return the rows of the source in view; a grid has several in a row of its own."""
        across = self.model.columnCount() if isinstance(self.model, ProductModel) else 1
        last = self._table.rowAt(self._table.viewport().height() - 1)
        end = self.model.total if last < 0 else (last + 1) * across
        return range(max(self._table.rowAt(0), 0) * across, min(end, self.model.total))


class Lists:
    """A till's products, customers and purchases, each in a window of its own; `close` it."""

    def __init__(self, folder: Path, products: int, others: int) -> None:
        self._till = till = _till(folder, products, others)
        self._reads, self._writes = Calls("reading"), Calls("database")
        threads, here = (self._writes, self._reads), self._till.shop()
        self._shell = Shell()
        self._found, self._people = PurchasesScreen(self._reads), CustomersScreen(self._reads)
        self._sale = SaleScreen(self._reads, self._shell, here.currency)
        money = (till.purchases, till.checkout, till.refunds)
        chooser = self._people.chooser
        self._controls = (
            SaleController(self._sale, till.cart, (till.catalogue, till.stock), threads),
            PurchasesController(self._found, money, threads, till.clock),
            ChooserController(chooser, till.customers, threads),
        )
        self.products = View(self._sale.grid, self._sale.grid.products)
        self.purchases = View(self._found.table, self._found.table.rows)
        self.customers = View(chooser.table, chooser.table.rows)
        for window in self._windows:
            window.resize(*_SIZE)
            window.show()
        for control in self._controls:
            control.show_shop(here)
        self.rest()
        self._everything = {
            "purchases": (others, self.find_purchases),
            "customers": (others, self.find_customers),
            "products": (products, self._sale.search_changed.emit),
        }

    @property
    def _windows(self) -> tuple[QWidget, ...]:
        return self._sale, self._found, self._people

    def find_purchases(self, text: str) -> None:
        """Look for purchases; nothing lists them all."""
        asked = PurchaseFilter(text)
        self.purchases.ask(partial(self._found.filter_changed.emit, asked))

    def find_customers(self, text: str) -> None:
        """Look for customers; nothing lists them all."""
        self.customers.ask(partial(self._controls[2].search, text))

    def show_all(self, name: str) -> None:
        """Show the whole of the list called ``purchases``, ``customers`` or ``products``."""
        shown: View = getattr(self, name)
        wanted, ask = self._everything[name]
        if shown.model.total != wanted:
            ask("")
        self.rest()

    def rest(self) -> None:
        """Wait until nothing is being read."""
        while self._reads.pending or self._writes.pending:
            settle()

    def close(self) -> None:
        for window in (*self._windows, self._shell):
            window.close()
        for calls in (self._reads, self._writes):
            calls.close()
        self._till.close()


def _till(folder: Path, products: int, others: int) -> Till:
    """Fill a till with products, and with as many customers as orders."""
    config = Config(data_dir=folder)
    till = build(config, secrets=MemorySecrets(), preset=shop.DEMO)
    stock(till, products)
    till.close()
    write_customers(config.till_db, others)
    write_orders(config.till_db, others)
    return build(config, secrets=MemorySecrets())
