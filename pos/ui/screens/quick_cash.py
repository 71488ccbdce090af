"""Which amounts a customer is likely to hand over."""

from __future__ import annotations

from pos.money import exponent

_NOTES = {
    "krw": (1_000, 5_000, 10_000, 50_000),
    "jpy": (500, 1_000, 5_000, 10_000),
    "clp": (500, 1_000, 5_000, 10_000),
    "vnd": (10_000, 50_000, 100_000, 500_000),
}
_USUAL = (1, 5, 10, 50, 100)
_USUAL_WHOLE = (100, 500, 1_000, 5_000, 10_000)


def quick_amounts(due_minor: int, currency: str, most: int = 4) -> list[int]:
    """Return the next round amounts above what is due, ascending, in minor units."""
    if due_minor <= 0:
        return []
    places = exponent(currency)
    steps = _NOTES.get(currency.lower(), _USUAL if places else _USUAL_WHOLE)
    rounded = {-(-due_minor // (step * 10**places)) * step * 10**places for step in steps}
    return sorted(amount for amount in rounded if amount > due_minor)[:most]
