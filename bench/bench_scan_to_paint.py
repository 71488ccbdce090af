"""From the scanner's first key to the painted line, pricing and durable commit included."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QWidget

from bench.floors.scan_to_paint import Floor
from bench.goods import Good, stock
from bench.harness import Case, Row, clock_of_all_threads, measure, publish
from bench.report import Goal
from bench.wedge import Eye, scan, settle
from pos.app.build import Till, build
from pos.app.front import Front
from pos.config import Config
from pos.services import shop
from pos.services.secrets import MemorySecrets

SMALL, LARGE = 1_000, 818_233
FRAME_MS = 16.7
LINES = 5
"""A cart grows to this many lines, then a new one begins; that is not measured."""
NOTE = f"""Thirteen key events and Enter into the real window (offscreen) until the paint that
shows the new line of the cart: scanner recognised, code looked up, cart priced with tax, undo
remembered, committed with `synchronous=FULL` on the database thread, cart, totals and button
drawn. Carts of 1 to {LINES} lines. CPU is that of all threads.

The floor is a bare window: the same keys into a field, one lookup with sqlite3, the same three
rows (undo, line, cart) committed into the same tables with `synchronous=FULL`, a plain list
repainted; no pricing, no threads (`bench/floors/scan_to_paint.py`). In the last line the floor is
the till itself, with {SMALL:,} products instead of {LARGE:,}. Goal: at most 1.5 times the floor,
p99 within one frame ({FRAME_MS} ms), at most 1.2 times as long at {LARGE:,} as at {SMALL:,}."""
CAUSE = (
    "pricing, the way to the database thread and back, and a styled panel of a whole sale"
    " where the floor repaints a plain list"
)


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


class _Pair:
    """A till with so many products and a floor with the same; `close` it."""

    def __init__(self, app: QApplication, folder: Path, count: int) -> None:
        secrets = MemorySecrets()
        build(Config(data_dir=folder / "floor"), secrets=secrets, preset=shop.DEMO).close()
        self._till = build(Config(data_dir=folder / "till"), secrets=secrets, preset=shop.DEMO)
        self.goods = stock(self._till, count)
        self.floor = Floor(folder / "floor" / "till.db", self.goods)
        self.counter = Counter(self._till, app)
        self.counter.open()
        show(self.floor.window)
        self.bare = _Bare(self.counter, self.floor)
        self.counter.listen(on=False)

    def before(self, side: Counter | _Bare, other: _Pair) -> Callable[[], None]:
        """Return what lets one side have the keys while the other till listens to none."""

        def ready() -> None:
            other.counter.listen(on=False)
            side.ready()

        return ready

    def close(self) -> None:
        self.counter.close()
        self.floor.close()
        self._till.close()


def main() -> int:
    """Measure, print and write the table; returns 0."""
    app = QApplication([])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        large, small = (_Pair(app, folder / str(count), count) for count in (LARGE, SMALL))
        stack.callback(large.close)
        stack.callback(small.close)
        rows = measure(_cases(large, small), now=clock_of_all_threads)
    publish("scan_to_paint", "Scan to painted line", NOTE, rows, _goals(rows))
    return 0


def _cases(large: _Pair, small: _Pair) -> list[Case]:
    till, small_till = large.before(large.counter, small), small.before(small.counter, large)
    bare, small_bare = large.before(large.bare, small), small.before(small.bare, large)
    scans = [_scanning(pair.counter, pair.goods) for pair in (large, small)]
    floors = [_scanning(pair.floor, pair.goods) for pair in (large, small)]
    return [
        Case(f"scan at {LARGE:,} products", scans[0], floors[0], ready=(till, bare)),
        Case(f"scan at {SMALL:,} products", scans[1], floors[1], ready=(small_till, small_bare)),
        Case(f"scan at {LARGE:,} against {SMALL:,}", scans[0], scans[1], ready=(till, small_till)),
    ]


def _goals(rows: Sequence[Row]) -> list[Goal]:
    large, _, grown = rows
    return [
        Goal(f"1. scan to painted line at {LARGE:,}", large.wall_ratio, 1.5, cause=CAUSE),
        Goal("1. the same, p99", large.wall[1], FRAME_MS, "ms", CAUSE),
        Goal(f"1. {LARGE:,} against {SMALL:,} products", grown.wall_ratio, 1.2),
    ]


def show(window: QWidget) -> None:
    """Put a window in front with the keyboard in it."""
    window.show()
    if not window.isActiveWindow():
        window.activateWindow()
        _until(window.isActiveWindow)


def _scanning(side: Counter | Floor, stock: list[Good]) -> Callable[[], None]:
    codes = cycle(each.code for each in stock)
    return lambda: side.scan(next(codes))


def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        settle()


if __name__ == "__main__":
    raise SystemExit(main())
