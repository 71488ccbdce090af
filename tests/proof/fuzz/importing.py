"""The CSV importer: any bytes; the live catalogue is all of before or all of after."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import strategies as st

from pos.errors import CashierError
from pos.services.catalogue import Catalogue, import_file
from pos.services.catalogue import importer as runs
from pos.services.catalogue.cells import MAX_PRICE_MINOR
from pos.services.catalogue.codes import MAX_CODE
from pos.services.catalogue.text import MAX_NAME
from pos.services.catalogue.writer import Writer
from tests.proof.fuzz.engine import Raw, Target, in_words
from tests.proof.fuzz.texts import any_text, shown_safely

_STOCK = """product,option,barcode,sku,name,price,category,stock
,,4006381333931,TEA,Green tea,4.80,Drinks,40
mat,Blue,9521000079199,MAT-B,Yoga mat,42.00,Gear,5
mat,Green,9521000158382,MAT-G,,42.00,,4
"""
_TABLES = ("category", "product", "variant", "barcode", "product_text")
_PLAIN = (
    "barcode",
    "sku",
    "name",
    "price",
    "category",
    "tax",
    "kind",
    "stock",
    "product",
    "option",
)
_SHOPIFY = (
    "Handle",
    "Title",
    "Body (HTML)",
    "Type",
    "Option1 Name",
    "Option1 Value",
    "Variant SKU",
    "Variant Price",
    "Variant Barcode",
    "Variant Inventory Qty",
    "Status",
)
_CELLS = st.one_of(
    any_text,
    st.sampled_from(("4006381333931", "TEA", "MAT-B", "Green tea", "mat", "Blue", "Drinks")),
    st.sampled_from(("4.80", "0", "1", "-1", "1000000000", "open", "12,50", "12.345", " 5 ", "")),
    st.sampled_from(("goods", "service", "none", "TRUE", "draft", "active", "sales none")),
)


_WORDS = st.sampled_from(("Tea", "Mat", "Caf\N{LATIN SMALL LETTER E WITH ACUTE}", "Mug", "Oil"))
_FITTING: dict[str, st.SearchStrategy[str]] = {
    "barcode": st.integers(10**11, 10**11 + 30).map(str),
    "price": st.sampled_from(("1", "4.80", "12.30", "0")),
    "stock": st.sampled_from(("", "3", "-2")),
    "qty": st.sampled_from(("", "3", "-2")),
    "kind": st.sampled_from(("", "goods", "service")),
    "status": st.sampled_from(("", "active")),
    "option": st.sampled_from(("", "Blue", "Green")),
    "product": st.sampled_from(("", "", "mat", "tea")),
    "handle": st.sampled_from(("mat", "tea", "mug")),
    "sku": st.integers(1, 30).map(str),
}


def _fitting(name: str) -> st.SearchStrategy[str]:
    """Make a cell that fits its column, most of the time."""
    word = name.lower().rpartition(" ")[2]
    good = _FITTING.get("option" if "option" in name.lower() else word, _WORDS)
    return st.integers(0, 11).flatmap(lambda luck: good if luck else _CELLS)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@st.composite
def _sheets(draw: st.DrawFn) -> bytes:
    """A table with a known header in any order, and rows of any cells, quoted or not."""
    names = draw(st.permutations(draw(st.sampled_from((_PLAIN, _SHOPIFY)))))
    names = names[: draw(st.integers(len(names) - 3, len(names)))]
    mark = draw(st.sampled_from(",;\t"))
    fitting = st.tuples(*map(_fitting, names))
    rows = draw(st.lists(fitting | st.lists(_CELLS, max_size=len(names) + 1), max_size=8))
    quoted = draw(st.booleans())
    lines = [mark.join(names), *(mark.join(_cell(c, quoted) for c in row) for row in rows)]
    return _encoded(draw(st.sampled_from(("\n", "\r\n", "\r"))).join(lines))


def _cell(text: str, quoted: bool) -> str:  # noqa: FBT001 - one choice
    return '"' + text.replace('"', '""') + '"' if quoted else text


@st.composite
def _spoilt(draw: st.DrawFn) -> bytes:
    """A sheet in another encoding, packed, cut or with bytes exchanged."""
    raw = bytearray(draw(_sheets()))
    for _ in range(draw(st.integers(0, 4))):
        if raw:
            raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    made = bytes(raw)
    if draw(st.booleans()):
        made = gzip.compress(made, mtime=0)
    return made[: draw(st.integers(0, len(made)))] if draw(st.booleans()) else made


FILES = st.one_of(
    st.binary(max_size=400),
    _sheets(),
    _spoilt(),
    st.binary(max_size=200).map(lambda tail: b"barcode,name,price\n" + tail),
)


def state_of(path: Path) -> list[Any]:
    """Everything a catalogue says, straight from its file."""
    with closing(sqlite3.connect(path)) as db:
        return [db.execute(f"SELECT * FROM {name} ORDER BY id").fetchall() for name in _TABLES]  # noqa: S608 - ours


_BARE = """SELECT count(*) FROM product
WHERE deleted = 0 AND id NOT IN (SELECT product_id FROM variant)"""


def sound(path: Path) -> None:
    """Check that no row is half there: each has its product, is in bounds and in the index."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.execute("INSERT INTO product_search(product_search, rank) VALUES ('integrity-check', 1)")
        db.rollback()
        assert db.execute(_BARE).fetchone() == (0,)
        for name, price, sku in db.execute(
            "SELECT p.name, v.price_minor, v.sku FROM variant v JOIN product p ON p.id = product_id"
        ):
            assert name.strip() == name != ""
            assert shown_safely(name), ascii(name)
            assert len(name) <= MAX_NAME
            assert price is None or 0 <= price <= MAX_PRICE_MINOR
            assert sku.isprintable()
        for (code,) in db.execute("SELECT code FROM barcode"):
            assert code.isprintable()
            assert 0 < len(code) <= MAX_CODE


