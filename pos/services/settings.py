"""Changing the shop at the till: checked, in one transaction, remembered in the journal.

Secrets are none of this: they go to the keyring and never pass here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from babel.numbers import is_currency
from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from pos.errors import CashierError
from pos.models.cart import CartLine
from pos.models.checkout import CheckoutRun, LocationProvider, PaymentProvider
from pos.models.database import Database
from pos.models.order import Order
from pos.models.shop import Business, Location, PaymentSettings, Register, Staff, TaxRate
from pos.pricing import TaxRounding
from pos.services import fields, rules
from pos.services.journal import Event, record
from pos.services.shop import Clock, Shop, ShopTax, load, tax_row

THEMES = ("light", "dark", "high-contrast", "system")
"""``system`` wears light or dark, as the computer does."""
SCALES = (90, 100, 110, 125, 150, 175, 200)
"""Percent of the size that the screens were drawn for."""
MAX_TAXES = 16
"""The wire's bound on the taxes of a line."""
MAX_RATE_PPM = 1_000_000

_NO_TAX = "none"  # the code by which a product says that it has no tax
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingsService:
    """The settings page's service; each method returns the shop as it is afterwards.

    All raise `CashierError` and change nothing then. Belongs on the database thread.
    """

    def __init__(self, db: Database, clock: Clock, *, actor: str = "") -> None:
        self._db = db
        self._clock = clock
        self._actor = actor

    def update_shop(self, *, name: str, location: str, address: str, receipt_footer: str) -> Shop:
        """Rename the shop and its location, and say what stands on receipts."""
        business = {"name": fields.clean("Shop name", name, required=True)}
        place = {
            "name": fields.clean("Location name", location, required=True),
            "address": fields.clean_lines("Address", address, 1000),
            "receipt_footer": fields.clean_lines("Receipt footer", receipt_footer),
        }
        with self._db.engine.begin() as db:
            db.execute(update(Business).values(**business))
            db.execute(update(Location).values(**place))
            return self._changed(db, "shop", {"shop": business["name"], **place})

    def rename_owner(self, name: str) -> Shop:
        """Say who works here."""
        cleaned = fields.clean("Name", name, required=True)
        with self._db.engine.begin() as db:
            owner = load(db).staff_id
            db.execute(update(Staff).where(Staff.id == owner).values(name=cleaned))
            return self._changed(db, "owner", {"name": cleaned})

    def set_currency(self, currency: str) -> Shop:
        """Choose the currency; refused once anything was sold or is in the cart."""
        code = currency.strip().lower()
        if not is_currency(code.upper()):
            raise CashierError(
                "currency_unknown", "There is no such currency.", "Use three letters, like USD."
            )
        with self._db.engine.begin() as db:
            if code != load(db).currency:
                _refuse_if_sold(db)
                db.execute(update(Location).values(currency=code))
            return self._changed(db, "currency", {"currency": code})

    def set_tax_mode(
        self, *, prices_include_tax: bool, rounding: TaxRounding = TaxRounding.ORDER
    ) -> Shop:
        """Say whether prices hold their taxes and where taxes are rounded."""
        values = {"prices_include_tax": prices_include_tax, "tax_rounding": rounding.value}
        with self._db.engine.begin() as db:
            db.execute(update(Location).values(**values))
            return self._changed(db, "tax_mode", values)

    def add_tax(self, name: str, rate_ppm: int, *, applies_to_services: bool = False) -> Shop:
        """Add a tax; products can name it by the code that is made from its name."""
        cleaned = _tax_name(name)
        _check_rate(rate_ppm)
        with self._db.engine.begin() as db:
            shop = load(db)
            _check_room(shop)
            code = _new_code(cleaned, {tax.code for tax in shop.taxes})
            tax = ShopTax(code, cleaned, rate_ppm, applies_to_services)
            row = tax_row(tax, shop.location_id, len(shop.taxes), self._clock())
            db.execute(insert(TaxRate).values(**row))
            data = {"code": code, "name": cleaned, "rate_ppm": rate_ppm}
            return self._changed(db, "tax", data | {"applies_to_services": applies_to_services})

    def edit_tax(self, code: str, *, name: str, rate_ppm: int, applies_to_services: bool) -> Shop:
        """Change a tax from now on; what was sold keeps the rate it was sold with."""
        _check_rate(rate_ppm)
        values = {
            "name": _tax_name(name),
            "rate_ppm": rate_ppm,
            "applies_to_services": applies_to_services,
        }
        return self._change_tax(code, values)

    def set_tax_active(self, code: str, *, active: bool) -> Shop:
        """Switch a tax off, or on again; it is never deleted."""
        return self._change_tax(code, {"active": active})

    def set_theme(self, theme: str) -> Shop:
        """Choose one of `THEMES`."""
        if theme not in THEMES:
            raise CashierError(
                "theme_unknown", "There is no such theme.", "Choose one of the list."
            )
        return self._set_register("theme", theme)

    def set_scale(self, percent: int) -> Shop:
        """Choose one of `SCALES`, for this till only."""
        if percent not in SCALES:
            raise CashierError("scale_unknown", "There is no such size.", "Choose one of the list.")
        return self._set_register("scale_percent", percent)

    def set_locale(self, locale: str) -> Shop:
        """Choose how numbers and dates are written, like ``en_US``."""
        try:
            known = str(Locale.parse(locale))
        except (ValueError, UnknownLocaleError) as error:
            raise CashierError(
                "locale_unknown", "There is no such region.", "Choose one of the list."
            ) from error
        return self._set_register("locale", known)

    def choose_reader(self, reader_id: str, label: str = "") -> Shop:
        """Remember the card reader of this register; an empty id means none."""
        values = {
            "reader_id": fields.clean("Reader", reader_id),
            "reader_label": fields.clean("Reader name", label),
        }
        return self._set_payment("reader", values)

    def set_refund_policy(self, text: str, *, popup: bool) -> Shop:
        """Write the refund policy; with ``popup`` customers accept it before they pay."""
        policy = fields.clean_lines("Refund policy", text)
        if popup and not policy:
            raise CashierError(
                "policy_empty", "There is no policy to accept.", "Write it, or switch this off."
            )
        return self._set_payment("refund_policy", {"refund_policy": policy, "refund_popup": popup})

    def set_backend_url(self, url: str) -> Shop:
        """Say where the business backend is; nothing means none.

        Outside this computer only https: the register's token travels with every request.
        """
        return self._set_payment("backend", {"backend_url": _clean_url(url)})

    def enable_provider(self, provider_id: str, *, enabled: bool) -> Shop:
        """Offer a way to pay at this location, or stop offering it."""
        with self._db.engine.begin() as db:
            shop = load(db)
            if enabled:
                _refuse_unless_installed(db, provider_id)
                row = {"location_id": shop.location_id, "provider_id": provider_id}
                db.execute(upsert(LocationProvider).values(**row).on_conflict_do_nothing())
            else:
                mine = LocationProvider.provider_id == provider_id
                db.execute(delete(LocationProvider).where(mine))
            return self._changed(db, "provider", {"id": provider_id, "enabled": enabled})

    def _change_tax(self, code: str, values: dict[str, Any]) -> Shop:
        with self._db.engine.begin() as db:
            shop = load(db)
            known = {tax.code: tax for tax in shop.taxes}
            if code not in known:
                raise CashierError("tax_unknown", "There is no such tax.", "Look again.")
            if values.get("active") and not known[code].active:
                _check_room(shop)
            changed = update(TaxRate).where(TaxRate.code == code)
            db.execute(changed.values(**values, updated_at=self._clock()))
            return self._changed(db, "tax", {"code": code, **values})

    def _set_register(self, name: str, value: str | int) -> Shop:
        with self._db.engine.begin() as db:
            db.execute(update(Register).values({name: value}))
            return self._changed(db, name, {name: value})

    def _set_payment(self, what: str, values: dict[str, Any]) -> Shop:
        with self._db.engine.begin() as db:
            db.execute(update(PaymentSettings).values(**values))
            return self._changed(db, what, values)

    def _changed(self, db: Connection, what: str, data: dict[str, Any]) -> Shop:
        shop = load(db)
        said = {"what": what, **data, rules.KEY: rules.written(db)}
        event = Event("settings_changed", str(shop.location_id), said, self._actor)
        record(db, event, self._clock())
        return shop


