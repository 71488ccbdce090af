"""What a cart costs now: its rows, the location's taxes and the customer's standing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select

from pos.errors import CashierError
from pos.models.prepared import Db, Prepared
from pos.models.shop import Location, Register, TaxRate
from pos.models.states import ProductKind
from pos.pricing import Discount, Line, Rules, Tax, TaxRounding, Totals, price
from pos.services.cart import rows
from pos.services.cart.rows import CartRow, CustomerRow, Draft, LineRow
from pos.services.shop import ShopTax


class PricingInputs(NamedTuple):
    """Everything `pos.pricing.price` needs; ``exempt`` is a customer's who pays no tax."""

    rules: Rules
    lines: tuple[Line, ...]
    order_discount: Discount | None
    exempt: bool


@dataclass(frozen=True, slots=True)
class PricedCart:
    """A cart and what it costs; ``priced`` are the lines with the taxes that apply to them."""

    cart: CartRow
    lines: tuple[LineRow, ...]
    customer: CustomerRow | None
    rules: Rules
    priced: tuple[Line, ...]
    totals: Totals

    @property
    def exempt(self) -> bool:
        return self.customer is not None and self.customer.tax_exempt

    @property
    def receipt_email(self) -> str:
        """Where the receipt goes: the address typed for this sale, else the customer's."""
        return self.cart.receipt_email or (self.customer.email if self.customer else "")


def price_cart(db: Db, cart_id: UUID) -> PricedCart:
    """Price a stored cart inside the caller's transaction.

    Raises `CashierError`: ``cart_unknown``, and ``total_out_of_range`` for a
    sum beyond what the till can count.
    """
    cart = rows.load_cart(db, cart_id)
    if cart is None:
        raise CashierError("cart_unknown", "This sale no longer exists.", "Start a new one.")
    return price_draft(db, Draft(cart, rows.load_lines(db, cart_id)))


def pricing_inputs(db: Db, cart: CartRow) -> PricingInputs:
    """Return what `price_cart` feeds to the pricing core."""
    customer = rows.load_customer(db, cart.customer_id)
    return _inputs(db, Draft(cart, rows.load_lines(db, cart.id)), customer)


def price_draft(db: Db, draft: Draft) -> PricedCart:
    """Price a draft that may not be stored yet; reads the location, its taxes, the customer."""
    customer = rows.load_customer(db, draft.cart.customer_id)
    inputs = _inputs(db, draft, customer)
    try:
        totals = price(inputs.rules, inputs.lines, inputs.order_discount)
    except ValueError as error:
        raise CashierError(
            "total_out_of_range",
            "The total would be larger than the till can count.",
            "Check the quantity and the price. Nothing was changed.",
        ) from error
    return PricedCart(draft.cart, draft.lines, customer, inputs.rules, inputs.lines, totals)


def effective_taxes(line: LineRow, taxes: tuple[ShopTax, ...]) -> tuple[Tax, ...]:
    """Return the taxes of one line.

    A line that names taxes has those of them that are active; any other has
    all, except that services and passes have only those meant for services. A
    gift card is money paid in advance: what it buys is taxed, not the card.
    """
    if line.kind is ProductKind.GIFT_CARD:
        return ()
    chosen = (tax for tax in taxes if tax.active and _applies(tax, line))
    return tuple(Tax(tax.code, tax.name, tax.rate_ppm) for tax in chosen)


def _applies(tax: ShopTax, line: LineRow) -> bool:
    if line.tax_ids is not None:
        return tax.code in line.tax_ids
    return line.kind is ProductKind.GOODS or tax.applies_to_services


_TERMS = Prepared(
    select(Location.id, Location.prices_include_tax, Location.tax_rounding)
    .join(Register, Register.location_id == Location.id)
    .where(Register.id == bindparam("register_id"))
)
_TAXES = Prepared(
    select(TaxRate.code, TaxRate.name, TaxRate.rate_ppm, TaxRate.applies_to_services)
    .where(TaxRate.location_id == bindparam("location_id"), TaxRate.active)
    .order_by(TaxRate.position, TaxRate.code)
)


def _inputs(db: Db, draft: Draft, customer: CustomerRow | None) -> PricingInputs:
    terms = _TERMS.one(db, register_id=draft.cart.register_id)
    rounding = TaxRounding(terms["tax_rounding"])
    rules = Rules(draft.cart.currency, terms["prices_include_tax"], rounding)
    exempt = customer is not None and customer.tax_exempt
    found = [] if exempt else _TAXES.all(db, location_id=terms["id"])
    taxes = tuple(ShopTax(**row) for row in found)
    lines = tuple(_line(row, taxes) for row in draft.lines)
    return PricingInputs(rules, lines, draft.cart.discount, exempt)


def _line(row: LineRow, taxes: tuple[ShopTax, ...]) -> Line:
    return Line(
        id=str(row.id),
        unit_minor=row.unit_minor,
        quantity_milli=row.quantity_milli,
        taxes=effective_taxes(row, taxes),
        discount=row.discount,
    )
