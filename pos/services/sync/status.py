"""What a person is told about sync, read from the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from pos.models.sync import OutboxEntry, SyncCursor

WAITING: ColumnElement[bool] = and_(
    OutboxEntry.sent_at.is_(None), OutboxEntry.discarded_at.is_(None)
)
"""Neither sent nor discarded: what the partial indexes of the outbox hold."""


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """What the backend refused, with its reason; a person retries or discards it."""

    seq: int
    label: str
    kind: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """Where sync stands.

    ``online`` is None before the first answer or failure; ``waiting`` counts
    what is neither sent nor parked. ``code`` is empty while all is well, else
    ``no_backend``, ``offline``, ``busy``, ``unauthorized``, ``wrong_register``
    or a pull's own; ``reason`` says it in plain words. ``delay`` is seconds to
    the next `Sync.tick`; ``shop_version`` grows whenever settings were
    applied: read the shop anew.
    """

    online: bool | None
    waiting: int
    parked: tuple[ParkedItem, ...]
    last_ok_at: datetime | None
    code: str = ""
    reason: str = ""
    delay: float = 0.0
    shop_version: int = 0


def parked(connection: Connection) -> tuple[ParkedItem, ...]:
    """List what was refused, oldest first."""
    query = (
        select(
            OutboxEntry.seq,
            OutboxEntry.label,
            OutboxEntry.kind,
            OutboxEntry.parked_code,
            OutboxEntry.parked_message,
        )
        .where(WAITING, OutboxEntry.parked_code.is_not(None))
        .order_by(OutboxEntry.seq)
    )
    return tuple(
        ParkedItem(row.seq, row.label, row.kind, row.parked_code or "", row.parked_message or "")
        for row in connection.execute(query)
    )


def waiting(connection: Connection) -> int:
    """Count what is still to be sent."""
    query = select(func.count()).where(WAITING, OutboxEntry.parked_code.is_(None))
    return connection.execute(query.select_from(OutboxEntry)).scalar_one()


def last_moved(connection: Connection) -> datetime | None:
    """Tell when anything last went out or came in."""
    moments = connection.scalars(select(SyncCursor.synced_at)).all()
    return max(moments, default=None)
