"""Scenario 42: a person is forgotten, the orders stay and add up to what they did."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import select, update

from pos.backend.wire import CustomerOut
from pos.models.cart import Cart
from pos.models.checkout import CheckoutRun
from pos.models.order import Order
from pos.models.states import CartStatus, RunState
from pos.models.sync import JournalEntry, OutboxEntry
from pos.services.cart import CartService
from pos.services.customers import CustomerService
from tests.support.catalogue import FakeCatalogue, Item
from tests.support.orders import add_order
from tests.support.till import FakeClock, make_shop, open_db

NAME, PHONE, EMAIL = "Quirina Zölch", "+49 30 90182376", "quirina@zoelch.example"
CANARIES = (NAME, "Quirina", "90182376", EMAIL, "quirina", "zolch")


@pytest.fixture
def db(tmp_path):
    with open_db(tmp_path) as opened:
        make_shop(opened)
        yield opened


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def people(db, clock):
    return CustomerService(db, clock)


@pytest.fixture
def carts(db, clock):
    return CartService(db, FakeCatalogue(Item("tea", "Tea", 350)), clock)


def erased(profile_id, version=2):
    return CustomerOut(
        id=profile_id,
        name=NAME,  # a backend that forgot to blank it
        phone=PHONE,
        email=EMAIL,
        tax_id="",
        credit_balance_minor=0,
        service_credits=0,
        version=version,
        erased=True,
    )


def all_sent(db, clock):
    with db.write.begin() as session:
        session.execute(update(OutboxEntry).values(sent_at=clock()))


def anywhere(db):
    """Every canary that is left in any cell of any table."""
    found = set()
    with closing(sqlite3.connect(db.path)) as raw:
        tables = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in raw.execute(f'SELECT * FROM "{table}"'):  # noqa: S608  a table's own name
                text = " ".join(
                    cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
                    for cell in row
                ).casefold()
                found |= {(table, it) for it in CANARIES if it.casefold() in text}
    return found


def frozen_run(db, clock, order_id, profile_id):
    data = {"customer": {"id": str(profile_id), "customer_name": NAME}, "customer_email": EMAIL}
    with db.write.begin() as session:
        order = session.get_one(Order, order_id)
        run = CheckoutRun(
            id=order.id,
            cart_id=order.cart_id,
            state=RunState.FINISHED,
            currency="usd",
            total_minor=order.total_minor,
            frozen=data,
            created_at=clock(),
            finished_at=clock(),
        )
        session.add(run)


def test_name_phone_and_email_vanish_and_totals_stay(db, people, carts, clock):
    profile = people.create(NAME, PHONE, EMAIL).id
    order = add_order(
        db, clock, customer_id=profile, customer_name=NAME, customer_email=EMAIL, queued=True
    )
    frozen_run(db, clock, order, profile)
    carts.set_customer(profile)
    carts.set_receipt_email(EMAIL)
    carts.scan("tea")
    with db.read() as session:
        before = session.get_one(Order, order)
    all_sent(db, clock)
    assert anywhere(db), "the canaries were never there"

    people.apply_delta([erased(profile)])

    assert anywhere(db) == set()
    with db.read() as session:
        after = session.get_one(Order, order)
        assert (after.customer_id, after.customer_name) == (profile, "")
        for column in ("subtotal_minor", "tax_minor", "total_minor", "receipt_number"):
            assert getattr(after, column) == getattr(before, column)
        kinds = session.scalars(select(JournalEntry.kind)).all()
        assert "customer_erased" in kinds
    assert people.get(profile).is_erased
    assert people.search("quirina") == people.recent() == ()
    cart = carts.current()
    assert (cart.customer, cart.receipt_email, len(cart.lines)) == (None, "", 1)
    assert carts.undo().customer is None


def test_the_index_forgets_one_of_many(db, people):
    gone, *_ = [people.create(NAME, PHONE, EMAIL, force=True).id] + [
        people.create(f"Quentin Zoll {at}", "+49 30 5550000", force=True).id for at in range(40)
    ]
    all_sent(db, FakeClock())
    assert {table for table, _ in anywhere(db)} >= {"profile_search_data"}
    people.apply_delta([erased(gone)])
    assert anywhere(db) == set()
    assert len(people.search("quentin")) == len(people.search("0305550")) == 40
    with closing(sqlite3.connect(db.path)) as raw:
        raw.execute("INSERT INTO profile_search(profile_search) VALUES ('integrity-check')")


def test_what_was_waiting_is_scrubbed_once_it_has_arrived(db, people, clock):
    profile = people.create(NAME, PHONE, EMAIL).id
    people.apply_delta([erased(profile)])
    assert {table for table, _ in anywhere(db)} == {"outbox"}
    all_sent(db, clock)
    people.apply_delta([])
    assert anywhere(db) == set()


def test_a_cart_that_is_being_paid_keeps_its_customer_until_it_is(db, people, carts):
    profile = people.create(NAME, PHONE, EMAIL).id
    carts.set_customer(profile)
    with db.write.begin() as session:
        session.execute(update(Cart).values(status=CartStatus.PAYING))
    people.apply_delta([erased(profile)])
    with db.read() as session:
        assert session.scalars(select(Cart.customer_id)).all() == [profile]


def test_undo_does_not_bring_an_erased_person_back(people, carts):
    profile = people.create(NAME, PHONE, EMAIL).id
    carts.set_customer(profile)
    carts.scan("tea")
    carts.set_customer(None)
    people.apply_delta([erased(profile)])
    assert carts.undo().customer is None
    assert len(carts.current().lines) == 1


def test_others_keep_everything(people, carts):
    profile = people.create(NAME, PHONE, EMAIL).id
    other = people.create("Ann Lee", "+1 415 555 0100").id
    carts.set_customer(other)
    people.apply_delta([erased(profile)])
    assert carts.current().customer.name == "Ann Lee"
    assert carts.undo().customer is None
