"""Forgetting a person: their words go from the mirror, their orders and totals stay.

What is still on its way to the backend keeps its frozen bytes until it has
arrived; `scrub` runs with every page that is applied, and so catches up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, delete, or_, select, text, update

from pos.models.cart import Cart, CartUndo
from pos.models.checkout import CheckoutRun
from pos.models.order import Order
from pos.models.people import Profile
from pos.models.states import CartStatus
from pos.models.sync import OutboxEntry
from pos.services.journal import Event, record

_PERSONAL = frozenset({"customer_name", "customer_email", "receipt_email"})
_TOLD = ("customer", "purchase")  # messages that name a person
_PAGES = 500  # of 4 KB: some 20 ms


def note(db: Connection, ids: Iterable[UUID], now: datetime) -> None:
    """Write into the journal that somebody was forgotten, by id alone."""
    for profile_id in ids:
        record(db, Event("customer_erased", str(profile_id), {}, "backend"), now)


def scrub(db: Connection) -> None:
    """Remove what rows other than the profile still say about erased people."""
    if db.execute(select(Profile.id).where(Profile.erased).limit(1)).first() is None:
        return
    _scrub_orders(db)
    _scrub_runs(db)
    _scrub_carts(db)
    _scrub_outbox(db)


def merge_index(db: Connection, *, begin: bool) -> None:
    """Write a part of the search index anew, without the words that were taken out of it.

    SQLite only marks them as gone until then. Each call is bounded, as the
    write lock is held: `begin` when somebody was erased, and go on with every page.
    """
    pages = -_PAGES if begin else _PAGES
    merge = "INSERT INTO profile_search(profile_search, rank) VALUES ('merge', :pages)"
    db.execute(text(merge), {"pages": pages})


def _erased() -> Select[Any]:
    return select(Profile.id).where(Profile.erased)


def _scrub_orders(db: Connection) -> None:
    named = or_(Order.customer_name != "", Order.customer_email != "")
    theirs = Order.customer_id.in_(_erased())
    db.execute(update(Order).where(theirs, named).values(customer_name="", customer_email=""))


def _scrub_runs(db: Connection) -> None:
    """Leave finished runs their numbers; an unfinished one still needs its words."""
    query = (
        select(CheckoutRun.id, CheckoutRun.frozen)
        .join(Order, Order.id == CheckoutRun.id)
        .where(Order.customer_id.in_(_erased()), CheckoutRun.finished_at.is_not(None))
    )
    for run_id, frozen in db.execute(query).all():
        bare = _without_person(frozen)
        if bare != frozen:
            db.execute(update(CheckoutRun).where(CheckoutRun.id == run_id).values(frozen=bare))


def _scrub_carts(db: Connection) -> None:
    """Make a walk-in's cart of theirs; a cart that is being paid keeps them until it is."""
    unpaid = Cart.status.in_((CartStatus.OPEN, CartStatus.ABANDONED))
    theirs = Cart.customer_id.in_(_erased())
    carts = db.scalars(select(Cart.id).where(theirs, unpaid)).all()
    bare = {"customer_id": None, "receipt_email": ""}
    db.execute(update(Cart).where(Cart.id.in_(carts)).values(**bare))
    forgotten = {*carts, *_carts_that_could_go_back(db)}
    db.execute(delete(CartUndo).where(CartUndo.cart_id.in_(forgotten)))


def _carts_that_could_go_back(db: Connection) -> list[UUID]:
    """Find carts whose undo would bring an erased person back; part of an undo is no undo."""
    erased = {str(key) for key in db.scalars(_erased())}
    rows = db.execute(select(CartUndo.cart_id, CartUndo.header)).all()
    return [cart_id for cart_id, header in rows if header["customer_id"] in erased]


def _scrub_outbox(db: Connection) -> None:
    orders = select(Order.id).where(Order.customer_id.in_(_erased()))
    settled = or_(OutboxEntry.sent_at.is_not(None), OutboxEntry.discarded_at.is_not(None))
    about: ColumnElement[bool] = or_(OutboxEntry.key.in_(_erased()), OutboxEntry.key.in_(orders))
    named = (OutboxEntry.kind.in_(_TOLD), OutboxEntry.body != b"")
    db.execute(update(OutboxEntry).where(about, settled, *named).values(body=b""))


def _without_person(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "" if key in _PERSONAL else _without_person(inner) for key, inner in value.items()
        }
    return [_without_person(inner) for inner in value] if isinstance(value, list) else value
