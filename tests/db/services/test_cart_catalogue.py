"""The cart with the real catalogue file: what a scanner reads becomes a line."""

from __future__ import annotations

import pytest

from pos.services.cart import CartService, ScanOutcome
from pos.services.catalogue import Catalogue, CatalogueItem

ITEMS = (
    CatalogueItem(
        key="tea:1",
        product_key="tea",
        name="Green tea",
        option_name="100 g",
        sku="TEA-100",
        barcodes=("036000291452", "GT-100"),
        price_minor=350,
        tax_ids=("none",),
    ),
    CatalogueItem(key="pass:1", product_key="pass", name="Pass", kind="pass", price_minor=15_000),
    CatalogueItem(key="card:1", product_key="card", name="Gift card", kind="gift_card"),
    CatalogueItem(key="a:1", product_key="a", name="A", barcodes=("SAME",), price_minor=100),
    CatalogueItem(key="b:1", product_key="b", name="B", barcodes=("SAME",), price_minor=200),
)


@pytest.fixture
def cart(db, clock, tmp_path):
    catalogue = Catalogue.open(tmp_path / "catalogue.db")
    catalogue.apply_delta(ITEMS)
    yield CartService(db, catalogue, clock)
    catalogue.close()


@pytest.mark.parametrize("code", ["036000291452", "GT-100", "0036000291452", "TEA-100"])
def test_every_code_of_a_product_is_one_line(cart, code):
    cart.add("tea:1")
    seen = cart.scan(code)
    assert seen.outcome is ScanOutcome.ADDED
    [line] = seen.cart.lines
    assert (line.name, line.option_name, line.quantity_milli) == ("Green tea", "100 g", 2000)
    assert seen.cart.total_minor == 700, "a product without tax has none"


def test_kinds_shared_codes_open_prices_and_unknown_codes(cart):
    assert cart.add("pass:1").total_minor == 15_000
    assert [it.key for it in cart.scan("SAME").choices] == ["a:1", "b:1"]
    assert cart.add("card:1", unit_minor=500).total_minor == 15_500
    assert cart.scan("no such code").outcome is ScanOutcome.UNKNOWN
