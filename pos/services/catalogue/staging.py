"""The rows of an import while they come in: a file of their own, so that they outlive a crash.

What the report says is kept here too, row by row: an import that goes on
after a power cut ends with the same report as one that ran through.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from pos.services.catalogue import generations
from pos.services.catalogue.codes import check_digit_is_wrong
from pos.services.catalogue.items import CatalogueItem
from pos.services.catalogue.plain import Short
from pos.services.catalogue.report import CHECK_DIGIT, NO_CODE, NOT_UTF8, SPREADSHEET, RejectedRow
from pos.services.catalogue.scripts import also

_FORMAT = 1
"""Goes into the mark of a source: a till of another version reads it anew."""

_COMMIT_EVERY = 50_000
_ODD = {1: CHECK_DIGIT, 2: SPREADSHEET, 3: NO_CODE}
_CHECK_DIGIT, _SPREADSHEET, _NO_CODE = _ODD

_SCHEMA = """
CREATE TABLE item (line INTEGER PRIMARY KEY, key TEXT NOT NULL, product_key TEXT,
  name TEXT NOT NULL, code TEXT NOT NULL, price_minor INTEGER, also TEXT NOT NULL,
  odd INTEGER NOT NULL, option_name TEXT NOT NULL DEFAULT '', category TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL DEFAULT 'goods', sku TEXT NOT NULL DEFAULT '',
  tax_ids TEXT NOT NULL DEFAULT '', tracked INTEGER NOT NULL DEFAULT 0, stock_milli INTEGER,
  position INTEGER NOT NULL DEFAULT 0);
CREATE TABLE rejected (line INTEGER NOT NULL, reason TEXT NOT NULL, excerpt TEXT NOT NULL);
CREATE TABLE state (source TEXT NOT NULL, name TEXT NOT NULL, records INTEGER NOT NULL,
  complete INTEGER NOT NULL, foreign_lines TEXT NOT NULL);
"""
_ADD = f"INSERT INTO item VALUES ({', '.join('?' * 16)})"  # noqa: S608 - placeholders
_ADD_SHORT = """
INSERT INTO item (line, key, name, code, price_minor, also, odd) VALUES (?, ?, ?, ?, ?, ?, ?)"""
_REJECT = "INSERT INTO rejected VALUES (?, ?, ?)"
_REPEATS = """
SELECT b.line, a.first FROM
  (SELECT key, min(line) AS first FROM item GROUP BY key HAVING count(*) > 1) a
JOIN item b ON b.key = a.key AND b.line > a.first"""
_ITEMS = """
SELECT line, key, coalesce(product_key, key), name, option_name, category, kind, sku, code,
  price_minor, tax_ids, tracked, stock_milli, position
FROM item WHERE line > ? ORDER BY line LIMIT ?"""

Row = tuple[int, CatalogueItem]


class Unfinished(NamedTuple):
    """An import that was broken off: the name of its file, and the rows that are kept."""

    name: str
    rows: int


def unfinished(path: Path) -> Unfinished | None:
    """Return what a staging file holds, if there is one and it can be read."""
    if not path.exists():
        return None
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(path)) as db:
        row = db.execute("SELECT name, records FROM state").fetchone()
        return Unfinished(*row) if row else None
    return None


def mark_of(path: Path, currency: str) -> str:
    """Say which source this is: its whole content, and what else decides how it is read."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "blake2b").hexdigest()
    return f"{_FORMAT} {currency} {content}"


