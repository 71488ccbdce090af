"""Queries of the hot path on one connection: prepared once, plain rows, no ORM."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from typing import Any

from pos.services.catalogue.codes import gtin14
from pos.services.catalogue.items import ProductTile, VariantRow
from pos.services.catalogue.text import match_expression, sayable, search_terms

SEARCH_LIMIT = 2_000
"""Nobody scrolls further, and counting all that hold an "a" would take longer than a frame."""

_SEPARATOR = "\x1f"
_MATCH = """
SELECT rowid FROM product_search WHERE product_search MATCH ?
AND rowid NOT IN (SELECT value FROM json_each(?)) ORDER BY rowid LIMIT ? OFFSET ?"""
_COUNT_MATCHES = """
SELECT count(*) FROM (SELECT rowid FROM product_search WHERE product_search MATCH ?
AND rowid NOT IN (SELECT value FROM json_each(?)) LIMIT ?)"""
_AFTER_RANK = "SELECT id FROM product WHERE id > ? AND deleted = 0 ORDER BY id LIMIT ?"
_IN_CATEGORY = """
SELECT id FROM product WHERE category_id = ? AND deleted = 0 ORDER BY id LIMIT ? OFFSET ?"""
_TILES = """
SELECT p.id, p.key, p.name, coalesce(c.name, ''), p.kind, min(v.price_minor), max(v.price_minor),
  count(*), count(v.price_minor), max(v.tracked),
  sum(CASE WHEN v.tracked THEN v.import_stock_milli ELSE 0 END), group_concat(v.key, char(31))
FROM json_each(?) j JOIN product p ON p.id = j.value JOIN variant v ON v.product_id = p.id
LEFT JOIN category c ON c.id = p.category_id
GROUP BY p.id"""
_VARIANT = """
SELECT v.key, p.key, p.id, p.name, v.option_name, v.sku,
  coalesce(?, (SELECT b.code FROM barcode b WHERE b.variant_id = v.id ORDER BY b.id), ''),
  v.price_minor, p.tax_ids, p.kind, coalesce(c.name, ''), v.tracked, v.import_stock_milli