def rate_from_text(text: str) -> int:
    """Read a percentage such as ``8.875`` into parts per million; a comma is a point too.

    Raises `CashierError` ``rate_invalid``.
    """
    match = re.fullmatch(r"(\d{1,3})(?:[.,](\d{0,4}))?\s*%?", text.strip())
    rate = int(match[1]) * 10_000 + int((match[2] or "").ljust(4, "0")) if match else -1
    _check_rate(rate)
    return rate


def _check_rate(rate_ppm: int) -> None:
    if not 0 <= rate_ppm <= MAX_RATE_PPM:
        raise CashierError(
            "rate_invalid",
            "This is not a tax rate.",
            "Type a percentage from 0 to 100 with at most 4 decimals, like 8.875.",
        )


def _check_room(shop: Shop) -> None:
    if sum(tax.active for tax in shop.taxes) >= MAX_TAXES:
        raise CashierError(
            "taxes_full", f"At most {MAX_TAXES} taxes can be active.", "Switch one off first."
        )


def _tax_name(name: str) -> str:
    return fields.clean("Tax name", name, 60, required=True)


def _new_code(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = "-".join(re.findall(r"[a-z0-9]+", plain))[:40] or "tax"
    used = taken | {_NO_TAX}
    numbered = (f"{stem}-{n}" for n in range(2, len(used) + 3))
    return next(code for code in (stem, *numbered) if code not in used)


def _clean_url(url: str) -> str:
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


def _refuse_if_sold(db: Connection) -> None:
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


def _refuse_unless_installed(db: Connection, provider_id: str) -> None:
    installed = select(PaymentProvider.is_installed).where(PaymentProvider.id == provider_id)
    if not db.execute(installed).scalar():
        raise CashierError(
            "provider_not_installed",
            "This way to pay is not part of this installation.",
            "Choose another one.",
        )
