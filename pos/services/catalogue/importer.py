"""Import of a CSV file: all good rows in one transaction, every bad one in the report."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pos.errors import CashierError
from pos.services.catalogue.cells import Columns
from pos.services.catalogue.items import CatalogueItem
from pos.services.catalogue.plain import PlainFormat
from pos.services.catalogue.records import Record, read_records
from pos.services.catalogue.report import NOT_UTF8, ImportReport, Tally
from pos.services.catalogue.shopify import ShopifyFormat
from pos.services.catalogue.source import CountedFile, LineSource, RowError, open_source
from pos.services.catalogue.store import CancelledError, Catalogue
from pos.services.catalogue.writer import Writer

_BATCH = 5_000
_SHOWN_COLUMNS = 6

Row = tuple[Record, CatalogueItem]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: bytes of the file as stored, and rows; then it is indexed."""

    read_bytes: int
    total_bytes: int
    rows: int
    indexing: bool = False


def import_file(
    path: Path,
    currency: str,
    catalogue: Catalogue,
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImportReport:
    """Import Shopify's export or a plain CSV, gzipped or not; the format is recognised.

    Rows are matched by key, so importing again updates. ``cancelled`` is
    asked between and within batches; true leaves the catalogue as it was, as
    does any error. Raises `CashierError` for a file that cannot be read or is
    neither format, and for a catalogue that is busy or cannot be written.
    """
    tally = Tally()
    try:
        with open_source(path) as source, catalogue.writing(cancelled) as writer:
            _Run(source, currency, writer, tally, progress or _silent).run(cancelled or _never)
    except CancelledError:
        return ImportReport(cancelled=True)
    return tally.report()


def _silent(_: Progress) -> None:
    """Show nothing."""


def _never() -> bool:
    return False


class _Run:
    def __init__(
        self,
        source: CountedFile,
        currency: str,
        writer: Writer,
        tally: Tally,
        progress: Callable[[Progress], None],
    ) -> None:
        self._source, self._currency, self._writer = source, currency, writer
        self._tally, self._progress = tally, progress
        self._seen = array("L", [0])  # the line of each variant written, by its row id
        self._rows = 0

    def run(self, cancelled: Callable[[], bool]) -> None:
        records = read_records(self._source.lines)
        header = next(records, None)
        layout = _layout(header, self._currency)
        while batch := list(islice(records, _BATCH)):
            if cancelled():
                raise CancelledError
            self._write([row for record in batch if (row := self._read(record, layout))])
            self._rows += len(batch)
            self._show(indexing=False)
        self._show(indexing=True)
        self._writer.finish()
        self._note_encoding(self._source.lines)

    def _read(self, record: Record, layout: PlainFormat | ShopifyFormat) -> Row | None:
        reason = record.reason
        try:
            item = None if reason else layout.item(record.fields)
        except RowError as error:
            item, reason = None, str(error)
        if reason:
            self._tally.reject(record.line, reason, record.excerpt)
        return (record, item) if item else None

    def _write(self, rows: list[Row]) -> None:
        rows = list(self._first_of_each(rows))
        for record, item in rows:
            self._tally.look_at(item, record.line)
        items = [item for _, item in rows]
        self._tally.add(self._writer.write(items))
        ids = self._writer.known(item.key for item in items)
        missing = max(ids.values(), default=0) + 1 - len(self._seen)
        self._seen.extend([0] * missing)
        for record, item in rows:
            self._seen[ids[item.key]] = record.line

    def _first_of_each(self, rows: list[Row]) -> Iterator[Row]:
        """Drop rows that repeat a key of this file, each into the report."""
        ids = self._writer.known(item.key for _, item in rows)
        here: dict[str, int] = {}
        for record, item in rows:
            row_id = ids.get(item.key, 0)
            earlier = self._seen[row_id] if row_id < len(self._seen) else 0
            first = here.setdefault(item.key, earlier or record.line)
            if first == record.line:
                yield record, item
            else:
                self._tally.reject(record.line, f"the row repeats line {first}", record.excerpt)

    def _show(self, *, indexing: bool) -> None:
        position, total = self._source.position(), self._source.total
        self._progress(Progress(position, total, self._rows, indexing))

    def _note_encoding(self, lines: LineSource) -> None:
        for line in lines.foreign if lines.accented else []:
            self._tally.warn(NOT_UTF8, line)


def _layout(header: Record | None, currency: str) -> PlainFormat | ShopifyFormat:
    columns = Columns(header.fields if header else [])
    if ShopifyFormat.fits(columns):
        return ShopifyFormat(columns, currency)
    if PlainFormat.fits(columns):
        return PlainFormat(columns, currency)
    shown = ", ".join(header.fields[:_SHOWN_COLUMNS])[:200] if header else ""
    raise CashierError(
        "import_unknown_format",
        f"The first line is not a header this till knows: {shown or 'it is empty'}",
        "Use Shopify's product export, or a first line of barcode,name,price.",
    )
