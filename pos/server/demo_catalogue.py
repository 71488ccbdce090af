"""Reads a small catalogue file to seed the backend with; the till's import is the real one."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from pos.backend.wire import CatalogueItem
from pos.money import parse_minor

_CURRENCY = "usd"
Row = Mapping[str, str]


def read_catalogue(path: Path) -> list[CatalogueItem]:
    """Read Shopify's product export or ``barcode,name,price``; raises `ValueError` on a bad row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
    items = _shopify(rows) if "Handle" in (reader.fieldnames or ()) else map(_plain, rows)
    return list(items)


def _plain(row: Row) -> CatalogueItem:
    return CatalogueItem(
        key=row["barcode"],
        product_key=row["barcode"],
        name=row["name"],
        barcodes=(row["barcode"],),
        price_minor=parse_minor(row["price"], _CURRENCY),
    )


def _shopify(rows: list[dict[str, str]]) -> Iterator[CatalogueItem]:
    """Later rows of a handle leave out what the first one says; rows of pictures have no price."""
    first: dict[str, str] = {}
    for row in rows:
        if row["Handle"] != first.get("Handle"):
            first = row
        if row.get("Variant Price"):
            yield _variant(first, row)


def _variant(first: Row, row: Row) -> CatalogueItem:
    return CatalogueItem(
        key=row["Handle"],
        product_key=row["Handle"],
        name=first["Title"],
        price_minor=parse_minor(row["Variant Price"], _CURRENCY),
    )
