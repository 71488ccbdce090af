"""What goes into the catalogue and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

NO_TAX = "none"
"""A tax id that no tax has: a product that names it alone is not taxed."""


class Kind(StrEnum):
    """What a product is; decides about stock and about taxes that spare services."""

    GOODS = "goods"
    SERVICE = "service"
    PASS = "pass"  # noqa: S105 - a pass for classes, no password
    GIFT_CARD = "gift_card"


@dataclass(slots=True, kw_only=True)
class CatalogueItem:
    """One variant with its product, as an import or the backend names it.

    ``price_minor`` None asks for the price at the till; ``stock_milli`` counts
    thousandths, None leaves what is known; ``tax_ids`` empty means every tax
    that applies to the kind.
    ``key`` and ``product_key`` are stable: the same key is the same thing.
    """

    key: str
    product_key: str
    name: str
    option_name: str = ""
    category: str = ""
    kind: str = Kind.GOODS
    sku: str = ""
    barcodes: tuple[str, ...] = ()
    price_minor: int | None = None
    tax_ids: tuple[str, ...] = ()
    tracked: bool = False
    stock_milli: int | None = None
    position: int = 0
    deleted: bool = False


class ProductTile(NamedTuple):
    """One product of the grid; prices None mean that a variant has an open price.

    ``product_id`` is its rank until the next large import; ``key`` is its name for good.
    ``stock_milli`` sums the imported stock of tracked variants;
    ``variant_keys`` lead to the live stock in till.db.
    """

    product_id: int
    key: str
    name: str
    category: str
    kind: str
    price_from_minor: int | None
    price_to_minor: int | None
    variant_count: int
    tracked: bool
    stock_milli: int
    variant_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One variant with everything that a cart line copies; ``barcode`` is the code scanned."""

    key: str
    product_key: str
    product_id: int
    name: str
    option_name: str
    sku: str
    barcode: str
    price_minor: int | None
    tax_ids: tuple[str, ...]
    kind: str
    category: str
    tracked: bool
    import_stock_milli: int


@dataclass(frozen=True, slots=True)
class Changes:
    """How many variants a delta or an import made, changed, left alone and took away."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0

    def __add__(self, other: Changes) -> Changes:
        return Changes(
            self.added + other.added,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.deleted + other.deleted,
        )
