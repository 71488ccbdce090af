"""How far this till has come, written beside its file.

A file that is older than its mark was exchanged, or lost what its log had.
The mark is written after the commit it speaks of and never waits for the
disk, so it may lag behind, and never runs ahead.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from pos.models.shop import Register
from pos.models.sync import JournalEntry


class Mark(msgspec.Struct, frozen=True):
    """The newest entry of the journal, as it was seen last."""

    register: UUID
    epoch: int
    seq: int
    hash: str


def seen(db: Connection) -> Mark | None:
    """Read how far the file is; None for one that has no shop yet."""
    query = (
        select(JournalEntry.register_id, JournalEntry.epoch, JournalEntry.seq, JournalEntry.hash)
        .join(Register, Register.id == JournalEntry.register_id)
        .where(JournalEntry.epoch == Register.epoch)
        .order_by(JournalEntry.seq.desc())
        .limit(1)
    )
    row = db.execute(query).first()
    return None if row is None else Mark(*row)


def read(path: Path) -> Mark | None:
    """Read the mark; one that cannot be read says nothing."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Mark)
    except (OSError, msgspec.DecodeError):
        return None


def write(path: Path, mark: Mark) -> None:
    """Put a mark in the place of the one before; on a full disk that one stays."""
    with contextlib.suppress(OSError):
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_bytes(msgspec.json.encode(mark))
        fresh.replace(path)


def missing(db: Connection, mark: Mark) -> bool:
    """Say whether the file lacks the very entry that the mark was made at."""
    query = select(JournalEntry.hash).where(
        JournalEntry.register_id == mark.register,
        JournalEntry.epoch == mark.epoch,
        JournalEntry.seq == mark.seq,
    )
    return db.execute(query).scalar() != mark.hash
