"""The row that says how far the first run got; see `pos.services.setup`."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from pos.models.shop import Register, Setup


def begin_setup(db: Connection) -> None:
    """Ask everything (again), from the first page on."""
    row = {"register_id": register_id(db), "page": "", "skipped": [], "finished_at": None}
    made = upsert(Setup).values(**row)
    db.execute(made.on_conflict_do_update(index_elements=["register_id"], set_=row))


def register_id(db: Connection) -> UUID:
    """Return the id of this till."""
    return db.execute(select(Register.id)).scalar_one()
