"""The cart at the counter: what each action does, and what it refuses."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select, update

from pos.errors import CashierError
from pos.models.cart import Cart, CartLine
from pos.models.states import CartStatus
from pos.money import MAX_MINOR
from pos.pricing import Discount, DiscountKind
from pos.services.cart import ScanOutcome
from tests.support.catalogue import Item

TEN_PERCENT = Discount(DiscountKind.PERCENT, 100_000)


def fixed(minor):
    return Discount(DiscountKind.FIXED, minor)


def sold(view):
    return [(line.variant_key, line.quantity_milli) for line in view.lines]


def line(view, key):
    return next(line for line in view.lines if line.variant_key == key)


def test_there_is_always_a_cart_and_only_one(cart):
    assert cart.current() == cart.current()
    assert (cart.current().is_empty, cart.current().total_minor) == (True, 0)


def test_the_sale_of_the_picture(cart):
    cart.scan("mat")
    cart.scan("kombucha", 3000)
    seen = cart.scan("pass").cart
    seen = cart.discount_line(line(seen, "pass").id, TEN_PERCENT)
    assert [it.total_minor for it in seen.lines] == [4200, 1440, 13_500]
    assert (line(seen, "pass").gross_minor, line(seen, "pass").discount_minor) == (15_000, 1500)
    totals = seen.totals
    [tax] = totals.taxes
    assert (totals.subtotal_minor, totals.discount_minor) == (20_640, 1500)
    assert (tax.tax.rate_ppm, tax.base_minor, tax.tax_minor) == (88_750, 5640, 501)
    assert seen.total_minor == 19_641


def test_scanning_again_adds_to_the_line_and_selects_it(cart):
    first = cart.scan("mat").cart
    cart.scan("kombucha")
    again = cart.scan("mat")
    assert again.outcome is ScanOutcome.ADDED
    assert sold(again.cart) == [("mat", 2000), ("kombucha", 1000)]
    assert again.cart.changed == (first.lines[0].id,)


def test_a_line_with_a_discount_or_a_note_takes_no_more_scans(cart):
    cart.discount_line(cart.add("mat").lines[0].id, TEN_PERCENT)
    cart.add("mat")
    seen = cart.add("mat")
    assert sold(seen) == [("mat", 1000), ("mat", 2000)]
    cart.note_line(seen.lines[1].id, "for Ann")
    assert sold(cart.add("mat")) == [("mat", 1000), ("mat", 2000), ("mat", 1000)]


def test_a_new_price_begins_a_new_line(cart, catalogue):
    cart.scan("ten")
    catalogue.items = [Item("ten", "Ten dollars", 1100)]
    seen = cart.scan("ten").cart
    assert [it.unit_minor for it in seen.lines] == [1000, 1100]


def test_an_unknown_code_is_answered_with_the_code_and_the_next_scan_works(cart):
    cart.scan("mat")
    unknown = cart.scan("4099999999999")
    assert (unknown.outcome, unknown.code) == (ScanOutcome.UNKNOWN, "4099999999999")
    assert sold(unknown.cart) == [("mat", 1000)]
    assert cart.scan("kombucha").outcome is ScanOutcome.ADDED


def test_several_products_with_one_code_are_offered(cart):
    result = cart.scan("4006381333931", 2000)
    assert result.outcome is ScanOutcome.CHOOSE
    assert [it.option_name for it in result.choices] == ["S", "M"]
    assert result.cart.is_empty
    assert sold(cart.add(result.choices[1].key, result.quantity_milli)) == [("hoodie-m", 2000)]


def test_an_open_price_is_asked_for_and_gift_cards_stay_apart(cart):
    assert cart.scan("card").outcome is ScanOutcome.PRICE_NEEDED
    with pytest.raises(CashierError, match="price_needed"):
        cart.add("card")
    cart.add("card", unit_minor=2500)
    assert sold(cart.add("card", unit_minor=2500)) == [("card", 1000), ("card", 1000)]


def test_quantities_step_and_a_step_to_nothing_removes(cart):
    mat = cart.add("mat").lines[0].id
    assert sold(cart.change_quantity(mat, 1000)) == [("mat", 2000)]
    assert sold(cart.set_quantity(mat, 1250)) == [("mat", 1250)]
    assert cart.current().lines[0].gross_minor == 5250
    assert cart.change_quantity(mat, -2000).is_empty
    assert cart.undo().lines[0].id == mat
    assert cart.set_quantity(mat, 0).is_empty


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda c, i: c.set_quantity(i, 10**9 + 1), "quantity_out_of_range"),
        (lambda c, i: c.set_quantity(i, -1), "quantity_out_of_range"),
        (lambda c, i: c.change_quantity(i, 10**9), "quantity_out_of_range"),
        (lambda c, _: c.add("mat", -500), "quantity_out_of_range"),
        (lambda c, _: c.add("mat", 0), "quantity_out_of_range"),
        (lambda c, _: c.add("card", unit_minor=-1), "price_out_of_range"),
        (lambda c, _: c.add("card", unit_minor=MAX_MINOR + 1), "price_out_of_range"),
        (lambda c, _: c.add("card", 2000, MAX_MINOR), "total_out_of_range"),
        (lambda c, i: c.set_price(i, MAX_MINOR), "total_out_of_range"),
        (lambda c, i: c.set_price(i, -1), "price_out_of_range"),
        (lambda c, _: c.note("x" * 501), "field_too_long"),
        (lambda c, i: c.note_line(i, "x" * 501), "field_too_long"),
        (lambda c, _: c.set_receipt_email("nobody"), "email_invalid"),
        (lambda c, _: c.add("no such key"), "product_gone"),
        (lambda c, _: c.remove(uuid4()), "line_gone"),
        (lambda c, _: c.set_customer(uuid4()), "customer_unknown"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(cart, act, code):
    before = cart.add("mat")
    with pytest.raises(CashierError) as refused:
        act(cart, before.lines[0].id)
    assert refused.value.code == code
    assert refused.value.remedy
    after = cart.current()
    assert (after.lines, after.total_minor) == (before.lines, before.total_minor)


def test_a_sale_has_a_last_line(cart, monkeypatch):
    monkeypatch.setattr("pos.services.cart.edits.MAX_LINES", 2)
    cart.add("mat")
    cart.add("ten")
    with pytest.raises(CashierError, match="cart_full"):
        cart.add("free")
    assert sold(cart.add("mat")) == [("mat", 2000), ("ten", 1000)]


@pytest.mark.parametrize("status", [CartStatus.PAYING])
def test_nothing_changes_while_the_cart_is_being_paid(db, cart, people, status):
    ann = people.create("Ann").id
    mat = cart.add("mat").lines[0].id
    with db.write.begin() as session:
        session.execute(update(Cart).values(status=status))
    frozen = cart.current()
    assert (frozen.status, frozen.is_editable) == (status, False)
    acts = [
        lambda: cart.scan("mat"),
        lambda: cart.add("ten"),
        lambda: cart.set_quantity(mat, 5000),
        lambda: cart.change_quantity(mat, 1000),
        lambda: cart.set_price(mat, 1),
        lambda: cart.remove(mat),
        lambda: cart.discount_line(mat, TEN_PERCENT),
        lambda: cart.discount_order(TEN_PERCENT),
        lambda: cart.note_line(mat, "n"),
        lambda: cart.note("n"),
        lambda: cart.set_customer(ann),
        lambda: cart.preview_customer(ann),
        lambda: cart.set_receipt_email("a@example.com"),
        cart.clear,
        cart.undo,
    ]
    for act in acts:
        with pytest.raises(CashierError, match="cart_is_paying"):
            act()
    assert cart.current() == frozen


def test_a_cart_set_aside_leaves_the_counter_free(db, cart):
    aside = cart.add("mat").cart_id
    with db.write.begin() as session:
        session.execute(update(Cart).values(status=CartStatus.CHECKING))
    assert cart.add("ten").cart_id != aside
    with db.read() as session:
        left = session.scalars(select(CartLine.variant_key).where(CartLine.cart_id == aside))
        assert left.all() == ["mat"]


def test_notes_and_addresses_are_cleaned(cart):
    assert cart.note(" two\x00 \x1b[2J\nlines ").note == "two [2J\nlines"
    assert cart.set_receipt_email(" Ann@Example.COM ").receipt_email == "ann@example.com"


def test_clear_is_complete_and_undo_brings_everything_back(cart, people):
    ann = people.create("Ann", email="ann@example.com").id
    cart.add("mat")
    cart.discount_line(cart.add("pass").lines[1].id, TEN_PERCENT)
    cart.set_customer(ann)
    cart.note("gift")
    full = cart.discount_order(fixed(100))
    empty = cart.clear()
    assert (empty.is_empty, empty.customer, empty.note, empty.discount) == (True, None, "", None)
    assert empty.undo_label == "Clear"
    back = cart.undo()
    assert (back.lines, back.totals, back.note) == (full.lines, full.totals, "gift")
    assert (back.customer, back.discount) == (full.customer, full.discount)
    assert back.undo_label == full.undo_label == "Discount"


def test_undo_goes_back_twenty_changes_and_then_does_nothing(cart):
    for n in range(25):
        cart.add("mat", 1000 * (n + 1))
    for _ in range(20):
        cart.undo()
    at_the_end = cart.undo()
    assert sold(at_the_end) == [("mat", 1000 * (1 + 2 + 3 + 4 + 5))]
    assert at_the_end.undo_label == ""


def test_a_change_that_changes_nothing_is_nothing_to_undo(cart):
    mat = cart.add("mat").lines[0].id
    cart.set_quantity(mat, 1000)
    cart.note_line(mat, "  ")
    cart.discount_line(mat, fixed(0))
    assert cart.undo().is_empty
