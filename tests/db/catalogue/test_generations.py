"""Files of the catalogue that a crash or damage left: the newest whole one is read, no other."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from pos.errors import CashierError
from pos.services.catalogue import Catalogue, CatalogueItem, generations
from pos.services.catalogue.file import damage_mark
from tests.db.catalogue.test_import_beside import ROWS, bring, file, files, small_is_large

__all__ = ["file", "small_is_large"]  # fixtures


def test_a_crash_around_the_rename_leaves_one_whole_catalogue(catalogue, file):
    bring(catalogue, file)
    catalogue.close()
    folder = catalogue.base.parent
    (folder / "catalogue-new.db").write_bytes(b"half of a catalogue")
    (folder / "catalogue.db").write_bytes(b"left by a till that had no time to sweep")
    again = Catalogue.open(catalogue.base)
    assert (again.count(), again.opened.set_aside) == (ROWS - 2, None)
    assert files(again)[0] == "catalogue-1.db"
    assert not (folder / "catalogue-new.db").exists()
    assert not (folder / "catalogue.db").exists()
    again.close()


def test_a_log_that_a_crash_left_is_not_taken_for_the_new_files(catalogue, file):
    """Its file was deleted or set aside, and the till died before the log was too."""
    left = catalogue.base.with_name("catalogue-1.db-wal")
    with closing(sqlite3.connect(file.with_name("old.db"), isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        old.executescript("CREATE TABLE other (x); INSERT INTO other VALUES (zeroblob(99999))")
        left.write_bytes(file.with_name("old.db-wal").read_bytes())
    bring(catalogue, file)
    assert catalogue.path.name == "catalogue-1.db"
    assert catalogue.count() == ROWS - 2
    assert catalogue.lookup("7000001")[0].name == "Article 1"


def test_damage_of_a_file_that_was_replaced_is_forgotten(catalogue, file):
    """Else a sound file that is given the same name one day is set aside."""
    damage_mark(catalogue.path).touch()
    bring(catalogue, file)
    catalogue.close()
    again = Catalogue.open(catalogue.base)
    assert (again.count(), files(again)[0]) == (ROWS - 2, "catalogue-1.db")
    assert not damage_mark(catalogue.base).exists()
    again.close()


def test_a_damaged_newest_file_is_set_aside(catalogue, file):
    bring(catalogue, file)
    catalogue.close()
    catalogue.path.write_bytes(b"this is no database" * 500)
    again = Catalogue.open(catalogue.base)
    assert (again.count(), again.opened.reason) == (0, "damaged")
    assert again.opened.set_aside.read_bytes().startswith(b"this is no database")
    again.close()


def test_damage_of_the_staged_rows_is_not_taken_for_the_catalogue_s(catalogue, file):
    """The file that is sold from is sound: it must be there at the next start."""
    catalogue.apply_delta([CatalogueItem(key="a", product_key="a", name="Apple")])
    staged = generations.staging(catalogue.base)

    def spoil():
        raw = staged.read_bytes()
        staged.write_bytes(raw[: len(raw) // 2] + b"\xff" * (len(raw) - len(raw) // 2))
        return []

    catalogue.sold = spoil  # asked when all is staged, before the next catalogue is made
    with pytest.raises(CashierError) as caught:
        bring(catalogue, file)
    assert caught.value.code == "import_damaged"
    assert files(catalogue) == ["catalogue.db"]
    catalogue.close()
    again = Catalogue.open(catalogue.base)
    assert (again.count(), again.opened.set_aside) == (1, None)
    again.close()
