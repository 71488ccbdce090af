"""The file of sales as it stands: opened beside whoever uses it, read only, whatever its state."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, create_engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from pos.config import Config
from pos.models.checkout import PaymentSession
from pos.models.migrate import HEAD
from pos.models.shop import PaymentSettings, Register
from pos.services.doctor.findings import Check, Finding, Stop, Trouble
from pos.services.safety import mark

UNREADABLE = (SQLAlchemyError, sqlite3.Error, OSError, ValueError, LookupError, TypeError)
"""What reading a file can raise whose bytes nobody vouches for."""

_BUSY_S = 2.0
_MEND_FIRST = "See what is said of the database first."


class Condition(StrEnum):
    """What there is in the place of till.db."""

    CURRENT = "current"
    NEW = "new"  # no till was ever opened here
    MISSING = "database_missing"
    OLDER = "older"
    NEWER = "database_too_new"
    BUSY = "database_busy"
    CUT_OFF = "cut_off"  # a first start left its journal
    DAMAGED = "database_damaged"
    UNREADABLE = "data_read_only"


@dataclass(frozen=True, slots=True)
class Links:
    """Whom this till speaks to, as its file has it; ``paying``: a payment holds the reader."""

    backend_url: str
    reader_id: str
    reader_label: str
    register_id: UUID | None
    paying: bool


def condition(config: Config) -> tuple[Condition, str]:
    """Say what is there, and the revision or SQLite's own word for what is wrong."""
    path = config.till_db
    try:
        if not path.exists() or not path.stat().st_size:
            return _absent(config), ""
        if path.with_name(f"{path.name}-journal").exists():
            return Condition.CUT_OFF, ""
        with closing(_connect(path)) as db:
            return _revision(db)
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        return _sorted(error), str(error)


@contextmanager
def reading(config: Config, stop: Stop) -> Iterator[Connection]:
    """Read one snapshot of till.db; ending ``stop`` ends the query under way.

    Raises what `UNREADABLE` names.
    """
    with closing(_connect(config.till_db)) as raw, stop.calling(partial(_interrupt, raw)):
        engine = create_engine(
            "sqlite://", creator=lambda: raw, poolclass=NullPool, hide_parameters=True
        )
        with engine.connect() as db:
            db.exec_driver_sql("BEGIN")
            yield db


def links(config: Config, stop: Stop) -> Links | None:
    """Read whom the till speaks to; None where its file does not say."""
    if condition(config)[0] is not Condition.CURRENT:
        return None
    try:
        with reading(config, stop) as db:
            settings = db.execute(
                select(
                    PaymentSettings.backend_url,
                    PaymentSettings.reader_id,
                    PaymentSettings.reader_label,
                )
            ).first()
            leased = select(PaymentSession.id).where(PaymentSession.reader_lease.is_not(None))
            paying = db.execute(leased.limit(1)).first() is not None
            said = settings or ("", "", "")
            return Links(said[0], said[1], said[2], db.scalar(select(Register.id)), paying)
    except UNREADABLE:
        return None


def unusable(config: Config, check: Check) -> Finding | None:
    """Say why a check that reads the rows cannot; None: it can."""
    found, _ = condition(config)
    if found is Condition.CURRENT:
        return None
    if found is Condition.NEW:
        remedy = "Open the till and sell."
        return Finding(check, Trouble.NOT_SET_UP, "Nothing was sold here yet.", remedy, "no_till")
    if found in {Condition.OLDER, Condition.CUT_OFF}:
        words = "Looked at once the till was opened, which brings its file up to date."
        return Finding(check, Trouble.WARN, words, "Open the till, then check again.", found.value)
    if found is Condition.NEWER:
        words = "Only the newer program can look at it."
        return Finding(check, Trouble.WARN, words, _MEND_FIRST, found.value)
    return Finding(check, Trouble.BAD, "The file cannot be read.", _MEND_FIRST, found.value)


def broken(check: Check, error: BaseException) -> Finding:
    """Say that the rows could not be read; SQLite's own words may quote them and are dropped."""
    found = f"The file could not be read to its end ({type(error).__name__})."
    return Finding(check, Trouble.BAD, found, _MEND_FIRST, "database_damaged")


def _connect(path: Path) -> sqlite3.Connection:
    """Open read only. Without a log nobody has the file open: then leave nothing beside it."""
    logged = path.with_name(f"{path.name}-wal").exists()
    mode = "mode=ro" if logged else "mode=ro&immutable=1"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,  # interrupted from another thread
    )


def _interrupt(raw: sqlite3.Connection) -> None:
    with suppress(sqlite3.ProgrammingError):  # closed meanwhile
        raw.interrupt()


def _absent(config: Config) -> Condition:
    known = mark.read(config.mark) is not None or any(config.backups.glob("till-*.db"))
    return Condition.MISSING if known else Condition.NEW


def _revision(db: sqlite3.Connection) -> tuple[Condition, str]:
    if not db.execute("PRAGMA table_info(alembic_version)").fetchall():
        return Condition.DAMAGED, "it has no tables of Tillkeep's"
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    revision = str(row[0]) if row else ""
    if revision == HEAD:
        return Condition.CURRENT, revision
    return (Condition.NEWER if revision > HEAD else Condition.OLDER), revision


def _sorted(error: Exception) -> Condition:
    if isinstance(error, UnicodeDecodeError):
        return Condition.DAMAGED
    said = str(error)
    if "locked" in said:
        return Condition.BUSY
    unopened = isinstance(error, OSError) or "unable to open" in said or "readonly" in said
    return Condition.UNREADABLE if unopened else Condition.DAMAGED
