"""The catalogue as the till reads it: any thread, no waiting for writers."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from pos.errors import CashierError
from pos.services.catalogue import generations
from pos.services.catalogue.file import connect, damage_mark, explained, prepare
from pos.services.catalogue.items import CatalogueItem, Changes, ProductTile, VariantRow
from pos.services.catalogue.reader import Reader
from pos.services.catalogue.staging import Unfinished, unfinished
from pos.services.catalogue.writer import Writer

T = TypeVar("T")
P = ParamSpec("P")

_WRITE_WAIT_SECONDS = 5
_OPERATIONS_BETWEEN_LOOKS = 20_000


Numbers = Iterable[tuple[str, int]]
"""Of variants, by their keys."""

Sold = Callable[[], Numbers]
Stocked = Callable[[Numbers], object]


def _unknown() -> Numbers:
    return ()


def _kept_nowhere(_: Numbers) -> None:
    """Keep no stock."""


class CancelledError(Exception):
    """The person who started a long write changed their mind; nothing was written."""


class _Open(NamedTuple):
    path: Path
    connection: sqlite3.Connection
    reader: Reader


class Catalogue:
    """Read from any thread, written by one at a time.

    Readers see one committed state, before or after a write and never between.
    Every method raises `CashierError` when the file cannot be used; a damaged
    one is set aside at the next start.
    """

    def __init__(self, path: Path, sold: Sold = _unknown, stocked: Stocked = _kept_nowhere) -> None:
        self.base, self.sold, self.stocked = path, sold, stocked
        self.path, self.opened = prepare(path)
        # by thread number: in a thread of Qt's, threading.local is empty at every call
        self._readers: dict[int, _Open] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    @classmethod
    def open(cls, path: Path, sold: Sold = _unknown, stocked: Stocked = _kept_nowhere) -> Catalogue:
        """Open or make the file; ``opened`` tells if an unusable one was set aside.

        ``sold`` is asked how often variants were sold, when a large import
        ranks the products anew. ``stocked`` is told the levels, in thousandths,
        that an import names; what it does not name was sold from since.
        """
        return cls(path, sold, stocked)

    def close(self) -> None:
        """Let go of the file in all threads."""
        with self._lock:
            for held in self._readers.values():
                held.connection.close()
            self._readers.clear()

    def version(self) -> int:
        """Return a number that changes when another connection has written, for this thread."""
        within = self._read(Reader.version)
        return generations.number(self.base, self.path) << 32 | within

    def count(self, query: str = "", category: str | None = None) -> int:
        """Return how many products a list has; a search counts to `reader.SEARCH_LIMIT`."""
        return self._read(Reader.count, query, category)

    def page(
        self,
        query: str = "",
        category: str | None = None,
        offset: int = 0,
        limit: int = 200,
        *,
        guess: bool = True,
    ) -> list[ProductTile]:
        """Return part of a list: an exact code first, then the most popular.

        Where no product has what was typed, ``guess`` shows those that have
        what may have been meant, one slip away.
        """
        return self._read(Reader.page, query, category, (offset, limit), guess=guess)

    def is_guess(self, query: str, category: str | None = None) -> bool:
        """Tell whether a search shows only what may have been meant."""
        return self._read(Reader.is_guess, query, category)

    def categories(self) -> list[str]:
        """Return the categories that have something to show, in their order."""
        return self._read(Reader.categories)

    def variants(self, product_key: str) -> list[VariantRow]:
        """Return what a product can be bought as, in its order.

        By its key: a tile may still be on the screen when an import has ranked
        the products anew, and its number is another product's.
        """
        return self._read(Reader.variants, product_key)

    def lookup(self, code: str) -> list[VariantRow]:
        """Find by the code as scanned, else as GTIN, else as SKU; several share a code."""
        return self._read(Reader.lookup, code)

    def variant(self, key: str) -> VariantRow | None:
        """Return one variant by its stable key."""
        return self._read(Reader.variant, key)

    def unfinished(self) -> Unfinished | None:
        """Return which import was broken off, if one was; the same file goes on with it."""
        return unfinished(generations.staging(self.base))

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
        with self._alone(), closing(connect(self.path)) as db:
            yield from _transaction(db, cancelled)

    def replace(self, make: Callable[[Path, Path], T]) -> T:
        """Have the next file made beside the live one, and go on with it.

        ``make(live, new)`` writes a whole catalogue at ``new``, reading the live
        one; nothing else is written meanwhile, and everything is read. On any
        error, or where the process dies, the live file stays.
        """
        new = generations.building(self.base)
        generations.delete(new)
        try:
            with self._alone():
                made = self._made(make, new)
                self._adopt(generations.finish(self.base))
        except OSError as error:
            raise explained(error) from error
        finally:
            generations.delete(new)
        return made

    def _made(self, make: Callable[[Path, Path], T], new: Path) -> T:
        """Tell damage of the live file, which is then set aside, from that of what is imported."""
        try:
            return make(self.path, new)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            if not self._is_whole():
                raise
            raise CashierError(
                "import_damaged",
                f"The disk lost some of what was read; the catalogue is as it was: {error}",
                "Check the disk, then import the file again.",
            ) from error

    def _is_whole(self) -> bool:
        with closing(connect(self.path)) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep all other writers out, and say what goes wrong in words for the counter."""
        if not self._writing.acquire(timeout=_WRITE_WAIT_SECONDS):
            raise explained(sqlite3.OperationalError("database is locked"))
        try:
            yield
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
            held = self._readers.get(me)
            if held is None or held.path != self.path:
                held = self._readers[me] = self._renewed(held)
            return held.reader

    def _renewed(self, held: _Open | None) -> _Open:
        """Open the live file for this thread, which asks nothing of an older one now."""
        connection = connect(self.path)
        connection.execute("PRAGMA query_only = ON")
        if held:
            held.connection.close()
            others = (each for each in self._readers.values() if each is not held)
            if all(each.path == self.path for each in others):
                generations.sweep(self.base, self.path)
        return _Open(self.path, connection, Reader(connection))

    def _adopt(self, path: Path) -> None:
        """Let every reader go on in another file, each when it asks the next time."""
        with self._lock:
            self.path = path
            if not self._readers:
                generations.sweep(self.base, self.path)

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
