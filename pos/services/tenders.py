"""What a way to pay is called in front of people."""

from __future__ import annotations

_NAMES = {"cash": "Cash", "stripe_terminal": "Card", "no_charge": "No charge"}
_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "interac": "Interac",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


def tender_name(provider_id: str, last4: str = "") -> str:
    """Return ``Card ·· 4242`` or ``Cash``; an unknown provider's id is made readable."""
    name = _NAMES.get(provider_id) or provider_id.replace("_", " ").capitalize()
    return f"{name} ·· {last4}" if last4 else name


def brand_name(brand: str) -> str:
    """Return a card brand as it is written on the card."""
    return _BRANDS.get(brand, brand.replace("_", " ").capitalize())
