"""What comes back to the till: catalogue, settings, customers; and the keyed checkout."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from pos.backend.wire.base import (
    NO_NUL,
    Amount,
    Count,
    Currency,
    Cursor,
    RatePpm,
    Short,
    Signed,
    TaxRounding,
    Text,
    Wire,
    Word,
)

ItemKind = Literal["goods", "service", "pass", "gift_card"]
RecoveryPoint = Literal["started", "customer_set", "opened", "finished"]


# --- catalogue ------------------------------------------------------------


class CatalogueItem(Wire, frozen=True, kw_only=True):
    """One variant; ``key`` is its identity, ``product_key`` groups variants.

    No ``price_minor`` means an open price; ``stock_milli`` may be negative
    (oversold) and is null where stock is unknown. A ``deleted`` item stays in
    the delta so that every till hears of it.
    """

    key: Word
    product_key: Word
    name: Word
    option_name: Short = ""
    category: Short = ""
    kind: ItemKind = "goods"
    sku: Short = ""
    barcodes: Annotated[tuple[Word, ...], Meta(max_length=32)] = ()
    price_minor: Amount | None
    tax_ids: Annotated[tuple[Word, ...], Meta(max_length=16)] = ()
    tracked: bool = False
    stock_milli: Signed | None = None
    deleted: bool = False


class CatalogueIn(Wire, frozen=True, kw_only=True):
    """``POST /catalogue/``: create or change these items; the others stay."""

    items: Annotated[tuple[CatalogueItem, ...], Meta(max_length=5000)]


class CatalogueDone(Wire, frozen=True, kw_only=True):
    """How many items were new or different."""

    changed: Count


class CataloguePage(Wire, frozen=True, kw_only=True):
    """``GET /catalogue/?after=``: changes in their order, at most `PAGE` a page."""

    items: tuple[CatalogueItem, ...]
    next_cursor: Cursor
    more: bool


# --- settings -------------------------------------------------------------


class Named(Wire, frozen=True, kw_only=True):
    """A business or a location."""

    id: UUID
    name: Word


class RegisterOut(Wire, frozen=True, kw_only=True):
    """The register the token belongs to; ``number`` is the one on receipts."""

    id: UUID
    name: Word
    number: Count


class TaxOut(Wire, frozen=True, kw_only=True):
    """A tax of the business; an inactive one is kept for old orders."""

    id: Word
    name: Word
    rate_ppm: RatePpm
    active: bool = True
    applies_to_services: bool = True


class ProviderOut(Wire, frozen=True, kw_only=True):
    """Whether a payment provider may be used at this location."""

    id: Word
    enabled: bool


class SettingsIn(Wire, frozen=True, kw_only=True):
    """``PUT /settings/``; ``version`` is the one that was read, another one is refused."""

    version: Count
    currency: Currency
    prices_include_tax: bool
    tax_rounding: TaxRounding
    taxes: Annotated[tuple[TaxOut, ...], Meta(max_length=64)]
    refund_policy: Text
    refund_popup: bool
    receipt_footer: Text
    providers: Annotated[tuple[ProviderOut, ...], Meta(max_length=64)]


class SettingsOut(Wire, frozen=True, kw_only=True):
    """``GET /settings/`` as seen by one register; ``version`` grows with every change."""

    version: Count
    business: Named
    location: Named
    register: RegisterOut
    currency: Currency
    prices_include_tax: bool
    tax_rounding: TaxRounding
    taxes: tuple[TaxOut, ...]
    refund_policy: str
    refund_popup: bool
    receipt_footer: str
    providers: tuple[ProviderOut, ...]


# --- customers ------------------------------------------------------------


class CustomerIn(Wire, frozen=True, kw_only=True):
    """``POST /choose_new_customer/``: a customer made at a till, under its own id."""

    id: UUID
    business_id: UUID
    name: Word
    phone: Annotated[str, Meta(max_length=64, pattern=NO_NUL)] = ""
    email: Annotated[str, Meta(max_length=254, pattern=NO_NUL)] = ""
    tax_id: Annotated[str, Meta(max_length=64, pattern=NO_NUL)] = ""


class CustomerOut(Wire, frozen=True, kw_only=True):
    """A customer; an ``erased`` one has lost every personal field and keeps its id."""

    id: UUID
    name: str
    phone: str
    email: str
    tax_id: str
    credit_balance_minor: Signed
    service_credits: Count
    version: Count
    erased: bool


class CustomersPage(Wire, frozen=True, kw_only=True):
    """A search (no cursor) or a page of changes."""

    items: tuple[CustomerOut, ...]
    next_cursor: Cursor
    more: bool


# --- checkout -------------------------------------------------------------


class CheckoutIn(Wire, frozen=True, kw_only=True):
    """``POST /checkout/``: open, or join, the one checkout of a cart."""

    cart_id: UUID
    customer_id: UUID | None = None
    amount_minor: Amount
    currency: Currency


class CheckoutOut(Wire, frozen=True, kw_only=True):
    """``purchase_id`` is there once the cart has become an order."""

    id: UUID
    cart_id: UUID
    recovery_point: RecoveryPoint
    purchase_id: UUID | None
