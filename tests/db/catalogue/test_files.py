"""The bundled demo shop, and real files where the folder with them is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pos.config import resources
from pos.services.catalogue import Catalogue, import_file
from pos.services.catalogue.codes import check_digit_is_wrong

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"

shared = pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data is not here")


def test_the_demo_shop_looks_like_its_picture(catalogue):
    report = import_file(resources() / "demo" / "catalogue.csv", "usd", catalogue)
    assert report.rejected == ()
    assert report.imported == 74
    assert catalogue.categories() == ["Classes", "Passes", "Gear", "Drinks", "Gift cards"]
    tiles = catalogue.page("", None, 0, 15)
    stock = [tile.stock_milli // 1000 if tile.tracked else None for tile in tiles]
    assert [(t.name, t.price_from_minor, s) for t, s in zip(tiles, stock, strict=True)] == [
        ("Drop-in class", 1800, None),
        ("10-class pass", 15000, None),
        ("Private session 60 min", 8500, None),
        ("Yoga mat 5 mm", 4200, 12),
        ("Cork block", 1450, 31),
        ("Cotton strap", 990, 4),
        ("Bottle 750 ml", 2400, 18),
        ("Towel, large", 2800, 7),
        ("Massage ball", 1100, 2),
        ("Kombucha", 480, 46),
        ("Protein bar", 320, 80),
        ("Gift card", None, None),
        ("Mat cleaner", 1200, 9),
        ("Hoodie", 5800, 22),
        ("Locker rental", 200, None),
    ]
    assert tiles[13].variant_count == 4


def test_the_demo_shop_has_sound_codes_and_taxes_goods_only(catalogue):
    import_file(resources() / "demo" / "catalogue.csv", "usd", catalogue)
    rows = [
        row for tile in catalogue.page("", None, 0, 200) for row in catalogue.variants(tile.key)
    ]
    codes = [row.barcode for row in rows if row.barcode]
    assert len(set(codes)) == len(codes) > 50
    assert not any(len(code) != 13 or check_digit_is_wrong(code) for code in codes)
    assert all((row.tax_ids == ()) == (row.kind == "goods") for row in rows)
    assert any(row.option_name == "Ocean blue" for row in catalogue.lookup(codes[0]))


@shared
@pytest.mark.parametrize(
    ("name", "products", "variants"),
    [
        ("shopify-apparel.csv", 20, 22),
        ("shopify-home-and-garden.csv", 20, 21),
        ("shopify-jewelery.csv", 20, 23),
        ("open-food-facts-20k.csv", 20_000, 20_000),
    ],
)
def test_real_files_import_whole_and_again_without_change(catalogue, name, products, variants):
    report = import_file(DATA / name, "usd", catalogue)
    assert (report.imported, report.rejected) == (variants, ())
    assert catalogue.count() == products
    again = import_file(DATA / name, "usd", catalogue)
    assert (again.imported, again.updated, again.unchanged) == (0, 0, variants)


@shared
@pytest.mark.timeout(600)
def test_818233_products_import_and_are_found(tmp_path):
    catalogue = Catalogue.open(tmp_path / "catalogue.db")
    report = import_file(DATA / "open-food-facts-818k.csv.gz", "usd", catalogue)
    assert (report.imported, report.rejected) == (818_233, ())
    assert catalogue.count() == 818_233
    assert catalogue.page("", None, 818_000, 500)[232].product_id == 818_233
    (row,) = catalogue.lookup("3302980000788")
    assert (row.name, row.price_minor) == ("Sar Ocean moules à la crème et échalotes", 2325)
    assert row.product_id in [tile.product_id for tile in catalogue.page("sar ocean moules")]
    catalogue.close()
