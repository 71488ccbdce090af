"""catalogue.db as a file: opened, made, and set aside when it cannot be used."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pos.errors import CashierError
from pos.models.catalogue_search import SCHEMA_VERSION
from pos.services.catalogue import generations
from pos.services.catalogue.scripts import also

_BUSY_SECONDS = 5.0
_PROBES = (
    """SELECT p.name, v.key, b.code, c.name FROM product p JOIN variant v ON v.product_id = p.id
    LEFT JOIN barcode b ON b.variant_id = v.id LEFT JOIN category c LIMIT 1""",
    "SELECT rowid FROM product_search LIMIT 1",
)


@dataclass(frozen=True, slots=True)
class Opened:
    """How the file was found; ``set_aside`` is where an unusable one went, ``reason`` why."""

    created: bool
    set_aside: Path | None = None
    reason: str = ""


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection without implicit transactions; close it in any thread.

    NORMAL is durable enough here: a power cut may lose the newest import, but
    never the file.
    """
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            db.execute(f"PRAGMA {pragma}").close()
        db.create_function("also", 1, also, deterministic=True)
    except sqlite3.Error:
        db.close()
        raise
    return db


def prepare(base: Path) -> tuple[Path, Opened]:
    """Make sure that there is a usable file; returns which one, and how it was found.

    One of another version or a damaged one is set aside, since everything in
    it can be had again. Raises `CashierError` where the folder cannot be
    written or the disk is full.
    """
    try:
        base.parent.mkdir(parents=True, exist_ok=True)
        path, aside, reason = generations.live(base), None, ""
        while complaint := _why_unusable(path):
            reason, aside = complaint, _set_aside(path, base)
            path = generations.live(base)
        created = not path.exists() or path.stat().st_size == 0
        if created:
            generations.delete(path)
            _create(path)
        generations.delete(generations.building(base))
        generations.sweep(base, path)
    except (OSError, sqlite3.Error) as error:
        raise explained(error) from error
    return path, Opened(created, aside, reason)


def damage_mark(path: Path) -> Path:
    """Return the marker left by a read that met damage, so that the next start sets it aside."""
    return path.with_name(path.name + generations.DAMAGED)


def explained(error: Exception) -> CashierError:
    """Put a database's complaint into words for the counter; nothing here touches till.db."""
    text = str(error)
    for sign, code, message, remedy in _SAID:
        if sign in text:
            return CashierError(code, message, remedy)
    return CashierError("catalogue_failed", f"The catalogue cannot be used: {text}", _CHECK)


_CHECK = "Check the disk and the data folder, then start again; sales are not affected."
_SAID = (
    ("is locked", "catalogue_busy", "The catalogue is being changed", "Try again in a moment."),
    ("is full", "disk_full", "The disk is full; the catalogue is as it was", "Free some space."),
    ("No space", "disk_full", "The disk is full; the catalogue is as it was", "Free some space."),
    ("readonly", "catalogue_read_only", "The data folder cannot be written", _CHECK),
    ("unable to open", "catalogue_read_only", "The data folder cannot be written", _CHECK),
    (
        "malformed",
        "catalogue_damaged",
        "The catalogue file is damaged",
        "Start again: it is set aside, and the catalogue can be imported or loaded anew.",
    ),
)


def _why_unusable(path: Path) -> str:
    if not path.exists() or path.stat().st_size == 0:
        return ""
    if damage_mark(path).exists():
        return "damaged"
    try:
        with closing(connect(path)) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version != SCHEMA_VERSION:
                return f"version {version}, not {SCHEMA_VERSION}"
            for probe in _PROBES:
                db.execute(probe).fetchall()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "no such" not in str(error):
            raise  # locked, read-only, full: the file itself may be sound
        return "damaged"
    return ""


def _set_aside(path: Path, base: Path) -> Path:
    """Move the file with its log away; only the newest one set aside is kept."""
    aside = base.with_name(f"{base.stem}-set-aside{base.suffix}")
    for companion in generations.COMPANIONS:
        source = path.with_name(path.name + companion)
        target = aside.with_name(aside.name + companion)
        target.unlink(missing_ok=True)
        if source.exists():
            source.replace(target)
    damage_mark(path).unlink(missing_ok=True)
    return aside


def _create(path: Path) -> None:
    # SQLAlchemy takes longer to load than the whole till needs to its first
    # scan, and is wanted only once in the life of a file.
    from pos.models.catalogue import schema_statements  # noqa: PLC0415 - slow to load, rarely needed

    with closing(connect(path)) as db:
        tables, indexes = schema_statements()
        db.execute("BEGIN IMMEDIATE")
        for statement in [*tables, *indexes]:
            db.execute(statement)
        db.execute("COMMIT")
