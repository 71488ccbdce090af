"""What stands in the till's own file, read from outside of the program that writes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pos.money import format_minor

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class Sold:
    """One paid order as the file has it; amounts in minor units."""

    id: UUID
    receipt: str
    number: int
    total_minor: int
    change_minor: int
    provider: str
    intent: str
    currency: str

    @property
    def total(self) -> str:
        return money(self.total_minor, self.currency)

    @property
    def change(self) -> str:
        return money(self.change_minor, self.currency)


class Books:
    """Reads till.db; never writes."""

    def __init__(self, file: Path) -> None:
        self._uri = f"{file.resolve().as_uri()}?mode=ro"

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Row]:
        """Return the rows of one query."""
        with closing(sqlite3.connect(self._uri, uri=True, timeout=10)) as db:
            db.row_factory = sqlite3.Row
            return db.execute(query, tuple(values)).fetchall()

    def count(self, query: str) -> int:
        """Return the first figure of a query."""
        return int(self.rows(query)[0][0])

    def orders(self) -> list[Sold]:
        """Return every order with its one payment, oldest first."""
        return [
            Sold(
                id=UUID(row["id"]),
                receipt=row["receipt_number"],
                number=row["receipt_no"],
                total_minor=row["total_minor"],
                change_minor=row["change_minor"],
                provider=row["provider_id"],
                intent=row["reference"],
                currency=row["currency"],
            )
            for row in self.rows(_ORDERS)
        ]

    def last(self) -> Sold:
        """Return the newest order; raises `IndexError` before the first."""
        return self.orders()[-1]

    def runs(self) -> int:
        """Return how many checkout runs were ever begun."""
        return self.count("SELECT count(*) FROM checkout_run")

    def waiting(self) -> int:
        """Return how many records the backend has not confirmed."""
        return self.count(_WAITING)

    def refunds(self) -> list[Row]:
        """Return every refund, oldest first."""
        return self.rows("SELECT * FROM refund ORDER BY created_at")

    def lines(self, order: Sold) -> list[Row]:
        """Return the lines of an order."""
        query = "SELECT * FROM order_line WHERE order_id = ? ORDER BY position"
        return self.rows(query, [order.id.hex])


def money(minor: int, currency: str = "usd") -> str:
    """Write an amount as the demo's screens do."""
    return format_minor(minor, currency, "en_US")


_ORDERS = """
    SELECT o.*, p.change_minor, p.provider_id, p.reference
    FROM "order" o JOIN payment p ON p.order_id = o.id ORDER BY o.receipt_no
"""
_WAITING = "SELECT count(*) FROM outbox WHERE sent_at IS NULL AND discarded_at IS NULL"
