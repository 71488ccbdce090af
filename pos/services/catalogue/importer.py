"""Import of a CSV file: every good row or nothing, every bad one in the report.

The rows are read into a staging file first. A few are then written into the
live catalogue in one transaction; many become the next catalogue, made whole
beside the live one. An import that was broken off goes on with what it has
when the same file is imported again.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pos.errors import CashierError
from pos.services.catalogue import generations
from pos.services.catalogue.cells import Columns
from pos.services.catalogue.file import explained
from pos.services.catalogue.items import Changes
from pos.services.catalogue.merge import merge
from pos.services.catalogue.plain import PlainFormat
from pos.services.catalogue.records import Record, read_batches, read_records
from pos.services.catalogue.report import ImportReport, RejectedRow, outcome, rejection
from pos.services.catalogue.shopify import ShopifyFormat
from pos.services.catalogue.source import CountedFile, RowError, open_source
from pos.services.catalogue.staging import Staging, mark_of
from pos.services.catalogue.store import CancelledError, Catalogue

_BATCH = 5_000
_IN_PLACE = 20_000
"""Up to this many rows go into the live file: copying it would take longer."""

_SHOWN_COLUMNS = 6
_SWITCH_SECONDS = 0.0002

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: bytes of the file as stored, and rows; then it is indexed.

    ``resumed`` counts the rows that an earlier, broken off import had read.
    """

    read_bytes: int
    total_bytes: int
    rows: int
    indexing: bool = False
    resumed: int = 0


@dataclass(frozen=True, slots=True)
class _Watch:
    """Who looks on, is told how far it is, and may stop it."""

    progress: Callable[[Progress], object]
    cancelled: Callable[[], bool]
    leaving: Callable[[], bool]

    def stopped(self) -> bool:
        return self.cancelled() or self.leaving()


def _silent(_: Progress) -> None:
    """Show nothing."""


def never() -> bool:
    """Cancel nothing."""
    return False


def import_file(
    path: Path,
    currency: str,
    catalogue: Catalogue,
    *,
    progress: Callable[[Progress], object] = _silent,
    cancelled: Callable[[], bool] = never,
    leaving: Callable[[], bool] = never,
) -> ImportReport:
    """Import Shopify's export or a plain CSV, gzipped or not; the format is recognised.

    Rows are matched by key, so importing again updates. ``cancelled`` and
    ``leaving`` are asked now and then, and leave the catalogue as it was, as
    does any error; after ``leaving`` the same file goes on where it was. The
    stock that the file names goes to ``catalogue.stocked``. Raises
    `CashierError` for a file that cannot be read or is neither format, and for
    a catalogue that is busy or cannot be written.
    """
    watch = _Watch(progress, cancelled, leaving)
    with open_source(path) as source:
        staging = _staging(path, currency, catalogue)
        try:
            with _kept_or_discarded(staging, watch):
                _Reading(path, source, staging, watch).run(currency)
                changes = _bring(catalogue, staging, watch)
                catalogue.stocked(staging.levels())
                return outcome(changes, staging)
        except CancelledError:
            return ImportReport(cancelled=True)


def _staging(path: Path, currency: str, catalogue: Catalogue) -> Staging:
    place = generations.staging(catalogue.base)
    try:
        return Staging.open(place, mark_of(path, currency), path.name)
    except sqlite3.Error as error:
        raise explained(error) from error


@contextmanager
def _kept_or_discarded(staging: Staging, watch: _Watch) -> Iterator[None]:
    """Keep the rows read where somebody may go on with them: at leaving, or when busy."""
    keep = True  # also where the process is interrupted
    try:
        yield
        keep = False
    except CancelledError:
        keep = watch.leaving()
        raise
    except CashierError as error:
        keep = error.code == "catalogue_busy"
        raise
    except sqlite3.Error as error:
        keep = False
        raise explained(error) from error
    except Exception:
        keep = False
        raise
    finally:
        staging.close() if keep else staging.discard()


