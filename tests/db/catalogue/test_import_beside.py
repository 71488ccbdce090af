"""A large import: made beside the live catalogue, swapped in while it is read, gone on with."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from pos.errors import CashierError
from pos.services.catalogue import Catalogue, CatalogueItem, import_file
from pos.services.catalogue import generations as gen

HEAD = "barcode,name,price\n"
ROWS = 6_000
ROOT = Path(__file__).parents[3]


def item(key, name="Thing", **more):
    return CatalogueItem(key=key, product_key=more.pop("product_key", key), name=name, **more)


def many(path, count=ROWS, spoil=()):
    """Write a file of many rows; the lines in ``spoil`` have no name."""
    rows = (f"{7_000_000 + n},{'' if n in spoil else f'Article {n}'},1.50\n" for n in range(count))
    path.write_text(HEAD + "".join(rows), "utf-8")
    return path


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    """A thousand rows are many, and read in many blocks."""
    monkeypatch.setattr("pos.services.catalogue.importer._IN_PLACE", 1_000)
    monkeypatch.setattr("pos.services.catalogue.source._BLOCK", 8 * 1024)


@pytest.fixture
def file(tmp_path):
    return many(tmp_path / "many.csv", spoil=(5, 4_000))


def bring(catalogue, path, **watch):
    return import_file(path, "usd", catalogue, **watch)


def files(catalogue):
    return sorted(path.name for path in catalogue.base.parent.iterdir())


def test_what_the_file_does_not_name_stays_as_it_was(catalogue, file):
    hoodie = [
        item("h|S", "Hoodie", product_key="h", option_name="S", sku="HS", category="Wear"),
        item("h|M", "Hoodie", product_key="h", option_name="M", category="Wear"),
        item("gone", "Gone"),
    ]
    hoodie[1].barcodes = ("9", "10")
    hoodie[0].tracked, hoodie[0].stock_milli = True, 3000
    catalogue.apply_delta([*hoodie, item("code:7000001", "Old name", sku="X")])
    catalogue.apply_delta([item("gone", deleted=True)])
    report = bring(catalogue, file)
    assert (report.imported, report.updated, report.rejected_count) == (ROWS - 3, 1, 2)
    assert catalogue.path.name == "catalogue-1.db"
    assert catalogue.count() == ROWS - 1
    assert catalogue.page("hs")[0].variant_keys == ("h|S", "h|M")
    assert catalogue.page("10")[0].category == "Wear"
    assert catalogue.variant("h|S").import_stock_milli == 3000
    assert (catalogue.count("old"), catalogue.variant("code:7000001").name) == (0, "Article 1")
    assert catalogue.variant("gone") is None
    assert catalogue.categories() == ["Wear"]
    catalogue.apply_delta([item("h|S", deleted=True), item("h|M", deleted=True)])
    assert catalogue.categories() == []


MIXED = """barcode,name,price,sku,category,tax,stock,product,option
4006381333931,Café crème,1.20,,Drinks,,,,
A-7,قهوة سَوْدَاء,1.20,S7,,none,3,,
,緑茶 セット,1.20,,飲料,,,,
5449000000996,Hoodie,58.00,H1,Wear,,4,h,S
5449000000997,Hoodie,58.00,H2,Wear,,,h,ล
,Towel,28.00,T,Wear,,7,t,Large
"""


def contents(catalogue):
    query = """SELECT p.key, p.name, p.words, p.kind, p.tax_ids, p.deleted, c.name, v.key,
      v.option_name, v.sku, v.price_minor, v.position, v.tracked, v.import_stock_milli, b.code,
      b.gtin14 FROM product p JOIN variant v ON v.product_id = p.id
      LEFT JOIN category c ON c.id = p.category_id LEFT JOIN barcode b ON b.variant_id = v.id
      ORDER BY v.key, b.id"""
    with closing(sqlite3.connect(catalogue.path)) as db:
        db.execute("INSERT INTO product_search (product_search) VALUES ('integrity-check')")
        return db.execute(query).fetchall()


def test_both_ways_write_the_same_and_again_changes_no_byte(catalogue, tmp_path, monkeypatch):
    path = tmp_path / "mixed.csv"
    path.write_text(MIXED, "utf-8")
    assert bring(catalogue, path).imported == 6
    in_place = contents(catalogue)
    for size in (-1, 1_000, -1):
        monkeypatch.setattr("pos.services.catalogue.importer._IN_PLACE", size)
        assert bring(catalogue, path).unchanged == 6
        assert contents(catalogue) == in_place
    fresh = Catalogue.open(tmp_path / "fresh" / "catalogue.db")
    assert bring(fresh, path).imported == 6
    assert contents(fresh) == in_place
    fresh.close()


def test_what_sold_most_is_shown_first(tmp_path, file):
    sold = [("code:7000050", 2), ("code:7000040", 7), ("unknown", 9)]
    catalogue = Catalogue.open(tmp_path / "data" / "catalogue.db", sold=lambda: sold)
    bring(catalogue, file)
    assert catalogue.page("", None, 0, 1)[0].name == "Article 0", "nothing is known to have sold"
    bring(catalogue, file)
    names = [tile.name for tile in catalogue.page("article", None, 0, 4)]
    assert names == ["Article 40", "Article 50", "Article 0", "Article 1"]
    whole = [tile.product_id for tile in catalogue.page("", None, 0, ROWS)]
    assert whole == list(range(1, ROWS - 1))
    assert catalogue.path.name == "catalogue-2.db"
    catalogue.close()


def test_readers_in_all_threads_go_over_and_the_old_file_goes(catalogue, file):
    catalogue.apply_delta([item("old", "Before")])
    wrong, stop, turned = [], threading.Event(), []

    def read():
        while not stop.is_set():
            count = catalogue.count()
            if count not in {1, ROWS - 1} or catalogue.lookup("x"):
                wrong.append(count)
        turned.append(catalogue.count())

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    before = catalogue.version()
    bring(catalogue, file)
    assert catalogue.version() != before
    stop.set()
    for thread in threads:
        thread.join()
    assert (wrong, turned) == ([], [ROWS - 1] * 3)
    catalogue.close()
    assert files(catalogue) == ["catalogue-1.db"]


def test_a_reader_that_comes_late_sweeps_nothing_that_is_needed(catalogue, file):
    """It goes over from the first file while the third one is being made."""
    late, go, done = [], threading.Event(), threading.Event()

    def read():
        late.append(catalogue.count())
        go.wait()
        late.append(catalogue.count())
        done.set()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    bring(catalogue, file)

    def made():
        go.set()
        assert done.wait(20)
        return []

    catalogue.sold = made
    assert bring(catalogue, file).unchanged == ROWS - 2
    thread.join()
    assert late == [0, ROWS - 2]
    assert (catalogue.path.name, catalogue.count()) == ("catalogue-2.db", ROWS - 2)


@pytest.mark.parametrize("at", [0.1, 0.6, 1.0])
def test_a_killed_import_goes_on_where_it_stopped(tmp_path, file, at):
    """While rows are read and, at 1.0, while the next catalogue is made."""
    base = tmp_path / "data" / "catalogue.db"
    script = (
        "import os, sys; from pathlib import Path\n"
        "from pos.services.catalogue import Catalogue, import_file\n"
        "from pos.services.catalogue import importer, merge, source, staging\n"
        "importer._IN_PLACE, source._BLOCK, staging._COMMIT_EVERY = 1000, 8192, 1\n"
        "catalogue = Catalogue.open(Path(sys.argv[1]))\n"
        "rows = float(sys.argv[3])\n"
        "kill = lambda step: rows < 1 and step.rows >= rows * 6_000 and os._exit(9)\n"
        "merge._counted = lambda db: os._exit(9)\n"
        "import_file(Path(sys.argv[2]), 'usd', catalogue, progress=kill)\n"
    )
    command = [sys.executable, "-c", script, str(base), str(file), str(at)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    catalogue = Catalogue.open(base)
    assert catalogue.count() == 0
    assert catalogue.unfinished().name == "many.csv"
    assert not gen.building(base).exists()
    steps = []
    report = bring(catalogue, file, progress=steps.append)
    assert steps[0].resumed >= at * ROWS
    assert (report.imported, report.rejected_count) == (ROWS - 2, 2)
    assert [row.line for row in report.rejected] == [7, 4_002]
    assert (catalogue.count(), catalogue.unfinished()) == (ROWS - 2, None)
    catalogue.close()
    assert files(catalogue) == ["catalogue-1.db"]


def test_leaving_keeps_what_was_read_and_another_file_begins_anew(catalogue, file, tmp_path):
    steps = []

    def leaving():
        return bool(steps) and steps[-1].rows > ROWS // 3

    assert bring(catalogue, file, progress=steps.append, leaving=leaving).cancelled
    assert ROWS // 3 < catalogue.unfinished().rows < ROWS
    assert (catalogue.count(), bring(catalogue, many(tmp_path / "b.csv", 2_000)).imported) == (
        0,
        2_000,
    )
    assert catalogue.unfinished() is None


def test_leaving_after_the_last_step_leaves_nothing_to_go_on_with(catalogue, file):
    """The window is closed while the levels are written: all is done."""
    done = []
    catalogue.stocked = done.append
    report = bring(catalogue, file, leaving=lambda: bool(done))
    assert (report.imported, catalogue.unfinished()) == (ROWS - 2, None)


def test_the_stock_that_the_file_names_is_handed_on_also_when_it_is_gone_on_with(
    catalogue, tmp_path
):
    path, levels, asked = tmp_path / "stock.csv", [], []
    rows = (f"{7_000_000 + n},Article {n},1.50,{n if n % 2 else ''}\n" for n in range(2_000))
    path.write_text("barcode,name,price,stock\n" + "".join(rows), "utf-8")

    def leaving():
        asked.append(1)
        return len(asked) == 6

    catalogue.stocked = levels.extend
    assert bring(catalogue, path, leaving=leaving).cancelled
    assert levels == []
    bring(catalogue, path)
    assert levels == [(f"code:{7_000_000 + n}", 1000 * n) for n in range(1, 2_000, 2)]


def test_cancelling_keeps_nothing(catalogue, file):
    steps = []
    cancelled = bring(catalogue, file, progress=steps.append, cancelled=lambda: len(steps) > 2)
    assert cancelled.cancelled
    assert (catalogue.unfinished(), files(catalogue)) == (None, ["catalogue.db"])


def test_a_spoilt_staging_file_is_begun_anew(catalogue, file):
    gen.staging(catalogue.base).write_bytes(b"no database" * 1000)
    assert catalogue.unfinished() is None
    assert bring(catalogue, file).imported == ROWS - 2


def test_a_delta_during_the_swap_is_refused_and_none_is_lost(catalogue, file, monkeypatch):
    monkeypatch.setattr("pos.services.catalogue.store._WRITE_WAIT_SECONDS", 0.05)
    put, refused = [], []

    def change(step):
        catalogue.apply_delta([item(f"delta-{step.rows}-{step.indexing}")])
        put.append(step)

    def change_too_late():
        with pytest.raises(CashierError, match="catalogue_busy"):
            catalogue.apply_delta([item("late")])
        refused.append(1)
        return []

    catalogue.sold = change_too_late  # asked while the next catalogue is made
    report = bring(catalogue, file, progress=change)
    assert catalogue.count() == report.imported + len(put)
    assert len(put) > 1
    assert refused
