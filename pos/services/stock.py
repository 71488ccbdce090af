"""What is left on the shelf: live levels of tracked variants, apart from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert

from pos.models.base import table_of
from pos.models.cart import StockLevel
from pos.models.database import Database
from pos.services.shop import Clock

_stock = table_of(StockLevel)
_BATCH = 500
"""Under SQLite's limit of bound variables, and short enough to let a sale in between."""


class StockService:
    """Reads levels for screens and takes over those of an import."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def levels(self, keys: Sequence[str]) -> dict[str, int]:
        """Return what is left in thousandths, for the variants whose level is known."""
        found: dict[str, int] = {}
        with self._db.reader.begin() as db:
            for start in range(0, len(keys), _BATCH):
                part = keys[start : start + _BATCH]
                query = select(_stock.c.variant_key, _stock.c.on_hand_milli)
                rows = db.execute(query.where(_stock.c.variant_key.in_(part)))
                found.update({row.variant_key: row.on_hand_milli for row in rows})
        return found

    def take_over(self, levels: Iterable[tuple[str, int]]) -> None:
        """Set the levels an import brought, a batch a transaction."""
        rest = iter(levels)
        while batch := list(islice(rest, _BATCH)):
            now = self._clock()
            rows = [{"variant_key": k, "on_hand_milli": n, "updated_at": now} for k, n in batch]
            with self._db.engine.begin() as db:
                new = upsert(_stock)
                db.execute(
                    new.on_conflict_do_update(
                        index_elements=["variant_key"],
                        set_={
                            "on_hand_milli": new.excluded.on_hand_milli,
                            "updated_at": new.excluded.updated_at,
                        },
                    ),
                    rows,
                )
