"""Queries of the hot path on one connection: prepared once, plain rows, no ORM."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from pos.services.catalogue.codes import gtin14
from pos.services.catalogue.items import ProductTile, VariantRow
from pos.services.catalogue.text import (
    guess_expressions,
    match_expression,
    sayable,
    search_terms,
)

T = TypeVar("T")

SEARCH_LIMIT = 2_000
"""Nobody scrolls further, and counting all that hold an "a" would take longer than a frame."""

_MATCHING = "FROM product_search WHERE product_search MATCH ?"
_BUT = "AND rowid NOT IN (SELECT value FROM json_each(?))"
_MATCH = f"SELECT rowid {_MATCHING} ORDER BY rowid LIMIT ? OFFSET ?"
_MATCH_BUT = f"SELECT rowid {_MATCHING} {_BUT} ORDER BY rowid LIMIT ? OFFSET ?"
_COUNT = f"SELECT count(*) FROM (SELECT rowid {_MATCHING} LIMIT ?)"  # noqa: S608 - constants
_COUNT_BUT = f"SELECT count(*) FROM (SELECT rowid {_MATCHING} {_BUT} LIMIT ?)"  # noqa: S608 - constants
_ANY = f"SELECT rowid {_MATCHING} LIMIT 1"
_AFTER_RANK = "SELECT id FROM product WHERE id > ? AND deleted = 0 ORDER BY id LIMIT ?"
_IN_CATEGORY = """
SELECT id FROM product WHERE category_id = ? AND deleted = 0 ORDER BY id LIMIT ? OFFSET ?"""
_TILES = """
SELECT p.id, p.key, p.name, coalesce(c.name, ''), p.kind, v.price_minor, v.tracked,
  v.import_stock_milli, v.key
FROM json_each(?) j CROSS JOIN product p ON p.id = j.value
CROSS JOIN variant v ON v.product_id = p.id LEFT JOIN category c ON c.id = p.category_id"""
_VARIANT = """
SELECT v.key, p.key, p.id, p.name, v.option_name, v.sku,
  coalesce(?, (SELECT b.code FROM barcode b WHERE b.variant_id = v.id ORDER BY b.id), ''),
  v.price_minor, p.tax_ids, p.kind, coalesce(c.name, ''), v.tracked, v.import_stock_milli
