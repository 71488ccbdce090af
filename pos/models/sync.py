"""What the till still has to tell, how far it has listened, and what happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pos.models.base import Base

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=2)


class OutboxEntry(Base):
    """Written in the transaction that made it true; removed by nobody.

    There is no "in flight" mark to get stuck: ``key`` makes a second sending
    harmless, so an entry is sent, due, parked for a person, or discarded by one.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "aggregate_id",
            "seq",
            sqlite_where=text("sent_at IS NULL AND discarded_at IS NULL"),
        ),
        # the oldest first, without walking over years of what was sent
        Index(
            "ix_outbox_waiting",
            "seq",
            sqlite_where=text("sent_at IS NULL AND discarded_at IS NULL"),
        ),
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[UUID] = mapped_column(unique=True)  # the order's, refund's or customer's own id
    aggregate_id: Mapped[UUID]  # entries of one aggregate keep their order
    kind: Mapped[str]
    path: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)  # frozen: a retry is byte-equal
    digest: Mapped[str] = mapped_column(default="", server_default="")  # SHA-256 of ``body``, hex
    label: Mapped[str] = mapped_column(default="")  # for people: the receipt number
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    parked_code: Mapped[str | None]  # the backend's definite 'no'
    parked_message: Mapped[str | None]
    discarded_at: Mapped[datetime | None]

    def postpone(
        self, now: datetime, share: float = 1.0, at_least: timedelta | None = None
    ) -> None:
        """Nobody answered: try again later, each time twice as late.

        ``share`` of the wait (0.5 to 1) spreads tills that lost the same
        backend; ``at_least`` is what the backend asked for, up to `LONGEST_WAIT`.
        """
        wait = min(FIRST_WAIT * 2 ** min(self.attempts, 10), LONGEST_WAIT) * share
        self.attempts += 1
        self.not_before = now + min(max(wait, at_least or wait), LONGEST_WAIT)


class SyncCursor(Base):
    """How far the till has listened to one stream of the backend."""

    __tablename__ = "sync_cursor"

    stream: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str]
    synced_at: Mapped[datetime]


class JournalEntry(Base):
    """One event of this register; hash-chained, and triggers forbid changing it."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("register_id", "epoch", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[UUID]
    epoch: Mapped[int]
    seq: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(
        index=True
    )  # the order, refund, run or setting it is about
    actor: Mapped[str]
    data: Mapped[str]  # canonical JSON
    previous: Mapped[str]
    hash: Mapped[str]


_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
JOURNAL_TRIGGERS = (
    f"CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal {_REFUSE}",
    f"CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal {_REFUSE}",
)
