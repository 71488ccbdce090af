"""Stock follows orders and refunds, and the change joins the catalogue's delta."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from pos.server.database import take_numbers
from pos.server.tables import catalogue


def move_stock(connection: Connection, business: str, moves: Iterable[tuple[str, int]]) -> None:
    """Add thousandths to tracked items with a known stock; below zero means oversold."""
    sums: Counter[str] = Counter()
    for key, milli in moves:
        sums[key] += milli
    ours = catalogue.c.business_id == business
    counted = (catalogue.c.key.in_(sums), catalogue.c.tracked, catalogue.c.stock_milli.is_not(None))
    keys = connection.scalars(select(catalogue.c.key).where(ours, *counted)).all()
    if not keys:
        return
    seq = take_numbers(connection, business, "catalogue", len(keys)) - len(keys)
    for i, key in enumerate(sorted(keys), 1):
        moved = {"stock_milli": catalogue.c.stock_milli + sums[key], "seq": seq + i}
        connection.execute(update(catalogue).where(ours, catalogue.c.key == key).values(moved))
