"""The rows of a cart as values, and the statements that read and write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from pos.models.base import Base, new_id
from pos.models.cart import Cart, CartLine, CartUndo
from pos.models.people import Profile, ProfilePaymentData
from pos.models.shop import Location, Register
from pos.models.states import CartStatus, ProductKind
from pos.pricing import Discount, DiscountKind


@dataclass(frozen=True, slots=True)
class CartRow:
    """A cart without its lines; ``currency`` is lower case ISO 4217."""

    id: UUID
    register_id: UUID
    status: CartStatus
    currency: str
    customer_id: UUID | None = None
    receipt_email: str = ""
    discount: Discount | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line; ``tax_ids`` None means every tax that applies."""

    id: UUID
    position: int
    variant_key: str
    name: str
    option_name: str
    sku: str
    barcode: str
    kind: ProductKind
    tracked: bool
    unit_minor: int
    quantity_milli: int
    tax_ids: tuple[str, ...] | None = None
    discount: Discount | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """Whose sale it is; the balances are the backend's last word."""

    id: UUID
    name: str
    email: str
    tax_exempt: bool
    erased: bool
    credit_minor: int
    service_credits: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A cart and its lines; edits are functions from one draft to the next."""

    cart: CartRow
    lines: tuple[LineRow, ...]

    def touched(self, after: Draft) -> tuple[UUID, ...]:
        """Ids of the lines that are new, changed or gone in ``after``."""
        if self.lines is after.lines:
            return ()
        old = {line.id: line for line in self.lines}
        new = {line.id: line for line in after.lines}
        return tuple(key for key in old | new if old.get(key) is not new.get(key))


_CURRENT = (CartStatus.OPEN, CartStatus.PAYING)
_cart = Base.metadata.tables[Cart.__tablename__]
_lines = Base.metadata.tables[CartLine.__tablename__]
_SELECT_CART = select(
    *(_cart.c[field.name] for field in fields(CartRow) if field.name != "discount"),
    _cart.c.discount_kind,
    _cart.c.discount_value,
)
_CURRENT_CART = _SELECT_CART.where(_cart.c.status.in_(_CURRENT))
_ONE_CART = _SELECT_CART.where(_cart.c.id == bindparam("cart_id"))
_SELECT_LINES = (
    select(
        *(_lines.c[field.name] for field in fields(LineRow) if field.name != "discount"),
        _lines.c.discount_kind,
        _lines.c.discount_value,
    )
    .where(_lines.c.cart_id == bindparam("cart_id"))
    .order_by(_lines.c.position, _lines.c.id)
)
_UPDATE_LINE = update(_lines).where(_lines.c.id == bindparam("key"))
_UPDATE_CART = update(_cart).where(_cart.c.id == bindparam("key"))
_INSERT_LINE = insert(_lines)
_SHOP_CURRENCY = select(Location.currency).join(Register)
_SELECT_CUSTOMER = (
    select(
        Profile.id,
        Profile.name,
        Profile.email,
        Profile.tax_exempt,
        Profile.erased,
        ProfilePaymentData.account_balance_minor,
        ProfilePaymentData.service_credits,
    )
    .outerjoin(ProfilePaymentData, ProfilePaymentData.profile_id == Profile.id)
    .where(Profile.id == bindparam("profile_id"))
)


def load_current(db: Session | Connection) -> CartRow | None:
    """Read the cart at the counter, if there is one."""
    row = db.execute(_CURRENT_CART).first()
    return _to_cart(row) if row else None


def load_cart(db: Session | Connection, cart_id: UUID) -> CartRow | None:
    """Read one cart, whatever its status."""
    row = db.execute(_ONE_CART, {"cart_id": cart_id}).first()
    return _to_cart(row) if row else None


def load_lines(db: Session | Connection, cart_id: UUID) -> tuple[LineRow, ...]:
    """Read the lines in the order of the counter."""
    rows = db.execute(_SELECT_LINES, {"cart_id": cart_id})
    return tuple(_to_line(row) for row in rows)


def load_customer(db: Session | Connection, profile_id: UUID | None) -> CustomerRow | None:
    """Read a customer with what they have with us."""
    if profile_id is None:
        return None
    row = db.execute(_SELECT_CUSTOMER, {"profile_id": profile_id}).first()
    return CustomerRow(*row[:5], row[5] or 0, row[6] or 0) if row else None


def create(db: Session | Connection, now: datetime) -> CartRow:
    """Open an empty cart in the location's currency."""
    register_id = db.execute(select(Register.id)).scalar_one()
    cart = CartRow(new_id(), register_id, CartStatus.OPEN, shop_currency(db))
    db.execute(insert(_cart).values(**_columns(cart), created_at=now, updated_at=now))
    return cart


def shop_currency(db: Session | Connection) -> str:
    """Read the location's currency, in which new carts are."""
    return db.execute(_SHOP_CURRENCY).scalar_one()


def follow_currency(db: Session | Connection, cart: CartRow) -> CartRow:
    """Move an empty cart to the location's currency; what undo knew was priced in another."""
    currency = shop_currency(db)
    if currency == cart.currency:
        return cart
    db.execute(update(_cart).where(_cart.c.id == cart.id).values(currency=currency))
    db.execute(delete(CartUndo).where(CartUndo.cart_id == cart.id))
    return replace(cart, currency=currency)


def save(db: Session | Connection, before: Draft, after: Draft, now: datetime) -> None:
    """Write what differs between two drafts of one cart."""
    old = {line.id: line for line in before.lines}
    new = {line.id: line for line in after.lines}
    _delete(db, [key for key in old if key not in new])
    _insert(db, after.cart.id, [line for key, line in new.items() if key not in old])
    for key in before.touched(after):
        if key in old and key in new:
            db.execute(_UPDATE_LINE, {**_line_columns(new[key]), "key": key})
    columns = _columns(after.cart) if after.cart != before.cart else {}
    db.execute(_UPDATE_CART, {**columns, "updated_at": now, "key": after.cart.id})


def _delete(db: Session | Connection, ids: list[UUID]) -> None:
    if ids:
        db.execute(delete(_lines).where(_lines.c.id.in_(ids)))


def _insert(db: Session | Connection, cart_id: UUID, lines: Iterable[LineRow]) -> None:
    rows = [{**_line_columns(line), "cart_id": cart_id} for line in lines]
    if rows:
        db.execute(_INSERT_LINE, rows)


def _line_columns(line: LineRow) -> dict[str, Any]:
    tax_ids = None if line.tax_ids is None else list(line.tax_ids)
    return {**_columns(line), "tax_ids": tax_ids}


def _columns(row: CartRow | LineRow) -> dict[str, Any]:
    columns = {field.name: getattr(row, field.name) for field in fields(row)}
    discount: Discount | None = columns.pop("discount")
    kind, value = (discount.kind.value, discount.value) if discount else (None, 0)
    return {**columns, "discount_kind": kind, "discount_value": value}


def _to_cart(row: Sequence[Any]) -> CartRow:
    *plain, note, kind, value = row
    return CartRow(*[*plain, _discount(kind, value), note])


def _to_line(row: Sequence[Any]) -> LineRow:
    """Positions are those of `_SELECT_LINES`; by name it would cost a third of a scan."""
    *plain, tax_ids, note, kind, value = row
    named = None if tax_ids is None else tuple(tax_ids)
    return LineRow(*[*plain, named, _discount(kind, value), note])


def _discount(kind: str | None, value: int) -> Discount | None:
    return Discount(DiscountKind(kind), value) if kind else None
