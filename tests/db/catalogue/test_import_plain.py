"""Plain CSV: what is imported, what is refused and how that is said."""

from __future__ import annotations

import gzip

import pytest

from pos.errors import CashierError
from pos.services.catalogue import import_file

HEAD = "barcode,name,price\n"
GOOD = "4006381333931,Pen,1.20\n"


def names(catalogue):
    return [tile.name for tile in catalogue.page()]


def test_three_columns_become_products_in_file_order(catalogue, load):
    report = load(HEAD + "4006381333931,Pen,1.20\n12345670,Ink,0\n")
    assert (report.imported, report.rejected_count, report.warnings) == (2, 0, ())
    assert names(catalogue) == ["Pen", "Ink"]
    (pen,) = catalogue.lookup("4006381333931")
    assert (pen.key, pen.price_minor, pen.kind) == ("code:4006381333931", 120, "goods")
    assert not pen.tracked


def test_every_optional_column(catalogue, load):
    load(
        "Barcode,NAME,Price,sku,Category,tax,kind,stock\n"
        "1,Mat,42.00,M-1,Gear,vat city,goods,12\n"
        "2,Class,18,,Classes,none,service,\n"
        "3,Card,,,Gift cards,none,gift_card,\n"
        "4,Tea,open,,Drinks,,,1.5\n"
    )
    mat, lesson, card, tea = (catalogue.lookup(code)[0] for code in "1234")
    assert (mat.sku, mat.category, mat.tax_ids) == ("M-1", "Gear", ("vat", "city"))
    assert (mat.tracked, mat.import_stock_milli) == (True, 12_000)
    assert (lesson.kind, lesson.tax_ids, lesson.tracked) == ("service", ("none",), False)
    assert (card.kind, card.price_minor, tea.price_minor) == ("gift_card", None, None)
    assert tea.import_stock_milli == 1500
    assert catalogue.categories() == ["Gear", "Classes", "Gift cards", "Drinks"]


def test_rows_of_one_product_are_its_variants(catalogue, load):
    load(
        "product,option,barcode,name,price,category\n"
        "hoodie,S,1,Hoodie,58,Gear\nhoodie,M,2,,60,\n,,3,Towel,28,Gear\nhoodie,L,4,Hoodie,58,Gear\n"
    )
    hoodie, towel = catalogue.page()
    assert (hoodie.name, hoodie.variant_count) == ("Hoodie", 3)
    assert (hoodie.price_from_minor, hoodie.price_to_minor) == (5800, 6000)
    assert [row.option_name for row in catalogue.variants(hoodie.key)] == ["S", "M", "L"]
    assert hoodie.variant_keys == ("hoodie|S", "hoodie|M", "hoodie|L")
    assert towel.variant_keys == ("code:3",)
    assert catalogue.lookup("2")[0].category == "Gear"


REFUSED = [
    ("5,,1.00\n", "the name is empty"),
    ('5,"  \u202e ",1.00\n', "the name is empty"),
    ("5," + "x" * 501 + ",1\n", "the name is longer than 500 characters"),
    ("5,Tea,\n", "the price is missing"),
    ("5,Tea\n", "the price is missing"),
    ("5,Tea,-1.00\n", "the price '-1.00' is negative"),
    ("5,Tea,abc\n", "the price 'abc' is not an amount"),
    ("5,Tea,NaN\n", "the price 'NaN' is not an amount"),
    ("5,Tea,1e5\n", "the price '1e5' is not an amount"),
    ('5,Tea,"1,50"\n', "the price '1,50' is not an amount"),
    ("5,Tea,1.005\n", "the price '1.005' has more decimals than USD allows"),
    ("5,Tea,99999999999\n", "the price '99999999999' is absurdly high"),
    ("5,Tea," + "9" * 400 + "\n", "the price '" + "9" * 40 + "' is not an amount"),
    ("5,Tea,1,2\n", "the row has 4 cells, the header 3"),
    ("5\x07,Tea,1\n", "the code has characters that cannot be printed"),
    ("5" * 65 + ",Tea,1\n", "the code is longer than 64 characters"),
    ("5,T\0a,1\n", "the row holds NUL bytes"),
    ('5,"Tea,1\n', "a quotation mark is opened and not closed"),
    ('5,"Te"a,1\n', "text follows a closing quotation mark"),
    ('5,"Tea\nbag",1\n', "the name runs over several lines; is a quotation mark missing?"),
    ("5,Te\ra,1\n", "the row holds a carriage return outside quotation marks"),
    ("5," + "x" * 40_000 + ",1\n", "a field is longer than 32768 characters"),
    ("5," + "x" * 140_000 + ",1\n", "a field is too long"),
    ("5," + "x" * 900_000 + ",1\n", "the line is longer than 262144 characters"),
    (b"5,T\x81a,1\n", "the row is neither UTF-8 nor Windows-1252"),
    ("4006381333931,Pen again,1\n", "the row repeats line 2"),
]


@pytest.mark.parametrize(("row", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_a_bad_row_is_named_and_costs_only_itself(catalogue, load, row, reason):
    raw = row if isinstance(row, bytes) else row.encode()
    report = load((HEAD + GOOD).encode() + raw + b"12345670,Ink,2.00\n96385074,Cap,3.00\n")
    assert (report.imported, names(catalogue)) == (3, ["Pen", "Ink", "Cap"])
    (first,) = report.rejected
    assert (first.line, first.reason) == (3, reason)
    assert first.excerpt.isprintable()
    assert len(first.excerpt) <= 120


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("rocket,1", "the kind 'rocket' is none of goods, service, pass, gift_card"),
        (",lots", "the stock 'lots' is not a quantity"),
        (",1.0005", "the stock '1.0005' is not a quantity"),
        (",9999999999", "the stock '9999999999' is absurdly high"),
    ],
)
def test_bad_optional_cells_are_named(load, cells, reason):
    report = load(f"barcode,name,price,kind,stock\n5,Tea,1,{cells}\n")
    assert [(row.line, row.reason) for row in report.rejected] == [(2, reason)]


