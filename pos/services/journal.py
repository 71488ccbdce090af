"""The register's append-only, hash-chained account of what happened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, select
from sqlalchemy.orm import Session

from pos.models.base import table_of
from pos.models.prepared import Prepared, insert_of
from pos.models.shop import Register
from pos.models.sync import JournalEntry

GENESIS = "0" * 64

_journal = table_of(JournalEntry)
_register = table_of(Register)
_CHAIN = Prepared(select(_register.c.id.label("register_id"), _register.c.epoch))
_LAST = Prepared(
    select(_journal.c.seq, _journal.c.hash)
    .where(_journal.c.register_id == bindparam("register_id"))
    .where(_journal.c.epoch == bindparam("epoch"))
    .order_by(_journal.c.seq.desc())
    .limit(1)
)
_INSERT = insert_of(_journal, without=["id"])


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be remembered: ``subject`` is the id of what it is about."""

    kind: str
    subject: str
    data: dict[str, Any]
    actor: str = ""


def record(db: Session | Connection, event: Event, at: datetime) -> None:
    """Append one event inside the caller's transaction, so that both hold or neither."""
    chain = _CHAIN.one(db)
    last = _LAST.first(db, **chain)
    seq, previous = (last["seq"] + 1, last["hash"]) if last else (1, GENESIS)
    row = {
        **chain,
        "seq": seq,
        "at": at,
        "kind": event.kind,
        "subject": event.subject,
        "actor": event.actor,
        "data": msgspec.json.encode(event.data, order="deterministic").decode(),
        "previous": previous,
    }
    _INSERT.run(db, **row, hash=chain_hash(row))


def chain_hash(row: dict[str, Any]) -> str:
    """h(n) = SHA-256(h(n-1) and the canonical row)."""
    canonical = msgspec.json.encode(
        [
            row["previous"],
            str(row["register_id"]),
            row["epoch"],
            row["seq"],
            row["at"].isoformat(),
            row["kind"],
            row["subject"],
            row["actor"],
            row["data"],
        ]
    )
    return hashlib.sha256(canonical).hexdigest()


def first_broken(db: Session | Connection) -> int | None:
    """Walk the chain; returns the row id at which it does not hold, or None.

    Detects a changed, inserted, deleted or reordered row; a cut tail only
    against the backend's copy.
    """
    rows = db.execute(select(*_journal.columns).order_by(JournalEntry.id)).mappings()
    return _walk(rows, {})


def tail_broken(db: Session | Connection, last: int = 1000) -> int | None:
    """Walk the newest entries only, as every start does; else as `first_broken`."""
    newest = select(*_journal.columns).order_by(JournalEntry.id.desc()).limit(last)
    rows = [*reversed(db.execute(newest).mappings().all())]
    begun = {(row["register_id"], row["epoch"]): row for row in reversed(rows)}
    known = {key: (row["seq"], row["previous"]) for key, row in begun.items() if row["seq"] > 1}
    return _walk(rows, known)


def _walk(
    rows: Iterable[RowMapping], expected: dict[tuple[UUID, int], tuple[int, str]]
) -> int | None:
    """Return the id of the first row that does not continue its chain."""
    for row in rows:
        chain = (row["register_id"], row["epoch"])
        seq, previous = expected.get(chain, (1, GENESIS))
        if row["seq"] != seq or row["previous"] != previous or chain_hash(dict(row)) != row["hash"]:
            return int(row["id"])
        expected[chain] = (seq + 1, row["hash"])
    return None
