"""Opening the backend's database: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from pos.server.tables import SCHEMA_VERSION, counters, metadata, schema_version

_PATIENCE_MS = 10_000
"""How long a statement waits for another's lock before the request is answered 503."""

_SCHEMA_LOCK = 0x7111
"""Advisory lock, so that two servers that start together make the tables once."""


class SchemaError(RuntimeError):
    """The database was written by another version of the server."""


def open_engine(where: str) -> Engine:
    """Open (and create) a database from a file name or a SQLAlchemy URL; raises `SchemaError`."""
    url = make_url(where if "://" in where else f"sqlite:///{where}")
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
    try:
        _create(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _sqlite(url: Any) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None  # SQLAlchemy, not sqlite3, decides when to BEGIN
    pragmas = (f"busy_timeout={_PATIENCE_MS}", "journal_mode=WAL", "synchronous=FULL")
    for pragma in (*pragmas, "foreign_keys=ON"):
        dbapi.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _postgresql(url: Any) -> Engine:
    options = f"-c lock_timeout={_PATIENCE_MS} -c statement_timeout={2 * _PATIENCE_MS}"
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"options": options, "connect_timeout": 5},
        pool_pre_ping=True,
    )


def reader(engine: Engine) -> Engine:
    """Return the same pool for reading: SQLite readers must not queue behind the writer."""
    return engine.execution_options(begin="DEFERRED")


def _create(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})"))
        metadata.create_all(connection)
        insert_once(connection, schema_version, {"id": 1, "version": SCHEMA_VERSION})
        found = connection.scalar(select(schema_version.c.version))
    if found != SCHEMA_VERSION:
        raise SchemaError(f"database schema {found}, this server speaks {SCHEMA_VERSION}")


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert unless any unique key is taken; returns whether the row is ours.

    On PostgreSQL a concurrent insert of the same key is waited for.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(values).on_conflict_do_nothing()
    # What came back tells; a driver need not keep the row count of an insert.
    mine = statement.returning(*table.primary_key.columns)
    return connection.execute(mine).first() is not None


def take_numbers(connection: Connection, business_id: str, name: str, count: int = 1) -> int:
    """Advance a counter by ``count`` and return its new value.

    The row stays locked to the end of the transaction, so numbers become
    visible in their order and a reader by cursor skips none.
    """
    where = (counters.c.business_id == business_id) & (counters.c.name == name)
    statement = (
        update(counters)
        .where(where)
        .values(value=counters.c.value + count)
        .returning(counters.c.value)
    )
    value = connection.scalar(statement)
    if value is None:
        insert_once(connection, counters, {"business_id": business_id, "name": name, "value": 0})
        value = connection.scalar(statement)
    return int(value or 0)
