"""Looks after the file of one open till: at the start, after sales, once a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from pos.config import Config
from pos.errors import CashierError
from pos.models.database import Database
from pos.models.order import Order
from pos.models.sync import JournalEntry
from pos.services import rules
from pos.services.safety import audit, copies, mark, recount

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
_AGAIN = timedelta(hours=1)
"""How long after a copy that failed the next is tried."""


def refuse_missing(config: Config) -> None:
    """Refuse to begin anew where a till has been: raises `CashierError` ``database_missing``."""
    path = config.till_db
    if path.exists() and path.stat().st_size:
        return
    if mark.read(config.mark) is not None or any(config.backups.glob("till-*.db")):
        raise CashierError(
            "database_missing",
            "The file with the sales of this till is gone or empty.",
            "Restore the newest copy. To begin anew, move the whole data folder away first.",
        )


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked through, and what was wrong, or nothing."""

    entries: int
    sales: int
    found: str


def look_through(db: Connection, mark_path: Path) -> Looked:
    """Look at everything there is; raises as SQLAlchemy does where a row cannot be read."""
    found = audit.everything(db)
    known = mark.read(mark_path)
    if not found and known is not None and mark.missing(db, known):
        found = "The file is older than what this till had already recorded"
    if not found and rules.differ(db):
        found = "Taxes or currency are not what they were set to"
    found = found or recount.differing(db)
    entries = db.scalar(select(func.count(JournalEntry.id))) or 0
    return Looked(entries, db.scalar(select(func.count(Order.id))) or 0, found)


class Keeper:
    """`check` before anything is sold; `keep` now and then, off the GUI thread."""

    def __init__(self, config: Config, db: Database, clock: Clock) -> None:
        self._config = config
        self.db = db
        self._clock = clock
        self._marked: mark.Mark | None = None
        self._next_copy: datetime | None = None

    def check(self) -> None:
        """Compare what the file says with itself and with the mark beside it.

        Raises `CashierError`: ``database_damaged`` or ``database_older``. What was
        set for prices is put right from the journal.
        """
        try:
            with self.db.reader.begin() as db:
                if mark.seen(db) is None and mark.read(self._config.mark) is None:
                    return  # a new till
                self._refuse_older(db)
                self._refuse_unsound(db)
            self._mend_rules()
        except (SQLAlchemyError, ValueError, LookupError, TypeError) as error:
            raise _damaged(f"A row cannot be read ({type(error).__name__})") from error

    def keep(self) -> None:
        """Write the mark if the journal has grown, and make the day's copy if it is due.

        Raises `CashierError` when that copy cannot be made or finds damage.
        """
        self.mark()
        now = self._clock()
        tried = self._next_copy is not None and now < self._next_copy <= now + _AGAIN
        if not tried and copies.is_due(self._config.backups, now):
            self._next_copy = now + _AGAIN
            copies.make(self._config.till_db, self._config.backups, now)

    def mark(self) -> None:
        """Write down how far the till has come."""
        with self.db.reader.begin() as db:
            seen = mark.seen(db)
        if seen is not None and seen != self._marked:
            mark.write(self._config.mark, seen)
            self._marked = seen

    def _refuse_older(self, db: Connection) -> None:
        known = mark.read(self._config.mark)
        if known is not None and mark.missing(db, known):
            raise CashierError(
                "database_older",
                "The file with the sales is older than what this till had already recorded.",
                "Put the newest file back, or restore the newest copy. Nothing was changed.",
            )

    def _refuse_unsound(self, db: Connection) -> None:
        found = audit.recent(db)
        if found:
            raise _damaged(found)

    def _mend_rules(self) -> None:
        with self.db.reader.begin() as db:
            wrong = rules.differ(db)
        if wrong:
            log.warning("what prices are worked out by was not as the journal has it")
            with self.db.engine.begin() as db:
                rules.mend(db, self._clock())


def _damaged(found: str) -> CashierError:
    return CashierError(
        "database_damaged",
        f"The file with the sales is damaged. {found}.",
        "Nothing was changed. Restore the newest copy, or save a support file and send that.",
    )
