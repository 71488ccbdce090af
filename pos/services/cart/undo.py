"""Taking back the last changes of a cart, also after a restart.

A row holds the header and only those lines that the change touched, as they
were; rows are taken back strictly newest first, so nothing else is needed and
a scan stays as cheap in the hundredth line as in the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, select

from pos.models.base import table_of
from pos.models.cart import CartUndo
from pos.models.prepared import Db, Prepared, insert_of
from pos.pricing import Discount
from pos.services.cart.rows import Draft, LineRow

KEPT = 20

# built once: a scan writes here
_undo = table_of(CartUndo)
_NEWEST_FIRST = (
    select(_undo.c.seq).where(_undo.c.cart_id == bindparam("cart")).order_by(_undo.c.seq.desc())
)
_NEWEST = _NEWEST_FIRST.limit(1).scalar_subquery()
_OLDEST = _NEWEST_FIRST.offset(KEPT).limit(1).scalar_subquery()
_REMEMBER = insert_of(_undo, without=["seq"])
_FORGET = Prepared(
    delete(_undo).where(_undo.c.cart_id == bindparam("cart"), _undo.c.seq <= _OLDEST)
)
_TAKE = Prepared(delete(_undo).where(_undo.c.seq == bindparam("newest")))
_NEXT = Prepared(select(_undo).where(_undo.c.seq == _NEWEST))
_NEXT_LABEL = Prepared(select(_undo.c.label).where(_undo.c.seq == _NEWEST))


@dataclass(frozen=True, slots=True)
class _Header:
    """The part of a cart's own row that edits change."""

    customer_id: UUID | None
    receipt_email: str
    discount: Discount | None
    note: str
    touched: tuple[UUID, ...]


def remember(db: Db, before: Draft, touched: tuple[UUID, ...], label: str) -> None:
    """Keep what a change is about to replace; the oldest of more than `KEPT` is forgotten."""
    cart = before.cart
    header = _Header(cart.customer_id, cart.receipt_email, cart.discount, cart.note, touched)
    lines = [line for line in before.lines if line.id in touched]
    _REMEMBER.run(
        db,
        cart_id=cart.id,
        label=label,
        lines=msgspec.to_builtins(lines),
        header=msgspec.to_builtins(header),
    )
    _FORGET.run(db, cart=cart.id)


def next_label(db: Db, cart_id: UUID) -> str:
    """Return what the next undo takes back; empty when there is nothing."""
    row = _NEXT_LABEL.first(db, cart=cart_id)
    return row["label"] if row else ""


def take_back(db: Db, now: Draft) -> Draft | None:
    """Return the draft before the newest change, and forget that change; None without one."""
    row = _NEXT.first(db, cart=now.cart.id)
    if row is None:
        return None
    _TAKE.run(db, newest=row["seq"])
    header = msgspec.convert(row["header"], _Header)
    lines = msgspec.convert(row["lines"], tuple[LineRow, ...])
    return _restored(now, header, lines)


def _restored(now: Draft, header: _Header, lines: tuple[LineRow, ...]) -> Draft:
    cart = replace(
        now.cart,
        customer_id=header.customer_id,
        receipt_email=header.receipt_email,
        discount=header.discount,
        note=header.note,
    )
    kept = [line for line in now.lines if line.id not in header.touched]
    ordered = sorted([*kept, *lines], key=lambda line: (line.position, line.id))
    return Draft(cart, tuple(ordered))
