"""Importing a catalogue through the real window, while selling goes on."""

import csv

import pytest

from pos.services.catalogue import SEARCH_LIMIT
from pos.ui.screens.settings_views import Rejected
from tests.ui.front_fixture import idle, open_front, open_till, till_of, until
from tests.ui.hands import TEA, code_of, said_by, settings_of

ROWS = """barcode,name,price
3045320094084,Strawberry jam,3.20
,,1.00
5449000000996,Cola,free
5000112637922,Lemonade,-2.00
4006381333931,Green tea,5.00
=1+1,"=HYPERLINK(""x"")",nothing
"""
MANY = 60_000
SHOPIFY = """Handle,Title,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty
rope,Climbing rope,ROPE-1,90.00,shopify,3
"""


def write(folder, text, name="new goods.csv"):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def write_many(folder):
    rows = (f"{7_000_000_000_000 + n},Article {n},{n % 90}.50" for n in range(MANY))
    return write(folder, "barcode,name,price\n" + "\n".join(rows), "many.csv")


def listed(section):
    rows = section.rejected.rows
    return [rows.row_at(at) for at in range(rows.rowCount())]


def grid(front):
    products = front.pages.sale_screen.grid.products
    return [row for at in range(products.total) if (row := products.row_at(at))]


def grid_names(front):
    return sorted(row.name for row in grid(front))


def bring(front, path):
    section = settings_of(front, "import").imports
    section.file_chosen.emit(path)
    idle(front)
    return section


def test_good_rows_are_in_the_grid_and_bad_ones_in_the_report(front, tmp_path):
    section = bring(front, write(tmp_path, ROWS))
    until(lambda: section.rejected.rows.rowCount() == 4)
    assert [row.line for row in listed(section)] == [3, 4, 5, 7]
    assert listed(section)[1] == Rejected(4, listed(section)[1].reason, "5449000000996,Cola,free")
    assert said_by(section).startswith("Rows left out: 4.")
    assert section._title.text() == "Imported new goods.csv"
    until(lambda: "Strawberry jam" in grid_names(front))
    assert "Cola" not in grid_names(front)
    assert till_of(front).catalogue.lookup(TEA)[0].price_minor == 500
    assert section.choose.isEnabled()
    assert section._progress.isHidden()


def test_importing_again_changes_nothing(front, tmp_path):
    path = write(tmp_path, ROWS)
    bring(front, path)
    before = till_of(front).catalogue.count()
    section = bring(front, path)
    assert till_of(front).catalogue.count() == before == 3
    figures = {row.words.text(): row.figure.text() for row in counts(section)}
    assert figures == {"New": "0", "Updated": "0", "Unchanged": "2", "Left out": "4"}


def counts(section):
    column = section._counts
    return [column.itemAt(at).widget() for at in range(column.count() - 1)]


def test_the_list_of_rows_left_out_is_saved_and_runs_no_formula(front, tmp_path):
    section = bring(front, write(tmp_path, ROWS))
    target = tmp_path / "left-out.csv"
    section.report_saved.emit(target)
    idle(front)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["line"] for row in rows] == ["3", "4", "5", "7"]
    assert rows[3]["row"].startswith("'=1+1")
    section.report_saved.emit(tmp_path / "no such folder" / "left-out.csv")
    idle(front)
    assert code_of(section) == "report_not_saved"


def test_the_stock_of_an_import_is_on_the_shelf(front, tmp_path):
    bring(front, write(tmp_path, SHOPIFY))
    rope = till_of(front).catalogue.lookup("ROPE-1")[0]
    assert till_of(front).stock.levels([rope.key]) == {rope.key: 3000}
    until(lambda: "3 left" in [row.stock for row in grid(front)])


def test_an_import_leaves_stock_alone_that_it_does_not_name(front, tmp_path):
    bring(front, write(tmp_path, SHOPIFY))
    stock = till_of(front).stock
    stock.take_over([("rope", 2000)])  # one was sold since
    bring(front, write(tmp_path, ROWS))
    bring(front, write(tmp_path, SHOPIFY.replace("shopify,3", "shopify,")))
    assert stock.levels(["rope"]) == {"rope": 2000}
    bring(front, write(tmp_path, SHOPIFY))
    assert stock.levels(["rope"]) == {"rope": 3000}, "counted anew"


