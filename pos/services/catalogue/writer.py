"""The only way into catalogue.db: items in batches, and the search index kept in step."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence

from pos.models.catalogue_search import PRODUCT_WORDS
from pos.services.catalogue.items import CatalogueItem, Changes
from pos.services.catalogue.rows import Batch

# Up to this many texts are exchanged one by one; a rebuild costs less per
# product but always reads them all.
_FEW = 2_000
_SHARE = 20

_SET_WORDS = f"""
UPDATE product SET words = coalesce({PRODUCT_WORDS}, '')
WHERE id IN (SELECT value FROM json_each(?))"""  # noqa: S608 - two constants
_TEXTS = "SELECT id, text FROM product_text WHERE id IN (SELECT value FROM json_each(?))"
_TAKE_OUT = "INSERT INTO product_search (product_search, rowid, text) VALUES ('delete', ?, ?)"
_PUT_IN = "INSERT INTO product_search (rowid, text) VALUES (?, ?)"
_HIDE_EMPTY = """
UPDATE product SET deleted = 1 WHERE id IN (SELECT value FROM json_each(?))
AND NOT EXISTS (SELECT 1 FROM variant v WHERE v.product_id = product.id)"""

_REBUILD = (
    ("hashsize", 16 * 1024 * 1024),
    ("automerge", 0),
    ("rebuild", None),
    ("optimize", None),
    ("hashsize", 1024 * 1024),
    ("automerge", 4),
)

Texts = dict[int, str]


class Writer:
    """Writes within a transaction that `Catalogue.writing` opens and ends."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._categories: dict[str, int] = dict(db.execute("SELECT name, id FROM category"))
        largest = db.execute("SELECT coalesce(max(id), 0) FROM product").fetchone()[0]
        self._limit = max(_FEW, largest // _SHARE)
        self._touched = 0
        self._rebuild = False

    def known(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the row ids of those variants that exist."""
        query = "SELECT key, id FROM variant WHERE key IN (SELECT value FROM json_each(?))"
        return dict(self._db.execute(query, (json.dumps(list(keys)),)))

    def write(self, items: Sequence[CatalogueItem]) -> Changes:
        """Create, change or take away variants by key; the last of equal keys counts."""
        last = {item.key: item.deleted for item in items}
        gone = {key for key, deleted in last.items() if deleted}
        items = [item for item in items if not item.deleted and item.key not in gone]
        batch = Batch(self._db, items)
        counts = self._put(batch, items)
        losers = self._owners(gone)
        touched = batch.touched() | losers
        before = self._texts_before(touched)
        batch.write()
        deleted = self._delete(gone)
        self._hide_empty(batch.left | losers)
        self._exchange(before, touched)
        return Changes(*counts, deleted)

    def finish(self) -> None:
        """Bring the index up to date with a bulk load; needed once, at the end."""
        if self._rebuild:
            rebuild(self._db)

    def _put(self, batch: Batch, items: Iterable[CatalogueItem]) -> tuple[int, int, int]:
        added = updated = unchanged = 0
        for item in items:
            new, differs = batch.put(item, self._category(item.category))
            added += new
            updated += differs and not new
            unchanged += not differs
        return added, updated, unchanged

    def _category(self, name: str) -> int | None:
        if not name:
            return None
        if name not in self._categories:
            cursor = self._db.execute("INSERT INTO category (name) VALUES (?)", (name,))
            self._categories[name] = cursor.lastrowid or 0
        return self._categories[name]

    def _owners(self, keys: Collection[str]) -> set[int]:
        query = "SELECT product_id FROM variant WHERE key IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._db.execute(query, (json.dumps([*keys]),))}

    def _delete(self, keys: Collection[str]) -> int:
        query = "DELETE FROM variant WHERE key IN (SELECT value FROM json_each(?))"
        return self._db.execute(query, (json.dumps([*keys]),)).rowcount if keys else 0

    def _hide_empty(self, product_ids: Collection[int]) -> None:
        if product_ids:
            self._db.execute(_HIDE_EMPTY, (json.dumps([*product_ids]),))

    def _texts_before(self, product_ids: Collection[int]) -> Texts:
        self._touched += len(product_ids)
        self._rebuild = self._rebuild or self._touched > self._limit
        return {} if self._rebuild else self._texts(product_ids)

    def _texts(self, product_ids: Collection[int]) -> Texts:
        rows = self._db.execute(_TEXTS, (json.dumps([*product_ids]),))
        return dict(rows)

    def _exchange(self, before: Texts, product_ids: Collection[int]) -> None:
        """Take the old text of each product out of the index and put the new one in."""
        self._db.execute(_SET_WORDS, (json.dumps([*product_ids]),))
        if self._rebuild:
            return
        after = self._texts(product_ids)
        old, new = before.items(), after.items()
        self._db.executemany(_TAKE_OUT, [(i, t) for i, t in old if after.get(i) != t])
        self._db.executemany(_PUT_IN, [(i, t) for i, t in new if before.get(i) != t])


def rebuild(db: sqlite3.Connection) -> None:
    """Make the search index anew from all products, in one piece.

    With more room in memory it is merged once, at the end, instead of again and again.
    """
    for command, value in _REBUILD:
        db.execute(
            "INSERT INTO product_search (product_search, rank) VALUES (?, ?)", (command, value)
        )
