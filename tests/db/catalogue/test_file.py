"""catalogue.db as a file: made, recognised, set aside, read from many threads."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from pos.errors import CashierError
from pos.models.catalogue import Product, Variant
from pos.models.catalogue_search import SCHEMA_VERSION
from pos.services.catalogue import Catalogue, CatalogueItem


def item(key, name="Thing"):
    return CatalogueItem(key=key, product_key=key, name=name)


@pytest.fixture
def path(tmp_path):
    """A sound file with one product."""
    path = tmp_path / "catalogue.db"
    made = Catalogue.open(path)
    assert made.opened.created
    made.apply_delta([item("a", "Apple")])
    made.close()
    return path


def reopen(path):
    again = Catalogue.open(path)
    count, opened = again.count(), again.opened
    again.close()
    return count, opened


def test_a_sound_file_is_used_as_it_is(path):
    count, opened = reopen(path)
    assert (count, opened.created, opened.set_aside, opened.reason) == (1, False, None, "")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def _version(path, number):
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {number}")
        db.commit()


def _scribble(path):
    path.write_bytes(b"this is no database" * 500)


def _truncate(path):
    path.write_bytes(path.read_bytes()[:5000])


def _drop(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE variant")
        db.commit()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path: _version(path, SCHEMA_VERSION + 1), f"version {SCHEMA_VERSION + 1}, not"),
        (lambda path: _version(path, 0), "version 0, not"),
        (_scribble, "damaged"),
        (_truncate, "damaged"),
        (_drop, "damaged"),
    ],
    ids=["newer", "other", "no database", "truncated", "table gone"],
)
def test_an_unusable_file_is_set_aside_and_made_anew(path, spoil, reason):
    till = path.with_name("till.db")
    till.write_bytes(b"money")
    spoil(path)
    spoilt = path.read_bytes()
    count, opened = reopen(path)
    assert (count, opened.created) == (0, True)
    assert opened.reason.startswith(reason)
    assert opened.set_aside.read_bytes() == spoilt
    assert till.read_bytes() == b"money"
    assert reopen(path)[1].set_aside is None


def test_damage_met_while_reading_is_set_aside_at_the_next_start(path):
    catalogue = Catalogue.open(path)
    catalogue.apply_delta([item(f"{i}", f"Thing {i} " + "x" * 100) for i in range(2500)])
    catalogue.close()
    page = path.read_bytes().index(b"Thing 1500 ") // 4096
    with path.open("r+b") as file:
        file.seek(page * 4096)
        file.write(b"\xff" * 100)
    catalogue = Catalogue.open(path)
    assert catalogue.opened.set_aside is None
    with pytest.raises(CashierError) as said:
        catalogue.page("", None, 0, 2500)
    assert said.value.code == "catalogue_damaged"
    assert "set aside" in said.value.remedy
    catalogue.close()
    assert reopen(path)[1].reason == "damaged"


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CashierError):
        Catalogue.open(tmp_path / "file" / "catalogue.db")
    (tmp_path / "catalogue.db").mkdir()
    with pytest.raises(CashierError, match="catalogue_read_only"):
        Catalogue.open(tmp_path / "catalogue.db")


def test_many_threads_read_while_one_writes(path):
    catalogue = Catalogue.open(path)
    wrong, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            count = catalogue.count()
            if (count - 1) % 50 or len(catalogue.page("", None, 0, 2000)) < count:
                wrong.append(count)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for round_number in range(10):
        catalogue.apply_delta([item(f"{round_number}-{i}") for i in range(50)])
    stop.set()
    for thread in threads:
        thread.join()
    assert (wrong, catalogue.count()) == ([], 501)
    catalogue.close()


def test_two_writers_take_turns(path):
    catalogue = Catalogue.open(path)
    threads = [
        threading.Thread(
            target=catalogue.apply_delta, args=([item(f"{n}-{i}") for i in range(200)],)
        )
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert catalogue.count() == 801
    catalogue.close()


def test_a_killed_import_leaves_the_last_committed_state(path, tmp_path):
    source = tmp_path / "import.csv"
    source.write_text("barcode,name,price\n" + "".join(f"{i},T {i},1\n" for i in range(12_000)))
    script = (
        "import os, sys; from pathlib import Path\n"
        "from pos.services.catalogue import Catalogue, import_file\n"
        "catalogue = Catalogue.open(Path(sys.argv[1]))\n"
        "kill = lambda step: os._exit(9) if step.rows >= 10_000 else None\n"
        "import_file(Path(sys.argv[2]), 'usd', catalogue, progress=kill)\n"
    )
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", script, str(path), str(source)]
    assert subprocess.run(command, cwd=root, check=False).returncode == 9
    count, opened = reopen(path)
    assert (count, opened.reason) == (1, "")


def test_an_existing_file_opens_without_sqlalchemy(path):
    script = (
        "import sys; from pathlib import Path\n"
        "from pos.services.catalogue.store import Catalogue\n"
        "catalogue = Catalogue.open(Path(sys.argv[1])); catalogue.lookup('1'); catalogue.close()\n"
        "sys.exit('sqlalchemy' in sys.modules)\n"
    )
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", script, str(path)]
    assert subprocess.run(command, cwd=root, check=False).returncode == 0


def test_the_typed_models_read_the_same_file(path):
    engine = create_engine(f"sqlite:///{path}")
    with Session(engine) as session:
        product = session.scalars(select(Product)).one()
        variant = session.scalars(select(Variant)).one()
        assert (product.id, product.name, product.deleted) == (1, "Apple", False)
        assert (variant.product_id, variant.key, variant.price_minor) == (1, "a", None)
    engine.dispose()
