"""A shop on disk with a small catalogue, and its cart."""

from __future__ import annotations

import pytest

from pos.services.cart import CartService
from pos.services.customers import CustomerService
from tests.support.catalogue import FakeCatalogue, Item
from tests.support.till import FakeClock, make_shop, open_db

GOODS = (
    Item("mat", "Yoga mat 5 mm", 4200, option_name="Ocean blue"),
    Item("kombucha", "Kombucha", 480),
    Item("pass", "10-class pass", 15_000, kind="pass"),
    Item("class", "Drop-in class", 1800, kind="service"),
    Item("card", "Gift card", None, kind="gift_card"),
    Item("ten", "Ten dollars", 1000),
    Item("free", "Sample", 0),
    Item("book", "Book", 2000, tax_ids=("reduced",)),
    Item("stamp", "Postage", 500, tax_ids=("none",)),
    Item("hoodie-s", "Hoodie", 5800, option_name="S", barcode="4006381333931"),
    Item("hoodie-m", "Hoodie", 5800, option_name="M", barcode="4006381333931"),
)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def db(tmp_path):
    with open_db(tmp_path) as opened:
        make_shop(opened)
        yield opened


@pytest.fixture
def catalogue():
    return FakeCatalogue(*GOODS)


@pytest.fixture
def cart(db, catalogue, clock):
    return CartService(db, catalogue, clock, actor="Mina Kang")


@pytest.fixture
def people(db, clock):
    return CustomerService(db, clock)
