"""Who sells here: the shop as every screen sees it, and how an empty database gets one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from pos.errors import CashierError
from pos.models.base import new_id
from pos.models.checkout import LocationProvider, PaymentProvider
from pos.models.database import Database
from pos.models.prepared import Db, Prepared
from pos.models.shop import Business, Location, PaymentSettings, Register, Staff, TaxRate
from pos.models.states import Role
from pos.pricing import Rules, TaxRounding
from pos.services import rules
from pos.services.journal import Event, record
from pos.services.setup_row import begin_setup

Clock = Callable[[], datetime]
"""Tells the time, aware and in UTC; always an argument."""

FIRST_PROVIDERS = frozenset({"cash", "stripe_terminal"})
"""Enabled when first seen; every other way to pay waits until somebody switches it on."""


@dataclass(frozen=True, slots=True)
class ShopTax:
    """A tax of the location; ``code`` is what products name, ``rate_ppm`` parts per million."""

    code: str
    name: str
    rate_ppm: int
    applies_to_services: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class ShopProvider:
    """A way to pay that this program knows or once knew."""

    id: str
    is_installed: bool
    is_enabled: bool

    @property
    def is_usable(self) -> bool:
        return self.is_installed and self.is_enabled


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One consistent reading of business, location, register and settings; no secrets."""

    business_id: UUID
    location_id: UUID
    register_id: UUID
    staff_id: UUID
    name: str
    location_name: str
    register_name: str
    register_number: int
    staff_name: str
    currency: str
    prices_include_tax: bool
    tax_rounding: TaxRounding
    address: str
    receipt_footer: str
    theme: str
    locale: str
    reader_id: str
    reader_label: str
    refund_policy: str
    refund_popup: bool
    backend_url: str
    settings_version: int
    scale_percent: int = 100
    has_pin: bool = False
    taxes: tuple[ShopTax, ...]
    providers: tuple[ShopProvider, ...]

    @property
    def rules(self) -> Rules:
        return Rules(self.currency, self.prices_include_tax, self.tax_rounding)

    @property
    def staff_initials(self) -> str:
        return initials(self.staff_name)

    @property
    def usable_providers(self) -> tuple[str, ...]:
        """Ids of the ways to pay that are installed and enabled here."""
        return tuple(provider.id for provider in self.providers if provider.is_usable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What an empty database is filled with."""

    business: str = "My shop"
    location: str = "Main"
    register: str = "Register 1"
    number: int = 1
    currency: str = "usd"
    prices_include_tax: bool = False
    taxes: tuple[ShopTax, ...] = ()
    owner: str = "Owner"
    locale: str = "en_US"
    address: str = ""
    receipt_footer: str = ""
    backend_url: str = ""


DEMO = Preset(
    business="Harbour Studio",
    location="Front desk",
    taxes=(ShopTax("sales", "Tax", 88_750),),
    owner="Mina Kang",
    receipt_footer="Thank you for visiting Harbour Studio.",
)


def initials(name: str) -> str:
    """Return at most two letters for a badge: ``Mina Kang`` is ``MK``."""
    words = [word for word in name.split() if word[0].isalnum()]
    chosen = words if len(words) < 2 else [words[0], words[-1]]  # noqa: PLR2004  first and last
    return "".join(word[0] for word in chosen).upper()


def bootstrap(db: Database, clock: Clock, *, preset: Preset | None = None) -> Shop:
    """Give an empty database a shop and its owner; a database that has one is left alone.

    Without a ``preset`` the first run asks a person for what it guesses.
    """
    with db.engine.begin() as connection:
        if connection.execute(select(Business.id)).first() is None:
            _seed(connection, preset or Preset(), clock())
            if preset is None:
                begin_setup(connection)
    return current(db)


def register_providers(
    db: Database, installed: Iterable[str], *, enable: Iterable[str] = FIRST_PROVIDERS
) -> None:
    """Make the table of providers say what this program has; rows are kept for history.

    A provider of ``enable`` that was never seen before is enabled at the location;
    one that somebody switched off stays off.
    """
    names = list(installed)
    with db.engine.begin() as connection:
        known = set(connection.scalars(select(PaymentProvider.id)))
        connection.execute(
            update(PaymentProvider).values(is_installed=PaymentProvider.id.in_(names))
        )
        for name in names:
            if name not in known:
                _add_provider(connection, name, enabled=name in set(enable))


def current(db: Database) -> Shop:
    """Read the shop; raises `CashierError` (``no_shop``) on a database without one."""
    with db.reader.begin() as connection:
        return load(connection)


def load(db: Db) -> Shop:
    """Read the shop inside the caller's transaction."""
    row = _SHOP.first(db)
    if row is None:
        raise CashierError("no_shop", "This database has no shop yet.", "Start Tillkeep again.")
    row["tax_rounding"] = TaxRounding(row["tax_rounding"])
    taxes = tuple(ShopTax(*tax.values()) for tax in _TAXES.all(db))
    providers = tuple(ShopProvider(*it.values()) for it in _PROVIDERS.all(db))
    return Shop(**row, taxes=taxes, providers=providers)


_SHOP = Prepared(
    select(
        Business.id.label("business_id"),
        Location.id.label("location_id"),
        Register.id.label("register_id"),
        Staff.id.label("staff_id"),
        Business.name,
        Location.name.label("location_name"),
        Register.name.label("register_name"),
        Register.number.label("register_number"),
        Staff.name.label("staff_name"),
        Location.currency,
        Location.prices_include_tax,
        Location.tax_rounding,
        Location.address,
        Location.receipt_footer,
        Register.theme,
        Register.locale,
        PaymentSettings.reader_id,
        PaymentSettings.reader_label,
        PaymentSettings.refund_policy,
        PaymentSettings.refund_popup,
        PaymentSettings.backend_url,
        PaymentSettings.settings_version,
        Register.scale_percent,
        (Staff.pin_hash != "").label("has_pin"),
    )
    .join(Location, Location.id == Register.location_id)
    .join(Business, Business.id == Location.business_id)
    .join(PaymentSettings, PaymentSettings.business_id == Business.id)
    .join(Staff, Staff.business_id == Business.id)
    .where(Staff.active, Staff.role == Role.OWNER)
    .limit(1)
)
_TAXES = Prepared(
    select(
        TaxRate.code, TaxRate.name, TaxRate.rate_ppm, TaxRate.applies_to_services, TaxRate.active
    ).order_by(TaxRate.position, TaxRate.code)
)
_PROVIDERS = Prepared(
    select(
        PaymentProvider.id,
        PaymentProvider.is_installed,
        LocationProvider.provider_id.is_not(None).label("is_enabled"),
    )
    .outerjoin(LocationProvider, LocationProvider.provider_id == PaymentProvider.id)
    .order_by(PaymentProvider.id)
)


def _add_provider(connection: Connection, name: str, *, enabled: bool) -> None:
    connection.execute(insert(PaymentProvider).values(id=name, is_installed=True))
    if enabled:
        location_id = connection.scalar(select(Location.id))
        connection.execute(
            insert(LocationProvider).values(location_id=location_id, provider_id=name)
        )


@dataclass(frozen=True, slots=True)
class _Ids:
    business: UUID = field(default_factory=new_id)
    location: UUID = field(default_factory=new_id)
    register: UUID = field(default_factory=new_id)


def _seed(connection: Connection, preset: Preset, now: datetime) -> None:
    ids = _Ids()
    _seed_places(connection, preset, ids)
    connection.execute(
        insert(PaymentSettings).values(business_id=ids.business, backend_url=preset.backend_url)
    )
    connection.execute(
        insert(Staff).values(business_id=ids.business, name=preset.owner, role=Role.OWNER)
    )
    for position, tax in enumerate(preset.taxes):
        connection.execute(insert(TaxRate).values(tax_row(tax, ids.location, position, now)))
    data = {"name": preset.business, rules.KEY: rules.written(connection)}
    record(connection, Event("shop_created", str(ids.business), data), now)


def _seed_places(connection: Connection, preset: Preset, ids: _Ids) -> None:
    connection.execute(insert(Business).values(id=ids.business, name=preset.business))
    connection.execute(
        insert(Location).values(
            id=ids.location,
            business_id=ids.business,
            name=preset.location,
            currency=preset.currency,
            prices_include_tax=preset.prices_include_tax,
            address=preset.address,
            receipt_footer=preset.receipt_footer,
        )
    )
    connection.execute(
        insert(Register).values(
            id=ids.register,
            location_id=ids.location,
            name=preset.register,
            number=preset.number,
            locale=preset.locale,
        )
    )


def tax_row(tax: ShopTax, location_id: UUID, position: int, now: datetime) -> dict[str, Any]:
    """Return the columns of a new `TaxRate`."""
    return {
        "location_id": location_id,
        "code": tax.code,
        "name": tax.name,
        "rate_ppm": tax.rate_ppm,
        "applies_to_services": tax.applies_to_services,
        "active": tax.active,
        "position": position,
        "updated_at": now,
    }