class Staging:
    """Rows read, rows left out, and how far the reading is; `discard` or `close` it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = _connect(path)
        self._uncommitted = 0
        try:
            self.source, self.name, self.records, self.complete = self._state()
        except sqlite3.Error:
            self._db.close()  # Windows deletes no open file
            raise

    @classmethod
    def open(cls, path: Path, source: str, name: str) -> Staging:
        """Go on with what was kept of this very source, or begin anew."""
        with suppress(sqlite3.DatabaseError):
            kept = cls(path)
            if kept.source == source:
                return kept
            kept.close()
        generations.delete(path)
        fresh = cls(path)
        fresh.begin(source, name)
        return fresh

    def _state(self) -> tuple[str, str, int, int]:
        self._db.execute("BEGIN IMMEDIATE")
        if not self._db.execute("SELECT 1 FROM sqlite_schema").fetchone():
            for statement in _SCHEMA.split(";\n"):
                self._db.execute(statement)
        row = self._db.execute("SELECT source, name, records, complete FROM state").fetchone()
        return row or ("", "", 0, 0)

    def begin(self, source: str, name: str) -> None:
        """Note what is being read, before the first row."""
        self.source, self.name = source, name
        self._db.execute("INSERT INTO state VALUES (?, ?, 0, 0, '[]')", (source, name))
        self.keep()

    def add(self, rows: Iterable[Row]) -> None:
        """Take in good rows."""
        self._db.executemany(_ADD, [_staged(line, item) for line, item in rows])

    def add_short(self, rows: Iterable[tuple[int, Short]]) -> None:
        """Take in good rows of code, name and price alone."""
        self._db.executemany(_ADD_SHORT, [_short(line, *row) for line, row in rows])

    def advance(self, records: int) -> None:
        """Say how many rows of the source were read and taken in; durable now and then."""
        self._uncommitted += records - self.records
        self.records = records
        if self._uncommitted >= _COMMIT_EVERY:
            self.keep()

    def reject(self, rejected: Iterable[RejectedRow]) -> None:
        """Note rows that are left out."""
        self._db.executemany(_REJECT, [(r.line, r.reason, r.excerpt) for r in rejected])

    def keep(self) -> None:
        """Make durable what is here."""
        self._db.execute("UPDATE state SET records = ?", (self.records,))
        self._db.execute("COMMIT")
        self._db.execute("BEGIN IMMEDIATE")
        self._uncommitted = 0

    def repeats(self) -> dict[int, int]:
        """Return the lines that repeat a key of an earlier one, with that one."""
        return dict(self._db.execute(_REPEATS))

    def finish(self, repeats: Iterable[RejectedRow], foreign_lines: list[int]) -> None:
        """Say that the source was read to its end."""
        repeats = list(repeats)
        self._db.executemany("DELETE FROM item WHERE line = ?", [(r.line,) for r in repeats])
        self.reject(repeats)
        self._db.execute(
            "UPDATE state SET complete = 1, foreign_lines = ?", (json.dumps(foreign_lines),)
        )
        self.complete = 1
        self.keep()

    def count(self) -> int:
        """Return how many rows are good."""
        return self._number("SELECT count(*) FROM item")

    def rejected_count(self) -> int:
        """Return how many rows are left out."""
        return self._number("SELECT count(*) FROM rejected")

    def rejected(self, limit: int) -> Iterator[RejectedRow]:
        """Return the first rows that are left out, in the order of the file."""
        query = "SELECT line, reason, excerpt FROM rejected ORDER BY line LIMIT ?"
        return (RejectedRow(*row) for row in self._db.execute(query, (limit,)))

    def odd_lines(self, limit: int) -> Iterator[tuple[str, int, list[int]]]:
        """Yield what is odd about good rows: in words, how often, and the first lines."""
        counts = "SELECT odd, count(*) FROM item WHERE odd > 0 GROUP BY odd"
        for odd, count in self._db.execute(counts).fetchall():
            query = "SELECT line FROM item WHERE odd = ? ORDER BY line LIMIT ?"
            yield _ODD[odd], count, [row[0] for row in self._db.execute(query, (odd, limit))]
        text = self._db.execute("SELECT foreign_lines FROM state").fetchone()[0]
        if foreign := json.loads(text):
            yield NOT_UTF8, len(foreign), foreign[:limit]

    def items(self, size: int) -> Iterator[list[CatalogueItem]]:
        """Yield the good rows in batches, in the order of the file."""
        last = 0
        while rows := self._db.execute(_ITEMS, (last, size)).fetchall():
            last = rows[-1][0]
            yield [_item(row) for row in rows]

    def levels(self) -> Iterator[tuple[str, int]]:
        """Return the stock that the good rows name, in thousandths, by the variant's key."""
        named = "SELECT key, stock_milli FROM item WHERE tracked AND stock_milli IS NOT NULL"
        return self._db.execute(named)

    def close(self) -> None:
        """Let go of the file; what is in it is kept."""
        try:
            self.keep()
        finally:
            self._db.close()

    def discard(self) -> None:
        """Delete the file: nobody will go on with it."""
        self._db.close()
        generations.delete(self.path)

    def _number(self, query: str, *values: int) -> int:
        row: tuple[int] = self._db.execute(query, values).fetchone()
        return row[0]


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA cache_size = -32000")
    return db


def _staged(line: int, item: CatalogueItem) -> tuple[Any, ...]:
    code = item.barcodes[0] if item.barcodes else ""
    return (
        line,
        item.key,
        None if item.product_key == item.key else item.product_key,
        item.name,
        code,
        item.price_minor,
        also(f"{item.name} {item.option_name}"),
        _odd(code, item.sku),
        item.option_name,
        item.category,
        str(item.kind),
        item.sku,
        " ".join(item.tax_ids),
        item.tracked,
        item.stock_milli,
        item.position,
    )


def _short(line: int, key: str, name: str, code: str, price: int | None) -> tuple[Any, ...]:
    return line, key, name, code, price, "" if name.isascii() else also(name), _odd(code, "")


def _odd(code: str, sku: str) -> int:
    if not code:
        return 0 if sku else _NO_CODE
    if check_digit_is_wrong(code):
        return _CHECK_DIGIT
    return _SPREADSHEET if code[:1].isdigit() and "E+" in code.upper() else 0


def _item(row: tuple[Any, ...]) -> CatalogueItem:
    _, key, product, name, option, category, kind, sku, code, price, taxes, tracked, *rest = row
    stock, position = rest
    return CatalogueItem(
        key=key,
        product_key=product,
        name=name,
        option_name=option,
        category=category,
        kind=kind,
        sku=sku,
        barcodes=(code,) if code else (),
        price_minor=price,
        tax_ids=tuple(taxes.split()),
        tracked=bool(tracked),
        stock_milli=stock,
        position=position,
    )
