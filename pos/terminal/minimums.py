"""Which amounts a card may be asked for: currencies whose exponent and minimum were checked.

Stripe's published minimum charges (payments.md, section 4.8); other
currencies are refused for cards until somebody has checked theirs.
"""

from __future__ import annotations

from pos.money import Money

MINIMUM_MINOR = {
    "usd": 50,
    "eur": 50,
    "gbp": 30,
    "cad": 50,
    "aud": 50,
    "nzd": 50,
    "chf": 50,
    "sek": 300,
    "nok": 300,
    "dkk": 250,
    "sgd": 50,
    "jpy": 50,
    "krw": 500,
}
MAXIMUM_MINOR = 99_999_999


def refusal(amount: Money) -> str:
    """Say why a card cannot be asked for this amount, or nothing when it can."""
    minimum = MINIMUM_MINOR.get(amount.currency)
    if minimum is None:
        return f"Cards cannot be taken in {amount.currency.upper()}."
    if amount.minor < minimum:
        return f"A card payment must be at least {Money(minimum, amount.currency).format()}."
    if amount.minor > MAXIMUM_MINOR:
        return (
            f"A card payment cannot be more than {Money(MAXIMUM_MINOR, amount.currency).format()}."
        )
    return ""
