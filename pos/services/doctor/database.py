"""The file of sales: whole, of this version, in agreement with itself, and copied."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from pos.config import Config
from pos.models.migrate import HEAD
from pos.models.order import Order
from pos.models.sync import JournalEntry, OutboxEntry
from pos.services import journal
from pos.services.doctor.disk import in_words
from pos.services.doctor.file import UNREADABLE, Condition, broken, condition, reading, unusable
from pos.services.doctor.findings import Check, Finding, Stop, Trouble
from pos.services.safety import copies, recount
from pos.services.sync.status import WAITING

OLD_COPY = timedelta(days=2)
"""Age from which the newest copy is worth a warning: one is made on every day of selling."""
LONG_WAIT = timedelta(hours=1)
"""How long something may wait for the backend before that is worth a warning."""

_SIDES = ("-wal", "-shm", "-journal", ".restoring")
_RESTORE = "Open the till: it offers the newest good copy. Keep the data folder as it is."
_CONDITIONS = {
    Condition.NEW: (Trouble.NOT_SET_UP, "There is no file of sales yet.", "Open the till."),
    Condition.MISSING: (
        Trouble.BAD,
        "The file of sales is gone or empty.",
        "Open the till: it offers the newest copy.",
    ),
    Condition.BUSY: (
        Trouble.BAD,
        "Another program holds the file of sales.",
        "Close backup or sync programs that use the data folder.",
    ),
    Condition.CUT_OFF: (
        Trouble.WARN,
        "A start was cut off in the middle of writing.",
        "Open the till: it takes back what was half written.",
    ),
    Condition.UNREADABLE: (
        Trouble.BAD,
        "The file of sales cannot be opened.",
        "Give this user the right to read and write in the data folder.",
    ),
    Condition.DAMAGED: (Trouble.BAD, "The file of sales is damaged.", _RESTORE),
}


def database(config: Config, stop: Stop) -> Finding:
    """Look through the pages of the file; say its schema, its size and what lies beside it."""
    found, detail = condition(config)
    if found in _CONDITIONS:
        state, words, remedy = _CONDITIONS[found]
        return Finding(Check.DATABASE, state, words, remedy, found.value)
    if found is Condition.NEWER:
        words = f"A newer Tillkeep wrote it (schema {detail}, this one knows {HEAD})."
        remedy = "Install the newer program again; nothing is changed by this one."
        return Finding(Check.DATABASE, Trouble.BAD, words, remedy, found.value)
    try:
        with reading(config, stop) as db:
            problem = str(db.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    except UNREADABLE as error:
        problem = type(error).__name__
    if problem != "ok":
        words = "The file of sales is damaged."
        return Finding(Check.DATABASE, Trouble.BAD, words, _RESTORE, "database_damaged")
    return _sound(config, found, detail)


def _sound(config: Config, found: Condition, revision: str) -> Finding:
    size = f"{in_words(config.till_db.stat().st_size)}{_beside(config.till_db)}"
    if found is Condition.OLDER:
        words = f"It is whole, and of an older Tillkeep (schema {revision}, now {HEAD}); {size}."
        remedy = "Open the till: it makes a copy, then brings the file up to date."
        return Finding(Check.DATABASE, Trouble.WARN, words, remedy, "database_older_schema")
    return Finding(Check.DATABASE, Trouble.OK, f"Whole; schema {revision}; {size}.")


def _beside(path: Path) -> str:
    there = [side for side in _SIDES if Path(f"{path}{side}").exists()]
    if not there:
        return ", nothing beside it"
    sizes = (in_words(Path(f"{path}{side}").stat().st_size) for side in there)
    return ", with " + ", ".join(f"{a} ({b})" for a, b in zip(there, sizes, strict=True))


def journal_chain(config: Config, stop: Stop) -> Finding:
    """Walk the whole journal: every entry must carry on from the one before it."""
    return _asked(Check.JOURNAL, config, stop, _chain)


def _chain(db: Connection) -> Finding:
    entries = db.scalar(select(func.count(JournalEntry.id))) or 0
    wrong = journal.first_broken(db)
    if wrong is None:
        return Finding(Check.JOURNAL, Trouble.OK, f"{entries:,} entries, all in their chain.")
    words = f"The journal was changed at entry {wrong}."
    remedy = "Send a support file: somebody, or a failing disk, changed what had been recorded."
    return Finding(Check.JOURNAL, Trouble.BAD, words, remedy, "journal_broken")


def running_totals(config: Config, stop: Stop) -> Finding:
    """Add up every sale and refund, and compare the running totals with that."""
    return _asked(Check.TOTALS, config, stop, _totals)


def _totals(db: Connection) -> Finding:
    sales = db.scalar(select(func.count(Order.id))) or 0
    wrong = recount.differing(db)
    if not wrong:
        return Finding(Check.TOTALS, Trouble.OK, f"They agree with {sales:,} sales.")
    remedy = "Send a support file; the sales stand as they are, the day's sums may be wrong."
    told = "A running total is not what the sales add up to."  # a tax is called as people like
    return Finding(Check.TOTALS, Trouble.BAD, f"{wrong}.", remedy, "totals_differ", told)


def _asked(
    check: Check, config: Config, stop: Stop, ask: Callable[[Connection], Finding]
) -> Finding:
    """Ask the rows, where they can be read."""
    refused = unusable(config, check)
    if refused is not None:
        return refused
    try:
        with reading(config, stop) as db:
            return ask(db)
    except UNREADABLE as error:
        return broken(check, error)


def backup(config: Config, now: datetime) -> Finding:
    """Look how old the newest copy is, and whether it can be read."""
    try:
        newest = copies.newest(config.backups)
    except OSError as error:
        words = f"The copies cannot be looked at: {error.strerror or type(error).__name__}."
        remedy = "Give this user the right to read the data folder."
        return Finding(Check.BACKUP, Trouble.BAD, words, remedy, "data_read_only")
    if newest is None:
        return _no_copy(config)
    path, at = newest
    age = now - at
    said = f"The newest copy is {in_time(age)} old ({at:%Y-%m-%d %H:%M} UTC)"
    if not _whole(path):
        remedy = "Leave the till open: it makes a new one within a day; the one before counts too."
        words = f"{said}, and cannot be read."
        return Finding(Check.BACKUP, Trouble.BAD, words, remedy, "backup_damaged")
    if age > OLD_COPY:
        remedy = "Open the till for a minute: it makes the day's copy by itself."
        return Finding(Check.BACKUP, Trouble.WARN, f"{said}.", remedy, "backup_old")
    return Finding(Check.BACKUP, Trouble.OK, f"{said}, and whole.")


def _no_copy(config: Config) -> Finding:
    remedy = "Open the till for a minute: it makes the day's copy by itself."
    if condition(config)[0] is Condition.NEW:
        words = "There is nothing to copy yet."
        return Finding(Check.BACKUP, Trouble.NOT_SET_UP, words, remedy, "no_backup")
    return Finding(Check.BACKUP, Trouble.WARN, "There is no copy yet.", remedy, "no_backup")


def _whole(path: Path) -> bool:
    try:
        with copies.opened(path) as db:
            return bool(db.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok")
    except (SQLAlchemyError, sqlite3.Error, ValueError):
        return False


def outbox(config: Config, stop: Stop, now: datetime) -> Finding:
    """Count what waits for the backend, since when, and what the backend refused."""
    return _asked(Check.OUTBOX, config, stop, partial(_waiting, now))


def _waiting(now: datetime, db: Connection) -> Finding:
    parked = OutboxEntry.parked_code.is_not(None)
    query = select(func.count(), func.min(OutboxEntry.created_at))
    waiting, since = db.execute(query.where(WAITING, ~parked)).one()
    stuck = db.scalar(select(func.count()).select_from(OutboxEntry).where(WAITING, parked))
    return _queue(waiting, now - since if since else timedelta(0), stuck or 0)


def _queue(waiting: int, age: timedelta, stuck: int) -> Finding:
    said = f"{waiting:,} waiting" + (f", the oldest for {in_time(age)}" if waiting else "")
    if stuck:
        remedy = "Open the sync status at the top of the window: each says why, and can be retried."
        words = f"{said}; the backend refused {stuck:,}."
        return Finding(Check.OUTBOX, Trouble.WARN, words, remedy, "outbox_parked")
    if waiting and age > LONG_WAIT:
        remedy = "See what is said of the backend; nothing is lost, and it is sent by itself."
        return Finding(Check.OUTBOX, Trouble.WARN, f"{said}.", remedy, "outbox_waiting")
    words = f"{said}." if waiting else "Nothing waits to be sent."
    return Finding(Check.OUTBOX, Trouble.OK, words)


def in_time(span: timedelta) -> str:
    """Write a span as people say it: its largest unit."""
    seconds = max(int(span.total_seconds()), 0)
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return f"{seconds} seconds"
