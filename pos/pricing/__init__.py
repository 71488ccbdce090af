"""Pure rules of totals; till and backend run the same code."""

from pos.pricing.refunds import refund_share
from pos.pricing.terms import (
    MAX_QUANTITY_MILLI,
    MAX_RATE_PPM,
    ONE,
    PPM,
    Discount,
    DiscountKind,
    Line,
    LineTotals,
    Rules,
    Tax,
    TaxRounding,
    TaxTotal,
    Totals,
)
from pos.pricing.totals import price

__all__ = [
    "MAX_QUANTITY_MILLI",
    "MAX_RATE_PPM",
    "ONE",
    "PPM",
    "Discount",
    "DiscountKind",
    "Line",
    "LineTotals",
    "Rules",
    "Tax",
    "TaxRounding",
    "TaxTotal",
    "Totals",
    "price",
    "refund_share",
]
