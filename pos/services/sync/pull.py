"""Listening to the backend: one page of one stream at a time, by cursor.

A page is applied first and its cursor committed after: a crash between the
two applies the page again, and applying a page twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from pos.backend.api import Backend
from pos.backend.wire import CatalogueItem, CustomerOut, SettingsOut
from pos.models.database import Database
from pos.models.sync import SyncCursor
from pos.services.shop import Clock
from pos.services.sync import identity, settings, stock

INTERVAL = timedelta(seconds=30)
SETTINGS, CATALOGUE, CUSTOMERS = "settings", "catalogue", "customers"
STREAMS = (SETTINGS, CATALOGUE, CUSTOMERS)


class CatalogueSink(Protocol):
    """Where catalogue changes go."""

    def is_empty(self) -> bool:
        """Say whether it has nothing at all, as after its file was rebuilt."""
        ...

    def apply_delta(self, items: Sequence[CatalogueItem]) -> object:
        """Write changes durably; the same ones again change nothing."""
        ...


class CustomerSink(Protocol):
    """Where customer changes go."""

    def apply_delta(self, items: Sequence[CustomerOut]) -> object:
        """Write changes durably; the same ones again change nothing."""
        ...


class Listener:
    """Knows which stream is due and how to take one page of it."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        catalogue: CatalogueSink | None,
        customers: CustomerSink | None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._catalogue = catalogue
        self._customers = customers
        self._heard: dict[str, datetime] = {}
        self._looked = False  # into the catalogue's file, once a run
        self.shop_version = 0
        self._pulls: dict[str, Callable[[Backend], bool]] = {
            SETTINGS: self.pull_settings,
            CATALOGUE: self._pull_catalogue,
            CUSTOMERS: self._pull_customers,
        }

    def due(self) -> str | None:
        """Return the stream that was not listened to for longest, if any is due."""
        return next((name for name in STREAMS if self._wait(name) <= 0), None)

    def seconds_to_next(self) -> float:
        """Return how long until a stream is due."""
        return max(0.0, min(self._wait(name) for name in STREAMS))

    def hurry(self) -> None:
        """Make every stream due."""
        self._heard.clear()

    def pull(self, stream: str, backend: Backend) -> None:
        """Take one page; the stream stays due while the backend has more.

        Raises what the backend raises and, from a sink, `CashierError`; then the
        stream waits for its next turn, so that one bad page stops no other.
        """
        self._heard[stream] = self._clock()
        if self._pulls[stream](backend):
            self._heard.pop(stream, None)

    def pull_settings(self, backend: Backend) -> bool:
        """Take over the settings if their version is new; False: there is no more."""
        told = backend.get_settings()
        if self._is_new(told):
            with self._db.engine.begin() as connection:
                self.shop_version += identity.settle(connection, told)
            with self._db.engine.begin() as connection:
                settings.apply(connection, told, self._clock())
                self._set_cursor(connection, SETTINGS, str(told.version))
            self.shop_version += 1
        return False

    def _is_new(self, told: SettingsOut) -> bool:
        with self._db.reader.begin() as connection:
            return settings.is_new(connection, told) or not identity.is_mine(connection, told)

    def _pull_catalogue(self, backend: Backend) -> bool:
        if self._catalogue is None:
            return False
        cursor = self._catalogue_cursor(self._catalogue)
        page = backend.catalogue(cursor)
        if page.items:
            self._catalogue.apply_delta(page.items)
        if page.next_cursor != cursor:
            with self._db.engine.begin() as connection:
                stock.apply(connection, page.items, self._clock())
                self._set_cursor(connection, CATALOGUE, page.next_cursor)
        return page.more

    def _catalogue_cursor(self, catalogue: CatalogueSink) -> str:
        """Return how far the catalogue was heard; an empty file has heard nothing."""
        if not self._looked:
            self._looked = True
            if catalogue.is_empty() and self._cursor(CATALOGUE):
                self._forget(CATALOGUE)
        return self._cursor(CATALOGUE)

    def _pull_customers(self, backend: Backend) -> bool:
        if self._customers is None:
            return False
        cursor = self._cursor(CUSTOMERS)
        page = backend.customers(cursor)
        if page.items:
            self._customers.apply_delta(page.items)
        if page.next_cursor != cursor:
            with self._db.engine.begin() as connection:
                self._set_cursor(connection, CUSTOMERS, page.next_cursor)
        return page.more

    def restart(self, stream: str) -> None:
        """Forget how far a stream was heard: its mirror was emptied or rebuilt."""
        self._forget(stream)
        self._heard.pop(stream, None)

    def _forget(self, stream: str) -> None:
        with self._db.engine.begin() as connection:
            self._set_cursor(connection, stream, "")

    def _wait(self, stream: str) -> float:
        """Count seconds until a stream is due; a clock that was set back makes it due."""
        heard = self._heard.get(stream)
        if heard is None:
            return 0.0
        passed = self._clock() - heard
        if passed < timedelta():
            return 0.0
        return (INTERVAL - passed).total_seconds()

    def _cursor(self, stream: str) -> str:
        query = select(SyncCursor.cursor).where(SyncCursor.stream == stream)
        with self._db.reader.begin() as connection:
            return connection.execute(query).scalar() or ""

    def _set_cursor(self, connection: Connection, stream: str, cursor: str) -> None:
        values = {"cursor": cursor, "synced_at": self._clock()}
        row = upsert(SyncCursor).values(stream=stream, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["stream"], set_=values))
