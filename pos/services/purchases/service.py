"""The list of purchases: unresolved sales first, then orders, newest first."""

from __future__ import annotations

from datetime import date, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, or_, select

from pos.errors import CashierError
from pos.models.database import Database
from pos.services.purchases import detail, rows
from pos.services.purchases.finding import (
    conditions,
    days,
    order,
    rowid,
    touched_rows,
    with_status,
    within,
)
from pos.services.purchases.views import (
    PurchaseDetail,
    PurchaseFilter,
    PurchaseRow,
    PurchaseStatus,
)
from pos.services.shop import Clock

EVERYTHING = PurchaseFilter()


class Purchases:
    """Reads only; each call sees one snapshot. ``zone`` None is the computer's own."""

    def __init__(self, db: Database, clock: Clock, zone: tzinfo | None = None) -> None:
        self._db = db
        self._clock = clock
        self._zone = zone

    def count(self, chosen: PurchaseFilter = EVERYTHING) -> int:
        """Return how many rows `page` has in all."""
        with self._db.reader.begin() as db:
            return len(self._unresolved(db, chosen)) + self._count_orders(db, chosen)

    def page(
        self, chosen: PurchaseFilter = EVERYTHING, offset: int = 0, limit: int = 50
    ) -> list[PurchaseRow]:
        """Return part of the list; what is not resolved stands at its top until it is."""
        with self._db.reader.begin() as db:
            checking = self._unresolved(db, chosen)
            shown = checking[offset : offset + limit]
            left = limit - len(shown)
            if not left or chosen.status is PurchaseStatus.CHECKING:
                return shown
            found = self._orders(db, chosen, max(0, offset - len(checking)), left)
            return shown + rows.order_rows(db, found, self._zone)

    def detail(self, purchase_id: UUID) -> PurchaseDetail:
        """Open an order or an unresolved sale; a cart's id finds its order.

        Raises `CashierError` (``purchase_unknown``).
        """
        with self._db.reader.begin() as db:
            query = select(order).where(
                or_(order.c.id == purchase_id, order.c.cart_id == purchase_id)
            )
            found = db.execute(query).first()
            if found is not None:
                return detail.of_order(db, found, self._zone)
            run = db.execute(rows.unresolved().where(rows.run.c.id == purchase_id)).first()
            if run is not None:
                return detail.of_run(db, run, self._zone)
        raise CashierError(
            "purchase_unknown", "This purchase is not on this till.", "Search for its number."
        )

    def numbered(self, receipt_number: str) -> UUID | None:
        """Return the order with this number on its receipt; the newest, should two have it."""
        with self._db.reader.begin() as db:
            query = select(order.c.id).where(order.c.receipt_number == receipt_number)
            newest = query.order_by(order.c.created_at.desc()).limit(1)
            return db.execute(newest).scalar_one_or_none()

    def _conditions(self, db: Connection, chosen: PurchaseFilter) -> list[ColumnElement[bool]]:
        return conditions(db, chosen, self._span(chosen), self._zone)

    def _span(self, chosen: PurchaseFilter) -> tuple[date, date] | None:
        return days(chosen, self._clock(), self._zone)

    def _count_orders(self, db: Connection, chosen: PurchaseFilter) -> int:
        if chosen.status is PurchaseStatus.CHECKING:
            return 0
        base = select(func.count()).select_from(order).where(*self._conditions(db, chosen))
        if chosen.status is PurchaseStatus.PAID:  # nearly all: count the others instead
            others = base.where(rowid.in_(touched_rows()))
            return db.execute(base).scalar_one() - db.execute(others).scalar_one()
        return db.execute(base.where(*with_status(chosen.status))).scalar_one()

    def _orders(self, db: Connection, chosen: PurchaseFilter, offset: int, limit: int) -> list[Any]:
        wanted = [*self._conditions(db, chosen), *with_status(chosen.status)]
        newest = (order.c.created_at.desc(), rowid.desc())
        page = select(rowid).select_from(order).where(*wanted).order_by(*newest)
        ids = page.offset(offset).limit(limit).correlate(None)
        listed = select(*rows.LISTED).where(rowid.in_(ids)).order_by(*newest)
        return list(db.execute(listed))

    def _unresolved(self, db: Connection, chosen: PurchaseFilter) -> list[PurchaseRow]:
        if chosen.status not in {None, PurchaseStatus.CHECKING}:
            return []
        near = within(rows.run.c.created_at, self._span(chosen), self._zone)
        found = db.execute(rows.unresolved().where(*near)).all()
        shown = [rows.run_row(db, row, self._zone) for row in found]
        return [row for row in shown if _mentions(row, chosen.text)]


def _mentions(row: PurchaseRow, text: str) -> bool:
    """Search a sale without a number by its customer; there are a handful at most."""
    return text.strip().casefold() in row.customer.casefold()
