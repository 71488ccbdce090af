"""Names without spaces from mid-word, right-to-left names however typed, and slips."""

from __future__ import annotations

import pytest

from pos.services.catalogue import CatalogueItem, import_file

NAMES = [
    "コーヒー豆 深煎り",
    "커피원두",
    "有机绿茶250克",
    "กาแฟเย็น",
    "قَهْوَة عربية",
    "القهوة التركية",
    "שָׁלוֹם תה",
    "Chocolat noir",
    "Chocolate bar",
    "Kombucha ginger",
    "Жигулёвское",
    "Tea 4006381333931",
]


@pytest.fixture(params=["delta", "beside"])
def shop(catalogue, tmp_path, request, monkeypatch):
    """The same names by either way into the catalogue: both index the same words."""
    if request.param == "delta":
        catalogue.apply_delta(
            [CatalogueItem(key=n, product_key=n, name=n, price_minor=1) for n in NAMES]
        )
        return catalogue
    monkeypatch.setattr("pos.services.catalogue.importer._IN_PLACE", -1)
    file = tmp_path / "names.csv"
    file.write_text("name,price,barcode\n" + "".join(f"{n},1,\n" for n in NAMES), "utf-8")
    assert import_file(file, "usd", catalogue).imported == len(NAMES)
    return catalogue


def found(catalogue, query, **how):
    return [tile.name for tile in catalogue.page(query, **how)]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("豆", "コーヒー豆 深煎り"),
        ("ヒー", "コーヒー豆 深煎り"),
        ("ーヒー豆", "コーヒー豆 深煎り"),
        ("煎り", "コーヒー豆 深煎り"),
        ("豆 コ", "コーヒー豆 深煎り"),
        ("원두", "커피원두"),
        ("绿茶", "有机绿茶250克"),
        ("茶250", "有机绿茶250克"),
        ("有机绿茶250克", "有机绿茶250克"),
        ("เย็น", "กาแฟเย็น"),
        ("قهوه عرب", "قَهْوَة عربية"),
        ("قَهْوَة", "قَهْوَة عربية"),
        ("تركيه", "القهوة التركية"),
        ("القهو", "القهوة التركية"),
        ("שלום", "שָׁלוֹם תה"),
        ("תה", "שָׁלוֹם תה"),
    ],
)
def test_names_are_found_from_mid_word_and_without_their_points(shop, query, name):
    assert name in found(shop, query, guess=False)
    assert shop.count(query) == len(found(shop, query))


def test_pairs_that_are_apart_in_a_name_find_nothing(shop):
    assert found(shop, "豆コ", guess=False) == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("chocolta", "Chocolat noir"),
        ("choclate", "Chocolate bar"),
        ("chocolat baar", "Chocolate bar"),
        ("xchocolate", "Chocolate bar"),
        ("kombuhca", "Kombucha ginger"),
        ("kombucah gin", "Kombucha ginger"),
        ("ginegr kombuxha", "Kombucha ginger"),
        ("kimbuc", "Kombucha ginger"),  # a slip in a word not yet typed to its end
        ("Жигулёвскае", "Жигулёвское"),
    ],
)
def test_a_slip_is_forgiven_where_nothing_has_what_was_typed(shop, query, name):
    assert found(shop, query, guess=False) == []
    assert found(shop, query) == [name]
    assert shop.count(query) == 1
    assert shop.is_guess(query)


@pytest.mark.parametrize("query", ["400638133393x", "4006381333932", "chx", "zzzzzz", "te"])
def test_codes_and_short_words_are_not_guessed(shop, query):
    assert found(shop, query) in ([], ["Tea 4006381333931"])
    assert not shop.is_guess(query)


def test_a_guess_never_mixes_with_hits(shop):
    assert found(shop, "chocolate") == ["Chocolate bar"]
    assert not shop.is_guess("chocolate")


def test_a_guess_keeps_to_the_category(catalogue):
    item = CatalogueItem(key="a", product_key="a", name="Kombucha", category="Drinks")
    catalogue.apply_delta(
        [item, CatalogueItem(key="b", product_key="b", name="Kombucha jar", category="Gear")]
    )
    assert found(catalogue, "kombuxha", category="Gear") == ["Kombucha jar"]
    assert catalogue.count("kombuxha", "Drinks") == 1
