"""What an import did, row by row where a person has to look."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pos.services.catalogue.codes import check_digit_is_wrong
from pos.services.catalogue.items import CatalogueItem, Changes

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


@dataclass(slots=True)
class Tally:
    """Counts while the rows go by; memory stays bounded whatever the file holds."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected_count: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    _warned: Counter[str] = field(default_factory=Counter)
    _lines: dict[str, list[int]] = field(default_factory=dict)

    def reject(self, line: int, reason: str, excerpt: str) -> None:
        self.rejected_count += 1
        if len(self.rejected) < KEPT_REJECTIONS:
            self.rejected.append(RejectedRow(line, reason, _shown(excerpt)))

    def warn(self, what: str, line: int) -> None:
        self._warned[what] += 1
        lines = self._lines.setdefault(what, [])
        if len(lines) < _NAMED_LINES:
            lines.append(line)

    def look_at(self, item: CatalogueItem, line: int) -> None:
        """Note what is odd about a row that is good enough."""
        for code in item.barcodes:
            if check_digit_is_wrong(code):
                self.warn(CHECK_DIGIT, line)
            elif "E+" in code.upper() and code[:1].isdigit():
                self.warn(SPREADSHEET, line)
        if not item.barcodes and not item.sku:
            self.warn(NO_CODE, line)

    def add(self, changes: Changes) -> None:
        self.imported += changes.added
        self.updated += changes.updated
        self.unchanged += changes.unchanged

    def report(self) -> ImportReport:
        self.rejected.sort(key=lambda row: row.line)
        return ImportReport(
            self.imported,
            self.updated,
            self.unchanged,
            tuple(self.rejected),
            self.rejected_count,
            tuple(self._warning(what, count) for what, count in self._warned.items()),
        )

    def _warning(self, what: str, count: int) -> str:
        lines = ", ".join(map(str, self._lines[what]))
        more = ", ..." if count > _NAMED_LINES else ""
        return f"{count:,} {what} (line {lines}{more})"


def _shown(text: str) -> str:
    """Make a piece of the file safe to print."""
    cut = text[:_EXCERPT].rstrip("\r\n")
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in cut)


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
