"""A made-up catalogue of any size, the same on both sides of a comparison."""

from __future__ import annotations

from dataclasses import dataclass

_KINDS = ("Yoga mat", "Cork block", "Green tea", "Bottle", "Towel", "Strap", "Massage ball", "Soap")


@dataclass(frozen=True, slots=True)
class Good:
    """One product; the price in minor units."""

    code: str
    name: str
    price_minor: int


def goods(count: int) -> list[Good]:
    """Make ``count`` products with valid EAN-13 codes."""
    return [
        Good(ean(number), f"{_KINDS[number % len(_KINDS)]} {number}", 100 + number * 7 % 9900)
        for number in range(1, count + 1)
    ]


def ean(number: int) -> str:
    """Return the EAN-13 of a number in the range that shops may use inside."""
    body = f"20{number:010d}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return f"{body}{-total % 10}"
