"""The next catalogue, made whole beside the live one: bulk statements, the index once at the end.

What the live catalogue has and the import does not name stays as it is. What
sold most comes first, then the old order, then the order of the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from pos.models.catalogue_search import PRODUCT_WORDS
from pos.services.catalogue.items import Changes
from pos.services.catalogue.scripts import also
from pos.services.catalogue.writer import rebuild

_OPERATIONS_BETWEEN_LOOKS = 100_000

# The file is thrown away unless it is finished: nothing has to be rolled back.
_FAST = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA cache_size = -64000",
    "PRAGMA temp_store = MEMORY",
)

_CATEGORIES = """
INSERT INTO category (id, name) SELECT id, name FROM live.category WHERE true;
INSERT OR IGNORE INTO category (name) SELECT category FROM stage.item WHERE category <> ''
  GROUP BY category ORDER BY min(line);
"""

# In the order that makes the rank: first those that sold, as yet without a
# name and hidden; they get both from the live catalogue or the file.
_POPULAR = """
INSERT INTO product (key, name, kind, deleted)
SELECT p.key, '', p.kind, 1 FROM temp.sold s CROSS JOIN live.variant v ON v.key = s.key
JOIN live.product p ON p.id = v.product_id GROUP BY p.id ORDER BY sum(s.times) DESC, p.id"""
_FILLED = """
ON CONFLICT (key) DO UPDATE SET name = excluded.name, category_id = excluded.category_id,
  kind = excluded.kind, tax_ids = excluded.tax_ids, words = excluded.words, deleted = 0"""
# of a product with one variant and one code, byte for byte what PRODUCT_WORDS says
_WORDS = "option_name || ' ' || sku || ' ' || code || ' ' || also"
_PRODUCTS = f"""
INSERT INTO product (key, name, category_id, kind, tax_ids, words, deleted)
SELECT key, name, category_id, kind, tax_ids, words, 0 FROM live.product
  WHERE deleted = 0 ORDER BY id {_FILLED};
INSERT INTO product (key, name, category_id, kind, tax_ids, words, deleted)
SELECT coalesce(product_key, key), name,
  CASE category WHEN '' THEN NULL ELSE (SELECT id FROM category c WHERE c.name = category) END,
  kind, tax_ids, {_WORDS}, 0 FROM stage.item WHERE true ORDER BY line {_FILLED};
"""  # noqa: S608 - constants

# A variant's id is its line: so its codes need no search for it.
_VARIANTS = """
INSERT INTO variant (id, product_id, key, option_name, sku, price_minor, position, tracked,
  import_stock_milli)
SELECT i.line, (SELECT id FROM product WHERE key = coalesce(i.product_key, i.key)), i.key,
  i.option_name, i.sku, i.price_minor, i.position, i.tracked,
  coalesce(i.stock_milli, (SELECT import_stock_milli FROM live.variant v WHERE v.key = i.key), 0)
FROM stage.item i ORDER BY i.line;
INSERT INTO barcode (variant_id, code, gtin14)
SELECT line, code,
  CASE WHEN length(code) BETWEEN 8 AND 14 AND code NOT GLOB '*[^0-9]*'
    THEN CAST(code AS INTEGER) END
FROM stage.item WHERE code <> '' ORDER BY line;
"""
_KEPT = """
INSERT INTO temp.kept (old, product_key)
SELECT v.id, p.key FROM live.variant v JOIN live.product p ON p.id = v.product_id
WHERE v.key NOT IN (SELECT key FROM variant) ORDER BY v.id;
INSERT INTO variant (product_id, key, option_name, sku, price_minor, position, tracked,
  import_stock_milli)
SELECT (SELECT id FROM product WHERE key = k.product_key), v.key, v.option_name, v.sku,
  v.price_minor, v.position, v.tracked, v.import_stock_milli
FROM temp.kept k JOIN live.variant v ON v.id = k.old ORDER BY k.old;
INSERT INTO barcode (variant_id, code, gtin14)
SELECT (SELECT id FROM variant n WHERE n.key = v.key), b.code, b.gtin14
FROM temp.kept k JOIN live.variant v ON v.id = k.old JOIN live.barcode b ON b.variant_id = v.id
ORDER BY b.id;
"""
_MENDED = f"""
UPDATE product SET words = {PRODUCT_WORDS} WHERE id IN
  (SELECT product_id FROM variant GROUP BY product_id HAVING count(*) > 1);
