"""What stands on a receipt; amounts in minor units, quantities in thousandths, local times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pos.models.states import RefundState


class ReceiptKind(StrEnum):
    """A sale's, or that of one refund."""

    SALE = "sale"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """A line before discounts; ``discount_minor`` is its own, without the order's share."""

    name: str
    option_name: str
    unit_minor: int
    quantity_milli: int
    amount_minor: int
    discount_minor: int = 0
    discount_ppm: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptTax:
    """One tax of the order; ``rate_ppm`` is parts per million."""

    name: str
    rate_ppm: int
    tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTender:
    """How it was paid; ``card`` holds the scheme's receipt fields as (label, value)."""

    name: str
    amount_minor: int
    tendered_minor: int
    change_minor: int
    card: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptRefund:
    """What went back by the time of printing."""

    at: datetime
    to: str
    amount_minor: int
    state: RefundState


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Everything a printer, a preview and a PDF need.

    ``copy`` counts reprints, 0 is the original; ``notice`` says what is not
    done yet; ``number`` is also the value of the barcode.
    """

    kind: ReceiptKind
    shop: str
    location: str
    address: str
    number: str
    at: datetime
    cashier: str
    register: str
    customer: str
    currency: str
    locale: str
    lines: tuple[ReceiptLine, ...]
    subtotal_minor: int
    discount_minor: int
    taxes: tuple[ReceiptTax, ...]
    prices_include_tax: bool
    total_minor: int
    tenders: tuple[ReceiptTender, ...]
    refunds: tuple[ReceiptRefund, ...] = ()
    note: str = ""
    notice: str = ""
    policy: str = ""
    footer: str = ""
    copy: int = 0
