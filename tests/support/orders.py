"""Paid orders and refunds straight into the schema, with totals that the pricing made."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from pos.models.base import new_id
from pos.models.database import Database
from pos.models.order import Order, OrderLine, Payment, Refund, RefundLine
from pos.models.shop import Register
from pos.models.states import ProductKind, RefundReason, RefundState
from pos.pricing import Discount, Line, LineTotals, Tax, Totals, price, refund_share
from pos.services import shop
from pos.services.journal import Event, record
from pos.services.purchases import PurchaseFilter
from pos.services.sync import enqueue_order, enqueue_refund, read_sold

SALES = Tax("sales", "Sales tax", 82_500)


@dataclass(frozen=True)
class Item:
    name: str
    unit: int
    milli: int = 1000
    taxes: tuple[Tax, ...] = (SALES,)
    discount: Discount | None = None
    note: str = ""
    option: str = ""
    key: str = "demo:item"


TEA = Item("Green tea", 350, 2000)
MAT = Item("Yoga mat 5 mm", 4200)


@dataclass(frozen=True)
class Paid:
    """How one tender was paid; ``tendered`` None means exactly."""

    provider: str = "cash"
    tendered: int | None = None
    last4: str = ""
    brand: str = ""
    reference: str = ""
    amount: int | None = None
    data: tuple[tuple[str, str], ...] = ()


CASH = Paid()
CARD = Paid("stripe_terminal", last4="4242", brand="visa", reference="pi_1")


def add_order(
    db: Database,
    clock,
    items: tuple[Item, ...] = (TEA, MAT),
    paid: tuple[Paid, ...] = (CASH,),
    *,
    discount: Discount | None = None,
    queued: bool = True,
    **columns: object,
) -> UUID:
    """Insert one paid order with the next receipt number, as a commit does; returns its id."""
    with db.write.begin() as session:
        here = shop.load(session)
        lines = [Line(f"{i:04}", it.unit, it.milli, it.taxes, it.discount) for i, it in _n(items)]
        # ids in the order of the lines, so that ties of allocation fall alike at the backend
        ids = sorted(new_id() for _ in items)
        totals = price(here.rules, lines, discount)
        order = _order(session, here, totals, discount, clock())
        for name, value in columns.items():
            setattr(order, name, value)
        session.add(order)
        session.flush()
        for (i, item), line, id_ in zip(_n(items), totals.lines, ids, strict=True):
            session.add(_line(order.id, i, item, line, id_))
        _pay(session, order, paid, clock())
        event = Event("order_committed", str(order.id), {"total": order.total_minor}, "Mina Kang")
        record(session, event, clock())
        if queued:
            enqueue_order(session, read_sold(session, order.id), clock)
        return order.id


def _n(items):
    return list(enumerate(items))


def _order(session, here, totals: Totals, discount, now) -> Order:
    register = session.scalars(select(Register)).one()
    register.last_receipt += 1
    return Order(
        id=new_id(),
        cart_id=new_id(),
        business_id=here.business_id,
        location_id=here.location_id,
        register_id=here.register_id,
        epoch=register.epoch,
        receipt_no=register.last_receipt,
        receipt_number=f"R{here.register_number}-{register.last_receipt:06}",
        staff_id=here.staff_id,
        currency=here.currency,
        prices_include_tax=here.prices_include_tax,
        tax_rounding=here.tax_rounding.value,
        discount_kind=None if discount is None else discount.kind.value,
        discount_value=0 if discount is None else discount.value,
        subtotal_minor=totals.subtotal_minor,
        discount_minor=totals.discount_minor,
        tax_minor=totals.tax_minor,
        total_minor=totals.total_minor,
        taxes=[
            {
                "id": t.tax.id,
                "name": t.tax.name,
                "rate_ppm": t.tax.rate_ppm,
                "base": t.base_minor,
                "tax": t.tax_minor,
            }
            for t in totals.taxes
        ],
        created_at=now,
    )


def _line(order_id: UUID, position: int, item: Item, line: LineTotals, id_: UUID) -> OrderLine:
    tax_of = dict(line.taxes)
    return OrderLine(
        id=id_,
        order_id=order_id,
        position=position,
        variant_key=item.key,
        name=item.name,
        option_name=item.option,
        kind=ProductKind.GOODS,
        unit_minor=item.unit,
        quantity_milli=item.milli,
        discount_kind=None if item.discount is None else item.discount.kind.value,
        discount_value=0 if item.discount is None else item.discount.value,
        subtotal_minor=line.gross_minor,
        discount_minor=line.discount_minor,
        tax_minor=line.tax_minor,
        total_minor=line.total_minor,
        taxes=[
            {"id": t.id, "name": t.name, "rate_ppm": t.rate_ppm, "tax": tax_of[t.id]}
            for t in item.taxes
        ],
        note=item.note,
    )


def _pay(session, order: Order, paid: tuple[Paid, ...], now) -> None:
    left = order.total_minor
    for one in paid:
        amount = left if one.amount is None else one.amount
        left -= amount
        tendered = amount if one.tendered is None else one.tendered
        session.add(
            Payment(
                order_id=order.id,
                provider_id=one.provider,
                currency=order.currency,
                amount_minor=amount,
                tendered_minor=tendered,
                change_minor=tendered - amount,
                reference=one.reference,
                card_brand=one.brand,
                card_last4=one.last4,
                data=dict(one.data),
                captured_at=now,
                created_at=now,
            )
        )
    assert left == 0, "the tenders do not make up the total"


def add_refund(
    db: Database,
    clock,
    order_id: UUID,
    back: dict[int, int] | None = None,
    *,
    state: RefundState = RefundState.SUCCEEDED,
    queued: bool = True,
) -> UUID:
    """Give back ``{position: thousandths}`` (default: one piece of the first line)."""
    with db.write.begin() as session:
        lines = session.scalars(
            select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)
        ).all()
        payment = session.scalars(select(Payment).where(Payment.order_id == order_id)).first()
        parts = [_part(lines[i], milli) for i, milli in (back or {0: 1000}).items()]
        amount = sum(part.amount_minor for part in parts)
        refund = _refund(order_id, payment, amount, state, clock())
        refund.staff_id = shop.load(session).staff_id
        _count(payment, amount, state)
        session.add(refund)
        session.flush()
        for part in parts:
            part.refund_id = refund.id
            session.add(part)
        event = Event("refund_planned", str(refund.id), {"amount": amount}, "Mina Kang")
        record(session, event, clock())
        if queued:
            enqueue_refund(session, refund.id, clock)
        return refund.id


def _refund(order_id, payment: Payment, amount: int, state: RefundState, now) -> Refund:
    settled = state in {RefundState.SUCCEEDED, RefundState.FAILED}
    return Refund(
        id=new_id(),
        order_id=order_id,
        payment_id=payment.id,
        provider_id=payment.provider_id,
        currency=payment.currency,
        amount_minor=amount,
        state=state,
        is_open=not settled,
        reason=RefundReason.RETURN,
        data={},
        created_at=now,
        settled_at=now if settled else None,
    )


def _count(payment: Payment, amount: int, state: RefundState) -> None:
    if state is RefundState.SUCCEEDED:
        payment.amount_refunded_minor += amount
    elif state is not RefundState.FAILED:
        payment.amount_reserved_minor += amount


def _part(line: OrderLine, milli: int) -> RefundLine:
    amount = refund_share(line.total_minor, line.quantity_milli, line.refunded_milli, milli)
    tax = refund_share(line.tax_minor, line.quantity_milli, line.refunded_milli, milli)
    line.refunded_milli += milli
    line.refunded_minor += amount
    return RefundLine(
        order_line_id=line.id,
        quantity_milli=milli,
        amount_minor=amount,
        tax_minor=tax,
        restock=True,
    )


def end_refund(db: Database, clock, refund_id: UUID, state: RefundState) -> None:
    """Bring a pending refund to its end and tell the backend again."""
    with db.write.begin() as session:
        refund = session.get_one(Refund, refund_id)
        payment = session.get_one(Payment, refund.payment_id)
        payment.amount_reserved_minor -= refund.amount_minor
        _count(payment, refund.amount_minor, state)
        refund.state, refund.is_open, refund.settled_at = state, False, clock()
        refund.reference = "re_known_only_now"
        session.flush()
        enqueue_refund(session, refund_id, clock)


def orders_in(db: Database) -> int:
    with db.read.begin() as session:
        return session.scalar(select(func.count()).select_from(Order))


def found(purchases, text="", **what):
    """List the receipt numbers a filter finds; its count must agree."""
    chosen = PurchaseFilter(text=text, **what)
    rows = purchases.page(chosen, limit=500)
    assert purchases.count(chosen) == len(rows)
    return [row.receipt_number for row in rows]
