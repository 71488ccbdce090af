"""The journal: appended to, never changed, and every change to it is found."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pos.services import journal
from pos.services.journal import Event, record
from tests.support.till import FakeClock, make_db, make_shop


def test_the_journal_cannot_be_changed(till):
    for statement in ("UPDATE journal SET actor = 'x'", "DELETE FROM journal"):
        with pytest.raises(IntegrityError, match="append-only"), till.engine.begin() as connection:
            connection.execute(text(statement))


def test_an_untouched_journal_holds(till):
    with till.reader.begin() as connection:
        assert journal.first_broken(connection) is None
        assert connection.execute(text("SELECT count(*) FROM journal")).scalar() > 10


TAMPERED = {
    "register_id": "replace(register_id, substr(register_id, 1, 1), 'f')",
    "epoch": "epoch + 1",
    "seq": "seq + 100",
    "at": "'2020-01-01 00:00:00.000000'",
    "kind": "'order_forgotten'",
    "subject": "'somebody else'",
    "actor": "'nobody'",
    "data": "replace(data, '{', '{ ')",
    "previous": "hash",
    "hash": "previous",
}


def tamper(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        ).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        assert raw.execute(statement).rowcount > 0


@pytest.mark.parametrize("column", TAMPERED)
def test_a_changed_column_is_found(till, till_file, column):
    tamper(till_file, f"UPDATE journal SET {column} = {TAMPERED[column]} WHERE id = 4")  # noqa: S608  our own
    with till.reader.begin() as connection:
        assert journal.first_broken(connection) == 4


def test_every_column_is_covered(till_file):
    with closing(sqlite3.connect(till_file)) as raw:
        columns = {row[1] for row in raw.execute("PRAGMA table_info(journal)")}
    assert columns == {"id", *TAMPERED}


@pytest.mark.parametrize(
    ("what", "statement", "found_at"),
    [
        ("one cut out", "DELETE FROM journal WHERE id = 4", 5),
        ("the first cut off", "DELETE FROM journal WHERE id = 1", 2),
        (
            "two changed places",
            "UPDATE journal SET id = CASE id WHEN 4 THEN -5 WHEN 5 THEN -4 END WHERE id IN (4, 5)",
            -5,
        ),
        (
            "one slipped in",
            """INSERT INTO journal SELECT id + 1000, register_id, epoch, seq + 500, at, kind,
            subject, actor, data, previous, hash FROM journal WHERE id = 4""",
            1004,
        ),
    ],
)
def test_what_is_missing_moved_or_added_is_found(till, till_file, what, statement, found_at):
    tamper(till_file, statement)
    with till.reader.begin() as connection:
        assert journal.first_broken(connection) == found_at, what


def test_the_event_and_its_fact_hold_together(tmp_path):
    """A transaction that is taken back takes its journal entry with it, and leaves no gap."""
    db = make_db(tmp_path)
    clock = FakeClock()
    make_shop(db, clock=clock)
    with db.engine.connect() as connection:
        record(connection, Event("never", "x", {}), clock())
        connection.rollback()
    with db.engine.begin() as connection:
        record(connection, Event("ever", "x", {}), clock())
    with db.reader.begin() as connection:
        kinds = list(connection.execute(text("SELECT seq, kind FROM journal ORDER BY id")))
        assert [tuple(row) for row in kinds] == [(1, "shop_created"), (2, "ever")]
        assert journal.first_broken(connection) is None
    db.close()
