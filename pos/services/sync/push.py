"""The queue's bookkeeping: what may leave next, and what became of it.

Oldest first, never before an unfinished elder of the same aggregate, never
held up by another one. Each method is one short transaction; the sending
happens between them, so a crash there only sends the same bytes again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import aliased

from pos.errors import CashierError
from pos.logs import without_cards
from pos.models.database import Database
from pos.models.sync import LONGEST_WAIT, OutboxEntry, SyncCursor
from pos.services.journal import Event, record
from pos.services.shop import Clock
from pos.services.sync.outbox import REFUND
from pos.services.sync.status import WAITING

_elder = aliased(OutboxEntry)
_UNFINISHED_ELDER = exists().where(
    _elder.aggregate_id == OutboxEntry.aggregate_id,
    _elder.seq < OutboxEntry.seq,
    _elder.sent_at.is_(None),
    _elder.discarded_at.is_(None),
)
_SENDABLE = (WAITING, OutboxEntry.parked_code.is_(None), ~_UNFINISHED_ELDER)


@dataclass(frozen=True, slots=True)
class Due:
    """One entry that may be sent now. ``orphan``: its order was discarded unsent."""

    seq: int
    key: UUID
    kind: str
    path: str
    body: bytes
    label: str
    orphan: bool


class Queue:
    """The outbox as the sender sees it; ``jitter`` returns 0 to 1."""

    def __init__(self, db: Database, clock: Clock, jitter: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock
        self._jitter = jitter

    def next(self) -> Due | None:
        """Return the oldest entry that may leave now."""
        query = select(OutboxEntry.__table__).where(*_SENDABLE, _due(self._clock()))
        with self._db.reader.begin() as connection:
            row = connection.execute(query.order_by(OutboxEntry.seq).limit(1)).first()
            if row is None:
                return None
            orphan = row.kind == REFUND and _discarded_elder(connection, row)
        return Due(row.seq, row.key, row.kind, row.path, bytes(row.body), row.label, orphan)

    def seconds_to_next(self) -> float | None:
        """Return how long until an entry is due; None when nothing waits."""
        query = select(func.min(OutboxEntry.not_before)).where(*_SENDABLE)
        with self._db.reader.begin() as connection:
            earliest = connection.execute(query).scalar()
        if earliest is None:
            return None
        return min(max((earliest - self._clock()).total_seconds(), 0.0), _cap())

    def sent(self, seq: int) -> None:
        """Note that the backend has it; the mark of progress moves with it."""
        now = self._clock()
        mark = upsert(SyncCursor).values(stream="outbox", cursor=str(seq), synced_at=now)
        mark = mark.on_conflict_do_update(
            index_elements=["stream"], set_={"cursor": str(seq), "synced_at": now}
        )
        with self._db.engine.begin() as connection:
            self._change(connection, seq, sent_at=now)
            connection.execute(mark)

    def park(self, seq: int, code: str, message: str) -> None:
        """Set an entry that was refused aside, with the reason, until a person has looked."""
        with self._db.engine.begin() as connection:
            self._change(connection, seq, parked_code=code, parked_message=message)

    def postpone(self, seq: int, at_least: float | None = None) -> None:
        """No answer: later, each time later; ``at_least`` seconds if the backend said so."""
        floor = None if at_least is None else timedelta(seconds=at_least)
        with self._db.write.begin() as session:
            entry = session.get_one(OutboxEntry, seq)
            entry.postpone(self._clock(), 0.5 + self._jitter() / 2, floor)

    def hurry(self) -> None:
        """Make everything that waits due at once."""
        waiting = update(OutboxEntry).where(WAITING, OutboxEntry.parked_code.is_(None))
        with self._db.engine.begin() as connection:
            connection.execute(waiting.values(not_before=self._clock()))

    def retry(self, seq: int) -> None:
        """Send a parked entry again; raises `CashierError` when it is not there any more."""
        values = {"parked_code": None, "parked_message": None, "not_before": self._clock()}
        with self._db.engine.begin() as connection:
            _parked_row(connection, seq)
            self._change(connection, seq, **values)

    def discard(self, seq: int, reason: str, actor: str) -> None:
        """Give a parked entry up, by name and with a reason; the row stays.

        Raises `CashierError` without a reason, or when the entry is not parked.
        """
        if not reason.strip():
            raise CashierError(
                "reason_needed", "Nothing was discarded.", "Say why the backend shall not have it."
            )
        now = self._clock()
        with self._db.engine.begin() as connection:
            row = _parked_row(connection, seq)
            data = {"seq": seq, "kind": row.kind, "key": str(row.key), "label": row.label}
            data |= {"code": row.parked_code, "message": row.parked_message}
            data["reason"] = without_cards(reason).strip()[:500]
            record(connection, Event("sync_discarded", str(row.aggregate_id), data, actor), now)
            self._change(connection, seq, discarded_at=now)

    def _change(self, connection: Connection, seq: int, **values: Any) -> None:
        connection.execute(update(OutboxEntry).where(OutboxEntry.seq == seq).values(**values))


def _cap() -> float:
    return LONGEST_WAIT.total_seconds()


def _due(now: datetime) -> ColumnElement[bool]:
    """Due, or so far ahead that only a clock that was set can have written it."""
    return or_(OutboxEntry.not_before <= now, OutboxEntry.not_before > now + 2 * LONGEST_WAIT)


def _discarded_elder(connection: Connection, row: Any) -> bool:
    query = select(OutboxEntry.seq).where(
        OutboxEntry.key == row.aggregate_id,  # an order's own entry
        OutboxEntry.discarded_at.is_not(None),
        OutboxEntry.sent_at.is_(None),
    )
    return connection.execute(query).first() is not None


def _parked_row(connection: Connection, seq: int) -> Any:
    query = select(OutboxEntry.__table__).where(
        WAITING, OutboxEntry.seq == seq, OutboxEntry.parked_code.is_not(None)
    )
    row = connection.execute(query).first()
    if row is None:
        raise CashierError(
            "sync_item_gone", "This item is no longer parked.", "Close the list and open it again."
        )
    return row
