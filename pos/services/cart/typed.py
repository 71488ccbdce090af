"""Amounts as a cashier types them, read exactly; no float on the way."""

from __future__ import annotations

import re
from decimal import Decimal

from pos.errors import CashierError
from pos.models.cart import MAX_QUANTITY_MILLI
from pos.money import MAX_MINOR, exponent
from pos.pricing import ONE, PPM, Discount, DiscountKind

_PLAIN = re.compile(r"\d{1,16}(\.\d{0,6})?|\.\d{1,6}")
_PERCENT = PPM // 100


def discount_from_text(kind: DiscountKind, text: str, currency: str) -> Discount:
    """Read ``10`` or ``12.5`` percent, or an amount; a comma is a decimal point too.

    Raises `CashierError` ``discount_invalid``.
    """
    percent = kind is DiscountKind.PERCENT
    scale = _PERCENT if percent else 10 ** exponent(currency)
    value = _scaled(text, scale, PPM if percent else MAX_MINOR)
    if value is None:
        remedy = "Type a percentage from 0 to 100." if percent else "Type an amount like 5.00."
        raise CashierError("discount_invalid", "This is not a discount.", remedy)
    return Discount(kind, value)


def price_from_text(text: str, currency: str) -> int:
    """Read a price into minor units; raises `CashierError` ``price_invalid``."""
    value = _scaled(text, 10 ** exponent(currency), MAX_MINOR)
    if value is None:
        raise CashierError(
            "price_invalid",
            "This is not a price.",
            f"Type an amount with at most {exponent(currency)} decimals.",
        )
    return value


def quantity_from_text(text: str) -> int:
    """Read a quantity into thousandths; raises `CashierError` ``quantity_invalid``."""
    value = _scaled(text, ONE, MAX_QUANTITY_MILLI)
    if value is None:
        raise CashierError(
            "quantity_invalid",
            "This is not a quantity.",
            f"Type a number up to {MAX_QUANTITY_MILLI // ONE:,} with at most 3 decimals.",
        )
    return value


def _scaled(text: str, scale: int, limit: int) -> int | None:
    cleaned = text.strip().removesuffix("%").strip().replace(",", ".")
    if not _PLAIN.fullmatch(cleaned):
        return None
    scaled = Decimal(cleaned) * scale
    if scaled != scaled.to_integral_value() or scaled > limit:
        return None
    return int(scaled)