def test_a_stray_quote_does_not_swallow_the_rows_after_it(load):
    rows = "".join(f"{n},Thing {n},1\n" for n in range(100, 1100))
    report = load(HEAD + '5,"Tea,1\n' + rows)
    assert (report.imported, report.rejected_count) == (1000, 1)
    assert report.rejected[0].line == 2


def test_lines_are_counted_as_an_editor_counts_them(load):
    report = load('barcode,name,price,category\n1,A,1,"two\nlines"\n\n2,B,x,\n')
    assert report.imported == 1
    assert report.rejected[0].line == 5


def test_decimals_follow_the_currency(catalogue, load):
    report = load(HEAD + "1,A,1000\n2,B,10.5\n", currency="krw")
    assert (report.imported, report.rejected[0].reason) == (
        1,
        "the price '10.5' has more decimals than KRW allows",
    )
    load(HEAD + "3,C,1.234\n", currency="kwd")
    assert catalogue.lookup("3")[0].price_minor == 1234


def test_importing_again_updates_and_never_duplicates(catalogue, load):
    content = HEAD + "1,A,1.00\n2,B,2.00\n,No code,3.00\n"
    load(content)
    again = load(content)
    assert (again.imported, again.updated, again.unchanged) == (0, 0, 3)
    changed = load(content.replace("B,2.00", "B renamed,2.50") + "4,D,4\n")
    assert (changed.imported, changed.updated, changed.unchanged) == (1, 1, 2)
    assert names(catalogue) == ["A", "B renamed", "No code", "D"]
    assert catalogue.lookup("2")[0].price_minor == 250
    assert [tile.name for tile in catalogue.page("renamed")] == ["B renamed"]


def test_a_repeat_far_away_names_the_first_line(load):
    rows = "".join(f"{n},Thing {n},1\n" for n in range(10_000, 22_000))
    report = load(HEAD + rows + "10001,Other,9\n")
    assert (report.imported, report.rejected_count) == (12_000, 1)
    assert report.rejected[0].reason == "the row repeats line 3"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(catalogue, load, encoding):
    report = load((HEAD + "1,Crème brûlée £5 … “grand”,1\n").encode(encoding))
    assert catalogue.lookup("1")[0].name == "Crème brûlée £5 … “grand”"
    assert not any("Windows-1252" in warning for warning in report.warnings)


def test_mixed_encodings_are_read_row_by_row_and_reported(catalogue, load):
    report = load(HEAD.encode() + "1,Été,1\n".encode() + "2,Été,1\n".encode("cp1252"))
    assert names(catalogue) == ["Été", "Été"]
    (warning,) = report.warnings
    assert warning.startswith("1 lines are not UTF-8")
    assert "(line 3)" in warning


def test_names_lose_control_and_direction_characters(catalogue, load):
    load(HEAD + "1,a\u202eb\x1b[31m\u2066c\u200b\tend,1\n2,e\u0301,1\n3,قهوة 👩\u200d🍳,1\n")
    assert names(catalogue) == ["ab [31mc end", "é", "قهوة 👩\u200d🍳"]


def test_odd_codes_are_kept_and_only_warned_about(catalogue, load):
    report = load(HEAD + "4006381333932,Wrong digit,1\n3.3E+12,Sheet,1\nAB-12/x,Own,1\n,None,1\n")
    assert report.imported == 4
    assert [warning.split(" ", 2)[2][:15] for warning in report.warnings] == [
        "have a wrong ch",
        "look like numbe",
        "have neither ba",
    ]
    assert catalogue.lookup("4006381333932")[0].name == "Wrong digit"
    assert catalogue.lookup("AB-12/x")[0].name == "Own"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import_unknown_format"),
        (b"\n\n\n", "import_unknown_format"),
        (b"4006381333931,Pen,1.20\n", "import_unknown_format"),
        (b"<!doctype html><html>\n", "import_unknown_format"),
        (bytes(range(256)) * 64, "import_unknown_format"),
        (HEAD.encode("utf-16"), "import_not_text"),
        (b"PK\x03\x04rest of a spreadsheet", "import_not_text"),
        (gzip.compress(HEAD.encode() + b"1,A,1\n" * 99, mtime=0)[:-20], "import_damaged"),
        (b"\x1f\x8b\x08 no gzip after all", "import_damaged"),
    ],
)
def test_files_that_are_no_catalogue_are_refused_whole(catalogue, load, content, code):
    load(HEAD + GOOD)
    with pytest.raises(CashierError) as refused:
        load(content)
    assert refused.value.code == code
    assert refused.value.remedy
    assert names(catalogue) == ["Pen"]


def test_a_path_that_cannot_be_read(catalogue, tmp_path):
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(CashierError, match="import_unreadable"):
            import_file(path, "usd", catalogue)


def test_gzip_semicolons_and_windows_line_ends(catalogue, load):
    report = load(gzip.compress(b"Barcode;Name;Price\r\n1;A, B;1.50\r\n"))
    assert (report.imported, names(catalogue)) == (1, ["A, B"])
