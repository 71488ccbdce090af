"""What prices are worked out by, kept a second time in the hash-chained journal.

A bit that turns over in a tax rate makes every later total wrong, and nothing
else in the file would say so. So every change of settings journals the whole
of it, and a start puts back what differs.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from pos.models.base import new_id
from pos.models.shop import Location, Register, TaxRate
from pos.models.sync import JournalEntry
from pos.services.journal import Event, record

KEY = "rules"
"""Under which an event of the shop or its location has them."""

_PLACE = ("currency", "prices_include_tax", "tax_rounding")
_TAX = ("name", "rate_ppm", "applies_to_services", "active", "position")
_LOOK_BACK = 50

Rules = dict[str, Any]


def written(db: Session | Connection) -> Rules:
    """Read them from the tables: values that JSON gives back as they are."""
    place = db.execute(select(*(getattr(Location, name) for name in _PLACE))).one()
    columns = [TaxRate.code, *(getattr(TaxRate, name) for name in _TAX)]
    taxes = [list(row) for row in db.execute(select(*columns).order_by(TaxRate.code))]
    number = db.execute(select(Register.number)).scalar_one()
    return {**place._mapping, "number": number, "taxes": taxes}  # noqa: SLF001  SQLAlchemy's public name


def journalled(db: Connection) -> Rules | None:
    """Read them from the newest event that has them; None in a file from before there were any."""
    location = db.execute(select(Location.id, Location.business_id)).one()
    entries = (
        select(JournalEntry.data)
        .where(JournalEntry.subject.in_([str(key) for key in location]))
        .order_by(JournalEntry.id.desc())
        .limit(_LOOK_BACK)
    )
    found = (json.loads(data).get(KEY) for data in db.scalars(entries))
    return next((rules for rules in found if rules is not None), None)


def differ(db: Connection) -> bool:
    """Say whether the tables say something else than the journal."""
    right = journalled(db)
    return right is not None and right != written(db)


def mend(db: Connection, now: datetime) -> None:
    """Put back what the journal says, and journal that."""
    right = journalled(db)
    if right is None:
        return
    was = written(db)
    db.execute(update(Location).values({name: right[name] for name in _PLACE}))
    db.execute(update(Register).values(number=right["number"]))
    db.execute(update(TaxRate).values(active=False, updated_at=now))
    location_id = db.execute(select(Location.id)).scalar_one()
    for code, *values in right["taxes"]:
        tax = dict(zip(_TAX, values, strict=True)) | {"updated_at": now}
        row = upsert(TaxRate).values(id=new_id(), location_id=location_id, code=code, **tax)
        db.execute(row.on_conflict_do_update(index_elements=["location_id", "code"], set_=tax))
    record(db, Event("settings_mended", str(location_id), {"was": was, KEY: written(db)}), now)
