"""A first business for the demo and the tests, with ids that everybody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, select, update

from pos.backend.wire import CatalogueItem, ProviderOut, SettingsIn, TaxOut, encode
from pos.server.auth import hash_token
from pos.server.catalogue import upsert
from pos.server.database import insert_once, take_numbers
from pos.server.tables import businesses, catalogue, locations, registers

BUSINESS_ID = UUID("01900000-0000-7000-8000-000000000001")
LOCATION_ID = UUID("01900000-0000-7000-8000-000000000002")
REGISTER_ID = UUID("01900000-0000-7000-8000-000000000003")
_BATCH = 500

DEMO_SETTINGS = SettingsIn(
    version=1,
    currency="usd",
    prices_include_tax=False,
    tax_rounding="order",
    taxes=(TaxOut(id="sales", name="Tax", rate_ppm=88_750, applies_to_services=False),),
    refund_policy="Unused goods within 30 days, with the receipt.",
    refund_popup=False,
    receipt_footer="Thank you for visiting Harbour Studio.",
    providers=(
        ProviderOut(id="cash", enabled=True),
        ProviderOut(id="stripe_terminal", enabled=True),
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a register stands; ``number`` is the one on its receipts."""

    business_id: UUID
    location_id: UUID
    register_id: UUID
    number: int


DEMO = Place(BUSINESS_ID, LOCATION_ID, REGISTER_ID, 1)


def enrol(engine: Engine, place: Place, token: str) -> None:
    """Create what is missing of business, location and register, and accept this token."""
    business, location = str(place.business_id), str(place.location_id)
    row = {
        "id": str(place.register_id),
        "business_id": business,
        "location_id": location,
        "name": f"Register {place.number}",
        "number": place.number,
        "token_hash": hash_token(token),
    }
    with engine.begin() as connection:
        insert_once(connection, businesses, {"id": business, "name": "Harbour Studio"})
        at = {"id": location, "business_id": business, "name": "Front desk"}
        settings = {"version": DEMO_SETTINGS.version, "settings": encode(DEMO_SETTINGS)}
        insert_once(connection, locations, {**at, **settings})
        if not insert_once(connection, registers, row):
            mine = registers.c.id == row["id"]
            new = {"token_hash": row["token_hash"]}
            connection.execute(update(registers).where(mine).values(new))


def is_seeded(engine: Engine) -> bool:
    """Tell whether there is any register."""
    with engine.connect() as connection:
        return connection.scalar(select(registers.c.id).limit(1)) is not None


def fill_catalogue(engine: Engine, items: Sequence[CatalogueItem]) -> int:
    """Fill the demo business's catalogue if it is empty; returns how many came in.

    A restart must not bring back prices and stock that have changed since.
    """
    business, changed = str(BUSINESS_ID), 0
    there = select(catalogue.c.key).where(catalogue.c.business_id == business).limit(1)
    with engine.begin() as connection:
        if connection.scalar(there) is not None:
            return 0
        take_numbers(connection, business, "catalogue", 0)  # one writer at a time
        for start in range(0, len(items), _BATCH):
            changed += upsert(connection, business, items[start : start + _BATCH])
    return changed
