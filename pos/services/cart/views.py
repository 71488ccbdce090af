"""What screens see of a cart: frozen values, money in minor units of ``currency``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from pos.models.states import CartStatus, ProductKind
from pos.pricing import Discount, LineTotals, Totals
from pos.services.cart.pricing import PricedCart
from pos.services.cart.rows import CustomerRow, LineRow


class Variant(Protocol):
    """What a cart takes from the catalogue.

    ``price_minor`` None is an open price; no ``tax_ids`` means every tax that applies.
    """

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def option_name(self) -> str: ...
    @property
    def sku(self) -> str: ...
    @property
    def barcode(self) -> str: ...
    @property
    def price_minor(self) -> int | None: ...
    @property
    def tax_ids(self) -> Sequence[str]: ...
    @property
    def kind(self) -> str: ...
    @property
    def tracked(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something without a catalogue entry, taxed as goods; its price is always typed."""

    key: str
    name: str
    barcode: str
    option_name: str = ""
    sku: str = ""
    price_minor: int | None = None
    tax_ids: tuple[str, ...] = ()
    kind: str = ProductKind.GOODS.value
    tracked: bool = False


class CatalogueReader(Protocol):
    """The catalogue as the cart needs it."""

    def lookup(self, code: str) -> Sequence[Variant]:
        """Return the variants a scanned or typed code stands for."""
        ...

    def variant(self, key: str) -> Variant | None:
        """Return one variant by its identity."""
        ...


@dataclass(frozen=True, slots=True)
class CartLineView:
    """One line; ``total_minor`` is after the line's own discount, before the order's and tax."""

    id: UUID
    variant_key: str
    name: str
    option_name: str
    kind: ProductKind
    note: str
    quantity_milli: int
    unit_minor: int
    discount: Discount | None
    gross_minor: int
    discount_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CartView:
    """A sale as it stands on disk.

    ``changed`` are the lines this answer's action touched and that are still
    there, to select and flash. ``undo_label`` names what undo takes back.
    """

    cart_id: UUID
    status: CartStatus
    currency: str
    prices_include_tax: bool
    customer: CustomerRow | None
    receipt_email: str
    lines: tuple[CartLineView, ...]
    discount: Discount | None
    note: str
    totals: Totals
    changed: tuple[UUID, ...] = ()
    undo_label: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.lines

    @property
    def is_editable(self) -> bool:
        return self.status is CartStatus.OPEN

    @property
    def total_minor(self) -> int:
        return self.totals.total_minor

    @property
    def tax_exempt(self) -> bool:
        return self.customer is not None and self.customer.tax_exempt


@dataclass(frozen=True, slots=True)
class CartChange:
    """A change of customer: what it does, or would do, to the total."""

    cart: CartView
    before_minor: int
    after_minor: int
    exempt_before: bool
    exempt_after: bool

    @property
    def is_repriced(self) -> bool:
        return self.before_minor != self.after_minor


class ScanOutcome(StrEnum):
    """What became of a scanned code."""

    ADDED = "added"
    UNKNOWN = "unknown"  # nothing was added; show the code and what to do
    CHOOSE = "choose"  # several products have it: ``choices``
    PRICE_NEEDED = "price_needed"  # the one in ``choices`` has an open price


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The answer to a scan; ``code`` is as it was read, ``quantity_milli`` as it was asked."""

    outcome: ScanOutcome
    code: str
    cart: CartView
    choices: tuple[Variant, ...] = ()
    quantity_milli: int = 1000


def view(priced: PricedCart, *, changed: tuple[UUID, ...] = (), undo_label: str = "") -> CartView:
    """Make the view of a priced cart."""
    pairs = zip(priced.lines, priced.totals.lines, strict=True)
    lines = tuple(_line(row, totals) for row, totals in pairs)
    return CartView(
        cart_id=priced.cart.id,
        status=priced.cart.status,
        currency=priced.cart.currency,
        prices_include_tax=priced.rules.prices_include_tax,
        customer=priced.customer,
        receipt_email=priced.receipt_email,
        lines=lines,
        discount=priced.cart.discount,
        note=priced.cart.note,
        totals=priced.totals,
        changed=tuple(line.id for line in lines if line.id in changed),
        undo_label=undo_label,
    )


def _line(row: LineRow, totals: LineTotals) -> CartLineView:
    return CartLineView(
        id=row.id,
        variant_key=row.variant_key,
        name=row.name,
        option_name=row.option_name,
        kind=row.kind,
        note=row.note,
        quantity_milli=row.quantity_milli,
        unit_minor=row.unit_minor,
        discount=row.discount,
        gross_minor=totals.gross_minor,
        discount_minor=totals.line_discount_minor,
        total_minor=totals.gross_minor - totals.line_discount_minor,
    )
