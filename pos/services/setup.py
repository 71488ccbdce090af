"""The first run: which page comes next, what was passed by, and when it is over.

What the pages ask is kept by the services that keep it anyway; here is only
how far a person got, so that a window that was closed goes on at its page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, select, update

from pos.models.checkout import CheckoutRun
from pos.models.database import Database
from pos.models.order import Order
from pos.models.shop import Setup
from pos.services.journal import Event, record
from pos.services.setup_row import begin_setup, register_id
from pos.services.shop import Clock

PAGES = (
    "language",
    "shop",
    "country",
    "owner",
    "catalogue",
    "payments",
    "reader",
    "done",
)
"""In the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class SetupState:
    """Where the first run stands.

    ``due``: it opens by itself at a start, because it was begun, not finished,
    and nothing was sold yet. ``open``: it was begun and not finished.
    """

    page: str = PAGES[0]
    skipped: tuple[str, ...] = ()
    open: bool = False
    due: bool = False

    @property
    def at(self) -> int:
        """The place of the page in `PAGES`."""
        return PAGES.index(self.page)


class SetupService:
    """Remembers the way through the pages. Belongs on the database thread."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def state(self) -> SetupState:
        """Read where it stands; a till that was never asked anything has nothing open."""
        with self._db.reader.begin() as db:
            return _read(db)

    def go(self, page: str) -> SetupState:
        """Go to a page, forwards or back; one that is gone to is no longer skipped."""
        return self._put(page, lambda skipped: [name for name in skipped if name != page])

    def skip(self, page: str) -> SetupState:
        """Pass a page by; it can be gone back to, and is in the settings too."""
        following = PAGES[min(PAGES.index(page) + 1, len(PAGES) - 1)]
        return self._put(following, lambda skipped: [*dict.fromkeys([*skipped, page])])

    def finish(self) -> SetupState:
        """Say that nothing is asked any more."""
        with self._db.engine.begin() as db:
            skipped = list(_read(db).skipped)
            db.execute(update(Setup).values(finished_at=self._clock()))
            self._say(db, "setup_finished", {"skipped": skipped})
            return _read(db)

    def again(self) -> SetupState:
        """Ask everything once more; what is set stays until a page is answered anew."""
        with self._db.engine.begin() as db:
            begin_setup(db)
            self._say(db, "setup_begun", {})
            return _read(db)

    def _put(self, page: str, change: Any) -> SetupState:
        with self._db.engine.begin() as db:
            skipped = change(list(_read(db).skipped))
            db.execute(update(Setup).values(page=page, skipped=skipped))
            return _read(db)

    def _say(self, db: Connection, kind: str, data: dict[str, Any]) -> None:
        record(db, Event(kind, str(register_id(db)), data), self._clock())


def _read(db: Connection) -> SetupState:
    row = db.execute(select(Setup.page, Setup.skipped, Setup.finished_at)).first()
    if row is None:
        return SetupState()
    page = row.page if row.page in PAGES else PAGES[0]
    unfinished = row.finished_at is None
    due = unfinished and not _has_sold(db)
    return SetupState(page, tuple(row.skipped), unfinished, due)


def _has_sold(db: Connection) -> bool:
    kinds = (Order, CheckoutRun)
    return any(db.execute(select(exists().where(each.id.is_not(None)))).scalar() for each in kinds)
