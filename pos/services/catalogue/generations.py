"""Which file is the catalogue now: a large import builds the next one and gives it its name.

An open file cannot be replaced on Windows, and one with a log beside it not
safely anywhere. So the first file is ``catalogue.db``, the next ones
``catalogue-1.db``, ``catalogue-2.db`` and so on: the highest number is the
live one. The rename that gives a finished file its number is the only moment
that counts; a crash before or after it leaves the old or the new file, whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

COMPANIONS = ("", "-wal", "-shm", "-journal")
DAMAGED = ".damaged"
"""Ends the name of the mark beside a file in which a read met damage."""


def live(base: Path) -> Path:
    """Return the newest finished file, or ``base`` where there is none yet."""
    return max(_finished(base), default=(0, base))[1]


def number(base: Path, path: Path) -> int:
    """Return which generation a file is."""
    found = _name(base).fullmatch(path.name)
    return int(found[1]) if found else 0


def staging(base: Path) -> Path:
    """Return where the rows of an unfinished import are kept."""
    return base.with_name(f"{base.stem}-import{base.suffix}")


def building(base: Path) -> Path:
    """Return where the next file is made; it has nothing in it that is worth keeping."""
    return base.with_name(f"{base.stem}-new{base.suffix}")


def finish(base: Path) -> Path:
    """Make the built file the live one, durably; returns its path."""
    made = building(base)
    newest = max(_finished(base), default=(0, base))[0]
    target = base.with_name(f"{base.stem}-{newest + 1}{base.suffix}")
    delete(target)  # a log left there by a crash would be taken for this file's
    _sync(made)
    made.rename(target)
    if os.name != "nt":  # Windows opens no folders, and keeps the order of renames itself
        _sync(base.parent)
    return target


def sweep(base: Path, keep: Path) -> None:
    """Delete the files older than ``keep``; one in use may stay till later."""
    for found, old in list(_finished(base)):
        if found < number(base, keep):
            delete(old)


def delete(path: Path) -> None:
    """Delete a database with its companions, unless somebody has it open and that matters.

    The file itself goes last: while it is there, it is known what they belong to.
    """
    for companion in (DAMAGED, *reversed(COMPANIONS)):
        with suppress(OSError):
            path.with_name(path.name + companion).unlink(missing_ok=True)


def _finished(base: Path) -> Iterator[tuple[int, Path]]:
    if base.exists():
        yield 0, base
    for path in base.parent.glob(f"{base.stem}-*{base.suffix}"):
        if _name(base).fullmatch(path.name):
            yield number(base, path), path


def _name(base: Path) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(base.stem)}-(\d+){re.escape(base.suffix)}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
