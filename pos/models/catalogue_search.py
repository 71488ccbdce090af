"""The search index of catalogue.db, in words that load without SQLAlchemy.

A till answers its first scan before the ORM is imported, so what the reading
side needs to know about the file stands here.
"""

from __future__ import annotations

SCHEMA_VERSION = 2
"""Kept in the file's ``user_version``."""

CATEGORY_MARK = "\ue000"
"""Begins the search token of a category: private use character 57344, which no query may hold."""

# One row a product. The view is the external content of the index: it is read
# on rebuild, and for the old text that an update has to take out. Everything
# stands in the product's own row, so that a rebuild reads one table once.
PRODUCT_TEXT = """
CREATE VIEW product_text AS
SELECT id, name || ' ' || words || ' ' || coalesce(char(57344) || category_id, '') AS text
FROM product WHERE deleted = 0
"""

# detail=none and the prefix indexes make the first keystroke as fast as the
# fifth; they forbid phrases and column filters, which a till does not need.
PRODUCT_SEARCH = """
CREATE VIRTUAL TABLE product_search USING fts5(
  text, content='product_text', content_rowid='id', columnsize=0,
  detail=none, prefix='1 2 3 4 5', tokenize='unicode61 remove_diacritics 2')
"""

# How a product is found besides by its name: options, SKUs and codes of all
# its variants, and what `also` makes of names that have no spaces.
PRODUCT_WORDS = """
(SELECT group_concat(v.option_name || ' ' || v.sku || ' ' || coalesce(
    (SELECT group_concat(b.code, ' ') FROM barcode b WHERE b.variant_id = v.id), ''), ' ')
  || ' ' || also(product.name || ' ' || coalesce(group_concat(v.option_name, ' '), ''))
FROM variant v WHERE v.product_id = product.id)
"""
