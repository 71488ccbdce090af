"""The least a program could do with a catalogue's file: read it, upsert its rows, index them.

The csv module and bare sqlite3, 5,000 rows a transaction, no row looked at twice
and none refused, prices with two decimals each: into the till's own tables, or into a single one.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count, islice
from pathlib import Path

from pos.models.catalogue import schema_statements
from pos.services.catalogue.codes import gtin14

_BATCH = 5_000
_PRODUCT = """INSERT INTO product (id, key, name, kind, words) VALUES (?, ?, ?, 'goods', ?)
ON CONFLICT (key) DO UPDATE SET name = excluded.name, words = excluded.words"""
_VARIANT = """INSERT INTO variant (id, product_id, key, price_minor) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET price_minor = excluded.price_minor"""
_CODE = "INSERT INTO barcode (variant_id, code, gtin14) VALUES (?, ?, ?)"
_SINGLE = """
CREATE TABLE product (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  price INTEGER NOT NULL);
CREATE VIRTUAL TABLE product_search USING fts5(name, code, content='product', content_rowid='id',
  columnsize=0, detail=none, prefix='1 2 3 4 5', tokenize='unicode61 remove_diacritics 2');
"""
_UPSERT = """INSERT INTO product (code, name, price) VALUES (?, ?, ?)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, price = excluded.price"""


def load_tables(source: Path, target: Path) -> None:
    """Fill the till's own tables and indexes; the file is made anew."""
    with closing(_empty(target)) as db:
        for statement in [each for part in schema_statements() for each in part]:
            db.execute(statement)
        ids = count(1)
        for batch in _batches(source):
            made = [
                (i, f"code:{code}", code, name, price)
                for i, (code, name, price) in zip(ids, batch, strict=False)
            ]
            db.execute("BEGIN")
            db.executemany(_PRODUCT, [(i, key, name, code) for i, key, code, name, _ in made])
            db.executemany(_VARIANT, [(i, i, key, price) for i, key, _, _, price in made])
            db.executemany(_CODE, [(i, code, gtin14(code)) for i, _, code, _, _ in made])
            db.execute("COMMIT")
        _index(db)


def load_single(source: Path, target: Path) -> None:
    """Fill one table of code, name and price, which is no catalogue to sell from."""
    with closing(_empty(target)) as db:
        db.executescript(_SINGLE)
        for batch in _batches(source):
            db.execute("BEGIN")
            db.executemany(_UPSERT, batch)
            db.execute("COMMIT")
        _index(db)


def _empty(target: Path) -> sqlite3.Connection:
    for end in ("", "-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    db = sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        db.execute(f"PRAGMA {pragma}").close()
    return db


def _batches(source: Path) -> Iterator[list[tuple[str, str, int]]]:
    with source.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        while batch := [(c, n, int(p.replace(".", ""))) for c, n, p in islice(lines, _BATCH)]:
            yield batch


def _index(db: sqlite3.Connection) -> None:
    for command in ("rebuild", "optimize"):
        db.execute("INSERT INTO product_search (product_search) VALUES (?)", (command,))
