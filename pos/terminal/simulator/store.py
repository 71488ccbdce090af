"""The simulator's state in one SQLite file: it outlives a killed process."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pos.terminal.simulator.problems import Json

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, account TEXT NOT NULL,
  livemode INTEGER NOT NULL, created INTEGER NOT NULL, parent TEXT, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_page ON object(kind, account, livemode, created, seq);
CREATE INDEX IF NOT EXISTS object_parent ON object(parent, kind);
CREATE TABLE IF NOT EXISTS answer(
  account TEXT, livemode INTEGER, key TEXT, endpoint TEXT, fingerprint TEXT, status INTEGER,
  body TEXT, request_id TEXT, at REAL, PRIMARY KEY(account, livemode, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS request(
  seq INTEGER PRIMARY KEY, at REAL, method TEXT, path TEXT, query TEXT, body TEXT, key TEXT,
  version TEXT, auth TEXT, request_id TEXT, fault TEXT, executed INTEGER DEFAULT 0,
  replayed INTEGER DEFAULT 0, status INTEGER, code TEXT);
CREATE TABLE IF NOT EXISTS prompt(
  seq INTEGER PRIMARY KEY, at REAL, reader TEXT, type TEXT, payment_intent TEXT,
  amount INTEGER, currency TEXT);
CREATE TABLE IF NOT EXISTS due(id TEXT PRIMARY KEY, at REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
_CLEAR = """
DELETE FROM object; DELETE FROM answer; DELETE FROM request; DELETE FROM prompt;
DELETE FROM due; DELETE FROM meta"""
_NEWER_FIRST = """
SELECT body FROM object WHERE kind = :kind AND account = :account AND livemode = :livemode
  AND created BETWEEN :low AND :high AND (created, seq) < (:at, :seq)
  ORDER BY created DESC, seq DESC"""
_OLDER_FIRST = """
SELECT body FROM object WHERE kind = :kind AND account = :account AND livemode = :livemode
  AND created BETWEEN :low AND :high AND (created, seq) > (:at, :seq)
  ORDER BY created, seq"""


class Store:
    """One connection, used by one thread at a time (the world's lock sees to that)."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        # WAL without fsync: a killed process loses nothing, a power cut is not our business.
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "wal_autocheckpoint=4000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an exception undoes what was written."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def clear(self) -> None:
        for statement in _CLEAR.split(";"):
            self._db.execute(statement)

    # objects

    def row(self, identity: str) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._db.execute(
            "SELECT * FROM object WHERE id = ?", (identity,)
        ).fetchone()
        return found

    def body(self, identity: str) -> Json | None:
        row = self.row(identity)
        return _load(row["body"]) if row else None

    def insert(self, body: Json, account: str, parent: str | None) -> None:
        self._db.execute(
            "INSERT INTO object(id, kind, account, livemode, created, parent, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                body["id"],
                body["object"],
                account,
                int(body.get("livemode", False)),
                int(body.get("created", 0)),
                parent,
                json.dumps(body),
            ),
        )

    def update(self, body: Json) -> None:
        self._db.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))

    def delete(self, identity: str) -> None:
        self._db.execute("DELETE FROM object WHERE id = ?", (identity,))

    def children(self, parent: str, kind: str) -> list[Json]:
        rows = self._db.execute(
            "SELECT body FROM object WHERE parent = ? AND kind = ? ORDER BY seq DESC",
            (parent, kind),
        )
        return [_load(row["body"]) for row in rows]

    def page(self, where: Json, *, newer_first: bool) -> Iterator[Json]:
        """Bodies of one kind in list order, from a cursor on; see the two queries."""
        for row in self._db.execute(_NEWER_FIRST if newer_first else _OLDER_FIRST, where):
            yield _load(row["body"])

    def everything(self, kind: str) -> list[Json]:
        rows = self._db.execute(
            "SELECT account, body FROM object WHERE kind = ? ORDER BY seq", (kind,)
        )
        return [{**_load(row["body"]), "account": row["account"]} for row in rows]

    # things that happen by themselves when the clock has got there

    def set_due(self, identity: str, at: float | None) -> None:
        if at is None:
            self._db.execute("DELETE FROM due WHERE id = ?", (identity,))
        else:
            self._db.execute("INSERT OR REPLACE INTO due VALUES (?, ?)", (identity, at))

    def due(self, now: float) -> list[str]:
        rows = self._db.execute("SELECT id FROM due WHERE at <= ? ORDER BY at", (now,))
        return [row["id"] for row in rows]

    # logs and settings

    def add(self, table: str, fields: Json) -> int:
        """Append to the request or prompt log; the sequence number of the row."""
        columns = ", ".join(fields)
        marks = ", ".join(f":{name}" for name in fields)
        cursor = self._db.execute(
            f"INSERT INTO {table}({columns}) VALUES ({marks})",  # noqa: S608 - our own names
            fields,
        )
        return int(cursor.lastrowid or 0)

    def finish_request(self, seq: int, outcome: Json) -> None:
        self._db.execute(
            "UPDATE request SET executed = :executed, replayed = :replayed, status = :status,"
            " code = :code WHERE seq = :seq",
            {**outcome, "seq": seq},
        )

    def log(self, table: str) -> list[Json]:
        rows = self._db.execute(f"SELECT * FROM {table} ORDER BY seq")  # noqa: S608 - our own names
        return [dict(row) for row in rows]

    def meta(self, name: str, default: Any) -> Any:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return json.loads(row["value"]) if row else default

    def set_meta(self, name: str, value: Any) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, json.dumps(value)))

    # idempotency

    def answer(self, scope: tuple[str, bool, str]) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._db.execute(
            "SELECT * FROM answer WHERE account = ? AND livemode = ? AND key = ?", scope
        ).fetchone()
        return found

    def keep_answer(self, fields: Json) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO answer VALUES (:account, :livemode, :key, :endpoint,"
            " :fingerprint, :status, :body, :request_id, :at)",
            fields,
        )

    def prune_answers(self, before: float) -> None:
        self._db.execute("DELETE FROM answer WHERE at <= ?", (before,))


def _load(text: str) -> Json:
    body: Json = json.loads(text)
    return body
