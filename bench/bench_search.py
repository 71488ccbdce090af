"""From what is typed to its tiles on the screen, at a supermarket's catalogue and at a thousand."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from PySide6.QtWidgets import QApplication

from bench.floors.search import ROWS, Floor
from bench.harness import Case, Row, clock_of_all_threads, measure, publish
from bench.names import rows as made_up
from bench.names import write_csv
from bench.report import Goal
from bench.screens import View
from bench.wedge import settle
from pos.app.build import build
from pos.config import Config
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.secrets import MemorySecrets
from pos.ui.controllers.sale import SaleController
from pos.ui.screens.sale import SaleScreen
from pos.ui.shell import Shell
from pos.ui.threads import Calls

SMALL, LARGE = 1_000, 818_233
FRAME_MS = 16.7
_ASKED = 300
_A_WORD, _THREE_WORDS = 7, 3
"""Letters of a word that is typed whole, and words of a name that is long enough."""

_NOTE = f"""What is typed into the real sale screen (offscreen, 1366 by 768) until the paint that
shows its tiles, after the 30 ms in which more keys are awaited: counted, the first tiles read
with their variants, prices and stock on another thread, drawn. {LARGE:,} products with made-up
names (`bench/names.py`); the texts are beginnings of words of the first {SMALL:,}, or two or three
words of one name, the last one as its beginning. CPU is that of all threads.

The floor is a bare window: one full-text query with sqlite3 for {ROWS} rows, shown in a plain list
(`bench/floors/search.py`). "query alone" is the catalogue's answer of {ROWS} tiles beside the
floor's query, no window on either side. "grown" is the same screen at {LARGE:,} beside one at
{SMALL:,}. "slip" has two letters swapped, so that nothing matches and what may have been meant is
asked for; beside it the floor's query for the word meant."""
_FEWER = (
    "among 1,000 products few have it, so that fewer tiles are read and painted; the query grows"
    " as “query alone” shows"
)
_WHY = """the answer crosses to the reading thread and back, tiles carry variants, stock and
prices in the shop's money, and half of the longer searches paint their tiles twice"""


class Seat:
    """A sale screen over a till with so many products; `close` it."""

    def __init__(self, source: Path, folder: Path) -> None:
        config = Config(data_dir=folder)
        self._till = till = build(config, secrets=MemorySecrets(), preset=shop.DEMO)
        import_file(source, till.shop().currency, till.catalogue)
        self.catalogue = till.catalogue
        self._reads, self._writes = Calls("reading"), Calls("database")
        here, self._shell = till.shop(), Shell()
        self.window = SaleScreen(self._reads, self._shell, here.currency)
        shelf = (till.catalogue, till.stock)
        self._control = SaleController(self.window, till.cart, shelf, (self._writes, self._reads))
        self._view = View(self.window.grid, self.window.grid.products)
        self.window.resize(1366, 768)
        self.window.show()
        self._control.show_shop(here)
        self.rest()

    def find(self, text: str) -> None:
        """Search; return when the tiles are painted."""
        self._view.ask(partial(self.window.search_changed.emit, text))

    def query(self, text: str) -> None:
        """Ask the catalogue alone."""
        if not self.catalogue.page(text, None, 0, ROWS):
            raise AssertionError(text)

    def rest(self) -> None:
        """Wait until nothing is being read."""
        while self._reads.pending or self._writes.pending:
            settle()

    def close(self) -> None:
        self.window.close()
        self._shell.close()
        for calls in (self._reads, self._writes):
            calls.close()
        self._till.close()


def main() -> int:
    """Measure, print and write the table; returns 0."""
    app = QApplication(sys.argv[:1])
    with ExitStack() as stack:
        here = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        source = write_csv(here / "large.csv", LARGE)
        large = stack.enter_context(closing(Seat(source, here / "large")))
        floor = stack.enter_context(closing(Floor(source, here / "floor.db")))
        few = write_csv(here / "small.csv", SMALL)
        small = stack.enter_context(closing(Seat(few, here / "small")))
        rows = measure(_cases(large, small, floor), now=clock_of_all_threads)
        app.processEvents()
    publish("search", "Typed to painted tiles", _NOTE, rows, _goals(rows))
    return 0


def _cases(large: Seat, small: Seat, floor: Floor) -> list[Case]:
    texts = _texts()
    slips = _slips(large, texts["a word"])
    shown = [
        Case(name, _each(large.find, asked), _each(floor.find, asked), 10, (large.rest, settle))
        for name, asked in texts.items()
    ]
    alone = [
        Case(f"query alone, {name}", _each(large.query, asked), _each(floor.query, asked))
        for name, asked in texts.items()
    ]
    grown = [
        Case(
            f"grown, {name}",
            _each(large.find, texts[name]),
            _each(small.find, texts[name]),
            10,
            (large.rest, small.rest),
        )
        for name in ("1 letter", "3 letters", "2 words")
    ]
    typed, meant = zip(*slips, strict=True)
    slip = Case("slip", _each(large.query, list(typed)), _each(floor.query, list(meant)))
    return [*shown, *alone, *grown, slip]


def _each(act: Callable[[str], object], texts: list[str]) -> Callable[[], object]:
    turn = cycle(texts)
    return lambda: act(next(turn))


def _texts() -> dict[str, list[str]]:
    """Return what is typed, by kind; each is met by at least one product of either size."""
    dice = random.Random(3)  # noqa: S311  what is looked for, nothing secret
    names = [name.split() for _, name, _ in made_up(SMALL)]
    words = [word for word in (dice.choice(name) for name in names) if len(word) >= _A_WORD]
    long = [name for name in names if len(name) >= _THREE_WORDS]
    return {
        **{
            "1 letter" if size == 1 else f"{size} letters": [w[:size] for w in words[:_ASKED]]
            for size in (1, 2, 3, 5)
        },
        "a word": words[:_ASKED],
        "2 words": [f"{name[0]} {name[1][:3]}" for name in long[:_ASKED]],
        "3 words": [f"{name[0]} {name[2]} {name[1][:3]}" for name in long[:_ASKED]],
    }


def _slips(seat: Seat, words: list[str]) -> list[tuple[str, str]]:
    """Return words with two letters swapped that no product has, beside the words meant."""

    def swapped() -> Iterator[tuple[str, str]]:
        for word in words:
            slip = word[:3] + word[4] + word[3] + word[5:]
            if seat.catalogue.is_guess(slip):
                yield slip, word

    return list(islice(swapped(), _ASKED))


def _goals(rows: list[Row]) -> list[Goal]:
    of = {row.name: row for row in rows}
    shown = [row for row in rows if row.name in _texts()]
    grown = [row for row in rows if row.name.startswith("grown")]
    worst = max(shown, key=lambda row: row.wall_ratio)
    most = max(grown, key=lambda row: row.wall_ratio)
    cause = f"“{worst.name}”: {_WHY}".replace("\n", " ")
    return [
        Goal("2. typed to painted tiles at 818k", worst.wall_ratio, 1.5, "x", cause),
        Goal("2. the same, 818k to 1k", most.wall_ratio, 1.5, "x", f"“{most.name}”: {_FEWER}"),
        Goal("2. a slip at 818k: what was meant, p99", of["slip"].wall[1], FRAME_MS, "ms"),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
