"""Statements of the hot path: written in Core, compiled once, then given straight to the driver.

SQLAlchemy spends ten times as long on a statement as SQLite does: it builds it, looks its
compiled form up and wraps what comes back. A sale is some thirty statements, so theirs are
compiled when the module is loaded. Column types still turn every value, both ways.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

from pos.models.base import UtcDateTime
from pos.models.disk import explained

Db = Session | Connection
Row = dict[str, Any]

_DIALECT = sqlite.dialect(
    json_serializer=lambda value: msgspec.json.encode(value).decode(),
    json_deserializer=msgspec.json.decode,
)
_Turn = Callable[[Any], Any] | None


class Prepared:
    """One statement; values go in by the names of its `bindparam`, rows come out as dictionaries.

    Runs in the caller's transaction. ``columns`` names those that an INSERT or
    an UPDATE sets, and ``fixed`` values that are the same every time. Errors are
    what SQLAlchemy would raise, and `CashierError` for the disk's. An ``IN`` of
    unknown length cannot be prepared.
    """

    def __init__(
        self,
        statement: ClauseElement,
        columns: Iterable[str] | None = None,
        fixed: Mapping[str, Any] | None = None,
    ) -> None:
        names = None if columns is None else list(columns)
        compiled: Any = statement.compile(dialect=_DIALECT, column_keys=names)
        if compiled.post_compile_params:
            raise ValueError("a list of unknown length cannot be prepared")
        self.sql = str(compiled)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        known = {name: bind.value for name, bind in binds.items() if not bind.required}
        self._known = {**known, **(fixed or {})}
        self._binds = [(name, _binder(binds[name].type)) for name in compiled.positiontup]
        returned: Any = getattr(statement, "exported_columns", ())
        self._results = [(column.key, _reader(column.type)) for column in returned]

    def run(self, db: Db, **values: Any) -> int:
        """Execute it; returns how many rows were changed."""
        return self._execute(db, values).rowcount

    def run_many(self, db: Db, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute it once for each row."""
        try:
            _driver(db).executemany(self.sql, [self._turned(row) for row in rows])
        except sqlite3.Error as error:
            raise _raised(self.sql, error) from error

    def all(self, db: Db, **values: Any) -> list[Row]:
        """Return every row."""
        cursor = self._execute(db, values)
        try:
            rows = cursor.fetchall()
        except sqlite3.Error as error:  # a page further on may be the damaged one
            raise _raised(self.sql, error) from error
        return [self._row(row) for row in rows]

    def first(self, db: Db, **values: Any) -> Row | None:
        """Return the first row, if there is one."""
        cursor = self._execute(db, values)
        try:
            row = cursor.fetchone()
        except sqlite3.Error as error:
            raise _raised(self.sql, error) from error
        return None if row is None else self._row(row)

    def one(self, db: Db, **values: Any) -> Row:
        """Return the row that is there; raises `LookupError` when it is not."""
        row = self.first(db, **values)
        if row is None:
            raise LookupError(f"no row for {self.sql}")
        return row

    def _execute(self, db: Db, values: Mapping[str, Any]) -> sqlite3.Cursor:
        try:
            return _driver(db).execute(self.sql, self._turned(values))
        except sqlite3.Error as error:
            raise _raised(self.sql, error) from error

    def _turned(self, values: Mapping[str, Any]) -> list[Any]:
        said = {**self._known, **values}
        return [said[name] if turn is None else turn(said[name]) for name, turn in self._binds]

    def _row(self, row: tuple[Any, ...]) -> Row:
        return {
            name: value if turn is None else turn(value)
            for (name, turn), value in zip(self._results, row, strict=True)
        }


def insert_of(table: Table, *, without: Iterable[str] = ()) -> Prepared:
    """Prepare an INSERT of whole rows; what a row leaves out has its column's default, or NULL.

    ``without`` names the columns that the database fills in.
    """
    columns = [column for column in table.columns if column.name not in set(without)]
    fixed: dict[str, Any] = {column.name: None for column in columns if column.nullable}
    for column in columns:
        if isinstance(column.default, ScalarElementColumnDefault):
            fixed[column.name] = column.default.arg
    return Prepared(insert(table), [column.name for column in columns], fixed)


def begin(connection: Connection, mode: str) -> None:
    """Begin a transaction; for an engine's own hook, where there is none yet."""
    sql = f"BEGIN {mode}"
    try:
        _bare(connection).execute(sql)
    except sqlite3.Error as error:
        raise _raised(sql, error) from error


def _raised(sql: str, error: sqlite3.Error) -> BaseException:
    """Return the error as it comes from an engine, without the values: they may be a person."""
    wrapped = DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True)
    return explained(error) or wrapped


def _driver(db: Db) -> sqlite3.Connection:
    if isinstance(db, Session):
        db.flush()  # as SQLAlchemy does before it asks
        db = db.connection()
    if not db.in_transaction():
        db.begin()  # as SQLAlchemy does before it asks: what is written can be taken back
    return _bare(db)


def _bare(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def _binder(kind: TypeEngine[Any]) -> _Turn:
    turn = kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    if isinstance(kind, UtcDateTime) and turn is not None:
        return lru_cache(maxsize=8)(turn)  # a sale says its moment a dozen times
    return turn


def _reader(kind: TypeEngine[Any]) -> _Turn:
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
