"""Currencies a card can be charged in, and amounts as Stripe's messages print them."""

from __future__ import annotations

from pos.terminal.simulator.problems import Json, invalid

_ZERO_DECIMAL = {"jpy", "krw", "vnd", "clp", "xaf", "xof", "xpf", "pyg", "rwf", "bif", "djf"}
_THREE_DECIMAL = {"bhd", "jod", "kwd", "omr", "tnd"}
# The smallest amount in minor units; Stripe documents these, others are taken from 1.
_LEAST = {
    "usd": 50,
    "eur": 50,
    "gbp": 30,
    "cad": 50,
    "aud": 50,
    "nzd": 50,
    "chf": 50,
    "sgd": 50,
    "dkk": 250,
    "nok": 300,
    "sek": 300,
    "jpy": 50,
    "hkd": 400,
    "mxn": 1000,
    "pln": 200,
    "czk": 1500,
}
_OTHERS = {"inr", "brl", "huf", "ron", "myr", "thb", "aed", "zar", "try", "ils", "isk"}
KNOWN = frozenset(_LEAST) | _ZERO_DECIMAL | _THREE_DECIMAL | _OTHERS
_MOST = 99_999_999
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def show(amount: int, currency: str) -> str:
    """``$8.00`` for 800 usd; other currencies are named behind."""
    digits = 0 if currency in _ZERO_DECIMAL else 3 if currency in _THREE_DECIMAL else 2
    whole, part = divmod(amount, 10**digits)
    text = f"{whole:,}.{part:0{digits}d}" if digits else f"{whole:,}"
    sign = _SIGNS.get(currency)
    return f"{sign}{text}" if sign else f"{text} {currency.upper()}"


def check(params: Json, currency: str) -> None:
    """Refuse an amount (minor units) Stripe would not take."""
    amount = params.get("amount")
    if amount is None:
        return
    if amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", "parameter_invalid_integer", "amount"
        )
    least = _LEAST.get(currency, 1)
    if amount < least:
        raise invalid(
            f"Amount must be at least {show(least, currency)} {currency}",
            "amount_too_small",
            "amount",
        )
    if amount > _MOST:
        raise invalid(
            f"Amount must be no more than {show(_MOST, currency)}", "amount_too_large", "amount"
        )


def known(currency: str) -> str:
    """Return the currency in lower case; raises ApiError for an unknown one."""
    lower = currency.lower()
    if lower not in KNOWN:
        raise invalid(
            f"Invalid currency: {currency}. Stripe currently supports these currencies: "
            f"{', '.join(sorted(KNOWN))}",
            param="currency",
        )
    return lower