UPDATE product SET deleted = 1
WHERE (SELECT true FROM live.product) AND deleted = 0
  AND NOT EXISTS (SELECT 1 FROM variant v WHERE v.product_id = product.id);
UPDATE product SET words = {PRODUCT_WORDS} WHERE deleted = 0 AND key IN
  (SELECT p.key FROM live.variant v JOIN live.product p ON p.id = v.product_id
   GROUP BY p.id HAVING count(*) > 1);
"""  # noqa: S608 - constants

_KNOWN = "FROM stage.item i CROSS JOIN live.variant v ON v.key = i.key"
# What differs in a product counts once, for the first of its rows.
_SAME = f"""
WITH first AS MATERIALIZED (SELECT product_key, min(line) AS line FROM stage.item
  WHERE product_key IS NOT NULL GROUP BY product_key)
SELECT count(*) {_KNOWN} JOIN live.product p ON p.id = v.product_id
LEFT JOIN live.category c ON c.id = p.category_id
LEFT JOIN first f ON f.product_key = i.product_key
WHERE p.deleted = 0 AND p.key = coalesce(i.product_key, i.key)
  AND (i.line > f.line OR (p.name = i.name AND coalesce(c.name, '') = i.category
    AND p.kind = i.kind AND p.tax_ids = i.tax_ids))
  AND v.option_name = i.option_name AND v.sku = i.sku AND v.price_minor IS i.price_minor
  AND v.position = i.position AND v.tracked = i.tracked
  AND coalesce(i.stock_milli, v.import_stock_milli) = v.import_stock_milli
  AND i.code = coalesce((SELECT group_concat(b.code, char(31)) FROM live.barcode b
    WHERE b.variant_id = v.id), '')"""  # noqa: S608 - constants


def merge(
    live: Path,
    staged: Path,
    new: Path,
    sold: Iterable[tuple[str, int]],
    stopped: Callable[[], bool],
) -> Changes:
    """Make a whole catalogue at ``new`` from the live one and the staged rows.

    ``sold`` tells how often variants were sold. ``stopped`` is asked now and
    then; true raises `sqlite3.OperationalError` "interrupted".
    """
    with closing(_opened(new, live, staged)) as db:
        db.set_progress_handler(stopped, _OPERATIONS_BETWEEN_LOOKS)
        db.execute("BEGIN")  # IMMEDIATE would ask to write to the live one too
        changes = _fill(db, sold)
        db.execute("COMMIT")
    return changes


def _opened(new: Path, live: Path, staged: Path) -> sqlite3.Connection:
    db = sqlite3.connect(new, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _FAST:
            db.execute(pragma)
        db.execute("ATTACH ? AS live", (str(live),))
        db.execute("ATTACH ? AS stage", (str(staged),))
        db.create_function("also", 1, also, deterministic=True)
        db.execute("CREATE TABLE temp.sold (key TEXT PRIMARY KEY, times INTEGER NOT NULL)")
        db.execute("CREATE TABLE temp.kept (old INTEGER PRIMARY KEY, product_key TEXT NOT NULL)")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _fill(db: sqlite3.Connection, sold: Iterable[tuple[str, int]]) -> Changes:
    from pos.models.catalogue import schema_statements  # noqa: PLC0415 - slow to load, rarely needed

    tables, indexes = schema_statements()
    _run(db, tables)
    db.executemany("INSERT OR IGNORE INTO sold VALUES (?, ?)", sold)
    _run(db, [*_parts(_CATEGORIES), _POPULAR, *_parts(_PRODUCTS)])
    _run(db, [*_parts(_VARIANTS), *_parts(_KEPT), *indexes, *_parts(_MENDED)])
    rebuild(db)
    return _counted(db)


def _counted(db: sqlite3.Connection) -> Changes:
    total, known, same = (
        db.execute(query).fetchone()[0]
        for query in ("SELECT count(*) FROM stage.item", f"SELECT count(*) {_KNOWN}", _SAME)
    )
    return Changes(total - known, known - same, same)


def _run(db: sqlite3.Connection, statements: Iterable[str]) -> None:
    for statement in statements:
        db.execute(statement)


def _parts(script: str) -> list[str]:
    """Split a script; `executescript` would commit first."""
    return [part for part in script.split(";") if part.strip()]
