"""The cart under the owner's eyes, two threads and a full disk."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest
from sqlalchemy import event, func, select

from pos.errors import CashierError
from pos.models.cart import Cart
from pos.models.sync import JournalEntry
from pos.pricing import Discount, DiscountKind
from pos.services import journal
from pos.services.cart import CartService

TEN_PERCENT = Discount(DiscountKind.PERCENT, 100_000)


def fixed(minor):
    return Discount(DiscountKind.FIXED, minor)


def sold(view):
    return [(line.variant_key, line.quantity_milli) for line in view.lines]


def line(view, key):
    return next(line for line in view.lines if line.variant_key == key)


def test_what_an_owner_asks_about_is_in_the_journal_without_notes(db, cart):
    mat = cart.add("mat").lines[0].id
    cart.note("call Ann on 555")
    cart.discount_line(mat, TEN_PERCENT)
    cart.add("card", unit_minor=2500)
    cart.change_quantity(mat, 1000)
    cart.change_quantity(mat, -1000)
    cart.remove(mat)
    cart.clear()
    cart.undo()
    with db.read() as session:
        rows = session.execute(
            select(JournalEntry.kind, JournalEntry.subject, JournalEntry.actor, JournalEntry.data)
            .where(JournalEntry.kind.startswith("cart_"))
            .order_by(JournalEntry.id)
        ).all()
        assert journal.first_broken(session) is None
    assert [row.kind for row in rows] == [
        "cart_discount",
        "cart_price_typed",
        "cart_quantity",
        "cart_line_removed",
        "cart_cleared",
        "cart_undone",
    ]
    assert {(row.subject, row.actor) for row in rows} == {
        (str(cart.current().cart_id), "Mina Kang")
    }
    assert '"unit_minor":4200' in rows[3].data
    assert "555" not in "".join(row.data for row in rows)


def test_two_threads_lose_no_scan(db, catalogue, clock):
    started = threading.Barrier(2)
    problems = []

    def sell(key):
        service = CartService(db, catalogue, clock)
        started.wait()
        try:
            for _ in range(15):
                service.scan(key)
        except Exception as error:  # noqa: BLE001  told to the test
            problems.append(error)

    threads = [threading.Thread(target=sell, args=(key,)) for key in ("mat", "ten")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    seen = CartService(db, catalogue, clock).current()
    assert sorted(sold(seen)) == [("mat", 15_000), ("ten", 15_000)]
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Cart)) == 1


def test_a_full_disk_is_said_and_the_cart_is_as_it_was(db, cart):
    before = cart.add("mat")
    with closing(sqlite3.connect(db.path)) as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]

    def limit(dbapi, _record):
        dbapi.execute(f"PRAGMA max_page_count={pages}").close()

    def sell_on():
        for _ in range(500):
            cart.note_line(cart.add("card", unit_minor=100).lines[-1].id, "n" * 500)

    db.engine.dispose()
    event.listen(db.engine, "connect", limit)
    with pytest.raises(CashierError, match="disk_full"):
        sell_on()
    event.remove(db.engine, "connect", limit)
    db.engine.dispose()
    assert cart.current().lines[0] == before.lines[0]
    with db.read() as session:
        assert journal.first_broken(session) is None
