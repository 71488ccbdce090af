"""A copy of till.db for every day, and the newest one that can be trusted."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path

from sqlalchemy import Connection, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from pos.errors import CashierError, PosError
from pos.models.migrate import HEAD
from pos.models.order import Order
from pos.models.shop import Register
from pos.services.safety import audit

KEEP = 7
"""Daily copies; what is made before an update is kept for good."""

_DAILY, _STAMP = "till-daily-", "%Y%m%dT%H%M%SZ"
_EVERY = timedelta(hours=20)
"""Less than a day, so that a shop that opens a little earlier still gets its copy."""

_ENTRIES, _WAITING = 20_000, 200
"""How far the day's look goes back in what only Python can compare: about a second's work."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was looked through: when it was made and how many sales it has."""

    path: Path
    at: datetime
    sales: int
    epoch: int


def is_due(backups: Path, now: datetime) -> bool:
    """Say whether the newest daily copy is of another day, or of a clock that was wrong.

    Or of an older Tillkeep: this one could not restore it.
    """
    newest = max(backups.glob(f"{_DAILY}*.db"), key=_made_at, default=None)
    if newest is None or not _made_at(newest) <= now < _made_at(newest) + _EVERY:
        return True
    return not _of_this_version(newest)


def make(till_db: Path, backups: Path, now: datetime) -> Path:
    """Copy the file while it is in use, look the copy through, and keep the newest `KEEP`.

    Raises `CashierError`: ``backup_failed`` where there is no room,
    ``database_damaged`` when the copy, and so the file itself, is not sound.
    """
    target = backups / f"{_DAILY}{now.astimezone(UTC):{_STAMP}}.db"
    part = target.with_suffix(".part")
    try:
        backups.mkdir(parents=True, exist_ok=True)
        _copy(till_db, part)
        _refuse_unsound(part)
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise CashierError(
            "backup_failed",
            f"Today's copy of the sales could not be made: {error}.",
            "Make room on the disk. Selling goes on.",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    _thin_out(backups)
    return target


def newest(backups: Path) -> tuple[Path, datetime] | None:
    """Return the newest copy by the time in its name, good or not."""
    found = [(path, _made_at(path)) for path in backups.glob("till-*.db")]
    return max(found, key=itemgetter(1), default=None)


def newest_good(backups: Path) -> Copy | None:
    """Look through the copies, newest first, and return the first that can be trusted."""
    found = sorted(backups.glob("till-*.db"), key=_made_at, reverse=True)
    return next((copy for path in found if (copy := examined(path)) is not None), None)


def examined(path: Path) -> Copy | None:
    """Look a copy through, all of it; None when it cannot be trusted or is not of this version."""
    try:
        with opened(path) as db:
            if db.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() != HEAD:
                return None
            if audit.everything(db, waiting=_WAITING):
                return None
            sales = db.scalar(select(func.count(Order.id))) or 0
            epoch = db.scalar(select(Register.epoch))
    except (SQLAlchemyError, sqlite3.Error, ValueError, LookupError):
        return None
    return None if epoch is None else Copy(path, _made_at(path), sales, epoch)


@contextmanager
def opened(path: Path) -> Iterator[Connection]:
    """Read a copy, and leave nothing beside it."""
    engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=NullPool)
    try:
        with engine.connect() as db:
            yield db
    finally:
        engine.dispose()


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _of_this_version(path: Path) -> bool:
    try:
        with closing(_connect(path)) as db:
            found = db.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, ValueError):
        return False
    return bool(found == (HEAD,))


def _copy(source: Path, target: Path) -> None:
    """Copy through SQLite, with what is still in the log; the copy is one file, on the disk."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE").close()
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _refuse_unsound(part: Path) -> None:
    try:
        with opened(part) as db:
            found = audit.everything(db, entries=_ENTRIES, waiting=_WAITING)
    except (SQLAlchemyError, ValueError, LookupError, PosError) as error:
        found = str(error)
    if found:
        raise CashierError(
            "database_damaged",
            f"Today's look through the sales found damage. {found}.",
            "Finish this sale, close Tillkeep and start it again: it offers the newest good copy.",
        )


def _thin_out(backups: Path) -> None:
    daily = sorted(backups.glob(f"{_DAILY}*.db"), key=_made_at, reverse=True)
    for old in daily[KEEP:]:
        with contextlib.suppress(OSError):  # tomorrow, then
            old.unlink()


def _made_at(path: Path) -> datetime:
    """Read the time in a copy's name; the file's own changes when it is moved."""
    try:
        return datetime.strptime(path.stem.rpartition("-")[2], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
