"""Import a catalogue from the command line, with a line of progress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pos.app.build import build
from pos.config import Config
from pos.services.catalogue import Progress, describe, import_file
from pos.services.secrets import MemorySecrets

_EVERY_ROWS = 50_000


class _Teller:
    """Says how far the import is, now and then."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._next = _EVERY_ROWS

    def __call__(self, progress: Progress) -> None:
        if progress.rows >= self._next:
            self._next += _EVERY_ROWS
            self._say(f"{progress.rows:,} rows read")


def bring(config: Config, file: Path, say: Callable[[str], object]) -> int:
    """Import a file into the till's catalogue; returns 0 when no row was rejected, else 1.

    Raises `CashierError` for a file that cannot be read, and while the till is
    running (import from its Settings then).
    """
    till = build(config, secrets=MemorySecrets())
    try:
        report = import_file(file, till.shop().currency, till.catalogue, progress=_Teller(say))
        till.stock.take_over(till.catalogue.imported_stock())
    finally:
        till.close()
    for line in describe(report):
        say(line)
    return 1 if report.rejected_count else 0
