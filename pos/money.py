"""Exact money: an integer count of minor units in one currency."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Self

from babel.numbers import format_currency, get_currency_precision

MAX_MINOR = 10**15
"""Largest amount accepted at any edge, in minor units; sums stay inside 64 bits."""

_Signs = tuple[str, str, str, str]
_SAMPLE = re.compile(
    r"(?P<before>\D*)1(?P<group>\D*)234(?P=group)567((?P<point>\D)0+)?(?P<after>\D*)", re.ASCII
)
_PLAIN = re.compile(r"[+-]?\d{1,16}(\.\d{0,6})?")


class CurrencyMismatchError(TypeError):
    """Two amounts in different currencies met in one operation."""


@lru_cache(maxsize=64)
def exponent(currency: str) -> int:
    """Return the number of decimals of a currency: 2 for USD, 0 for KRW, 3 for KWD (ISO 4217)."""
    return get_currency_precision(currency.upper())


def parse_minor(text: str, currency: str) -> int:
    """Read a plain decimal such as ``"12.30"`` into minor units.

    Raises `ValueError` on anything that is not a plain decimal, on more
    decimals than the currency has, and beyond `MAX_MINOR`.
    """
    cleaned = text.strip()
    if not _PLAIN.fullmatch(cleaned):
        raise ValueError(f"{text[:40]!r} is not an amount")
    scaled = Decimal(cleaned).scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{text!r} has more decimals than {currency.upper()} allows")
    if abs(scaled) > MAX_MINOR:
        raise ValueError(f"{text!r} is too large")
    return int(scaled)


@lru_cache(maxsize=4096)
def format_minor(minor: int, currency: str, locale: str = "en_US") -> str:
    """Render an amount for people, never for machines: as Babel does, at a tenth of its cost.

    Remembered, because a scan renders the whole cart again.
    """
    signs = _signs(currency, locale)
    if signs is None:
        return _formatted(minor, currency, locale)
    before, thousands, point, after = signs[minor < 0]
    whole, part = divmod(abs(minor), 10 ** exponent(currency))
    grouped = f"{whole:,}".replace(",", thousands)
    fraction = f"{point}{part:0{exponent(currency)}d}" if point else ""
    return f"{before}{grouped}{fraction}{after}"


@lru_cache(maxsize=64)
def _signs(currency: str, locale: str) -> tuple[_Signs, _Signs] | None:
    """Learn from Babel what stands around and between the digits of sums and of debts.

    None where that is not all: other digits, or thousands that are not groups of three.
    """
    sample = 1_234_567 * 10 ** exponent(currency)
    found = [_SAMPLE.fullmatch(_formatted(each, currency, locale)) for each in (sample, -sample)]
    if not (found[0] and found[1]):
        return None
    plus, minus = (
        (it["before"], it["group"], it["point"] or "", it["after"]) for it in found if it
    )
    return plus, minus


def _formatted(minor: int, currency: str, locale: str) -> str:
    exact = Decimal(minor).scaleb(-exponent(currency))
    text: str = format_currency(exact, currency.upper(), locale=locale)
    return text.replace("-", "\N{MINUS SIGN}")


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` in proportion to ``weights``; the parts always sum to ``total``.

    Largest remainder, ties to the earlier part. Weights must not be negative;
    when they are all zero every part is zero, so a zero base takes zero
    (medusajs/medusa#3472 divided by it).
    """
    base = sum(weights)
    if base == 0:
        return [0] * len(weights)
    sign = -1 if total < 0 else 1
    shares = [divmod(abs(total) * weight, base) for weight in weights]
    parts = [whole for whole, _ in shares]
    missing = abs(total) - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda i: -shares[i][1])
    for i in by_remainder[:missing]:
        parts[i] += 1
    return [sign * part for part in parts]


def round_half_up(numerator: int, denominator: int) -> int:
    """Divide two integers and round half away from zero; the denominator is positive."""
    quotient, rest = divmod(abs(numerator), denominator)
    quotient += 2 * rest >= denominator
    return quotient if numerator >= 0 else -quotient


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of money; never a float, never without its currency.

    ``minor`` counts minor units (cents, won, fils), ``currency`` is the lower
    case ISO 4217 code, as Stripe writes it.
    """

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read a plain decimal such as ``"12.30"``; see `parse_minor` for what it refuses."""
        return cls(parse_minor(text, currency), currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def format(self, locale: str = "en_US") -> str:
        """Render for people, never for machines."""
        return format_minor(self.minor, self.currency, locale)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency}")
        return other.minor
