"""Search as you type, codes, categories and windows onto long lists."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos.services.catalogue import CatalogueItem

NAMES = [
    "Coca-Cola Zero 0.5 l",
    'Pipe 5" brass',
    "Café crème",
    "Ünlü çay",
    "커피 원두",
    "コーヒー豆 深煎り",
    "قهوة عربية",
    "קפה טורקי",
    "हिन्दी चाय",
    "O'Neill's <stout>",
    "name:x",
    "Жигулёвское",
    "Straße Æble",
    "AND OR NOT NEAR",
    "Crème brûlée",
]


def item(key, name="Thing", **more):
    return CatalogueItem(key=key, product_key=more.pop("product_key", key), name=name, **more)


@pytest.fixture
def shop(catalogue):
    items = [item(f"p{i}", name, price_minor=100 + i) for i, name in enumerate(NAMES)]
    items[0].sku, items[0].barcodes, items[0].category = "COK-05", ("5449000131805",), "Drinks"
    items[2].category = "Drinks"
    catalogue.apply_delta(items)
    return catalogue


def found(catalogue, query, category=None):
    names = [tile.name for tile in catalogue.page(query, category)]
    assert catalogue.count(query, category) == len(names)
    return names


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("c", ["Coca-Cola Zero 0.5 l", "Café crème", "Ünlü çay", "Crème brûlée"]),
        ("C", ["Coca-Cola Zero 0.5 l", "Café crème", "Ünlü çay", "Crème brûlée"]),
        ("coca-cola", ["Coca-Cola Zero 0.5 l"]),
        ("coca-", ["Coca-Cola Zero 0.5 l"]),
        ("coc", ["Coca-Cola Zero 0.5 l"]),
        ("zero coca", ["Coca-Cola Zero 0.5 l"]),
        ("0.5", ["Coca-Cola Zero 0.5 l"]),
        ("COK-05", ["Coca-Cola Zero 0.5 l"]),
        ("cok-0", ["Coca-Cola Zero 0.5 l"]),
        ("5449", ["Coca-Cola Zero 0.5 l"]),
        ("5449000131805", ["Coca-Cola Zero 0.5 l"]),
        ("05449000131805", ["Coca-Cola Zero 0.5 l"]),
        ('5"', ["Coca-Cola Zero 0.5 l", 'Pipe 5" brass']),
        ('"brass', ['Pipe 5" brass']),
        ("cafe creme", ["Café crème"]),
        ("CAFÉ", ["Café crème"]),
        ("cafe\u0301", ["Café crème"]),
        ("unlu", ["Ünlü çay"]),
        ("커", ["커피 원두"]),
        ("コーヒー", ["コーヒー豆 深煎り"]),
        ("深", ["コーヒー豆 深煎り"]),
        ("قهو", ["قهوة عربية"]),
        ("קפה טו", ["קפה טורקי"]),  # noqa: RUF001 - the letters are meant
        ("हिन्", ["हिन्दी चाय"]),
        ("o'neill", ["O'Neill's <stout>"]),
        ("<stout>", ["O'Neill's <stout>"]),
        ("name:x", ["name:x"]),
        ("жиг", ["Жигулёвское"]),
        ("stra", ["Straße Æble"]),
        ("NOT near", ["AND OR NOT NEAR"]),
        ("and", ["AND OR NOT NEAR"]),
        ("brul crem", []),  # only the last word is a beginning
        ("creme brul", ["Crème brûlée"]),
        ("nothing like it", []),
    ],
)
def test_search(shop, query, expected):
    assert found(shop, query) == expected


@pytest.mark.parametrize(
    "query",
    [
        '"', '""', "*", "a*", "^c", "(", ")", "{name}: c", "NEAR(c a)", "c AND", "-c", "--", "'",
        "'; DROP TABLE product; --", "\0", "c\0x", "\ue000", "\ue0001", "\ud800", "\u0301",
        "%", "_", "\\", "name : c OR sku : *", "c " * 500, "x" * 100_000, "٣", "🙂", "a\u200db",
    ],
)  # fmt: skip
def test_no_query_is_an_error_or_an_injection(shop, query):
    assert shop.count(query) == len(shop.page(query, limit=100))
    assert shop.count("c", query) == 0
    assert shop.lookup(query) == []
    assert shop.count() == len(NAMES)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_any_text_can_be_searched(shop, query):
    count = shop.count(query)
    assert count == len(shop.page(query))
    assert shop.lookup(query) is not None


def test_a_category_narrows_a_search(shop):
    assert found(shop, "c", "Drinks") == ["Coca-Cola Zero 0.5 l", "Café crème"]
    assert found(shop, "", "Drinks") == ["Coca-Cola Zero 0.5 l", "Café crème"]
    assert found(shop, "c", "Nowhere") == []
    assert found(shop, "5449000131805", "Drinks") == ["Coca-Cola Zero 0.5 l"]
    assert shop.categories() == ["Drinks"]


def test_an_exact_code_comes_before_more_popular_words(catalogue):
    catalogue.apply_delta([item("a", "1234 things"), item("b", "Other", barcodes=("1234",))])
    assert found(catalogue, "1234") == ["Other", "1234 things"]
    assert [tile.name for tile in catalogue.page("1234", None, 1, 5)] == ["1234 things"]


def test_two_variants_with_one_barcode_are_both_returned(catalogue):
    code = "4006381333931"
    catalogue.apply_delta([item("a", barcodes=(code,)), item("b", barcodes=(code, "77"))])
    assert [row.key for row in catalogue.lookup(code)] == ["a", "b"]
    assert [row.barcode for row in catalogue.lookup(code)] == [code, code]
    assert [row.key for row in catalogue.lookup("77")] == ["b"]


@pytest.mark.parametrize(
    ("stored", "scanned"),
    [
        ("012345678905", "0012345678905"),
        ("0012345678905", "012345678905"),
        ("12345678905", "012345678905"),  # a spreadsheet dropped the zero
        ("96385074", "00000096385074"),
        ("10012345678902", "10012345678902"),
        (" 4006381333931", "4006381333931\r"),
    ],
)
def test_a_gtin_is_found_in_any_of_its_lengths(catalogue, stored, scanned):
    catalogue.apply_delta([item("a", barcodes=(stored.strip(),))])
    assert [row.key for row in catalogue.lookup(scanned)] == ["a"]


def test_the_raw_code_wins_over_the_normal_form_and_both_over_the_sku(catalogue):
    catalogue.apply_delta(
        [
            item("padded", barcodes=("00000096385074",)),
            item("raw", barcodes=("96385074",)),
            item("sku", sku="96385074"),
            item("only-sku", sku="Ab-1"),
        ]
    )
    assert [row.key for row in catalogue.lookup("96385074")] == ["raw"]
    assert [row.key for row in catalogue.lookup("096385074")] == ["padded", "raw"]
    assert [row.key for row in catalogue.lookup("aB-1")] == ["only-sku"]
    assert catalogue.lookup("") == catalogue.lookup("123456") == []


def test_a_variant_row_carries_what_a_cart_line_copies(catalogue):
    catalogue.apply_delta(
        [
            item(
                "mat|Blue",
                "Mat",
                product_key="mat",
                option_name="Blue",
                category="Gear",
                sku="M",
                barcodes=("1", "2"),
                price_minor=4200,
                tax_ids=("a", "b"),
                tracked=True,
                stock_milli=12_000,
            )
        ]
    )
    row = catalogue.variant("mat|Blue")
    assert (row.name, row.option_name, row.product_key, row.barcode) == ("Mat", "Blue", "mat", "1")
    assert (row.price_minor, row.tax_ids, row.sku, row.category) == (4200, ("a", "b"), "M", "Gear")
    assert (row.tracked, row.import_stock_milli, row.kind) == (True, 12_000, "goods")
    assert catalogue.variant("mat") is None


def test_tiles_sum_their_variants(catalogue):
    catalogue.apply_delta(
        [
            item("h|S", product_key="h", price_minor=500, tracked=True, stock_milli=2000),
            item("h|M", product_key="h", price_minor=700, tracked=True, stock_milli=3000),
            item("h|X", product_key="h", price_minor=600, stock_milli=9000),
            item("g", price_minor=None),
        ]
    )
    hoodie, gift = catalogue.page()
    assert (hoodie.price_from_minor, hoodie.price_to_minor, hoodie.variant_count) == (500, 700, 3)
    assert (hoodie.tracked, hoodie.stock_milli) == (True, 5000)
    assert hoodie.variant_keys == ("h|S", "h|M", "h|X")
    assert (gift.price_from_minor, gift.tracked, gift.stock_milli) == (None, False, 0)


@pytest.mark.parametrize("deleted", [[], [0], [999], [3, 4, 5, 500], range(0, 1000, 7)])
def test_windows_show_each_product_once_whatever_was_deleted(catalogue, deleted):
    catalogue.apply_delta([item(f"{i:04}", f"Thing {i}") for i in range(1000)])
    catalogue.apply_delta([item(f"{i:04}", deleted=True) for i in deleted])
    expected = [f"Thing {i}" for i in range(1000) if i not in deleted]
    pages = [catalogue.page("", None, offset, 200) for offset in range(0, catalogue.count(), 200)]
    assert [tile.name for page in pages for tile in page] == expected
    assert catalogue.count() == len(expected)
    assert [tile.name for tile in catalogue.page("", None, 700, 3)] == expected[700:703]
    assert catalogue.page("", None, len(expected), 200) == []
