"""Settings of a location, as one of its registers sees them."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import Connection, select, update

from pos.backend.wire import Named, RegisterOut, SettingsIn, SettingsOut, decode, encode
from pos.server.answers import Answer, Refusal, ok
from pos.server.calls import Call
from pos.server.tables import businesses, locations


def get_settings(call: Call) -> Answer:
    """``GET /settings/``."""
    with call.store.read.begin() as connection:
        return ok(_settings(connection, call))


def put_settings(call: Call) -> Answer:
    """``PUT /settings/``: 422 ``stale_settings`` when they changed since they were read."""
    sent: SettingsIn = call.message
    _check(sent)
    here = locations.c.id == str(call.register.location_id)
    unchanged = locations.c.version == sent.version
    values = {"version": sent.version + 1, "settings": encode(sent)}
    with call.store.write.begin() as connection:
        done = connection.execute(update(locations).where(here, unchanged).values(values))
        if done.rowcount != 1:
            raise Refusal(422, "stale_settings", "the settings have changed meanwhile", "version")
        return ok(_settings(connection, call))


def _check(sent: SettingsIn) -> None:
    for name, ids in (
        ("taxes", [tax.id for tax in sent.taxes]),
        ("providers", [provider.id for provider in sent.providers]),
    ):
        if len(set(ids)) < len(ids):
            raise Refusal(422, "bad_settings", "the same id twice", name)


def _settings(connection: Connection, call: Call) -> SettingsOut:
    register = call.register
    here = locations.c.id == str(register.location_id)
    row = connection.execute(
        select(locations, businesses.c.name.label("business_name"))
        .join(businesses, businesses.c.id == locations.c.business_id)
        .where(here)
    ).one()
    kept = msgspec.structs.asdict(decode(bytes(row.settings), SettingsIn))
    kept["version"] = row.version
    return SettingsOut(
        business=Named(id=UUID(row.business_id), name=row.business_name),
        location=Named(id=UUID(row.id), name=row.name),
        register=RegisterOut(id=register.id, name=register.name, number=register.number),
        **kept,
    )
