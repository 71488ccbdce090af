"""What the sale screen shows and what it hands back: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ProductView:
    """One tile.

    ``stock`` is ready to read ("4 left") and ``low`` colours it; more than one
    of ``choices`` opens the variant chooser, ``open_price`` the price dialog.
    """

    id: str
    name: str
    price: str
    stock: str = ""
    low: bool = False
    choices: int = 1
    open_price: bool = False


@dataclass(frozen=True, slots=True)
class VariantView:
    """One way to have a product: its options, price and stock, ready to read."""

    id: str
    words: str
    price: str
    stock: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the cart. ``quantity_milli`` is in thousandths; the rest is ready to read.

    ``detail`` is the small text under the name, ``struck`` the price before a discount.
    """

    id: str
    name: str
    detail: str
    quantity_milli: int
    total: str
    struck: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CartView:
    """The whole right-hand panel; amounts are ready to read.

    ``discount`` is empty when there is none; ``taxes`` are (words, figure);
    ``why_not`` says why Charge is off when ``can_pay`` is false.
    """

    customer: str = ""
    customer_detail: str = ""
    lines: tuple[LineView, ...] = ()
    subtotal: str = ""
    discount: str = ""
    taxes: tuple[tuple[str, str], ...] = ()
    total: str = ""
    note: str = ""
    can_pay: bool = False
    why_not: str = ""
    can_undo: bool = False


class DiscountKind(StrEnum):
    """How a discount is written."""

    PERCENT = "percent"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class DiscountInput:
    """A discount as entered: parts per million for percent, minor units for fixed; 0 removes it.

    ``line_id`` is empty for the whole order.
    """

    kind: DiscountKind
    value: int
    line_id: str = ""


@dataclass(frozen=True, slots=True)
class NoteInput:
    """A note as entered; ``line_id`` is empty for the whole order."""

    text: str
    line_id: str = ""
