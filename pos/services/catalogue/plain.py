"""Plain CSV: ``barcode,name,price``, and more columns for those who want them.

``sku``, ``category``, ``tax`` (tax ids, or ``none``), ``kind`` and ``stock``
are optional; ``product`` groups rows into one product whose ``option`` column
tells its variants apart. A price may be the word ``open``.
"""

from __future__ import annotations

from collections.abc import Sequence

from pos.services.catalogue.cells import OPEN_PRICE, Columns, cell, code, price, stock, words
from pos.services.catalogue.items import CatalogueItem, Kind
from pos.services.catalogue.source import RowError
from pos.services.catalogue.text import clean_name

_KINDS = frozenset(Kind)

Short = tuple[str, str, str, int | None]
"""Key, name, code and price of a variant that has nothing else."""


class PlainFormat:
    """Turns rows into items; a row without a product of its own is one."""

    def __init__(self, columns: Columns, currency: str) -> None:
        self._columns, self._currency = columns, currency
        self._barcode = columns.find("barcode", "code", "ean", "upc", "gtin")
        self._name = columns.find("name", "title")
        self._price = columns.find("price")
        self._sku = columns.find("sku")
        self._category = columns.find("category")
        self._tax = columns.find("tax")
        self._kind = columns.find("kind")
        self._stock = columns.find("stock")
        self._product = columns.find("product")
        self._option = columns.find("option")
        optional = (self._sku, self._category, self._tax, self._kind, self._stock)
        missing = max(*optional, self._product, self._option) < 0
        self.is_short = missing and self._barcode >= 0
        self._above: CatalogueItem | None = None

    @staticmethod
    def fits(columns: Columns) -> bool:
        return "price" in columns and ("name" in columns or "title" in columns)

    def item(self, fields: Sequence[str]) -> CatalogueItem:
        """Read one row; raises `RowError` with the reason why it cannot be one."""
        self._columns.check_width(fields)
        group = words(cell(fields, self._product))
        above = self._above if group and self._above else None
        if above and above.product_key == group:
            item = self._variant(fields, above)
        else:
            item = self._first(fields, group)
        self._above = item if group else None
        return item

    def short(self, fields: Sequence[str]) -> Short:
        """Read a row where there are no columns but code, name and price.

        Says what `item` says, several times faster: such files are the largest.
        """
        self._columns.check_width(fields)
        try:
            barcode, name = fields[self._barcode].strip(), fields[self._name].strip()
            amount = fields[self._price].strip()
        except IndexError:  # a short row ends in empty cells
            barcode, name = cell(fields, self._barcode), cell(fields, self._name)
            amount = cell(fields, self._price)
        barcode, name = code(barcode), _named(name)
        key = f"code:{barcode}" if barcode else f"name:{name.casefold()}"
        return key, name, barcode, self._amount(amount, Kind.GOODS)

    def _first(self, fields: Sequence[str], group: str) -> CatalogueItem:
        kind = cell(fields, self._kind).lower() or Kind.GOODS
        if kind not in _KINDS:
            raise RowError(f"the kind {kind[:40]!r} is none of {', '.join(Kind)}")
        item = CatalogueItem(
            key="",
            product_key=group,
            name=_named(cell(fields, self._name)),
            kind=kind,
            category=words(cell(fields, self._category)),
            tax_ids=tuple(words(cell(fields, self._tax)).split()),
        )
        return self._filled(item, fields)

    def _variant(self, fields: Sequence[str], above: CatalogueItem) -> CatalogueItem:
        item = CatalogueItem(
            key="",
            product_key=above.product_key,
            name=above.name,
            kind=above.kind,
            category=above.category,
            tax_ids=above.tax_ids,
        )
        return self._filled(item, fields)

    def _filled(self, item: CatalogueItem, fields: Sequence[str]) -> CatalogueItem:
        barcode = code(cell(fields, self._barcode))
        item.sku = code(cell(fields, self._sku))
        item.barcodes = (barcode,) if barcode else ()
        item.option_name = words(cell(fields, self._option))
        item.price_minor = self._amount(cell(fields, self._price), item.kind)
        if amount := cell(fields, self._stock):
            item.tracked, item.stock_milli = True, stock(amount)
        item.key = _key(item, barcode)
        item.product_key = item.product_key or item.key
        return item

    def _amount(self, text: str, kind: str) -> int | None:
        if text.lower() == OPEN_PRICE or (not text and kind == Kind.GIFT_CARD):
            return None
        return price(text, self._currency)


def _named(text: str) -> str:
    if "\n" in text:
        raise RowError("the name runs over several lines; is a quotation mark missing?")
    try:
        return clean_name(text)
    except ValueError as error:
        raise RowError(str(error)) from None


def _key(item: CatalogueItem, barcode: str) -> str:
    """Name the variant for good: by its product and option, else code, else SKU, else name."""
    if item.product_key:
        return f"{item.product_key}|{item.option_name}" if item.option_name else item.product_key
    if barcode:
        return f"code:{barcode}"
    return f"sku:{item.sku}" if item.sku else f"name:{item.name.casefold()}"