def test_selling_goes_on_during_an_import(front, tmp_path):
    section = settings_of(front, "import").imports
    section.file_chosen.emit(write_many(tmp_path))
    until(lambda: section._bar.value() > 0)
    front.shell.show_page("sale")
    front.pages.sale.scan(TEA)
    until(lambda: front.pages.sale.cart.lines)
    assert front.settings.imports.is_running, "the sale did not wait for the import"
    idle(front)
    assert till_of(front).catalogue.count() == MANY + 2
    assert [line.name for line in front.pages.sale.cart.lines] == ["Green tea"]


def test_a_second_file_waits_for_its_own_turn(front, tmp_path):
    section = settings_of(front, "import").imports
    section.file_chosen.emit(write_many(tmp_path))
    section.file_chosen.emit(write(tmp_path, ROWS))
    section.cancel.click()
    idle(front)
    assert till_of(front).catalogue.count() == 2


def test_a_cancelled_import_leaves_the_catalogue_as_it_was(front, tmp_path):
    section = settings_of(front, "import").imports
    section.file_chosen.emit(write_many(tmp_path))
    until(lambda: section._bar.value() > 0)
    assert not section.choose.isEnabled()
    section.cancel.click()
    assert not section.cancel.isEnabled()
    idle(front)
    assert said_by(section).startswith("Cancelled")
    assert section.choose.isEnabled()
    assert grid_names(front) == ["Green tea", "Yoga mat"]


def test_closing_the_window_breaks_an_import_off_and_the_same_file_goes_on(tmp_path):
    path = write_many(tmp_path)
    with open_front(tmp_path / "till") as front:
        section = settings_of(front, "import").imports
        section.file_chosen.emit(path)
        until(lambda: section._bar.value() > 0)
    with open_till(tmp_path / "till") as till:
        assert till.catalogue.count() == 2
        assert till.catalogue.unfinished().name == path.name
    with open_front(tmp_path / "till") as front:
        section = settings_of(front, "import").imports
        until(lambda: said_by(section).startswith("The import of many.csv was broken off after"))
        section.file_chosen.emit(path)
        until(lambda: "of them before it was broken off" in section._words.text())
        idle(front)
        assert section._title.text() == "Imported many.csv"
        assert till_of(front).catalogue.count() == MANY + 2


def test_a_tile_of_before_an_import_sells_what_it_shows(front, tmp_path):
    tile = next(row for row in grid(front) if row.name == "Yoga mat")
    till = till_of(front)
    till.catalogue.sold = lambda: [(till.catalogue.lookup(TEA)[0].key, 1)]
    bring(front, write_many(tmp_path))
    front.pages.sale_screen.product_picked.emit(tile)
    until(lambda: front.pages.sale.cart.lines)
    assert [line.name for line in front.pages.sale.cart.lines] == ["Yoga mat"]


def test_a_slip_shows_what_is_similar_and_enter_does_not_sell_it(front):
    screen = front.pages.sale_screen
    screen.search_changed.emit("yoag mat")
    until(lambda: screen.found.text().startswith("Nothing found; similar: 1 product"))
    until(lambda: grid_names(front) == ["Yoga mat"])
    screen.search_entered.emit("yoag mat")
    idle(front)
    assert not front.pages.sale.cart.lines
    screen.search_entered.emit("yoga mat")
    until(lambda: front.pages.sale.cart.lines)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 a spreadsheet", "import_not_text"),
        (b"\x1f\x8b\x08 cut off", "import_damaged"),
        (b"name;colour\nTea;green\n", "import_unknown_format"),
        (b"", "import_unknown_format"),
        (None, "import_unreadable"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_in_the_section(front, tmp_path, content, code):
    path = tmp_path / "odd.csv"
    if content is not None:
        path.write_bytes(content)
    section = bring(front, path)
    assert code_of(section) == code
    assert section.choose.isEnabled()
    assert section._report.isHidden()
    assert till_of(front).catalogue.count() == 2


def test_a_search_that_finds_too_many_says_so(front, tmp_path):
    rows = "".join(f"{100_000 + n},Candle {n},2.00\n" for n in range(SEARCH_LIMIT + 1))
    bring(front, write(tmp_path, "barcode,name,price\n" + rows))
    screen = front.pages.sale_screen
    screen.search_changed.emit("candle")
    until(lambda: screen.found.text().startswith(f"The first {SEARCH_LIMIT} products"))
    screen.search_changed.emit("candle 17")
    until(lambda: screen.found.text().startswith("111 products"))
