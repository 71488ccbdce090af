"""The sale at the counter before it is paid."""

from pos.services.cart.pricing import PricedCart, effective_taxes, price_cart, pricing_inputs
from pos.services.cart.rows import CartRow, CustomerRow, Draft, LineRow
from pos.services.cart.service import CartService
from pos.services.cart.typed import discount_from_text, price_from_text, quantity_from_text
from pos.services.cart.views import (
    CartChange,
    CartLineView,
    CartView,
    CatalogueReader,
    ScanOutcome,
    ScanResult,
    Variant,
)

__all__ = [
    "CartChange",
    "CartLineView",
    "CartRow",
    "CartService",
    "CartView",
    "CatalogueReader",
    "CustomerRow",
    "Draft",
    "LineRow",
    "PricedCart",
    "ScanOutcome",
    "ScanResult",
    "Variant",
    "discount_from_text",
    "effective_taxes",
    "price_cart",
    "price_from_text",
    "pricing_inputs",
    "quantity_from_text",
]
