"""Putting a copy in the place of a damaged file; nothing is ever deleted."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from pos.config import Config
from pos.errors import CashierError
from pos.models.database import Database
from pos.models.order import Order
from pos.models.shop import Register
from pos.services.journal import Event, record
from pos.services.safety import mark
from pos.services.safety.copies import Copy

DAMAGED = frozenset({"database_damaged", "database_older", "database_missing"})
"""Codes of a till that does not open, for which a copy helps."""

_UNASKABLE = (sqlite3.Error, ValueError, TypeError)
"""What a damaged file raises that is asked for a number; Python finds what SQLite says no text."""
_COMPANIONS = ("", "-wal", "-shm", "-journal")

Clock = Callable[[], datetime]


def restore(config: Config, copy: Copy, clock: Clock) -> Path:
    """Restore a copy and start a new series of receipt numbers; returns what was set aside.

    The copy is made ready beside the damaged file first; whenever this is
    interrupted, the next start still finds that the file is damaged or
    missing. Raises `CashierError` (``restore_failed``) and leaves all as it was.
    """
    fresh = config.data_dir / "till.db.restoring"
    try:
        _ready(config, copy, fresh, clock)
        aside = _set_aside(config, clock())
        os.replace(fresh, config.till_db)  # noqa: PTH105  one name for both, as below
    except (OSError, sqlite3.Error) as error:
        raise CashierError(
            "restore_failed",
            f"The copy could not be restored: {error}.",
            "Make room on the disk, close other programs that use the data folder, and try again."
            " Nothing was lost.",
        ) from error
    _remember(config)
    return aside


def go_on_with(config: Config, clock: Clock) -> None:
    """Go on with the file that is there, although it is older than it was: a new series."""
    _new_series(config, config.till_db, {"copy": "as found"}, clock)
    _remember(config)


def _ready(config: Config, copy: Copy, fresh: Path, clock: Clock) -> None:
    for name in _COMPANIONS:
        Path(f"{fresh}{name}").unlink(missing_ok=True)
    with closing(sqlite3.connect(copy.path)) as old, closing(sqlite3.connect(fresh)) as new:
        old.backup(new)
    _new_series(config, fresh, {"copy": copy.path.name}, clock)
    with closing(sqlite3.connect(fresh)) as db:
        db.execute("PRAGMA journal_mode=DELETE").close()
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())


def _new_series(config: Config, path: Path, data: dict[str, Any], clock: Clock) -> None:
    """Raise the epoch above every one this till is known to have had (I6), and journal it."""
    epoch = max(_epochs(config)) + 1
    db = Database(path)
    try:
        with db.engine.begin() as connection:
            before = mark.seen(connection)
            register_id = connection.scalar(select(Register.id))
            sales = connection.scalar(select(func.count(Order.id)))
            connection.execute(update(Register).values(epoch=epoch, last_receipt=0))
            after = (
                {"epoch": before.epoch, "seq": before.seq, "hash": before.hash} if before else {}
            )
            said = data | {"epoch": epoch, "sales": sales, "after": after}
            record(connection, Event("restored", str(register_id), said), clock())
    finally:
        db.close()


def _epochs(config: Config) -> Iterator[int]:
    """Name every epoch that the mark, the file, its copies and what was set aside know of."""
    yield 0
    known = mark.read(config.mark)
    if known is not None:
        yield known.epoch
    for path in (config.till_db, *config.backups.glob("*.db"), *config.set_aside.glob("*/till.db")):
        with contextlib.suppress(*_UNASKABLE), closing(_reading(path)) as db:
            yield from (int(row[0]) for row in db.execute("SELECT epoch FROM register"))


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _set_aside(config: Config, now: datetime) -> Path:
    """Move the damaged file away with its log: the file last, for it says that it is damaged."""
    aside = config.set_aside / f"{now:%Y%m%dT%H%M%S%fZ}"
    aside.mkdir(parents=True)
    named = [Path(f"{config.till_db}{name}") for name in reversed(_COMPANIONS)]
    moved: list[Path] = []
    try:
        for source in filter(Path.exists, named):
            source.replace(aside / source.name)
            moved.append(source)
    except OSError:  # another program holds one: the others belong beside it
        for source in moved:
            (aside / source.name).replace(source)
        aside.rmdir()
        raise
    return aside


def _remember(config: Config) -> None:
    """Let the mark be that of the restored file, and let the folder's names reach the disk."""
    db = Database(config.till_db)
    try:
        with db.reader.begin() as connection:
            seen = mark.seen(connection)
    finally:
        db.close()
    if seen is not None:
        mark.write(config.mark, seen)
    with contextlib.suppress(OSError):  # Windows has no such call, and needs none
        folder = os.open(config.data_dir, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
