"""Taking back the last changes of a cart, also after a restart.

A row holds the header and only those lines that the change touched, as they
were; rows are taken back strictly newest first, so nothing else is needed and
a scan stays as cheap in the hundredth line as in the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from pos.models.base import Base
from pos.models.cart import CartUndo
from pos.pricing import Discount
from pos.services.cart.rows import Draft, LineRow

KEPT = 20

# built once: a scan writes here
_undo = Base.metadata.tables[CartUndo.__tablename__]
_NEWEST_FIRST = (
    select(_undo.c.seq).where(_undo.c.cart_id == bindparam("cart")).order_by(_undo.c.seq.desc())
)
_NEWEST = _NEWEST_FIRST.limit(1).scalar_subquery()
_OLDEST = _NEWEST_FIRST.offset(KEPT).limit(1).scalar_subquery()
_REMEMBER = insert(_undo)
_FORGET = delete(_undo).where(_undo.c.cart_id == bindparam("cart"), _undo.c.seq <= _OLDEST)
_NEXT = select(_undo).where(_undo.c.seq == _NEWEST)
_NEXT_LABEL = select(_undo.c.label).where(_undo.c.seq == _NEWEST)


@dataclass(frozen=True, slots=True)
class _Header:
    """The part of a cart's own row that edits change."""

    customer_id: UUID | None
    receipt_email: str
    discount: Discount | None
    note: str
    touched: tuple[UUID, ...]


def remember(
    db: Session | Connection, before: Draft, touched: tuple[UUID, ...], label: str
) -> None:
    """Keep what a change is about to replace; the oldest of more than `KEPT` is forgotten."""
    cart = before.cart
    header = _Header(cart.customer_id, cart.receipt_email, cart.discount, cart.note, touched)
    lines = [line for line in before.lines if line.id in touched]
    kept = {
        "cart_id": cart.id,
        "label": label,
        "lines": msgspec.to_builtins(lines),
        "header": msgspec.to_builtins(header),
    }
    db.execute(_REMEMBER, kept)
    db.execute(_FORGET, {"cart": cart.id})


def next_label(db: Session | Connection, cart_id: UUID) -> str:
    """Return what the next undo takes back; empty when there is nothing."""
    return db.scalar(_NEXT_LABEL, {"cart": cart_id}) or ""


def take_back(db: Session | Connection, now: Draft) -> Draft | None:
    """Return the draft before the newest change, and forget that change; None without one."""
    row = db.execute(_NEXT, {"cart": now.cart.id}).first()
    if row is None:
        return None
    db.execute(delete(_undo).where(_undo.c.seq == row.seq))
    header = msgspec.convert(row.header, _Header)
    lines = msgspec.convert(row.lines, tuple[LineRow, ...])
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
