"""Changes from the backend: by key, all or nothing, and the index follows."""

from __future__ import annotations

import pytest

from pos.services.catalogue import CatalogueItem, Changes


def item(key, name="Thing", **more):
    return CatalogueItem(key=key, product_key=more.pop("product_key", key), name=name, **more)


def names(catalogue, query=""):
    return [tile.name for tile in catalogue.page(query)]


def test_added_updated_unchanged_and_deleted_are_counted(catalogue):
    first = [item("a", "Apple"), item("b", "Bread"), item("c", "Cheese")]
    assert catalogue.apply_delta(first) == Changes(3, 0, 0, 0)
    second = [item("a", "Apple"), item("b", "Brioche"), item("c", deleted=True), item("d", "Dill")]
    assert catalogue.apply_delta(second) == Changes(1, 1, 1, 1)
    assert names(catalogue) == ["Apple", "Brioche", "Dill"]
    assert (names(catalogue, "bread"), names(catalogue, "brio")) == ([], ["Brioche"])
    assert (names(catalogue, "chee"), names(catalogue, "dil")) == ([], ["Dill"])


def test_the_last_of_equal_keys_counts_also_when_one_is_a_deletion(catalogue):
    catalogue.apply_delta([item("a", "Apple")])
    catalogue.apply_delta([item("a", deleted=True), item("a", "Apricot"), item("b", "Bread")])
    assert names(catalogue) == ["Apricot", "Bread"]
    catalogue.apply_delta([item("b", "Brioche"), item("b", deleted=True)])
    assert names(catalogue) == ["Apricot"]


def test_a_deleted_product_comes_back_to_its_place(catalogue):
    catalogue.apply_delta([item("a", "Apple", barcodes=("1",)), item("b", "Bread")])
    catalogue.apply_delta([item("a", deleted=True)])
    assert (catalogue.lookup("1"), catalogue.variant("a"), catalogue.count()) == ([], None, 1)
    catalogue.apply_delta([item("a", "Apple", barcodes=("1",))])
    assert names(catalogue) == ["Apple", "Bread"]
    assert names(catalogue, "app") == ["Apple"]
    assert catalogue.lookup("1")[0].key == "a"


def test_a_product_stays_while_it_has_variants(catalogue):
    both = [item("h|S", product_key="h", option_name="S"), item("h|M", product_key="h")]
    catalogue.apply_delta(both)
    catalogue.apply_delta([item("h|S", product_key="h", deleted=True)])
    assert catalogue.page()[0].variant_keys == ("h|M",)
    catalogue.apply_delta([item("h|M", product_key="h", deleted=True)])
    assert (catalogue.page(), catalogue.count()) == ([], 0)


def test_a_variant_can_move_to_another_product(catalogue):
    catalogue.apply_delta([item("v", "Old", product_key="old", barcodes=("1",))])
    catalogue.apply_delta([item("v", "New", product_key="new", barcodes=("1",))])
    assert (names(catalogue), names(catalogue, "old")) == (["New"], [])
    assert (catalogue.count(), catalogue.count("old")) == (1, 0)
    assert names(catalogue, "1") == ["New"]


def test_codes_are_replaced(catalogue):
    catalogue.apply_delta([item("a", barcodes=("1", "2", "1"))])
    catalogue.apply_delta([item("a", barcodes=("2", "3"))])
    assert [bool(catalogue.lookup(code)) for code in "123"] == [False, True, True]
    assert [names(catalogue, code) for code in "123"] == [[], ["Thing"], ["Thing"]]


def test_unknown_stock_leaves_what_is_known(catalogue):
    catalogue.apply_delta([item("a", tracked=True, stock_milli=5000)])
    assert catalogue.apply_delta([item("a", tracked=True)]).unchanged == 1
    assert catalogue.variant("a").import_stock_milli == 5000


def test_the_last_of_equal_keys_counts(catalogue):
    catalogue.apply_delta([item("a", "First"), item("a", "Last")])
    assert (names(catalogue), names(catalogue, "last")) == (["Last"], ["Last"])


def test_a_delta_too_large_for_single_updates_rebuilds_the_index(catalogue):
    catalogue.apply_delta([item(f"{i}", f"Thing {i}") for i in range(3000)])
    catalogue.apply_delta([item(f"{i}", f"Object {i}") for i in range(3000)])
    assert (catalogue.count("thing"), catalogue.count("object")) == (0, 2000)
    assert names(catalogue, "object 2999") == ["Object 2999"]


def test_an_impossible_item_changes_nothing(catalogue):
    catalogue.apply_delta([item("a", "Apple")])
    with pytest.raises(Exception, match="CHECK constraint failed: ck_product_kind"):
        catalogue.apply_delta([item("a", "Renamed"), item("b", kind="rocket")])
    assert names(catalogue) == ["Apple"]
    assert catalogue.apply_delta([]) == Changes()


def test_readers_are_told_that_something_changed(catalogue):
    before = catalogue.version()
    assert catalogue.version() == before
    catalogue.apply_delta([item("a")])
    assert catalogue.version() != before