FROM variant v JOIN product p ON p.id = v.product_id
LEFT JOIN category c ON c.id = p.category_id"""
_ORDER = "GROUP BY v.id ORDER BY p.id, v.position, v.id"
_CODED = f"{_VARIANT} JOIN barcode k ON k.variant_id = v.id"
_BY_PRODUCT = f"{_VARIANT} WHERE p.key = ? {_ORDER}"
_BY_KEY = f"{_VARIANT} WHERE v.key = ? {_ORDER}"
_BY_CODE = f"{_CODED} WHERE k.code = ? AND k.gtin14 IS NULL {_ORDER}"
_BY_GTIN = f"{_CODED} WHERE k.gtin14 = ? {_ORDER}"
_BY_GTIN_AS_PRINTED = f"{_CODED} WHERE k.gtin14 = ? AND k.code = ? {_ORDER}"
_BY_SKU = f"{_VARIANT} WHERE v.sku = ? COLLATE NOCASE AND v.sku <> '' {_ORDER}"
_CODED_ID = "SELECT v.product_id FROM barcode k JOIN variant v ON v.id = k.variant_id WHERE"
_ID_ORDER = "ORDER BY v.product_id, v.position, v.id"
_ID_BY_CODE = f"{_CODED_ID} k.code = ? AND k.gtin14 IS NULL {_ID_ORDER}"
_ID_BY_GTIN_AS_PRINTED = f"{_CODED_ID} k.gtin14 = ? AND k.code = ? {_ID_ORDER}"
_ID_BY_GTIN = f"{_CODED_ID} k.gtin14 = ? {_ID_ORDER}"
_ID_BY_SKU = f"""
SELECT v.product_id FROM variant v WHERE v.sku = ? COLLATE NOCASE AND v.sku <> '' {_ID_ORDER}"""  # noqa: S608 - constants
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
        self._guessed: tuple[tuple[object, ...], str] = (), ""  # the latest: a count, then pages

    def version(self) -> int:
        return self._number("PRAGMA data_version")

    def count(self, query: str, category: str | None) -> int:
        category_id = self._category_id(category)
        if category is not None and category_id is None:
            return 0
        if not query.strip():
            return self._count_all(category_id)
        exact = self._exact(query, category_id)

        def ask(match: str) -> int:
            if exact:
                return self._number(_COUNT_BUT, match, json.dumps(exact), SEARCH_LIMIT)
            return self._number(_COUNT, match, SEARCH_LIMIT)

        found = self._search(query, category_id, ask, guess=not exact)
        return len(exact) + (found or 0)

    def page(
        self, query: str, category: str | None, part: tuple[int, int], *, guess: bool
    ) -> list[ProductTile]:
        """Return ``part`` (offset and limit) of a list."""
        offset, limit = part
        category_id = self._category_id(category)
        if category is not None and category_id is None:
            return []
        if not query.strip():
            return self._tiles(self._all(category_id, offset, limit))
        exact = self._exact(query, category_id)
        first = exact[offset : offset + limit]
        rest = limit - len(first), max(0, offset - len(exact))

        def ask(match: str) -> list[int]:
            if exact:
                return self._ids(_MATCH_BUT, match, json.dumps(exact), *rest)
            return self._ids(_MATCH, match, *rest)

        found = self._search(query, category_id, ask, guess=guess and not exact)
        return self._tiles(first + (found or []))

    def is_guess(self, query: str, category: str | None) -> bool:
        """Tell whether a search shows what may have been meant, for want of what was typed."""
        return not self.page(query, category, (0, 1), guess=False) and bool(
            self.page(query, category, (0, 1), guess=True)
        )

    def categories(self) -> list[str]:
        return [row[0] for row in self._db.execute(_CATEGORIES).fetchall()]

    def variants(self, product_key: str) -> list[VariantRow]:
        return self._variants(_BY_PRODUCT, None, product_key)

    def variant(self, key: str) -> VariantRow | None:
        return next(iter(self._variants(_BY_KEY, None, key)), None)

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
        """Return the products that have the query as their code or SKU, like `lookup`."""
        ids = dict.fromkeys(self._coded(sayable(query.strip())))
        if category_id is None:
            return [*ids]
        inside = "SELECT id FROM product WHERE id = ? AND category_id = ?"
        return [i for i in ids if self._ids(inside, i, category_id)]

    def _coded(self, code: str) -> list[int]:
        if (number := gtin14(code)) is None:
            found = self._ids(_ID_BY_CODE, code)
        else:
            found = self._ids(_ID_BY_GTIN_AS_PRINTED, number, code)
            found = found or self._ids(_ID_BY_GTIN, number)
        return found or self._ids(_ID_BY_SKU, code)

    def _search(
        self, query: str, category_id: int | None, ask: Callable[[str], T], *, guess: bool
    ) -> T | None:
        """Ask for what was typed and, where no product has that, for what may have been meant."""
        if not (terms := search_terms(query, self._keeps)):
            return None
        match = match_expression(terms, category_id)
        found = ask(match)
        if found or not guess or self._is_known(match):
            return found
        meant = self._meant(terms, category_id)
        return ask(meant) if meant else found

    def _meant(self, terms: list[str], category_id: int | None) -> str:
        """Return the first guess that finds something."""
        asked = (*terms, category_id, self.version())
        if self._guessed[0] != asked:
            guesses = guess_expressions(terms, self._is_known, category_id)
            self._guessed = asked, next((g for g in guesses if g and self._is_known(g)), "")
        return self._guessed[1]

    def _is_known(self, match: str) -> bool:
        return bool(self._ids(_ANY, match))

    def _keeps(self, char: str) -> bool:
        """Ask the index itself whether it keeps a character in words: its tables are its own."""
        if char not in self._is_word:
            try:
                self._ids(_ANY, f'"a{char}b"')
            except sqlite3.OperationalError:  # two words: a phrase, which detail=none refuses
                self._is_word[char] = False
            else:
                self._is_word[char] = True
        return self._is_word[char]

    def _tiles(self, ids: list[int]) -> list[ProductTile]:
        rows = self._db.execute(_TILES, (json.dumps(ids),)).fetchall()
        return [_tile(list(variants)) for _, variants in groupby(rows, itemgetter(0))]


def _tile(variants: list[tuple[Any, ...]]) -> ProductTile:
    product_id, key, name, category, kind, price, tracked, stock, variant = variants[0]
    if len(variants) == 1:
        prices, keys = (price, price), (variant,)
        stock = stock if tracked else 0
    else:
        known = [row[5] for row in variants if row[5] is not None]
        prices = (min(known), max(known)) if len(known) == len(variants) else (None, None)
        tracked = any(row[6] for row in variants)
        stock = sum(row[7] for row in variants if row[6])
        keys = tuple(row[8] for row in variants)
    return ProductTile(
        product_id, key, name, category, kind, *prices, len(keys), bool(tracked), stock, keys
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
