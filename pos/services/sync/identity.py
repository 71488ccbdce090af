"""Whose till this is: the backend's answer must be about this very register.

A till that has not sold anything yet takes over the identity that the backend
gave its token. One that has sold keeps its own, and sync stops instead of
mixing two shops (scenario 37).
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, Table, delete, select, update

from pos.backend.wire import SettingsOut
from pos.errors import CashierError
from pos.models.cart import CartLine
from pos.models.checkout import CheckoutRun
from pos.models.order import Order
from pos.models.schema import metadata
from pos.models.shop import Business, Location, Register
from pos.models.sync import OutboxEntry, SyncCursor

WRONG_REGISTER = "wrong_register"

_BOUND = (Order.id, CheckoutRun.id, OutboxEntry.seq, CartLine.id)
"""Any row here belongs to the identity it was written under."""

Ids = tuple[UUID, UUID, UUID]


def is_mine(connection: Connection, told: SettingsOut) -> bool:
    """Say whether the backend means this very register."""
    return _mine(connection) == _theirs(told)


def settle(connection: Connection, told: SettingsOut) -> bool:
    """Make sure that business, location and register are those the backend means.

    Returns True when the till took over the backend's. Raises `CashierError`
    (``wrong_register``) when it cannot; nothing is changed then.
    """
    mine, theirs = _mine(connection), _theirs(told)
    if mine == theirs:
        return False
    if any(connection.execute(select(column).limit(1)).first() for column in _BOUND):
        raise CashierError(
            WRONG_REGISTER,
            f"The backend knows this till as {told.register.name} of {told.business.name},"
            " but what it has recorded was recorded as another register.",
            "Enter the token of this register in Settings. Nothing was sent or changed.",
        )
    _adopt(connection, mine, theirs)
    return True


def _mine(connection: Connection) -> Ids:
    query = (
        select(Business.id, Location.id, Register.id)
        .join(Location, Location.business_id == Business.id)
        .join(Register, Register.location_id == Location.id)
    )
    business, location, register = connection.execute(query).one()
    return business, location, register


def _theirs(told: SettingsOut) -> Ids:
    return told.business.id, told.location.id, told.register.id


def _adopt(connection: Connection, mine: Ids, theirs: Ids) -> None:
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until this COMMIT
    for table, old, new in zip(("business", "location", "register"), mine, theirs, strict=True):
        _rename(connection, metadata.tables[table], old, new)
    connection.execute(delete(SyncCursor))  # they were another shop's


def _rename(connection: Connection, table: Table, old: UUID, new: UUID) -> None:
    places = [table.c.id]
    for other in metadata.tables.values():
        places += [key.parent for key in other.foreign_keys if key.column is table.c.id]
    for column in places:
        connection.execute(update(column.table).where(column == old).values({column: new}))