class _Shelf:
    """A catalogue with goods, put back to them before each file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "import.csv"
        self.catalogue = Catalogue.open(folder / "catalogue.db")
        self.file.write_text(_STOCK)
        import_file(self.file, "usd", self.catalogue)
        self._first = folder / "first.db"
        self._copy(self.catalogue.path, self._first)
        self.before = state_of(self.catalogue.path)

    def put_back(self) -> None:
        self._copy(self._first, self.catalogue.path)

    def _copy(self, source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)

    def bring(self, raw: bytes) -> Any:
        """Import bytes; the report, or None for an error that a cashier is told."""
        self.file.write_bytes(raw)
        try:
            return import_file(self.file, "usd", self.catalogue)
        except CashierError as error:
            in_words(error)
            return None


@contextmanager
def _shelf(folder: Path) -> Iterator[_Shelf]:
    shelf = _Shelf(folder)
    try:
        yield shelf
    finally:
        shelf.catalogue.close()


@contextmanager
def _any_file(folder: Path) -> Iterator[Callable[[bytes], None]]:
    with _shelf(folder) as shelf:

        def check(raw: bytes) -> None:
            shelf.put_back()
            report = shelf.bring(raw)
            after = state_of(shelf.catalogue.path)
            if report is None:
                assert after == shelf.before, "an error changed the live catalogue"
                return
            sound(shelf.catalogue.path)
            _adds_up(report, shelf.before, after)
            again = shelf.bring(raw)
            assert again.imported == 0, "the same file again made new rows"
            assert len(state_of(shelf.catalogue.path)[2]) == len(after[2])

        yield check


def _adds_up(report: Any, before: list[Any], after: list[Any]) -> None:
    """Check that what the report says is what is there."""
    assert len(after[2]) - len(before[2]) == report.imported
    assert len(report.rejected) == min(report.rejected_count, 10_000)
    assert all(row.reason and row.excerpt.isprintable() for row in report.rejected)
    if not report.imported and not report.updated:
        assert after == before


class _DiskFails(sqlite3.OperationalError):
    """What SQLite says of a disk that fails."""


@contextmanager
def _failing(folder: Path) -> Iterator[Callable[[tuple[bytes, int, str]], None]]:
    with _shelf(folder) as shelf:

        def check(given: tuple[bytes, int, str]) -> None:
            raw, at, how = given
            shelf.put_back()
            left, put = [at], Writer.write

            def write(writer: Writer, items: Any) -> Any:
                done = put(writer, items)
                left[0] -= 1
                if left[0] < 0 and how == "disk":
                    raise _DiskFails("disk I/O error")
                return done

            def cancelled() -> bool:
                return how == "cancel" and left[0] <= 0

            shelf.file.write_bytes(raw)
            with patch.object(Writer, "write", write), patch.object(runs, "_BATCH", 2):
                _broken_off(shelf, cancelled)

        yield check


def _broken_off(shelf: _Shelf, cancelled: Callable[[], bool]) -> None:
    try:
        report = import_file(shelf.file, "usd", shelf.catalogue, cancelled=cancelled)
    except CashierError:
        report = None
    if report is None or report.cancelled:
        assert state_of(shelf.catalogue.path) == shelf.before, "part of a file was imported"
    else:
        sound(shelf.catalogue.path)


_GOODS = (
    "Handle,Title,Body (HTML),Option1 Name,Option1 Value,Variant SKU,Variant Price,"
    'Variant Barcode,Status\nmat,Mat,"<p>a &amp; b</p>",Colour,Blue,M-1,42.00,9521000079199,\n'
)
_RAW = Raw(bytes, (_STOCK.encode(), _GOODS.encode(), b"\xef\xbb\xbfname;price\nT\xe9;1\n"), 6_000)

TARGETS = {
    "import": Target("CSV importer: any bytes", FILES, _any_file, 8_000, _RAW),
    "import-broken": Target(
        "CSV importer: the disk fails or the cashier cancels at any batch",
        st.tuples(_sheets(), st.integers(0, 4), st.sampled_from(("disk", "cancel"))),
        _failing,
        3_000,
    ),
}
