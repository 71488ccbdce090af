"""The one transaction in which a cart becomes an order.

Order, lines, payments, stock, receipt number, running totals, journal and
outbox hold together or not at all; the cart is deleted in the same breath and
its id still resolves to the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, update

from pos.models.base import new_id, table_of
from pos.models.cart import Cart, StockLevel
from pos.models.checkout import CheckoutRun
from pos.models.order import Order, OrderLine, Payment
from pos.models.prepared import Db, Prepared, insert_of
from pos.models.shop import Register
from pos.models.states import RunState
from pos.services import totals
from pos.services.checkout.ports import Run, Taken
from pos.services.journal import Event, record
from pos.services.shop import Shop
from pos.services.sync import Sold
from pos.terminal.api import NO_CHARGE, PaymentFacts

_register = table_of(Register)
_stock = table_of(StockLevel)
_cart = table_of(Cart)
_run = table_of(CheckoutRun)

_NEXT_NUMBER = Prepared(
    update(_register)
    .where(_register.c.id == bindparam("register"))
    .values(last_receipt=_register.c.last_receipt + 1)
    .returning(_register.c.epoch, _register.c.last_receipt)
)
_ADD_ORDER = insert_of(table_of(Order))
_ADD_LINE = insert_of(table_of(OrderLine))
_ADD_PAYMENT = insert_of(table_of(Payment))
_MOVE_STOCK = Prepared(
    update(_stock)
    .where(_stock.c.variant_key == bindparam("key"))
    .values(on_hand_milli=_stock.c.on_hand_milli + bindparam("delta"), updated_at=bindparam("now"))
)
_COMMITTED = Prepared(
    update(_run).where(_run.c.id == bindparam("run")).values(state=RunState.ORDER_COMMITTED)
)
_DELETE_CART = Prepared(delete(_cart).where(_cart.c.id == bindparam("cart")))

_ORDER = (
    "customer_name",
    "customer_email",
    "currency",
    "prices_include_tax",
    "tax_rounding",
    "discount_kind",
    "discount_value",
    "subtotal_minor",
    "discount_minor",
    "tax_minor",
    "total_minor",
    "taxes",
    "note",
)


def commit_order(db: Db, run: Run, taken: Sequence[Taken], here: Shop, now: datetime) -> Sold:
    """Write everything a paid sale is but the outbox's entry; the order's id is the run's."""
    order = _order_row(db, run, here, now)
    lines = [it | {"id": UUID(it["id"]), "order_id": run.id} for it in run.frozen["lines"]]
    payments = [_payment_row(run, each, now) for each in taken]
    _ADD_ORDER.run(db, **order)
    _ADD_LINE.run_many(db, lines)
    _ADD_PAYMENT.run_many(db, payments)
    _move_stock(db, lines, now)
    totals.add_sale(db, order, lines, [(name, facts.amount_minor) for _, name, facts in taken])
    _COMMITTED.run(db, run=run.id)
    _DELETE_CART.run(db, cart=run.cart_id)
    said = {"number": order["receipt_number"], "total": run.total_minor, "currency": run.currency}
    paid = {"paid_with": [provider for _, provider, _ in taken]}
    record(db, Event("order_paid", str(run.id), said | paid, here.staff_name), now)
    return Sold(order, lines, payments, here.staff_name)


def _order_row(db: Db, run: Run, here: Shop, now: datetime) -> dict[str, Any]:
    given = _NEXT_NUMBER.one(db, register=here.register_id)
    epoch, number = given["epoch"], given["last_receipt"]
    customer = run.frozen["customer_id"]
    return {name: run.frozen[name] for name in _ORDER} | {
        "id": run.id,
        "cart_id": run.cart_id,
        "business_id": here.business_id,
        "location_id": here.location_id,
        "register_id": here.register_id,
        "epoch": epoch,
        "receipt_no": number,
        "receipt_number": receipt_number(here.register_number, epoch, number),
        "staff_id": here.staff_id,
        "customer_id": UUID(customer) if customer else None,
        "policy_accepted_at": run.policy_accepted_at,
        "created_at": now,
    }


def receipt_number(register: int, epoch: int, number: int) -> str:
    """Return the number for people: ``R1-000481``; a later epoch shows itself."""
    prefix = f"R{register}" if epoch == 1 else f"R{register}.{epoch}"
    return f"{prefix}-{number:06d}"


def _payment_row(run: Run, taken: Taken, now: datetime) -> dict[str, Any]:
    session_id, provider_id, facts = taken
    return {
        "id": new_id(),
        "order_id": run.id,
        "session_id": session_id,
        "provider_id": provider_id,
        "currency": run.currency,
        "amount_minor": facts.amount_minor,
        "tendered_minor": facts.tendered_minor,
        "change_minor": facts.change_minor,
        "reference": facts.reference,
        "card_brand": facts.card_brand,
        "card_last4": facts.card_last4,
        "data": dict(facts.data),
        "captured_at": now,
        "created_at": now,
    }


def free_of_charge() -> Taken:
    """Return the payment of an order on which nothing was due (seeds.md, S14)."""
    return None, NO_CHARGE, PaymentFacts(amount_minor=0, tendered_minor=0)


def _move_stock(db: Db, lines: Sequence[dict[str, Any]], now: datetime) -> None:
    """Take what was sold off the shelf; a level may go below zero, a sale is never refused here."""
    for line in lines:
        if line["tracked"]:
            move_stock(db, line["variant_key"], -line["quantity_milli"], now)


def move_stock(db: Db, variant_key: str, delta_milli: int, now: datetime) -> None:
    """Change a level that is known; an unknown one stays unknown."""
    _MOVE_STOCK.run(db, key=variant_key, delta=delta_milli, now=now)
