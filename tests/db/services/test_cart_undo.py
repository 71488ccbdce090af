"""Whatever was done to a cart, undo is its exact reverse."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos.errors import CashierError
from pos.models.database import Database
from pos.pricing import Discount, DiscountKind
from pos.services.cart import CartService
from pos.services.customers import CustomerService
from tests.db.services.conftest import GOODS
from tests.support.catalogue import FakeCatalogue
from tests.support.till import FakeClock, make_shop, open_db

ACTS = ("add", "open", "step", "set", "remove", "off", "off_all", "note", "who", "mail", "clear")
moves = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(0, 3000)),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A till that is copied for every example; the copy starts without a WAL."""
    folder = tmp_path_factory.mktemp("template")
    with open_db(folder) as db:
        make_shop(db)
        ids = [CustomerService(db, FakeClock()).create(name).id for name in ("Ann", "Bo")]
    return folder / "till.db", [*ids, None]


def act(cart, people, move):
    kind, pick, number = move
    seen = cart.current()
    if kind == "add":
        return cart.add(("mat", "ten", "book")[pick % 3], number + 1)
    if kind == "open":
        return cart.add("card", unit_minor=number)
    if kind in {"who", "mail", "clear", "off_all"}:
        return on_sale(cart, people, kind, number)
    if not seen.lines:
        return seen
    return on_line(cart, kind, seen.lines[pick % len(seen.lines)].id, number)


def on_sale(cart, people, kind, number):
    if kind == "who":
        return cart.set_customer(people[number % 3])
    if kind == "mail":
        return cart.set_receipt_email(f"a{number}@example.com")
    if kind == "clear":
        return cart.clear()
    return cart.discount_order(Discount(DiscountKind.FIXED, number))


def on_line(cart, kind, line, number):
    if kind == "step":
        return cart.change_quantity(line, 1000 - number)
    if kind == "set":
        return cart.set_quantity(line, number)
    if kind == "off":
        return cart.discount_line(line, Discount(DiscountKind.PERCENT, number))
    if kind == "note":
        return cart.note_line(line, f"note {number}")
    return cart.remove(line)


def state(view):
    return (view.lines, view.customer, view.discount, view.receipt_email, view.totals)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves)
def test_undo_walks_back_through_every_state(template, tmp_path_factory, steps):
    path, people = template
    mine = tmp_path_factory.mktemp("undo") / "till.db"
    shutil.copy(path, mine)
    db = Database(mine)
    try:
        cart = CartService(db, FakeCatalogue(*GOODS), FakeClock())
        seen = [state(cart.current())]
        for step in steps:
            try:
                act(cart, people, step)
            except CashierError:
                assert state(cart.current()) == seen[-1]
            if state(cart.current()) != seen[-1]:
                seen.append(state(cart.current()))
        for before in reversed(seen[:-1]):
            reopened = CartService(db, FakeCatalogue(), FakeClock())
            assert state(reopened.undo()) == before
        assert state(cart.undo()) == seen[0]
    finally:
        db.close()
