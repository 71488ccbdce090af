"""The rows of a cart as values, and the statements that read and write them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, text, update

from pos.models.base import new_id, table_of
from pos.models.cart import Cart, CartLine, CartUndo
from pos.models.people import Profile, ProfilePaymentData
from pos.models.prepared import Db, Prepared, Row, insert_of
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


_cart = table_of(Cart)
_lines = table_of(CartLine)
_CART = [field.name for field in fields(CartRow) if field.name != "discount"]
_LINE = [field.name for field in fields(LineRow) if field.name != "discount"]
_DISCOUNT = ["discount_kind", "discount_value"]
_SELECT_CART = select(*(_cart.c[name] for name in _CART + _DISCOUNT))
# in the words of the partial index, which holds nothing else
_CURRENT_CART = Prepared(_SELECT_CART.where(text("status IN ('open', 'paying')")))
_ONE_CART = Prepared(_SELECT_CART.where(_cart.c.id == bindparam("cart_id")))
_SELECT_LINES = Prepared(
    select(*(_lines.c[name] for name in _LINE + _DISCOUNT))
    .where(_lines.c.cart_id == bindparam("of_cart"))
    .order_by(_lines.c.position, _lines.c.id)
)
_THE_CART = update(_cart).where(_cart.c.id == bindparam("key"))
_TOUCH_CART = Prepared(_THE_CART, ["updated_at"])
_UPDATE_CART = Prepared(_THE_CART, [*_CART, *_DISCOUNT, "updated_at"])
_INSERT_CART = insert_of(_cart)
_INSERT_LINE = insert_of(_lines)
_UPDATE_LINE = Prepared(update(_lines).where(_lines.c.id == bindparam("key")), [*_LINE, *_DISCOUNT])
_DELETE_LINE = Prepared(delete(_lines).where(_lines.c.id == bindparam("key")))
_SHOP_CURRENCY = select(Location.currency).join(Register)
_SELECT_CUSTOMER = Prepared(
    select(
        Profile.id,
        Profile.name,
        Profile.email,
        Profile.tax_exempt,
        Profile.erased,
        func.coalesce(ProfilePaymentData.account_balance_minor, 0).label("credit_minor"),
        func.coalesce(ProfilePaymentData.service_credits, 0).label("service_credits"),
    )
    .outerjoin(ProfilePaymentData, ProfilePaymentData.profile_id == Profile.id)
    .where(Profile.id == bindparam("profile_id"))
)


def load_current(db: Db) -> CartRow | None:
    """Read the cart at the counter, if there is one."""
    row = _CURRENT_CART.first(db)
    return CartRow(**_discounted(row)) if row else None


def load_cart(db: Db, cart_id: UUID) -> CartRow | None:
    """Read one cart, whatever its status."""
    row = _ONE_CART.first(db, cart_id=cart_id)
    return CartRow(**_discounted(row)) if row else None


def load_lines(db: Db, cart_id: UUID) -> tuple[LineRow, ...]:
    """Read the lines in the order of the counter."""
    return tuple(_to_line(row) for row in _SELECT_LINES.all(db, of_cart=cart_id))


def load_customer(db: Db, profile_id: UUID | None) -> CustomerRow | None:
    """Read a customer with what they have with us."""
    if profile_id is None:
        return None
    row = _SELECT_CUSTOMER.first(db, profile_id=profile_id)
    return CustomerRow(**row) if row else None


def create(db: Db, now: datetime) -> CartRow:
    """Open an empty cart in the location's currency."""
    register_id = db.execute(select(Register.id)).scalar_one()
    cart = CartRow(new_id(), register_id, CartStatus.OPEN, shop_currency(db))
    _INSERT_CART.run(db, **_columns(cart), created_at=now, updated_at=now)
    return cart


def shop_currency(db: Db) -> str:
    """Read the location's currency, in which new carts are."""
    return db.execute(_SHOP_CURRENCY).scalar_one()


def follow_currency(db: Db, cart: CartRow) -> CartRow:
    """Move an empty cart to the location's currency; what undo knew was priced in another."""
    currency = shop_currency(db)
    if currency == cart.currency:
        return cart
    db.execute(update(_cart).where(_cart.c.id == cart.id).values(currency=currency))
    db.execute(delete(CartUndo).where(CartUndo.cart_id == cart.id))
    return replace(cart, currency=currency)


def save(db: Db, before: Draft, after: Draft, now: datetime) -> None:
    """Write what differs between two drafts of one cart."""
    old = {line.id: line for line in before.lines}
    new = {line.id: line for line in after.lines}
    for key in before.touched(after):
        if key not in new:
            _DELETE_LINE.run(db, key=key)
        elif key in old:
            _UPDATE_LINE.run(db, **_line_columns(new[key]), key=key)
        else:
            _INSERT_LINE.run(db, **_line_columns(new[key]), cart_id=after.cart.id)
    if after.cart == before.cart:
        _TOUCH_CART.run(db, updated_at=now, key=after.cart.id)
    else:
        _UPDATE_CART.run(db, **_columns(after.cart), updated_at=now, key=after.cart.id)


def _line_columns(line: LineRow) -> dict[str, Any]:
    tax_ids = None if line.tax_ids is None else list(line.tax_ids)
    return {**_columns(line), "tax_ids": tax_ids}


def _columns(row: CartRow | LineRow) -> dict[str, Any]:
    columns = {field.name: getattr(row, field.name) for field in fields(row)}
    discount: Discount | None = columns.pop("discount")
    kind, value = (discount.kind.value, discount.value) if discount else (None, 0)
    return {**columns, "discount_kind": kind, "discount_value": value}


def _to_line(row: Row) -> LineRow:
    named = row["tax_ids"]
    row["tax_ids"] = None if named is None else tuple(named)
    return LineRow(**_discounted(row))


def _discounted(row: Row) -> Row:
    kind, value = row.pop("discount_kind"), row.pop("discount_value")
    row["discount"] = Discount(DiscountKind(kind), value) if kind else None
    return row
