"""Reads the demo shop's catalogue to seed the backend with; the till's import is the real one.

The identities are those the till's import gives to the same rows, so that
importing the file there changes these items and adds none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from pos.backend.wire import CatalogueItem
from pos.backend.wire.mirror import ItemKind
from pos.money import parse_minor

_CURRENCY = "usd"
_MILLI = 1000
Row = Mapping[str, str]


def read_catalogue(path: Path) -> list[CatalogueItem]:
    """Read a plain catalogue, most popular first; raises `ValueError` on a bad row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            {key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file)
        ]
    return list(_items(rows))


def _items(rows: list[dict[str, str]]) -> Iterator[CatalogueItem]:
    """Later rows of a product leave out what its first one says."""
    first: Row = {}
    for row in rows:
        if not (row.get("product") and row.get("product") == first.get("product")):
            first = row
        yield _item(first, row)


def _item(first: Row, row: Row) -> CatalogueItem:
    key, stock = _key(first, row), row.get("stock", "")
    barcode = row.get("barcode", "")
    return CatalogueItem(
        key=key,
        product_key=first.get("product") or key,
        name=first["name"],
        option_name=row.get("option", ""),
        category=first.get("category", ""),
        kind=cast("ItemKind", first.get("kind") or "goods"),
        sku=row.get("sku", ""),
        barcodes=(barcode,) if barcode else (),
        price_minor=None if row["price"] == "open" else parse_minor(row["price"], _CURRENCY),
        tax_ids=tuple(first.get("tax", "").split()),
        tracked=bool(stock),
        stock_milli=int(stock) * _MILLI if stock else None,
    )


def _key(first: Row, row: Row) -> str:
    if product := first.get("product"):
        return f"{product}|{row['option']}" if row.get("option") else product
    if barcode := row.get("barcode"):
        return f"code:{barcode}"
    return f"sku:{row['sku']}" if row.get("sku") else f"name:{first['name'].casefold()}"
