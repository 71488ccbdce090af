"""The catalogue as the till reads it: any thread, no waiting for writers."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from pos.errors import CashierError
from pos.services.catalogue.file import Opened, connect, damage_mark, explained, prepare
from pos.services.catalogue.items import CatalogueItem, Changes, ProductTile, VariantRow
from pos.services.catalogue.reader import Reader
from pos.services.catalogue.writer import Writer

T = TypeVar("T")
P = ParamSpec("P")

_WRITE_WAIT_SECONDS = 5
_OPERATIONS_BETWEEN_LOOKS = 20_000


class CancelledError(Exception):
    """The person who started a long write changed their mind; nothing was written."""


class Catalogue:
    """Read from any thread, written by one at a time.

    Readers see one committed state, before or after a write and never between.
    Every method raises `CashierError` when the file cannot be used; a damaged
    one is set aside at the next start.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened: Opened = prepare(path)
        # by thread number: in a thread of Qt's, threading.local is empty at every call
        self._readers: dict[int, tuple[sqlite3.Connection, Reader]] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Catalogue:
        """Open or make the file; ``opened`` tells if an unusable one was set aside."""
        return cls(path)

    def close(self) -> None:
        """Let go of the file in all threads."""
        with self._lock:
            for connection, _ in self._readers.values():
                connection.close()
            self._readers.clear()

    def version(self) -> int:
        """Return a number that changes when another connection has written, for this thread."""
        return self._read(Reader.version)

    def count(self, query: str = "", category: str | None = None) -> int:
        """Return how many products a list has; a search counts to `reader.SEARCH_LIMIT`."""
        return self._read(Reader.count, query, category)

    def page(
        self, query: str = "", category: str | None = None, offset: int = 0, limit: int = 200
    ) -> list[ProductTile]:
        """Return part of a list: an exact code first, then the most popular."""
        return self._read(Reader.page, query, category, offset, limit)

    def categories(self) -> list[str]:
        """Return the categories that have something to show, in their order."""
        return self._read(Reader.categories)

    def variants(self, product_id: int) -> list[VariantRow]:
        """Return what a product can be bought as, in its order."""
        return self._read(Reader.variants, product_id)

    def lookup(self, code: str) -> list[VariantRow]:
        """Find by the code as scanned, else as GTIN, else as SKU; several share a code."""
        return self._read(Reader.lookup, code)

    def variant(self, key: str) -> VariantRow | None:
        """Return one variant by its stable key."""
        return self._read(Reader.variant, key)

    def imported_stock(self) -> list[tuple[str, int]]:
        """Return the stock that the last import named, for each tracked variant."""
        return self._read(Reader.imported_stock)

    def apply_delta(self, items: Sequence[CatalogueItem]) -> Changes:
        """Take over what the backend names; all of it or, on an error, nothing."""
        with self.writing() as writer:
            changes = writer.write(items)
            writer.finish()
        return changes

    @contextmanager
    def writing(self, cancelled: Callable[[], bool] | None = None) -> Iterator[Writer]:
        """Open the one write transaction; it ends with all or, on any error, nothing.

        ``cancelled`` is asked now and then, also inside long statements;
        true ends the write with `CancelledError`.
        """
        if not self._writing.acquire(timeout=_WRITE_WAIT_SECONDS):
            raise explained(sqlite3.OperationalError("database is locked"))
        try:
            with closing(connect(self.path)) as db:
                yield from _transaction(db, cancelled)
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise CancelledError from error
            raise explained(error) from error
        except sqlite3.DatabaseError as error:
            raise self._noted(error) from error
        finally:
            self._writing.release()

    def _read(self, ask: Callable[Concatenate[Reader, P], T], *args: P.args, **kw: P.kwargs) -> T:
        try:
            return ask(self._reader(), *args, **kw)
        except sqlite3.DatabaseError as error:
            raise self._noted(error) from error

    def _reader(self) -> Reader:
        me = threading.get_ident()
        with self._lock:
            if me not in self._readers:
                connection = connect(self.path)
                connection.execute("PRAGMA query_only = ON")
                self._readers[me] = connection, Reader(connection)
            return self._readers[me][1]

    def _noted(self, error: sqlite3.DatabaseError) -> CashierError:
        """Explain an error, and remember damage until the next start."""
        complaint = explained(error)
        if complaint.code == "catalogue_damaged":
            with suppress(OSError):  # on a disk that fails: the next read says it again
                damage_mark(self.path).touch()
        return complaint


def _transaction(db: sqlite3.Connection, cancelled: Callable[[], bool] | None) -> Iterator[Writer]:
    if cancelled:
        db.set_progress_handler(cancelled, _OPERATIONS_BETWEEN_LOOKS)
    db.execute("BEGIN IMMEDIATE")
    try:
        yield Writer(db)
        db.execute("COMMIT")
    except BaseException:
        db.set_progress_handler(None, 0)
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    finally:
        # Gives the disk back at once; readers in the way only postpone it.
        db.set_progress_handler(None, 0)
        with suppress(sqlite3.OperationalError):
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
