"""What may be typed into the settings, and what is wrong with the rest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from babel.numbers import is_currency
from sqlalchemy import Connection, exists, select

from pos.errors import CashierError
from pos.models.cart import CartLine
from pos.models.checkout import CheckoutRun, PaymentProvider
from pos.models.order import Order
from pos.services import fields
from pos.services.shop import Shop, ShopTax

MAX_TAXES = 16
"""The wire's bound on the taxes of a line."""
MAX_RATE_PPM = 1_000_000

_NO_TAX = "none"  # the code by which a product says that it has no tax
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def rate_from_text(text: str) -> int:
    """Read a percentage such as ``8.875`` into parts per million; a comma is a point too.

    Raises `CashierError` ``rate_invalid``.
    """
    match = re.fullmatch(r"(\d{1,3})(?:[.,](\d{0,4}))?\s*%?", text.strip())
    rate = int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0")) if match else -1
    check_rate(rate)
    return rate


def check_rate(rate_ppm: int) -> None:
    """Raise `CashierError` ``rate_invalid`` for what is below nothing or above all."""
    if not 0 <= rate_ppm <= MAX_RATE_PPM:
        raise CashierError(
            "rate_invalid",
            "This is not a tax rate.",
            "Type a percentage from 0 to 100 with at most 4 decimals, like 8.875.",
        )


def check_room(shop: Shop) -> None:
    """Raise `CashierError` ``taxes_full`` where one more tax would be too many."""
    _check_count(sum(tax.active for tax in shop.taxes) + 1)


def _check_count(active: int) -> None:
    if active > MAX_TAXES:
        raise CashierError(
            "taxes_full", f"At most {MAX_TAXES} taxes can be active.", "Switch one off first."
        )


def terms(taxes: Sequence[ShopTax], known: Sequence[ShopTax]) -> list[ShopTax]:
    """Return taxes cleaned and with codes; raises `CashierError`.

    One without a code has that of the ``known`` tax of its name, for products go by the
    code; else one made from its name.
    """
    clean = [_checked_tax(tax) for tax in taxes]
    given = {tax.code for tax in clean if tax.code}
    named = {tax.name: tax.code for tax in known}
    rows = []
    for tax in clean:
        code = tax.code or named.get(tax.name) or new_code(tax.name, given)
        rows.append(replace(tax, code=code))
    _check_count(sum(tax.active for tax in rows))
    return _distinct(rows)


def _checked_tax(tax: ShopTax) -> ShopTax:
    check_rate(tax.rate_ppm)
    return replace(tax, name=tax_name(tax.name))


def _distinct(taxes: list[ShopTax]) -> list[ShopTax]:
    codes = [tax.code for tax in taxes]
    twice = next((tax for at, tax in enumerate(taxes) if tax.code in codes[:at]), None)
    if twice is not None:
        raise CashierError(
            "tax_twice", f"Two taxes are called {twice.name}.", "Give each a name of its own."
        )
    return taxes


def tax_name(name: str) -> str:
    """Return a tax's name, cleaned; raises `CashierError`."""
    return fields.clean("Tax name", name, 60, required=True)


def new_code(name: str, taken: set[str]) -> str:
    """Make the code by which products name a tax: ``VAT reduced`` is ``vat-reduced``."""
    stem = code_stem(name)
    used = taken | {_NO_TAX}
    numbered = (f"{stem}-{n}" for n in range(2, len(used) + 3))
    return next(code for code in (stem, *numbered) if code not in used)


def code_stem(name: str) -> str:
    """Return a name's letters and figures in lower case, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:40] or "tax"


def currency_code(text: str) -> str:
    """Return three lower-case letters; raises `CashierError` ``currency_unknown``."""
    code = text.strip().lower()
    if not is_currency(code.upper()):
        raise CashierError(
            "currency_unknown", "There is no such currency.", "Use three letters, like USD."
        )
    return code


def clean_url(url: str) -> str:
    """Return a backend's address without a slash at its end, or nothing.

    Raises `CashierError`: ``url_invalid``, ``url_not_safe``.
    """
    cleaned = fields.clean("Backend address", url).rstrip("/")
    if not cleaned:
        return ""
    try:
        parts = urlsplit(cleaned)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.scheme not in {"http", "https"} or parts.username or parts.query:
        raise CashierError(
            "url_invalid",
            "This is not the address of a backend.",
            "Write it like https://pos.example.com, without a name, password or question mark.",
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise CashierError(
            "url_not_safe",
            "Over http everybody on the way could read the register's token.",
            "Use an address that begins with https://.",
        )
    return cleaned


def refuse_if_sold(db: Connection) -> None:
    """Raise `CashierError` ``currency_in_use`` where another currency would mix two."""
    for column in (Order.id, CheckoutRun.id):
        if db.execute(select(column).limit(1)).first():
            raise CashierError(
                "currency_in_use",
                "Sales were already made in the current currency.",
                "Set up a new till for another currency.",
            )
    if db.execute(select(exists().where(CartLine.id.is_not(None)))).scalar():
        raise CashierError(
            "currency_in_use",
            "The cart holds items priced in the current currency.",
            "Clear the cart first.",
        )


def refuse_unless_installed(db: Connection, provider_id: str) -> None:
    """Raise `CashierError` ``provider_not_installed`` for a way to pay of another program."""
    installed = select(PaymentProvider.is_installed).where(PaymentProvider.id == provider_id)
    if not db.execute(installed).scalar():
        raise CashierError(
            "provider_not_installed",
            "This way to pay is not part of this installation.",
            "Choose another one.",
        )