class _Reading:
    """Reads the file into the staging, from where it was left."""

    def __init__(self, path: Path, source: CountedFile, staging: Staging, watch: _Watch) -> None:
        self._path, self._source, self._staging, self._watch = path, source, staging, watch
        self._resumed = staging.records

    def run(self, currency: str) -> None:
        if not self._staging.complete:
            with _yielding():
                self._read(currency)
        self._show(indexing=True)

    def _read(self, currency: str) -> None:
        batches = read_batches(self._source.lines)
        layout = layout_of(next(batches, [None])[0], currency)
        done = 0
        for batch in batches:
            if self._watch.stopped():
                raise CancelledError
            done += len(batch)
            bad = self._take(batch, layout, new=done > self._staging.records)
            if done > self._staging.records:
                self._staging.reject(bad)
                self._staging.advance(done)
                self._show(indexing=False)
        self._end()

    def _take(
        self, batch: list[Record], layout: PlainFormat | ShopifyFormat, *, new: bool
    ) -> list[RejectedRow]:
        """Turn records into rows, the known ones too: later rows may continue them."""
        if isinstance(layout, PlainFormat) and layout.is_short:
            short, bad = _sorted_out(batch, layout.short)
            self._staging.add_short(short if new else ())
        else:
            items, bad = _sorted_out(batch, layout.item)
            self._staging.add(items if new else ())
        return bad

    def _end(self) -> None:
        lines = self._source.lines
        repeats = self._staging.repeats()
        texts = _excerpts(self._path, repeats) if repeats else {}
        self._staging.finish(
            (
                rejection(line, f"the row repeats line {first}", texts.get(line, ""))
                for line, first in repeats.items()
            ),
            lines.foreign if lines.accented else [],
        )

    def _show(self, *, indexing: bool) -> None:
        position, total = self._source.position(), self._source.total
        rows = self._staging.records
        self._watch.progress(Progress(position, total, rows, indexing, self._resumed))


@contextmanager
def _yielding() -> Iterator[None]:
    """Let other threads have the interpreter soon after they ask: somebody is selling.

    A commit of the cart asks some ten times; at Python's usual 5 ms each it
    would wait for the import, which never waits for anything.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _sorted_out(
    batch: list[Record], parse: Callable[[Sequence[str]], T | None]
) -> tuple[list[tuple[int, T]], list[RejectedRow]]:
    """Parse records; those that cannot be parsed come with the reason."""
    good: list[tuple[int, T]] = []
    bad: list[RejectedRow] = []
    for line, fields, reason, excerpt in batch:
        try:
            row = None if reason else parse(fields)
        except RowError as error:
            row, reason = None, str(error)  # noqa: PLW2901 - said in the same words below
        if row:
            good.append((line, row))
        elif reason:
            bad.append(rejection(line, reason, excerpt))
    return good, bad


def _excerpts(path: Path, lines: Container[int]) -> dict[int, str]:
    """Read the file once more for the beginnings of some rows: few files have repeats."""
    with open_source(path) as source:
        records = read_records(source.lines)
        return {record.line: record.excerpt for record in records if record.line in lines}


def _bring(catalogue: Catalogue, staging: Staging, watch: _Watch) -> Changes:
    if staging.count() <= _IN_PLACE:
        return _write(catalogue, staging, watch)
    return catalogue.replace(
        lambda live, new: merge(live, staging.path, new, catalogue.sold(), watch.stopped)
    )


def _write(catalogue: Catalogue, staging: Staging, watch: _Watch) -> Changes:
    """Write a few rows into the live file, in one transaction."""
    done = Changes()
    with catalogue.writing(watch.stopped) as writer:
        for items in staging.items(_BATCH):
            if watch.stopped():
                raise CancelledError
            done += writer.write(items)
        writer.finish()
    return done


def layout_of(header: Record | None, currency: str) -> PlainFormat | ShopifyFormat:
    """Recognise the format by the first line; raises `CashierError` for neither."""
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
