"""Import a catalogue from the command line, with a line of progress."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType

from pos.app.build import build
from pos.config import Config
from pos.services.catalogue import Progress, describe, import_file
from pos.services.secrets import MemorySecrets

_EVERY_ROWS = 50_000
STOPPED = 130
"""What a shell expects of a command that Ctrl-C ended."""


class _Teller:
    """Says how far the import is, now and then."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._next = 0

    def __call__(self, progress: Progress) -> None:
        if not self._next and progress.resumed:
            self._say(f"Going on after row {progress.resumed:,}, where this file was left")
        if self._next and progress.rows >= self._next:
            self._say(f"{progress.rows:,} rows read")
        self._next = (progress.rows // _EVERY_ROWS + 1) * _EVERY_ROWS
        if progress.indexing:
            self._say("Building the catalogue and its search index")


def bring(config: Config, file: Path, say: Callable[[str], object]) -> int:
    """Import a file into the till's catalogue; returns 0 when no row was rejected, else 1.

    Ctrl-C ends it with `STOPPED`; the same file goes on where it was. Raises
    `CashierError` for a file that cannot be read, and while the till is
    running (import from its Settings then).
    """
    till = build(config, secrets=MemorySecrets())
    try:
        with _interrupted() as stop:
            report = import_file(
                file,
                till.shop().currency,
                till.catalogue,
                progress=_Teller(say),
                leaving=stop.is_set,
            )
        if report.cancelled:
            say("Stopped; the catalogue is as it was. Import the same file again to go on.")
            return STOPPED
    finally:
        till.close()
    for line in describe(report):
        say(line)
    return 1 if report.rejected_count else 0


@contextmanager
def _interrupted() -> Iterator[Event]:
    """Note Ctrl-C instead of dying of it."""
    noted = Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        noted.set()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
