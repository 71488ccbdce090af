"""The one place that opens the till's database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, ExceptionContext, create_engine, event
from sqlalchemy.orm import sessionmaker

from pos.errors import CashierError
from pos.models.disk import explained
from pos.models.prepared import begin

_FULL = 2


class Database:
    """A SQLite file with the guarantees that the services rely on.

    ``read()`` sees one snapshot and never waits; ``write.begin()`` takes the
    write lock at once, so that it fails early rather than at COMMIT. Only a
    migration turns foreign keys off: it rebuilds tables, and dropping the old
    one would otherwise cascade into its children.
    """

    def __init__(self, path: Path, *, foreign_keys: bool = True) -> None:
        engine = create_engine(
            URL.create("sqlite", database=str(path)),  # a path may hold a question mark
            connect_args={"timeout": 5.0},
            hide_parameters=True,  # an error in a log must not quote a customer
        )
        enforce = "ON" if foreign_keys else "OFF"
        pragmas = ("journal_mode=WAL", "synchronous=FULL", f"foreign_keys={enforce}")

        @event.listens_for(engine, "connect")
        def _configure(dbapi: Any, _record: Any) -> None:
            dbapi.isolation_level = None  # SQLAlchemy, not sqlite3, decides when to BEGIN
            try:
                for pragma in pragmas:
                    dbapi.execute(f"PRAGMA {pragma}").close()
                _assert_durable(dbapi)
            except BaseException:
                dbapi.close()  # one left open keeps what SQLite knew of the disk as it failed
                raise

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            begin(connection, connection.get_execution_options().get("begin", "IMMEDIATE"))

        event.listen(engine, "handle_error", _explain)
        self.path = path
        self.engine = engine
        self.reader = engine.execution_options(begin="DEFERRED")
        self.write = sessionmaker(engine)
        self.read = sessionmaker(self.reader)

    def close(self) -> None:
        """Let go of the file, so that it can be moved or deleted."""
        self.engine.dispose()


def _assert_durable(dbapi: Any) -> None:
    """Refuse a file system on which "paid" would not survive a power cut."""
    durable = dbapi.execute("PRAGMA synchronous").fetchone()[0] == _FULL
    wal = dbapi.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    if not (durable and wal):
        raise CashierError(
            "database_not_durable",
            "The database cannot be opened with write-ahead logging and full durability.",
            "Move the data folder to a local disk of this computer.",
        )


def _explain(context: ExceptionContext) -> None:
    """Turn the disk's troubles into what a cashier can act on; leave bugs as they are."""
    explanation = explained(context.original_exception)
    if explanation is not None:
        raise explanation from context.original_exception
