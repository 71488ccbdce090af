"""The rows that an import left out, as a file to mend and import again."""

from __future__ import annotations

import csv
from pathlib import Path

from pos.errors import CashierError
from pos.services.catalogue.report import ImportReport

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def save_rejected(report: ImportReport, path: Path) -> int:
    """Write line, reason and beginning of each row left out; returns how many.

    Raises `CashierError` ``report_not_saved``.
    """
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("line", "reason", "row"))
            for row in report.rejected:
                writer.writerow((row.line, _guarded(row.reason), _guarded(row.excerpt)))
    except OSError as error:
        raise CashierError(
            "report_not_saved",
            f"{path.name} cannot be written: {error.strerror or error}",
            "Choose another folder, or make room on the disk.",
        ) from error
    return len(report.rejected)


def _guarded(text: str) -> str:
    """Keep a spreadsheet from running a cell that begins like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
