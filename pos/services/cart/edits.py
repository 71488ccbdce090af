"""What can be done to a cart: pure functions from one draft to the next.

Every bound is checked here, so that an absurd number is refused with its
remedy before anything is written. All raise `CashierError`.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from pos.errors import CashierError
from pos.models.base import new_id
from pos.models.cart import MAX_QUANTITY_MILLI
from pos.models.states import ProductKind
from pos.money import MAX_MINOR
from pos.pricing import ONE, Discount
from pos.services import fields
from pos.services.cart.rows import Draft, LineRow
from pos.services.cart.views import Variant

MAX_LINES = 1000
"""The wire's bound on an order."""
MAX_NOTE = 500
MAX_OPEN_CODE = 128
"""The longest code a scanner may send (`pos.ui.wedge.Timing`)."""


def add(draft: Draft, variant: Variant, quantity_milli: int, unit_minor: int | None) -> Draft:
    """Add a variant, to the newest line that is its equal and has neither discount nor note."""
    _check_quantity(quantity_milli)
    line = _line_of(draft, variant, _price(variant, unit_minor), quantity_milli)
    twin = next((old for old in reversed(draft.lines) if _is_twin(old, line)), None)
    if twin is not None:
        return set_quantity(draft, twin.id, twin.quantity_milli + quantity_milli)
    if len(draft.lines) >= MAX_LINES:
        raise CashierError(
            "cart_full", f"A sale has at most {MAX_LINES} lines.", "Pay this one, then go on."
        )
    return replace(draft, lines=(*draft.lines, line))


def set_quantity(draft: Draft, line_id: UUID, quantity_milli: int) -> Draft:
    """Set how many thousandths are sold; none removes the line."""
    line = find(draft, line_id)
    if quantity_milli == 0:
        return remove(draft, line_id)
    _check_quantity(quantity_milli)
    return _put(draft, replace(line, quantity_milli=quantity_milli))


def change_quantity(draft: Draft, line_id: UUID, delta_milli: int) -> Draft:
    """Step a quantity; stepping to nothing or below removes the line."""
    line = find(draft, line_id)
    return set_quantity(draft, line_id, max(0, line.quantity_milli + delta_milli))


def set_price(draft: Draft, line_id: UUID, unit_minor: int) -> Draft:
    """Set the price of one piece, in minor units."""
    _check_price(unit_minor)
    return _put(draft, replace(find(draft, line_id), unit_minor=unit_minor))


def discount_line(draft: Draft, line_id: UUID, discount: Discount | None) -> Draft:
    """Give or take back a line's own discount."""
    return _put(draft, replace(find(draft, line_id), discount=_or_none(discount)))


def discount_order(draft: Draft, discount: Discount | None) -> Draft:
    """Give or take back the discount on the whole sale."""
    return replace(draft, cart=replace(draft.cart, discount=_or_none(discount)))


def note_line(draft: Draft, line_id: UUID, text: str) -> Draft:
    """Write a line's note."""
    note = fields.clean_note(fields.clean("Note", text, MAX_NOTE), MAX_NOTE)
    return _put(draft, replace(find(draft, line_id), note=note))


def note(draft: Draft, text: str) -> Draft:
    """Write the sale's note; line breaks stay."""
    cleaned = fields.clean_note(text, MAX_NOTE)
    return replace(draft, cart=replace(draft.cart, note=cleaned))


def set_receipt_email(draft: Draft, text: str) -> Draft:
    """Say where the receipt of this sale goes; nothing means the customer's own address."""
    return replace(draft, cart=replace(draft.cart, receipt_email=fields.clean_email(text)))


def set_customer(draft: Draft, profile_id: UUID | None) -> Draft:
    """Change whose sale it is.

    An address that was typed while another customer was chosen goes with
    them, so that nobody gets somebody else's receipt.
    """
    cart = draft.cart
    if cart.customer_id == profile_id:
        return draft
    email = "" if cart.customer_id is not None else cart.receipt_email
    return replace(draft, cart=replace(cart, customer_id=profile_id, receipt_email=email))


def remove(draft: Draft, line_id: UUID) -> Draft:
    """Take a line away."""
    find(draft, line_id)
    return replace(draft, lines=tuple(line for line in draft.lines if line.id != line_id))


def clear(draft: Draft) -> Draft:
    """Start over: no lines, no customer, no discount, no note."""
    bare = replace(draft.cart, customer_id=None, receipt_email="", discount=None, note="")
    return Draft(bare, ())


def find(draft: Draft, line_id: UUID) -> LineRow:
    """Return a line; raises `CashierError` ``line_gone`` when it is not there any more."""
    for line in draft.lines:
        if line.id == line_id:
            return line
    raise CashierError("line_gone", "This line is no longer in the sale.", "Scan the item again.")


def _put(draft: Draft, line: LineRow) -> Draft:
    if line in draft.lines:
        return draft
    lines = tuple(line if old.id == line.id else old for old in draft.lines)
    return replace(draft, lines=lines)


def _line_of(draft: Draft, variant: Variant, unit_minor: int, quantity_milli: int) -> LineRow:
    return LineRow(
        id=new_id(),
        position=max((line.position for line in draft.lines), default=0) + 1,
        variant_key=variant.key,
        name=variant.name[: fields.SHORT] or variant.key,
        option_name=variant.option_name[: fields.SHORT],
        sku=variant.sku[: fields.SHORT],
        barcode=variant.barcode[: fields.SHORT],
        kind=ProductKind(variant.kind),
        tracked=variant.tracked,
        unit_minor=unit_minor,
        quantity_milli=quantity_milli,
        tax_ids=tuple(variant.tax_ids) or None,
    )


def _is_twin(old: LineRow, new: LineRow) -> bool:
    """Ask whether one more of ``new`` is one more of ``old``, by whatever code it was found.

    Gift cards never merge: each becomes a card of its own.
    """
    bare = old.discount is None and not old.note and old.kind is not ProductKind.GIFT_CARD
    same = ("variant_key", "unit_minor", "tax_ids", "kind")
    return bare and all(getattr(old, name) == getattr(new, name) for name in same)


def _price(variant: Variant, unit_minor: int | None) -> int:
    chosen = variant.price_minor if unit_minor is None else unit_minor
    if chosen is None:
        raise CashierError("price_needed", f"{variant.name} has no fixed price.", "Type its price.")
    _check_price(chosen)
    return chosen


def _check_price(unit_minor: int) -> None:
    if not 0 <= unit_minor <= MAX_MINOR:
        raise CashierError(
            "price_out_of_range",
            "The price is negative or larger than the till can count.",
            "Check the price. Nothing was changed.",
        )


def _check_quantity(quantity_milli: int) -> None:
    if not 1 <= quantity_milli <= MAX_QUANTITY_MILLI:
        raise CashierError(
            "quantity_out_of_range",
            f"The quantity must be more than 0 and at most {MAX_QUANTITY_MILLI // ONE:,}.",
            "Check the quantity. Nothing was changed.",
        )


def _or_none(discount: Discount | None) -> Discount | None:
    return discount if discount and discount.value else None