FROM variant v JOIN product p ON p.id = v.product_id
LEFT JOIN category c ON c.id = p.category_id"""
_ORDER = "GROUP BY v.id ORDER BY p.id, v.position, v.id"
_CODED = f"{_VARIANT} JOIN barcode k ON k.variant_id = v.id"
_BY_PRODUCT = f"{_VARIANT} WHERE p.id = ? {_ORDER}"
_BY_KEY = f"{_VARIANT} WHERE v.key = ? {_ORDER}"
_BY_CODE = f"{_CODED} WHERE k.code = ? AND k.gtin14 IS NULL {_ORDER}"
_BY_GTIN = f"{_CODED} WHERE k.gtin14 = ? {_ORDER}"
_BY_GTIN_AS_PRINTED = f"{_CODED} WHERE k.gtin14 = ? AND k.code = ? {_ORDER}"
_BY_SKU = f"{_VARIANT} WHERE v.sku = ? COLLATE NOCASE AND v.sku <> '' {_ORDER}"
_CATEGORIES = """
SELECT c.name FROM category c
WHERE EXISTS (SELECT 1 FROM product p WHERE p.category_id = c.id AND p.deleted = 0) ORDER BY c.id"""
_COUNT_IN = "SELECT count(*) FROM product WHERE category_id = ? AND deleted = 0"


class Reader:
    """One thread's view of the catalogue."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._counted_at = -1
        self._counts: dict[int, int] = {}
        self._last_rank = 0
        self._shown_before: list[int] = []  # for each deleted product
        self._is_word: dict[str, bool] = {}

    def version(self) -> int:
        return self._number("PRAGMA data_version")

    def count(self, query: str, category: str | None) -> int:
        category_id = self._category_id(category)
        if category is not None and category_id is None:
            return 0
        if not query.strip():
            return self._count_all(category_id)
        exact = self._exact(query, category_id)
        if not (terms := search_terms(query, self._keeps)):
            return len(exact)
        match = match_expression(terms, category_id)
        return len(exact) + self._number(_COUNT_MATCHES, match, json.dumps(exact), SEARCH_LIMIT)

    def page(self, query: str, category: str | None, offset: int, limit: int) -> list[ProductTile]:
        category_id = self._category_id(category)
        if category is not None and category_id is None:
            return []
        if not query.strip():
            return self._tiles(self._all(category_id, offset, limit))
        exact = self._exact(query, category_id)
        first = exact[offset : offset + limit]
        rest = (limit - len(first), max(0, offset - len(exact)))
        return self._tiles(first + self._matches(query, category_id, exact, rest))

    def categories(self) -> list[str]:
        return [row[0] for row in self._db.execute(_CATEGORIES).fetchall()]

    def variants(self, product_id: int) -> list[VariantRow]:
        return self._variants(_BY_PRODUCT, None, product_id)

    def variant(self, key: str) -> VariantRow | None:
        return next(iter(self._variants(_BY_KEY, None, key)), None)

    def imported_stock(self) -> list[tuple[str, int]]:
        query = "SELECT key, import_stock_milli FROM variant WHERE tracked"
        return self._db.execute(query).fetchall()

    def lookup(self, code: str) -> list[VariantRow]:
        code = sayable(code.strip())
        if (number := gtin14(code)) is None:
            found = self._variants(_BY_CODE, code, code)
        else:
            found = self._variants(_BY_GTIN_AS_PRINTED, code, number, code)
            found = found or self._variants(_BY_GTIN, code, number)
        return found or self._variants(_BY_SKU, None, code)

    def _variants(self, query: str, barcode: str | None, *values: Any) -> list[VariantRow]:
        return [_variant(row) for row in self._db.execute(query, (barcode, *values)).fetchall()]

    def _number(self, query: str, *values: int | str) -> int:
        row: tuple[int] = self._db.execute(query, values).fetchone()
        return row[0]

    def _ids(self, query: str, *values: Any) -> list[int]:
        return [row[0] for row in self._db.execute(query, values).fetchall()]

    def _category_id(self, name: str | None) -> int | None:
        if name is None:
            return None
        ids = self._ids("SELECT id FROM category WHERE name = ?", sayable(name))
        return ids[0] if ids else None

    def _count_all(self, category_id: int | None) -> int:
        self._refresh()
        if category_id is None:
            return self._last_rank - len(self._shown_before)
        if category_id not in self._counts:
            self._counts[category_id] = self._number(_COUNT_IN, category_id)
        return self._counts[category_id]

    def _refresh(self) -> None:
        """Count once for each state of the file: at a million products it takes a frame."""
        if (version := self.version()) == self._counted_at:
            return
        self._counts, self._counted_at = {}, version
        self._last_rank = self._number("SELECT coalesce(max(id), 0) FROM product")
        deleted = self._ids("SELECT id FROM product WHERE deleted = 1 ORDER BY id")
        self._shown_before = [rank - i - 1 for i, rank in enumerate(deleted)]

    def _all(self, category_id: int | None, offset: int, limit: int) -> list[int]:
        if category_id is not None:
            return self._ids(_IN_CATEGORY, category_id, limit, offset)
        self._refresh()
        # Ranks have no gaps but the deleted, so an offset leads straight to its rank.
        rank = offset + bisect_right(self._shown_before, offset)
        return self._ids(_AFTER_RANK, rank, limit)

    def _exact(self, query: str, category_id: int | None) -> list[int]:
        """Return the products that have the query as their code or SKU."""
        rows = self.lookup(query)
        ids = dict.fromkeys(row.product_id for row in rows)
        if category_id is None:
            return [*ids]
        inside = "SELECT id FROM product WHERE id = ? AND category_id = ?"
        return [i for i in ids if self._ids(inside, i, category_id)]

    def _matches(
        self, query: str, category_id: int | None, but: list[int], part: tuple[int, int]
    ) -> list[int]:
        terms = search_terms(query, self._keeps)
        if not terms:
            return []
        return self._ids(_MATCH, match_expression(terms, category_id), json.dumps(but), *part)

    def _keeps(self, char: str) -> bool:
        """Ask the index itself whether it keeps a character in words: its tables are its own."""
        if char not in self._is_word:
            try:
                self._ids(_MATCH, f'"a{char}b"', "[]", 1, 0)
            except sqlite3.OperationalError:  # two words: a phrase, which detail=none refuses
                self._is_word[char] = False
            else:
                self._is_word[char] = True
        return self._is_word[char]

    def _tiles(self, ids: list[int]) -> list[ProductTile]:
        rows = self._db.execute(_TILES, (json.dumps(ids),)).fetchall()
        tiles = {row[0]: _tile(row) for row in rows}
        return [tiles[product_id] for product_id in ids if product_id in tiles]


def _tile(row: tuple[Any, ...]) -> ProductTile:
    product_id, key, name, category, kind, low, high, variants, priced, tracked, stock, keys = row
    if priced < variants:
        low = high = None
    return ProductTile(
        product_id,
        key,
        name,
        category,
        kind,
        low,
        high,
        variants,
        bool(tracked),
        stock,
        tuple(keys.split(_SEPARATOR)),
    )


def _variant(row: tuple[Any, ...]) -> VariantRow:
    key, product_key, product_id, name, option, sku, code, price, taxes, kind, *rest = row
    category, tracked, stock = rest
    return VariantRow(
        key,
        product_key,
        product_id,
        name,
        option,
        sku,
        code,
        price,
        tuple(taxes.split()),
        kind,
        category,
        bool(tracked),
        stock,
    )
