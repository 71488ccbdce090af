"""Changing the shop at the till: checked, in one transaction, remembered in the journal.

Secrets are none of this: they go to the keyring; here only the journal is told that they did.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel import Locale, UnknownLocaleError
from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert

from pos.errors import CashierError
from pos.models.base import new_id
from pos.models.checkout import LocationProvider
from pos.models.database import Database
from pos.models.shop import Business, Location, PaymentSettings, Register, Staff, TaxRate
from pos.pricing import TaxRounding
from pos.services import fields, rules
from pos.services import settings_checks as checks
from pos.services.journal import Event, record
from pos.services.settings_checks import MAX_RATE_PPM, MAX_TAXES, rate_from_text
from pos.services.shop import Clock, Shop, ShopTax, load, tax_row

__all__ = ["MAX_RATE_PPM", "MAX_TAXES", "SCALES", "THEMES", "SettingsService", "rate_from_text"]

THEMES = ("light", "dark", "high-contrast", "system")
"""``system`` wears light or dark, as the computer does."""
SCALES = (90, 100, 110, 125, 150, 175, 200)
"""Percent of the size that the screens were drawn for."""


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

    def rename_shop(self, name: str) -> Shop:
        """Say what the shop is called."""
        cleaned = fields.clean("Shop name", name, required=True)
        with self._db.engine.begin() as db:
            db.execute(update(Business).values(name=cleaned))
            return self._changed(db, "shop", {"shop": cleaned})

    def set_location(self, *, name: str, address: str) -> Shop:
        """Say where it is sold."""
        place = {
            "name": fields.clean("Location name", name, required=True),
            "address": fields.clean_lines("Address", address, 1000),
        }
        with self._db.engine.begin() as db:
            db.execute(update(Location).values(**place))
            return self._changed(db, "location", place)

    def rename_register(self, name: str) -> Shop:
        """Say what this till is called; its number stays, for receipts are counted by it."""
        return self._set_register("name", fields.clean("Register name", name, required=True))

    def set_receipt(self, *, footer: str, policy: str, popup: bool) -> Shop:
        """Write what stands at the end of receipts; with ``popup`` the policy is accepted first."""
        place = {"receipt_footer": fields.clean_lines("Receipt footer", footer)}
        pay = _policy(policy, popup=popup)
        with self._db.engine.begin() as db:
            db.execute(update(Location).values(**place))
            db.execute(update(PaymentSettings).values(**pay))
            return self._changed(db, "receipt", place | pay)

    def rename_owner(self, name: str) -> Shop:
        """Say who works here."""
        cleaned = fields.clean("Name", name, required=True)
        with self._db.engine.begin() as db:
            owner = load(db).staff_id
            db.execute(update(Staff).where(Staff.id == owner).values(name=cleaned))
            return self._changed(db, "owner", {"name": cleaned})

    def set_currency(self, currency: str) -> Shop:
        """Choose the currency; refused once anything was sold or is in the cart."""
        code = checks.currency_code(currency)
        with self._db.engine.begin() as db:
            _put_currency(db, code)
            return self._changed(db, "currency", {"currency": code})

    def set_tax_mode(
        self, *, prices_include_tax: bool, rounding: TaxRounding = TaxRounding.ORDER
    ) -> Shop:
        """Say whether prices hold their taxes and where taxes are rounded."""
        values = {"prices_include_tax": prices_include_tax, "tax_rounding": rounding.value}
        with self._db.engine.begin() as db:
            db.execute(update(Location).values(**values))
            return self._changed(db, "tax_mode", values)

    def set_terms(
        self, *, currency: str, prices_include_tax: bool, taxes: Sequence[ShopTax]
    ) -> Shop:
        """Take currency, tax mode and taxes of a country over, all or nothing.

        Taxes are matched by code, else by name (`settings_checks.terms`); what is not
        named is switched off, never deleted.
        """
        code = checks.currency_code(currency)
        with self._db.engine.begin() as db:
            rows = checks.terms(taxes, load(db).taxes)
            _put_currency(db, code)
            db.execute(update(Location).values(prices_include_tax=prices_include_tax))
            db.execute(update(TaxRate).values(active=False, updated_at=self._clock()))
            for position, tax in enumerate(rows):
                _put_tax(db, tax_row(tax, load(db).location_id, position, self._clock()))
            said = {"currency": code, "prices_include_tax": prices_include_tax}
            return self._changed(db, "terms", said)

    def add_tax(self, name: str, rate_ppm: int, *, applies_to_services: bool = False) -> Shop:
        """Add a tax; products can name it by the code that is made from its name."""
        cleaned = checks.tax_name(name)
        checks.check_rate(rate_ppm)
        with self._db.engine.begin() as db:
            shop = load(db)
            checks.check_room(shop)
            code = checks.new_code(cleaned, {tax.code for tax in shop.taxes})
            tax = ShopTax(code, cleaned, rate_ppm, applies_to_services)
            row = tax_row(tax, shop.location_id, len(shop.taxes), self._clock())
            db.execute(insert(TaxRate).values(**row))
            data = {"code": code, "name": cleaned, "rate_ppm": rate_ppm}
            return self._changed(db, "tax", data | {"applies_to_services": applies_to_services})

    def edit_tax(self, code: str, *, name: str, rate_ppm: int, applies_to_services: bool) -> Shop:
        """Change a tax from now on; what was sold keeps the rate it was sold with."""
        checks.check_rate(rate_ppm)
        values = {
            "name": checks.tax_name(name),
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
        return self._set_payment("refund_policy", _policy(text, popup=popup))

    def set_backend_url(self, url: str) -> Shop:
        """Say where the business backend is; nothing means none.

        Outside this computer only https: the register's token travels with every request.
        """
        return self._set_payment("backend", {"backend_url": checks.clean_url(url)})

    def note_secret(self, name: str, *, stored: bool, mode: str = "") -> Shop:
        """Journal that the keyring took a secret or let it go; from any thread."""
        with self._db.engine.begin() as db:
            return self._changed(db, name, {"stored": stored, "mode": mode})

    def enable_provider(self, provider_id: str, *, enabled: bool) -> Shop:
        """Offer a way to pay at this location, or stop offering it."""
        with self._db.engine.begin() as db:
            shop = load(db)
            if enabled:
                checks.refuse_unless_installed(db, provider_id)
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
                checks.check_room(shop)
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


def _policy(text: str, *, popup: bool) -> dict[str, Any]:
    policy = fields.clean_lines("Refund policy", text)
    if popup and not policy:
        raise CashierError(
            "policy_empty", "There is no policy to accept.", "Write it, or switch this off."
        )
    return {"refund_policy": policy, "refund_popup": popup}


def _put_currency(db: Connection, code: str) -> None:
    if code != load(db).currency:
        checks.refuse_if_sold(db)
        db.execute(update(Location).values(currency=code))


def _put_tax(db: Connection, row: dict[str, Any]) -> None:
    known = upsert(TaxRate).values(id=new_id(), **row)
    db.execute(
        known.on_conflict_do_update(
            index_elements=["location_id", "code"],
            set_={name: row[name] for name in row if name not in {"location_id", "code"}},
        )
    )
