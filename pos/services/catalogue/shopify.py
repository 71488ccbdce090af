"""Shopify's product export: one row a variant, later rows of a product leave most cells empty.

Columns by their names in exports up to 2024 and, after them, in the newer
template (help.shopify.com, "Using CSV files to import and export products").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pos.services.catalogue.cells import Columns, cell, code, price, stock, words, yes
from pos.services.catalogue.items import NO_TAX, CatalogueItem, Kind
from pos.services.catalogue.source import RowError
from pos.services.catalogue.text import clean_name, strip_html

_HIDDEN_OPTION = "Default Title"
_NOT_SOLD = frozenset({"archived", "draft"})


@dataclass(slots=True)
class _Product:
    handle: str
    name: str
    category: str
    kind: str
    taxable: bool
    status: str
    variants: int = 0


class ShopifyFormat:
    """Turns rows into items; remembers one product, for the rows that continue it."""

    def __init__(self, columns: Columns, currency: str) -> None:
        self._columns, self._currency = columns, currency
        find = columns.find
        self._handle, self._title = find("handle", "url handle"), find("title")
        self._type, self._status = find("type"), find("status")
        self._options = [find(f"option{n} value") for n in (1, 2, 3)]
        self._sku, self._barcode = find("variant sku", "sku"), find("variant barcode", "barcode")
        self._price = find("variant price", "price")
        self._taxable = find("variant taxable", "charge tax")
        self._tracker = find("variant inventory tracker", "inventory tracker")
        self._stock = find("variant inventory qty", "inventory quantity")
        self._gift_card = find("gift card")
        self._product: _Product | None = None

    @staticmethod
    def fits(columns: Columns) -> bool:
        return ("handle" in columns and "variant price" in columns) or "url handle" in columns

    def item(self, fields: Sequence[str]) -> CatalogueItem | None:
        """Read one row, None for a row with only a further picture; raises `RowError`."""
        self._columns.check_width(fields)
        product = self._product_of(fields)
        wanted = (*self._options[:1], self._sku, self._price)
        if not any(cell(fields, place) for place in wanted):
            return None
        if product.status in _NOT_SOLD:
            raise RowError(f"the product is {product.status} in Shopify")
        return self._variant(product, fields)

    def _product_of(self, fields: Sequence[str]) -> _Product:
        handle = cell(fields, self._handle)
        if not handle:
            raise RowError("the handle is missing")
        title, handle = cell(fields, self._title), words(handle)
        known = self._product if self._product and self._product.handle == handle else None
        if known and not title:
            return known
        if not title:
            raise RowError("the title is missing and no row above names this handle")
        self._product = None
        self._product = self._described(handle, title, fields, known.variants if known else 0)
        return self._product

    def _described(self, handle: str, title: str, fields: Sequence[str], variants: int) -> _Product:
        gift_card = yes(cell(fields, self._gift_card), default=False)
        return _Product(
            handle=handle,
            name=_named(title),
            category=words(strip_html(cell(fields, self._type))),
            kind=Kind.GIFT_CARD if gift_card else Kind.GOODS,
            taxable=yes(cell(fields, self._taxable), default=True),
            status=cell(fields, self._status).lower(),
            variants=variants,
        )

    def _variant(self, product: _Product, fields: Sequence[str]) -> CatalogueItem:
        options = [words(strip_html(cell(fields, place))) for place in self._options]
        shown = [option for option in options if option and option != _HIDDEN_OPTION]
        barcode = code(cell(fields, self._barcode))
        amount = cell(fields, self._stock)
        item = CatalogueItem(
            key="|".join([product.handle, *shown]),
            product_key=product.handle,
            name=product.name,
            option_name=" / ".join(shown),
            category=product.category,
            kind=product.kind,
            sku=code(cell(fields, self._sku)),
            barcodes=(barcode,) if barcode else (),
            price_minor=price(cell(fields, self._price), self._currency),
            tax_ids=() if product.taxable else (NO_TAX,),
            tracked=bool(cell(fields, self._tracker)),
            stock_milli=stock(amount) if amount else None,
            position=product.variants,
        )
        product.variants += 1
        return item


def _named(title: str) -> str:
    try:
        return clean_name(strip_html(title))
    except ValueError as error:
        raise RowError(str(error)) from None
