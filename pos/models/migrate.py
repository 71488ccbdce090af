"""Bring a till's database to this version, or leave it exactly as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pos.config import migrations
from pos.errors import CashierError
from pos.models.disk import explained

HEAD = "0005"
"""The revision this program was written for; a test compares it with the scripts."""


def upgrade(path: Path, backups: Path) -> Path | None:
    """Back up, then migrate in one transaction; returns the backup, if one was due.

    The version is read with bare sqlite3, so that Alembic is imported only when
    there is something to do. Raises `CashierError` for a damaged file
    (``database_damaged``), one written by a newer program
    (``database_too_new``; not a byte is changed), a folder that cannot be
    written or has no room (``data_read_only``, ``disk_full``, ``backup_failed``)
    and an update that does not work (``update_failed``).
    """
    current = _revision(path)
    if current == HEAD:
        return None
    if current is not None and current > HEAD:
        raise CashierError(
            "database_too_new",
            f"The database was written by a newer Tillkeep (schema {current}, this one knows"
            f" {HEAD}).",
            "Install the newer program again. Nothing was changed.",
        )
    backup = _back_up(path, backups, current) if current is not None else None
    _migrate(path)
    return backup


def _revision(path: Path) -> str | None:
    if not path.exists():
        return None
    # A first start that was cut off left a journal, which only a writer can roll back.
    cut_off = path.with_name(f"{path.name}-journal").exists()
    address = f"{path.absolute().as_uri()}?mode={'rw' if cut_off else 'ro'}"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if problem != "ok":
                raise _damaged(problem)
            if not connection.execute("PRAGMA table_info(alembic_version)").fetchall():
                _refuse_foreign(connection)
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except UnicodeDecodeError as error:  # Python on what SQLite says of a garbled schema
        raise _damaged("its tables are garbled") from error
    except sqlite3.DatabaseError as error:  # a busy or unreadable file is no damage
        raise explained(error) or _damaged(str(error)) from error
    return str(row[0]) if row else None


def _refuse_foreign(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise _damaged("it has tables that are not Tillkeep's")


def _damaged(detail: str) -> CashierError:
    return CashierError(
        "database_damaged",
        f"The database cannot be read: {detail}.",
        "Nothing was changed. Restore the newest copy from the backups folder,"
        " or save a support file and send that.",
    )


def _back_up(path: Path, backups: Path, revision: str) -> Path:
    """Copy through SQLite, because the file alone lacks what is still in the WAL."""
    try:
        backups.mkdir(parents=True, exist_ok=True)
        target = backups / f"till-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
        with (
            closing(sqlite3.connect(path)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
    except (OSError, sqlite3.Error) as error:
        raise CashierError(
            "backup_failed",
            f"The database could not be copied before updating it: {error}.",
            "Make room on the disk and start again. Nothing was changed.",
        ) from error
    return target


def _migrate(path: Path) -> None:
    from alembic import command  # noqa: PLC0415  half a second, only when needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  never before a first paint

    from pos.models.database import Database  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    db = Database(path, foreign_keys=False)
    try:
        with db.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise _damaged(f"{len(orphans)} rows point nowhere")
    except (SQLAlchemyError, CommandError) as error:
        raise CashierError(
            "update_failed",
            f"The database could not be updated: {error}.",
            "Nothing was changed. Start the program that was used last, and send this to support.",
        ) from error
    finally:
        db.close()
