"""A till's database is brought to this version whole, or left as it was."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from pos.errors import CashierError
from pos.models import migrate
from pos.models.database import Database
from pos.models.people import PROFILE_SEARCH, PROFILE_TRIGGERS
from pos.models.schema import metadata
from pos.models.sync import JOURNAL_TRIGGERS
from tests.support.house import ROOT
from tests.support.till import FakeClock, make_shop

FAILS = "    op.execute('INSERT INTO business (no_such_column) VALUES (1)')"
DIES = "    import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
REBUILDS = """
    with op.batch_alter_table("cart", recreate="always") as cart:
        cart.add_column(sa.Column("seat", sa.Text, nullable=True))
"""
ORPHANS = "    op.execute('DELETE FROM location')"


def ask(path: Path, query: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query, values).fetchall()


def digests(folder: Path) -> dict[str, str]:
    """Every file of a folder with what is in it; nothing may come, go or change.

    Reading a file with a log leaves an index and an empty log beside it; they say nothing.
    """
    files = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and not _says_nothing(path)
    ]
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def _says_nothing(path: Path) -> bool:
    return path.name.endswith("-shm") or (path.name.endswith("-wal") and not path.stat().st_size)


def columns(path: Path, table: str) -> set[str]:
    return {row[1] for row in ask(path, f"PRAGMA table_info({table})")}


@pytest.fixture
def till_db(tmp_path):
    """A database of this schema with a shop and a cart that has a line."""
    path = tmp_path / "data" / "till.db"
    path.parent.mkdir()
    migrate.upgrade(path, path.parent / "backups")
    db = Database(path)
    make_shop(db, clock=FakeClock())
    db.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute(
            "INSERT INTO cart (id, register_id, status, currency, discount_value, note,"
            " receipt_email, created_at, updated_at)"
            " SELECT 'c1', id, 'open', 'usd', 0, '', '', '2026-01-01', '2026-01-01' FROM register"
        )
        raw.execute(
            "INSERT INTO cart_line (id, cart_id, position, variant_key, name, option_name, sku,"
            " barcode, kind, tracked, unit_minor, quantity_milli, discount_value, note)"
            " VALUES ('l1', 'c1', 1, 'k', 'Mat', '', '', '', 'goods', 0, 1800, 1000, 0, '')"
        )
    return path


REAL_HEAD = migrate.HEAD


def test_the_head_is_the_newest_script():
    config = Config()
    config.set_main_option("script_location", str(migrate.migrations()))
    assert ScriptDirectory.from_config(config).get_heads() == [REAL_HEAD]


def test_a_fresh_folder_gets_the_whole_schema(tmp_path):
    path = tmp_path / "till.db"
    assert migrate.upgrade(path, tmp_path / "backups") is None
    assert ask(path, "SELECT version_num FROM alembic_version") == [(REAL_HEAD,)]
    found = {name for (name,) in ask(path, "SELECT name FROM sqlite_master WHERE type='table'")}
    assert {name for name in found if not of_an_index(name)} == {
        "alembic_version",
        *metadata.tables,
    }
    assert "profile_search" in found
    assert not (tmp_path / "backups").exists()


def of_an_index(name: str) -> bool:
    """Say whether a table is a full-text index or one of its own."""
    return name.startswith("profile_search")


def test_a_current_file_is_left_alone(till_db):
    before = digests(till_db.parent)
    assert migrate.upgrade(till_db, till_db.parent / "backups") is None
    assert digests(till_db.parent) == before


def test_models_and_migrations_agree(till_db):
    engine = create_engine(f"sqlite:///{till_db}")
    with engine.connect() as connection:
        known = {"compare_type": True, "include_name": lambda name, *_: not of_an_index(str(name))}
        context = MigrationContext.configure(connection, opts=known)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_models_and_migrations_agree_on_what_alembic_does_not_compare(till_db, tmp_path):
    """CHECKs and the conditions of partial indexes are half of what keeps money safe."""
    engine = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    metadata.create_all(engine)
    made = create_engine(f"sqlite:///{till_db}")
    for table in metadata.tables:
        assert rules(made, table) == rules(engine, table), table
    engine.dispose()
    made.dispose()
    triggers = ask(till_db, "SELECT sql FROM sqlite_master WHERE type='trigger' ORDER BY name")
    assert [sql for (sql,) in triggers] == sorted(JOURNAL_TRIGGERS + PROFILE_TRIGGERS)
    (index,) = ask(till_db, "SELECT sql FROM sqlite_master WHERE name='profile_search'")[0]
    assert index == PROFILE_SEARCH.strip()


def rules(engine, table: str) -> dict[str, object]:
    look = inspect(engine)
    with engine.connect() as connection:
        indexes = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type='index' AND tbl_name=? AND sql IS NOT NULL",
            (table,),
        ).scalars()
        found = sorted(" ".join(sql.replace("(0)", "0").split()) for sql in indexes)
    return {
        "checks": {
            c["name"]: " ".join(c["sqltext"].split()) for c in look.get_check_constraints(table)
        },
        "unique": sorted(tuple(u["column_names"]) for u in look.get_unique_constraints(table)),
        "keys": sorted(
            (tuple(k["constrained_columns"]), k["referred_table"], k["options"].get("ondelete"))
            for k in look.get_foreign_keys(table)
        ),
        "primary": look.get_pk_constraint(table)["constrained_columns"],
        "null": {c["name"]: c["nullable"] for c in look.get_columns(table)},
        "indexes": found,
    }


def test_an_upgrade_is_backed_up_first(till_db, program):
    program("    pass")
    backup = migrate.upgrade(till_db, till_db.parent / "backups")
    assert ask(till_db, "SELECT motto FROM business") == [("ora",)]
    assert backup is not None
    assert ask(backup, "SELECT version_num FROM alembic_version") == [(REAL_HEAD,)]
    assert "motto" not in columns(backup, "business")
    assert ask(backup, "SELECT name FROM cart_line") == [("Mat",)]
    assert ask(backup, "PRAGMA integrity_check") == [("ok",)]


def test_what_is_only_in_the_wal_is_backed_up_too(till_db, program):
    with closing(sqlite3.connect(till_db)) as other:  # keeps the log from being folded in
        other.execute("UPDATE business SET name = 'Only in the log'")
        other.commit()
        assert till_db.with_name("till.db-wal").stat().st_size > 0
        program("    pass")
        backup = migrate.upgrade(till_db, till_db.parent / "backups")
    assert ask(backup, "SELECT name FROM business") == [("Only in the log",)]


def test_a_rebuilt_table_keeps_its_children(till_db, program):
    """With foreign keys on, dropping the old table would delete every cart line."""
    program(REBUILDS)
    migrate.upgrade(till_db, till_db.parent / "backups")
    assert "seat" in columns(till_db, "cart")
    assert ask(till_db, "SELECT name FROM cart_line") == [("Mat",)]


@pytest.mark.parametrize(
    ("body", "code"), [(FAILS, "update_failed"), (ORPHANS, "database_damaged")]
)
def test_a_failed_migration_leaves_nothing_behind(till_db, program, body, code):
    before = dump(till_db)
    program(body)
    with pytest.raises(CashierError) as caught:
        migrate.upgrade(till_db, till_db.parent / "backups")
    assert caught.value.code == code
    assert caught.value.remedy
    assert dump(till_db) == before
    program("    pass")  # the mended program
    migrate.upgrade(till_db, till_db.parent / "backups")
    assert ask(till_db, "SELECT motto FROM business") == [("ora",)]


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def test_a_migration_that_is_killed_starts_over(till_db, program):
    """SIGKILL between the first and the last statement of a migration."""
    before = dump(till_db)
    program(DIES)
    script = (
        "import sys; from pathlib import Path; from pos.models import migrate;"
        "migrate.migrations = lambda: Path(sys.argv[1]); migrate.HEAD = '9999';"
        "migrate.upgrade(Path(sys.argv[2]), Path(sys.argv[2]).parent / 'backups')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(migrate.migrations()), str(till_db)],
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert dump(till_db) == before
    program("    pass")
    migrate.upgrade(till_db, till_db.parent / "backups")
    assert ask(till_db, "SELECT motto FROM business") == [("ora",)]
    assert ask(till_db, "SELECT name FROM cart_line") == [("Mat",)]


def test_no_upgrade_without_a_backup(till_db, program):
    backups = till_db.parent / "backups"
    backups.write_text("a file is where the folder should be")
    before = dump(till_db)
    program("    pass")
    with pytest.raises(CashierError) as caught:
        migrate.upgrade(till_db, backups)
    assert caught.value.code == "backup_failed"
    assert dump(till_db) == before


@pytest.mark.parametrize("revision", ["0006", "9999", "abcd"])
def test_a_newer_file_is_refused_untouched(till_db, revision):
    with closing(sqlite3.connect(till_db)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = ?", [revision])
    before = digests(till_db.parent)
    with pytest.raises(CashierError) as caught:
        migrate.upgrade(till_db, till_db.parent / "backups")
    assert caught.value.code == "database_too_new"
    assert revision in caught.value.message
    assert caught.value.remedy
    assert digests(till_db.parent) == before


def test_a_revision_nobody_knows_is_explained(till_db):
    with closing(sqlite3.connect(till_db)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '0000'")
    before = dump(till_db)
    with pytest.raises(CashierError) as caught:
        migrate.upgrade(till_db, till_db.parent / "backups")
    assert caught.value.code == "update_failed"
    assert dump(till_db) == before
