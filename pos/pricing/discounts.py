"""Reductions: never negative, never more than what they are taken from."""

from __future__ import annotations

from pos.money import round_half_up
from pos.pricing.terms import PPM, Discount, DiscountKind


def reduction(discount: Discount | None, base_minor: int) -> int:
    """Return the minor units a discount takes off ``base_minor``, at most all of it."""
    if discount is None:
        return 0
    if discount.kind is DiscountKind.PERCENT:
        return round_half_up(base_minor * discount.value, PPM)
    return min(discount.value, base_minor)
