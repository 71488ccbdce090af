"""An import as a whole: cancel, progress, errors on the way, and who sees what meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from pos.errors import CashierError
from pos.services.catalogue import Catalogue, Progress, describe

HEAD = "barcode,name,price\n"
GOOD = "4006381333931,Pen,1.20\n"


def names(catalogue):
    return [tile.name for tile in catalogue.page()]


def test_cancel_at_any_batch_leaves_everything_as_it_was(catalogue, load):
    load(HEAD + GOOD)
    rows = "".join(f"{n},Thing {n},1\n" for n in range(10_000, 22_000))
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 6

    report = load(HEAD + "4006381333931,Renamed,9\n" + rows, cancelled=cancelled)
    assert report.cancelled
    assert describe(report) == ["Cancelled; the catalogue is as it was."]
    assert (names(catalogue), catalogue.count("thing")) == (["Pen"], 0)
    assert load(HEAD + "1,Works again,1\n").imported == 1


def test_cancel_reaches_into_the_index_rebuild(catalogue, load):
    indexing = []

    def note(progress):
        indexing.append(progress.indexing)

    rows = "".join(f"{n},Thing {n} of many words,1\n" for n in range(10_000, 22_000))
    report = load(HEAD + rows, progress=note, cancelled=lambda: indexing[-1:] == [True])
    assert report.cancelled
    assert indexing[-1]
    assert catalogue.count() == 0


def test_progress_rises_to_the_whole_file(load, tmp_path):
    seen: list[Progress] = []
    rows = "".join(f"{n},Thing {n},1\n" for n in range(10_000, 40_000))
    load(HEAD + rows, progress=seen.append)
    assert len(seen) > 3
    assert [step.rows for step in seen] == sorted(step.rows for step in seen)
    assert [step.read_bytes for step in seen] == sorted(step.read_bytes for step in seen)
    assert seen[-1].rows == 30_000
    assert seen[-1].read_bytes == seen[-1].total_bytes == (tmp_path / "import.csv").stat().st_size
    assert [step.indexing for step in seen] == [False] * (len(seen) - 1) + [True]


def test_an_error_in_the_middle_changes_nothing(catalogue, load):
    load(HEAD + GOOD)

    def broken(_):
        raise RuntimeError("the screen went away")

    with pytest.raises(RuntimeError, match="went away"):
        load(HEAD + "1,A,1\n", progress=broken)
    assert names(catalogue) == ["Pen"]


def test_rejected_rows_are_all_counted_but_not_all_kept(load):
    report = load(HEAD + "1,,1\n" * 10_050)
    assert (report.rejected_count, len(report.rejected)) == (10_050, 10_000)
    said = describe(report)
    assert said[0] == "0 new, 0 updated, 0 unchanged, 10,050 rejected"
    assert said[1] == "Line 2: the name is empty: 1,,1"
    assert said[-1] == "... and 50 more rejected rows"


def test_readers_see_the_old_state_while_an_import_runs(catalogue, load):
    load(HEAD + GOOD)
    during = []
    load(HEAD + "1,A,1\n", progress=lambda _: during.append(names(catalogue)))
    assert during == [["Pen"], ["Pen"]]
    assert names(catalogue) == ["Pen", "A"]


def test_another_process_writing_is_said_in_words(catalogue, load, monkeypatch):
    monkeypatch.setattr("pos.services.catalogue.importer._IN_PLACE", 100)
    monkeypatch.setattr("pos.services.catalogue.file._BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(catalogue.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CashierError, match="catalogue_busy"):
            load(HEAD + GOOD)
    assert load(HEAD + GOOD).imported == 1


def test_a_full_disk_leaves_the_catalogue_as_it_was(catalogue, load, monkeypatch):
    load(HEAD + GOOD)
    real = sqlite3.connect

    def small(*args, **kwargs):
        connection = real(*args, **kwargs)
        connection.execute("PRAGMA max_page_count = 60")
        return connection

    monkeypatch.setattr("pos.services.catalogue.file.sqlite3.connect", small)
    with pytest.raises(CashierError) as refused:
        load(HEAD + "".join(f"{n},Thing {n},1\n" for n in range(10_000, 22_000)))
    assert refused.value.code == "disk_full"
    assert names(catalogue) == ["Pen"]


def test_the_catalogue_is_there_after_closing(catalogue, load):
    load(HEAD + GOOD)
    catalogue.close()
    again = Catalogue.open(catalogue.path)
    assert names(again) == ["Pen"]
    again.close()
