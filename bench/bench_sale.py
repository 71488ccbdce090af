"""Tender to durable sale, the receipt beside it, and what a million orders do to it."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path
from uuid import UUID

from PySide6.QtWidgets import QApplication

from bench.floors.sale import Floor
from bench.goods import Good, as_written, goods
from bench.harness import Case, Row, measure, publish
from bench.history import write_orders
from bench.report import Goal
from pos.app.build import Till, build
from pos.config import Config
from pos.services import receipts, shop
from pos.services.catalogue import import_file
from pos.services.secrets import MemorySecrets
from pos.terminal.api import CASH
from pos.ui import theme
from pos.ui.collector import Collector
from pos.ui.receipt_view import to_image

ORDERS = 1_000_000
LINES = 5
HANDED = 10**7
NOTE = f"""
Cash for {LINES} lines, from the service's call to its answer: the sale's rules, order, lines,
payment, receipt number, running totals, stock, journal with its hash chain, the message to
the backend and the view for the screen, in one transaction with `synchronous=FULL` on
till.db. The thread's CPU.

The floor writes the same rows into the same tables with bare sqlite3, the same PRAGMAs
and everything made beforehand; nothing is read (`bench/floors/sale.py`).
Growth compares the till that has sold a million times with an empty one. The receipt is
read, laid out and painted as the preview shows it; its floor is the sale's."""
CAUSE_GROWTH = "with a million orders more of each index's pages are read and written"
CAUSE = "reading the run, the shop and the order back, and turning some 400 values, is Python"


class Counter:
    """A till at which the next sale is ready to be paid."""

    def __init__(self, folder: Path, stock: list[Good]) -> None:
        self.till = _stocked(folder, stock)
        self._codes: Iterator[str] = cycle(each.code for each in stock)
        self._run = UUID(int=0)
        self._sold: UUID | None = None

    def prepare(self) -> None:
        """Scan the lines and begin the checkout; the last sale's receipt was shown."""
        if self._sold is not None:
            self.till.checkout.receipt_done(self._sold)
        for _ in range(LINES):
            self.till.cart.scan(next(self._codes))
        self._run = self.till.checkout.begin(self.till.cart.current().cart_id).run_id

    def sell(self) -> None:
        """Take the cash."""
        self._sold = self.till.checkout.pay(self._run, CASH, HANDED).order_id

    def receipt(self) -> None:
        """Show the receipt of the last sale."""
        if self._sold is None:
            raise LookupError("nothing was sold yet")
        to_image(receipts.build(self.till.db, self._sold))


def main() -> int:
    """Measure, print and write the table; returns 0."""
    app = QApplication([])
    theme.apply(app)
    Collector(app)  # as in the window: no garbage is collected during a sale
    stock = goods(1_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        young, old = Counter(folder / "young", stock), Counter(folder / "old", stock)
        young.prepare()
        young.sell()
        floor = Floor(_copy(young.till, folder / "floor.db"))
        old = _aged(old, folder / "old", stock)
        try:
            rows = measure(_cases(young, old, floor))
        finally:
            floor.close()
            for each in (young, old):
                each.till.close()
    publish("sale", "Tender to durable sale", NOTE, rows, _goals(rows))
    return 0


def _cases(young: Counter, old: Counter, floor: Floor) -> list[Case]:
    bare = (young.prepare, floor.prepare)
    return [
        Case("sale", young.sell, floor.sell, ready=bare),
        Case(
            f"sale after {ORDERS:,}, against none",
            old.sell,
            young.sell,
            ready=(old.prepare, young.prepare),
        ),
        Case("receipt, against the floor's sale", young.receipt, floor.sell, ready=(bool, bare[1])),
    ]


def _goals(rows: list[Row]) -> list[Goal]:
    sale, grown, receipt = rows
    slow = "building and painting are Python's; nothing waits for it"
    return [
        Goal("3. tender to durable sale, wall", sale.wall_ratio, 2.5, cause=CAUSE),
        Goal("3. the same, CPU", sale.cpu_ratio, 4, cause=CAUSE),
        Goal("3. rendered receipt, p99", receipt.wall[1], 16.7, "ms", slow),
        Goal(f"10. sale after {ORDERS:,} orders", grown.wall_ratio, 1.2, cause=CAUSE_GROWTH),
    ]


def _stocked(folder: Path, stock: list[Good]) -> Till:
    till = build(Config(data_dir=folder), secrets=MemorySecrets(), preset=shop.DEMO)
    file = folder / "goods.csv"
    rows = [f"{each.code},{each.name},{as_written(each.price_minor)}" for each in stock]
    file.write_text("\n".join(["barcode,name,price", *rows]), "utf-8")
    import_file(file, till.shop().currency, till.catalogue)
    return till


def _aged(counter: Counter, folder: Path, stock: list[Good]) -> Counter:
    """Give a till its history and open it again."""
    counter.till.close()
    write_orders(folder / "till.db", ORDERS)
    return Counter(folder, stock)


def _copy(till: Till, target: Path) -> Path:
    with closing(sqlite3.connect(till.config.till_db)) as db:
        db.execute("VACUUM INTO ?", [str(target)])
    return target


if __name__ == "__main__":
    raise SystemExit(main())
