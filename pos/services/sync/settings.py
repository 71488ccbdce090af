"""The backend's settings, written over the till's in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from pos.backend.wire import SettingsOut, TaxOut
from pos.errors import CashierError
from pos.models.base import new_id
from pos.models.checkout import LocationProvider, PaymentProvider
from pos.models.shop import Business, Location, PaymentSettings, Register, TaxRate
from pos.pricing import PPM
from pos.services import rules
from pos.services.journal import Event, record

UNUSABLE = "settings_unusable"


def is_new(connection: Connection, told: SettingsOut) -> bool:
    """Compare versions; an unchanged one is not written again."""
    known = connection.execute(select(PaymentSettings.settings_version)).scalar_one()
    return known != told.version


def apply(connection: Connection, told: SettingsOut, now: datetime) -> None:
    """Take the backend's settings over.

    Raises `CashierError` (``settings_unusable``) for a tax above 100 %; nothing
    is changed then.
    """
    _check(told)
    _apply_shop(connection, told)
    _apply_taxes(connection, told, now)
    _apply_providers(connection, told)
    data: dict[str, Any] = {"version": told.version, "register": str(told.register.id)}
    data |= {rules.KEY: rules.written(connection)}
    record(connection, Event("settings_pulled", str(told.location.id), data, "backend"), now)


def _check(told: SettingsOut) -> None:
    for tax in told.taxes:
        if tax.rate_ppm > PPM:
            raise CashierError(
                UNUSABLE,
                f"The backend's settings were not taken over: {tax.name} is above 100 %.",
                "Correct the tax at the backend.",
            )


def _apply_shop(connection: Connection, told: SettingsOut) -> None:
    connection.execute(update(Business).values(name=told.business.name))
    connection.execute(
        update(Location).values(
            name=told.location.name,
            currency=told.currency,
            prices_include_tax=told.prices_include_tax,
            tax_rounding=told.tax_rounding,
            receipt_footer=told.receipt_footer,
        )
    )
    connection.execute(
        update(Register).values(name=told.register.name, number=told.register.number)
    )
    connection.execute(
        update(PaymentSettings).values(
            refund_policy=told.refund_policy,
            refund_popup=told.refund_popup,
            settings_version=told.version,
        )
    )


def _apply_taxes(connection: Connection, told: SettingsOut, now: datetime) -> None:
    """Write the taxes; one that is not named any more is switched off, never deleted."""
    connection.execute(update(TaxRate).values(active=False, updated_at=now))
    for position, tax in enumerate(told.taxes):
        values = _tax_values(tax, position, now)
        row = upsert(TaxRate).values(
            id=new_id(), location_id=told.location.id, code=tax.id, **values
        )
        index = ["location_id", "code"]
        connection.execute(row.on_conflict_do_update(index_elements=index, set_=values))


def _tax_values(tax: TaxOut, position: int, now: datetime) -> dict[str, object]:
    return {
        "name": tax.name,
        "rate_ppm": tax.rate_ppm,
        "active": tax.active,
        "applies_to_services": tax.applies_to_services,
        "position": position,
        "updated_at": now,
    }


def _apply_providers(connection: Connection, told: SettingsOut) -> None:
    """Enable what the backend enables and this program has; what it does not name stays."""
    known = set(connection.scalars(select(PaymentProvider.id)))
    for provider in told.providers:
        if provider.id not in known:
            continue
        _enable(connection, told.location.id, provider.id, enabled=provider.enabled)


def _enable(connection: Connection, location: UUID, provider: str, *, enabled: bool) -> None:
    if enabled:
        row = upsert(LocationProvider).values(location_id=location, provider_id=provider)
        connection.execute(row.on_conflict_do_nothing())
        return
    ours = (LocationProvider.location_id == location) & (LocationProvider.provider_id == provider)
    connection.execute(delete(LocationProvider).where(ours))
