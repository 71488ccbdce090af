"""What a price is made of and what comes out; every number is an integer and bounded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pos.money import MAX_MINOR

PPM = 1_000_000
"""Parts per million in a whole: a rate of 8.25 % is 82,500."""

ONE = 1_000
"""One piece, in thousandths."""

MAX_RATE_PPM = 10 * PPM
MAX_QUANTITY_MILLI = 10**9


class DiscountKind(StrEnum):
    """How `Discount.value` is read."""

    PERCENT = "percent"  # parts per million of the amount
    FIXED = "fixed"  # minor units off the whole line or order


class TaxRounding(StrEnum):
    """The one place where a tax is rounded."""

    ORDER = "order"  # once per tax over the order, then shared out to the lines
    LINE = "line"  # once per tax and line, then summed


def _bounded(what: str, value: int, limit: int) -> None:
    if not 0 <= value <= limit:
        raise ValueError(f"{what} {value} is outside 0 to {limit}")


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax as it stood at the sale; raises `ValueError` for a rate out of bounds."""

    id: str
    name: str
    rate_ppm: int

    def __post_init__(self) -> None:
        _bounded("tax rate", self.rate_ppm, MAX_RATE_PPM)


@dataclass(frozen=True, slots=True)
class Discount:
    """A reduction; a percentage above the whole or a negative value raises `ValueError`."""

    kind: DiscountKind
    value: int

    def __post_init__(self) -> None:
        _bounded("discount", self.value, PPM if self.kind is DiscountKind.PERCENT else MAX_MINOR)


@dataclass(frozen=True, slots=True)
class Rules:
    """How a shop calculates; ``currency`` is the lower case ISO 4217 code."""

    currency: str
    prices_include_tax: bool
    tax_rounding: TaxRounding = TaxRounding.ORDER


@dataclass(frozen=True, slots=True)
class Line:
    """One line before totals; ``id`` is unique in its order and settles who takes an odd cent."""

    id: str
    unit_minor: int
    quantity_milli: int
    taxes: tuple[Tax, ...] = ()
    discount: Discount | None = None

    def __post_init__(self) -> None:
        _bounded("unit price", self.unit_minor, MAX_MINOR)
        _bounded("quantity", self.quantity_milli, MAX_QUANTITY_MILLI)
        if len({tax.id for tax in self.taxes}) < len(self.taxes):
            raise ValueError(f"line {self.id} names a tax twice")


@dataclass(frozen=True, slots=True)
class LineTotals:
    """One line in minor units; ``total_minor`` is what the customer pays for it.

    ``gross - discount = net`` (+ tax when prices exclude it) and
    ``net + tax = total`` hold exactly; ``discount`` is the line's own part
    plus its share of the order's.
    """

    id: str
    gross_minor: int
    line_discount_minor: int
    order_discount_minor: int
    taxes: tuple[tuple[str, int], ...]
    net_minor: int
    total_minor: int

    @property
    def discount_minor(self) -> int:
        return self.line_discount_minor + self.order_discount_minor

    @property
    def tax_minor(self) -> int:
        return self.total_minor - self.net_minor


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """One tax over the order; ``base_minor`` is the net amount it was taken on."""

    tax: Tax
    base_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """An order; each column is exactly the sum of its lines.

    ``subtotal_minor`` is before discounts, and holds the tax when prices include it.
    """

    lines: tuple[LineTotals, ...]
    taxes: tuple[TaxTotal, ...]
    subtotal_minor: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int
