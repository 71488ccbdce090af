"""From the scanner's first key to the painted line, pricing and durable commit included."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QWidget

from bench.floors.scan_to_paint import Floor
from bench.goods import Good, goods
from bench.harness import Case, clock_of_all_threads, measure, publish
from bench.wedge import Eye, scan, settle
from pos.app.build import Till, build
from pos.app.front import Front
from pos.config import Config
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.secrets import MemorySecrets

PRODUCTS = 1_000
LINES = 5
"""A cart grows to this many lines, then a new one begins; that is not measured."""
NOTE = f"""Thirteen key events and Enter into the real window (offscreen) until the paint that
shows the new line of the cart, at {PRODUCTS:,} products: scanner recognised, code looked up,
cart priced with tax, undo remembered, committed with `synchronous=FULL` on the database
thread, cart, totals and button drawn. Carts of 1 to {LINES} lines. CPU is that of all threads.

The floor is a bare window: the same keys into a field, one lookup with sqlite3, one row
committed with `synchronous=FULL`, a plain list repainted; no pricing, no undo, no threads
(`bench/floors/scan_to_paint.py`). Goal: at most 1.5 times the floor, p99 at most 16.7 ms.
Above the floor are eight statements through SQLAlchemy Core instead of two, the way to the
database thread and back, and a styled panel of a whole sale instead of a plain list."""


class Counter:
    """The real window with a stocked till."""

    def __init__(self, till: Till, app: QApplication) -> None:
        self._app, self._front = app, Front(till, app)
        self.shell, self._sale = self._front.shell, self._front.pages.sale
        self._list = self._front.pages.sale_screen.panel.lines
        self._eye = Eye(self._list.viewport())
        self._wanted = 0

    def open(self) -> None:
        """Show the window and wait until it can sell."""
        ready = QSignalSpy(self._front.ready)
        self.shell.show()
        self._front.start()
        _until(lambda: ready.count() > 0)
        self.rest()

    @property
    def lines(self) -> int:
        return len(self._list.cart.lines)

    def ready(self) -> None:
        """Make room in the cart; be in front, with the scanner listening."""
        if self.lines >= LINES:
            self.empty()
        self.listen(on=True)
        show(self.shell)
        settle()

    def listen(self, *, on: bool) -> None:
        """Let the scanner's filter on the application see keys, or spare the floor its cost."""
        (self._app.installEventFilter if on else self._app.removeEventFilter)(self._front.scanner)

    def scan(self, code: str) -> None:
        """Scan a code and wait until its line is painted."""
        self._wanted = self.lines + 1
        scan(self.shell.windowHandle(), code)
        self._eye.wait(self._is_shown)

    def empty(self) -> None:
        """Begin a new cart."""
        self._front.pages.sale_screen.clear_asked.emit()
        _until(lambda: not self.lines)
        self.rest()

    def rest(self) -> None:
        """Wait until the window asks nobody for anything."""
        _until(lambda: not (self._front.writes.pending or self._front.reads.pending))

    def close(self) -> None:
        self._front.close()
        self.shell.close()

    def _is_shown(self) -> bool:
        return self.lines == self._wanted


class _Bare:
    """The floor's turn: the till's window stays, its filter does not."""

    def __init__(self, counter: Counter, floor: Floor) -> None:
        self._counter, self._floor = counter, floor

    def ready(self) -> None:
        """Make room in the list; be in front, alone."""
        if self._floor.lines >= LINES:
            self._floor.empty()
        self._counter.listen(on=False)
        show(self._floor.window)
        settle()


def main() -> int:
    """Measure, print and write the table; returns 0."""
    app = QApplication([])
    stock = goods(PRODUCTS)
    with tempfile.TemporaryDirectory() as folder:
        till = _stocked(Path(folder), stock)
        counter, floor = Counter(till, app), Floor(Path(folder) / "floor.db", stock)
        try:
            counter.open()
            show(floor.window)
            show(counter.shell)
            case = Case(
                f"scan at {PRODUCTS:,} products",
                _scanning(counter, stock),
                _scanning(floor, stock),
                ready=(counter.ready, _Bare(counter, floor).ready),
            )
            rows = measure([case], now=clock_of_all_threads)
        finally:
            counter.close()
            floor.close()
            till.close()
    publish("scan_to_paint", "Scan to painted line", NOTE, rows)
    return 0


def show(window: QWidget) -> None:
    """Put a window in front with the keyboard in it."""
    window.show()
    if not window.isActiveWindow():
        window.activateWindow()
        _until(window.isActiveWindow)


def _stocked(folder: Path, stock: list[Good]) -> Till:
    till = build(Config(data_dir=folder / "till"), secrets=MemorySecrets(), preset=shop.DEMO)
    file = folder / "goods.csv"
    rows = [f"{each.code},{each.name},{each.price_minor / 100:.2f}" for each in stock]
    file.write_text("\n".join(["barcode,name,price", *rows]), "utf-8")
    import_file(file, till.shop().currency, till.catalogue)
    return till


def _scanning(side: Counter | Floor, stock: list[Good]) -> Callable[[], None]:
    codes = cycle(each.code for each in stock)
    return lambda: side.scan(next(codes))


def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        settle()


if __name__ == "__main__":
    raise SystemExit(main())
