"""What an import would do, told before it does anything: nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pos.services.catalogue.importer import layout_of, never
from pos.services.catalogue.items import CatalogueItem
from pos.services.catalogue.plain import PlainFormat
from pos.services.catalogue.records import Record, read_batches
from pos.services.catalogue.report import RejectedRow, rejection
from pos.services.catalogue.shopify import ShopifyFormat
from pos.services.catalogue.source import RowError, open_source

LOOKED_AT = 50_000
"""Rows that are read for a preview; a longer file is said to be longer."""
_SHOWN, _LISTED = 8, 200


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row that will be imported; ``price_minor`` None asks for the price at the till."""

    line: int
    name: str
    code: str
    category: str
    price_minor: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows, how many are good and bad, and the first bad ones with the reason.

    ``more``: the file goes on behind what was looked at.
    """

    rows: tuple[PreviewRow, ...]
    good: int
    bad: int
    rejected: tuple[RejectedRow, ...]
    more: bool = False


def preview_file(path: Path, currency: str, cancelled: Callable[[], bool] = never) -> Preview:
    """Read a file as an import would; raises what `import_file` raises for the whole file."""
    look = _Look()
    with open_source(path) as source:
        batches = read_batches(source.lines)
        layout = layout_of(next(batches, [None])[0], currency)
        for batch in batches:
            if look.is_full or cancelled():
                look.more = True
                break
            for record in batch:
                look.take(record, layout)
    return look.preview()


class _Look:
    """Counts rows; memory stays bounded whatever the file holds."""

    def __init__(self) -> None:
        self.more = False
        self._rows: list[PreviewRow] = []
        self._rejected: list[RejectedRow] = []
        self._good = self._bad = 0
        self._seen: dict[str, int] = {}

    @property
    def is_full(self) -> bool:
        return self._good + self._bad >= LOOKED_AT

    def take(self, record: Record, layout: PlainFormat | ShopifyFormat) -> None:
        try:
            item = _item(record, layout)
        except RowError as error:
            self._refuse(record, str(error))
            return
        if item is None:
            return
        first = self._seen.setdefault(item.key, record.line)
        if first != record.line:
            self._refuse(record, f"the row repeats line {first}")
            return
        self._good += 1
        if len(self._rows) < _SHOWN:
            self._rows.append(_row(record.line, item))

    def preview(self) -> Preview:
        shown, refused = tuple(self._rows), tuple(self._rejected)
        return Preview(shown, self._good, self._bad, refused, self.more)

    def _refuse(self, record: Record, reason: str) -> None:
        self._bad += 1
        if len(self._rejected) < _LISTED:
            self._rejected.append(rejection(record.line, reason, record.excerpt))


def _item(record: Record, layout: PlainFormat | ShopifyFormat) -> CatalogueItem | None:
    if record.reason:
        raise RowError(record.reason)
    return layout.item(record.fields)


def _row(line: int, item: CatalogueItem) -> PreviewRow:
    name = f"{item.name} · {item.option_name}" if item.option_name else item.name
    code = item.barcodes[0] if item.barcodes else item.sku
    return PreviewRow(line, name, code, item.category, item.price_minor)
