"""What sells: counted from the lines that were sold, so that a sale pays nothing for it."""

from __future__ import annotations

from sqlalchemy import func, select

from pos.models.base import table_of
from pos.models.database import Database
from pos.models.order import OrderLine

_LATELY = 100_000
"""Lines looked at: some weeks of a busy shop, read in a fraction of a second."""

_line = table_of(OrderLine)


def sold_lately(db: Database) -> list[tuple[str, int]]:
    """Return in how many of the latest lines each variant was sold; keys are ordered by time."""
    latest = select(_line.c.variant_key).order_by(_line.c.id.desc()).limit(_LATELY).subquery()
    times = func.count()
    query = select(latest.c.variant_key, times).group_by(latest.c.variant_key)
    with db.reader.begin() as connection:
        return [(key, count) for key, count in connection.execute(query)]
