"""Shopify's product export: variants, inheritance, hidden default option, HTML, rejects."""

from __future__ import annotations

import csv
import io

import pytest

COLUMNS = [
    "Handle",
    "Title",
    "Body (HTML)",
    "Type",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Variant SKU",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Price",
    "Variant Taxable",
    "Variant Barcode",
    "Image Src",
    "Gift Card",
    "Status",
]
NEWER = {
    "Handle": "URL handle",
    "Variant SKU": "SKU",
    "Variant Inventory Tracker": "Inventory tracker",
    "Variant Inventory Qty": "Inventory quantity",
    "Variant Price": "Price",
    "Variant Taxable": "Charge tax",
    "Variant Barcode": "Barcode",
}


def sheet(*rows, names=None):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([(names or {}).get(column, column) for column in COLUMNS])
    writer.writerows([row.get(column, "") for column in COLUMNS] for row in rows)
    return out.getvalue()


def first(handle="mat", title="Yoga mat", price="42.00", **more):
    return {"Handle": handle, "Title": title, "Variant Price": price, **more}


def single(**more):
    return first(**{"Option1 Name": "Title", "Option1 Value": "Default Title", **more})


@pytest.mark.parametrize("names", [None, NEWER], ids=["export", "newer template"])
def test_continuation_rows_inherit_and_pictures_are_no_variants(catalogue, load, names):
    report = load(
        sheet(
            first(
                **{
                    "Type": "Gear",
                    "Option1 Value": "Small",
                    "Option2 Value": "Blue",
                    "Variant SKU": "M-S",
                    "Variant Barcode": "'4006381333931",
                    "Variant Inventory Tracker": "shopify",
                    "Variant Inventory Qty": "-2",
                    "Variant Taxable": "false",
                }
            ),
            {
                "Handle": "mat",
                "Option1 Value": "Large",
                "Option2 Value": "Blue",
                "Variant Price": "45",
            },
            {"Handle": "mat", "Image Src": "https://example.com/2.jpg"},
            single(handle="block", title="Cork block", price="14.50"),
            names=names,
        )
    )
    assert (report.imported, report.rejected_count) == (3, 0)
    mat, block = catalogue.page()
    small, large = catalogue.variants(mat.key)
    assert (small.key, small.option_name, small.sku) == ("mat|Small|Blue", "Small / Blue", "M-S")
    assert (small.tracked, small.import_stock_milli) == (True, -2000)
    assert (small.tax_ids, large.tax_ids, small.category) == (("none",), ("none",), "Gear")
    assert (large.name, large.price_minor, large.tracked) == ("Yoga mat", 4500, False)
    assert catalogue.lookup("4006381333931") == [small]
    assert (block.variant_keys, catalogue.variants(block.key)[0].option_name) == (
        ("block",),
        "",
    )


def test_html_is_stripped_and_ampersands_survive(catalogue, load):
    load(
        sheet(
            single(title="<b>Fish</b> &amp; Chips <script>x</script>"),
            single(handle="b", title="Salt & pepper <3", Type="<i>Food</i>"),
            single(handle="c", title="Plain", **{"Body (HTML)": "<p>a\n\nb</p>\n" * 50}),
        )
    )
    assert [tile.name for tile in catalogue.page()] == [
        "Fish & Chips x",
        "Salt & pepper <3",
        "Plain",
    ]
    assert catalogue.categories() == ["Food"]


def test_gift_cards_and_taxable(catalogue, load):
    load(sheet(single(**{"Gift Card": "TRUE"}), single(handle="b", **{"Variant Taxable": "true"})))
    assert [tile.kind for tile in catalogue.page()] == ["gift_card", "goods"]
    assert catalogue.variant("b").tax_ids == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (first(handle=""), "the handle is missing"),
        (first(handle="new", title=""), "the title is missing and no row above names this handle"),
        (single(title="<p></p>"), "the name is empty"),
        (single(price=""), "the price is missing"),
        (single(price="-3"), "the price '-3' is negative"),
        (single(**{"Gift Card": "perhaps"}), "'perhaps' is neither true nor false"),
        (single(**{"Variant Inventory Qty": "many"}), "the stock 'many' is not a quantity"),
        (single(Status="archived"), "the product is archived in Shopify"),
        (single(**{"Option1 Value": "x" * 300}), "'" + "x" * 40 + "'... is longer than 255"),
        (single(handle="cap"), "the row repeats line 2"),
    ],
)
def test_bad_rows_are_named_and_the_others_imported(catalogue, load, row, reason):
    cap, block = single(handle="cap", title="Cap"), single(handle="block", title="Block")
    report = load(sheet(cap, row, block))
    assert [tile.name for tile in catalogue.page()] == ["Cap", "Block"]
    (rejected,) = report.rejected
    assert rejected.line == 3
    assert rejected.reason.startswith(reason)


def test_variants_after_a_rejected_first_row_keep_their_title(catalogue, load):
    rows = [
        first(price="x", **{"Option1 Value": "S"}),
        {"Handle": "mat", "Option1 Value": "M", "Variant Price": "5"},
    ]
    report = load(sheet(*rows))
    assert (report.imported, report.rejected_count) == (1, 1)
    assert catalogue.variant("mat|M").name == "Yoga mat"


def test_line_numbers_count_the_lines_of_long_descriptions(load):
    rows = [single(**{"Body (HTML)": "<p>\n\n</p>"}), single(handle="b", price="x")]
    assert load(sheet(*rows)).rejected[0].line == 5


def test_importing_again_updates_by_handle_and_options(catalogue, load):
    rows = [
        first(**{"Option1 Value": "S"}),
        {"Handle": "mat", "Option1 Value": "M", "Variant Price": "5"},
    ]
    load(sheet(*rows))
    rows[0]["Title"] = "Mat, renamed"
    report = load(sheet(*rows))
    assert (report.imported, report.updated, report.unchanged) == (0, 1, 1)
    assert [(tile.name, tile.variant_count) for tile in catalogue.page()] == [("Mat, renamed", 2)]
    assert [tile.name for tile in catalogue.page("renam")] == ["Mat, renamed"]
