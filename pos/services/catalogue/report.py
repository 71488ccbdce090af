"""What an import did, row by row where a person has to look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from pos.services.catalogue.items import Changes

KEPT_REJECTIONS = 10_000
_NAMED_LINES = 5
_EXCERPT = 120

CHECK_DIGIT = "barcodes have a wrong check digit; they are kept and scan as printed"
SPREADSHEET = "barcodes look like numbers that a spreadsheet shortened (such as 3.3E+12)"
NO_CODE = "variants have neither barcode nor SKU; they are found by name only"
NOT_UTF8 = "lines are not UTF-8 and were read as Windows-1252; check their accents"


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not imported; ``line`` is where it begins in the file, from 1."""

    line: int
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome; a cancelled import changed nothing.

    ``rejected`` holds the first `KEPT_REJECTIONS` of ``rejected_count``.
    ``imported``, ``updated`` and ``unchanged`` count variants.
    """

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: tuple[RejectedRow, ...] = ()
    rejected_count: int = 0
    warnings: tuple[str, ...] = ()
    cancelled: bool = False


class Findings(Protocol):
    """What the reading of a file kept for the report."""

    def rejected_count(self) -> int:
        """Return how many rows are left out."""
        ...

    def rejected(self, limit: int) -> Iterable[RejectedRow]:
        """Return the first rows that are left out, in the order of the file."""
        ...

    def odd_lines(self, limit: int) -> Iterable[tuple[str, int, list[int]]]:
        """Return what is odd about good rows: in words, how often, and the first lines."""
        ...


def outcome(changes: Changes, found: Findings) -> ImportReport:
    """Say what an import did; memory stays bounded whatever the file holds."""
    return ImportReport(
        changes.added,
        changes.updated,
        changes.unchanged,
        tuple(found.rejected(KEPT_REJECTIONS)),
        found.rejected_count(),
        tuple(_warning(*odd) for odd in found.odd_lines(_NAMED_LINES)),
    )


def rejection(line: int, reason: str, text: str) -> RejectedRow:
    """Name a row that is left out, with a beginning of it that is safe to print."""
    cut = text[:_EXCERPT].rstrip("\r\n")
    safe = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in cut)
    return RejectedRow(line, reason, safe)


def _warning(what: str, count: int, first: list[int]) -> str:
    lines = ", ".join(map(str, first))
    more = ", ..." if count > len(first) else ""
    return f"{count:,} {what} (line {lines}{more})"


def describe(report: ImportReport) -> list[str]:
    """Say it in plain lines for a terminal or a text field."""
    if report.cancelled:
        return ["Cancelled; the catalogue is as it was."]
    done = f"{report.imported:,} new, {report.updated:,} updated, {report.unchanged:,} unchanged"
    lines = [f"{done}, {report.rejected_count:,} rejected"]
    lines += [f"Note: {warning}" for warning in report.warnings]
    lines += [f"Line {row.line}: {row.reason}: {row.excerpt}" for row in report.rejected]
    hidden = report.rejected_count - len(report.rejected)
    return [*lines, f"... and {hidden:,} more rejected rows"] if hidden else lines
