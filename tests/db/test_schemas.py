"""Files of every released schema, and of this one, open in this program and the next."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pos.models import migrate
from pos.models.database import Database
from pos.services import journal, shop
from pos.services.customers import CustomerService
from tests.support.till import FakeClock

SCHEMAS = Path(__file__).parent / "schemas"
REBUILDS = """
    with op.batch_alter_table("cart", recreate="always") as cart:
        cart.add_column(sa.Column("seat", sa.Text, nullable=True))
"""


def ask(path: Path, query: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query, values).fetchall()


def stored() -> list[Path]:
    return sorted(SCHEMAS.glob("*.db"))


def test_there_is_a_stored_file_of_this_schema():
    """Made by ``python -m tests.support.make_schema_file``; make it anew when 0001 changed."""
    path = SCHEMAS / f"{migrate.HEAD}.db"
    assert path.is_file()
    assert ask(path, "SELECT version_num FROM alembic_version") == [(migrate.HEAD,)]


def test_the_stored_file_of_this_schema_is_what_the_migrations_make(tmp_path):
    fresh, kept = tmp_path / "till.db", tmp_path / "kept.db"
    migrate.upgrade(fresh, tmp_path / "backups")
    shutil.copy(SCHEMAS / f"{migrate.HEAD}.db", kept)
    query = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    assert ask(kept, query) == ask(fresh, query)


@pytest.mark.parametrize("path", stored(), ids=lambda path: path.stem)
def test_a_stored_file_is_upgraded_and_opens(path, tmp_path):
    copy = tmp_path / "till.db"
    shutil.copy(path, copy)
    backup = migrate.upgrade(copy, tmp_path / "backups")
    assert (backup is None) == (path.stem == migrate.HEAD)
    assert [row[0] for row in ask(copy, 'SELECT receipt_no FROM "order" ORDER BY 1')] == [1, 2]
    assert ask(copy, "SELECT amount_minor, state FROM refund") == [(500, "succeeded")]
    assert ask(copy, "SELECT count(*) FROM cart_line") == [(2,)]
    assert ask(copy, "SELECT count(*) FROM outbox") == [(4,)]
    db = Database(copy)
    with db.reader.begin() as connection:
        assert journal.first_broken(connection) is None
        assert shop.load(connection).name == "Harbour Studio"
    assert [who.name for who in CustomerService(db, FakeClock()).search("jon")] == ["Jonas Weber"]
    db.close()


@pytest.mark.parametrize("path", stored(), ids=lambda path: path.stem)
def test_a_stored_file_survives_the_next_migration(path, tmp_path, program):
    copy = tmp_path / "till.db"
    shutil.copy(path, copy)
    program(REBUILDS)
    assert migrate.upgrade(copy, tmp_path / "backups") is not None
    assert ask(copy, "SELECT count(*) FROM cart_line") == [(2,)]
    assert ask(copy, "PRAGMA foreign_key_check") == []
