"""What catalogue.db holds now, for a batch of keys, and what has to change in it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from pos.services.catalogue.codes import gtin14
from pos.services.catalogue.items import CatalogueItem

# One statement for any number of keys: the list goes in as one JSON value.
_PRODUCTS = """
SELECT key, id, name, category_id, kind, tax_ids, deleted
FROM product WHERE key IN (SELECT value FROM json_each(?))"""
_VARIANTS = """
SELECT key, id, product_id, option_name, sku, price_minor, position, tracked, import_stock_milli
FROM variant WHERE key IN (SELECT value FROM json_each(?))"""
_CODES = """
SELECT variant_id, code FROM barcode
WHERE variant_id IN (SELECT value FROM json_each(?)) ORDER BY id"""
_NEXT_PRODUCT = "SELECT coalesce(max(id), 0) + 1 FROM product"
_NEXT_VARIANT = "SELECT coalesce(max(id), 0) + 1 FROM variant"

_ADD_PRODUCT = """
INSERT INTO product (name, category_id, kind, tax_ids, deleted, key, id)
VALUES (?, ?, ?, ?, ?, ?, ?)"""
_SET_PRODUCT = """
UPDATE product SET name = ?, category_id = ?, kind = ?, tax_ids = ?, deleted = ? WHERE id = ?"""
_ADD_VARIANT = """
INSERT INTO variant (product_id, option_name, sku, price_minor, position, tracked,
  import_stock_milli, key, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_SET_VARIANT = """
UPDATE variant SET product_id = ?, option_name = ?, sku = ?, price_minor = ?, position = ?,
  tracked = ?, import_stock_milli = ? WHERE id = ?"""
_STOCK = 6
_SEARCHED = 3

Values = tuple[Any, ...]


class Stored:
    """Rows of one table by key, with new and changed ones kept until they are written."""

    def __init__(self, rows: Iterable[Values], next_id: int) -> None:
        self.ids: dict[str, int] = {}
        self.values: dict[str, Values] = {}
        for key, row_id, *values in rows:
            self.ids[key] = row_id
            self.values[key] = tuple(values)
        self.next_id = next_id
        self.new: dict[str, None] = {}
        self.changed: dict[str, None] = {}

    def put(self, key: str, values: Values) -> bool:
        """Take in a row; return whether it differs from what was there."""
        if key not in self.ids:
            self.ids[key] = self.next_id
            self.next_id += 1
            self.new[key] = None
        elif self.values[key] == values:
            return False
        elif key not in self.new:
            self.changed[key] = None
        self.values[key] = values
        return True

    def write(self, db: sqlite3.Connection, add: str, change: str) -> None:
        ids, values = self.ids, self.values
        db.executemany(add, [(*values[key], key, ids[key]) for key in self.new])
        db.executemany(change, [(*values[key], ids[key]) for key in self.changed])


class Batch:
    """A few thousand items beside the rows that they meet."""

    def __init__(self, db: sqlite3.Connection, items: Sequence[CatalogueItem]) -> None:
        self._db = db
        keys = json.dumps([item.key for item in items])
        groups = json.dumps([item.product_key for item in items])
        self.products = Stored(db.execute(_PRODUCTS, (groups,)), _number(db, _NEXT_PRODUCT))
        self.variants = Stored(db.execute(_VARIANTS, (keys,)), _number(db, _NEXT_VARIANT))
        self._codes: dict[int, tuple[str, ...]] = {}
        for variant_id, code in db.execute(_CODES, (json.dumps([*self.variants.ids.values()]),)):
            self._codes[variant_id] = (*self._codes.get(variant_id, ()), code)
        self._recoded: dict[int, tuple[str, ...]] = {}
        self.left: set[int] = set()
        self._reworded: set[int] = set()

    def put(self, item: CatalogueItem, category_id: int | None) -> tuple[bool, bool]:
        """Take in an item; return whether its variant is new, and whether anything differs."""
        new = item.key not in self.variants.ids
        taxes = " ".join(item.tax_ids)
        product = (item.name, category_id, item.kind, taxes, 0)
        differs = self.products.put(item.product_key, product)
        differs |= self.variants.put(item.key, self._variant(item))
        variant_id = self.variants.ids[item.key]
        codes = tuple(dict.fromkeys(item.barcodes))
        if codes != self._codes.get(variant_id, ()):
            self._codes[variant_id] = self._recoded[variant_id] = codes
            differs = True
        return new, differs

    def _variant(self, item: CatalogueItem) -> Values:
        product_id = self.products.ids[item.product_key]
        before = self.variants.values.get(item.key)
        if before and before[0] != product_id:
            self.left.add(before[0])
        known = before[_STOCK] if before else 0
        stock = known if item.stock_milli is None else item.stock_milli
        if before is None or before[:_SEARCHED] != (product_id, item.option_name, item.sku):
            self._reworded.add(product_id)
        price, tracked = item.price_minor, int(item.tracked)
        return (product_id, item.option_name, item.sku, price, item.position, tracked, stock)

    def touched(self) -> set[int]:
        """Return the products whose searchable text may differ after the write.

        A price is not searched for, and a delta is mostly prices.
        """
        products, variants = self.products, self.variants
        touched = {products.ids[key] for key in (*products.new, *products.changed)}
        recoded = (key for key, row_id in variants.ids.items() if row_id in self._recoded)
        touched |= {variants.values[key][0] for key in recoded}
        return touched | self._reworded | self.left

    def write(self) -> None:
        """Write all that differs; the caller's transaction decides whether it stays."""
        self.products.write(self._db, _ADD_PRODUCT, _SET_PRODUCT)
        self.variants.write(self._db, _ADD_VARIANT, _SET_VARIANT)
        # A fresh variant has no codes to take out, and most batches are fresh.
        known = {self.variants.ids[key] for key in self.variants.new}
        self._db.executemany(
            "DELETE FROM barcode WHERE variant_id = ?",
            [(variant_id,) for variant_id in self._recoded if variant_id not in known],
        )
        self._db.executemany(
            "INSERT INTO barcode (variant_id, code, gtin14) VALUES (?, ?, ?)",
            [(v, code, gtin14(code)) for v, codes in self._recoded.items() for code in codes],
        )


def _number(db: sqlite3.Connection, query: str) -> int:
    row: tuple[int] = db.execute(query).fetchone()
    return row[0]
