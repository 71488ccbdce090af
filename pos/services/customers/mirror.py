"""What the backend says about customers, written into the mirror."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from pos.backend.wire import CustomerOut
from pos.models.people import Profile, ProfilePaymentData
from pos.models.shop import Business
from pos.models.sync import OutboxEntry
from pos.services.customers import erasure, finding
from pos.services.fields import digits


def apply(db: Connection, items: Sequence[CustomerOut], now: datetime) -> int:
    """Write what is newer than the mirror; returns how many customers differed."""
    newest = {item.id: item for item in sorted(items, key=lambda item: item.version)}
    known = _versions(db, list(newest))
    changed = [item for key, item in newest.items() if item.version > known.get(key, -1)]
    pending = _pending(db, [item.id for item in changed])
    _insert(db, [item for item in changed if item.id not in known], now)
    for item in changed:
        if item.id in known:
            _update(db, item, keep_words=item.id in pending)
    _write_balances(db, changed)
    erased = [item.id for item in changed if item.erased]
    if erased:
        erasure.note(db, erased, now)
    erasure.scrub(db)
    erasure.merge_index(db, begin=bool(erased))
    return len(changed)


def _versions(db: Connection, ids: list[UUID]) -> dict[UUID, int]:
    query = select(Profile.id, Profile.version).where(Profile.id.in_(ids))
    return {row.id: row.version for row in db.execute(query)}


def _pending(db: Connection, ids: list[UUID]) -> set[UUID]:
    """Return those that were made here and of which the backend's answer is not known."""
    query = select(OutboxEntry.key).where(
        OutboxEntry.key.in_(ids), OutboxEntry.sent_at.is_(None), OutboxEntry.discarded_at.is_(None)
    )
    return set(db.scalars(query))


def _insert(db: Connection, items: Sequence[CustomerOut], now: datetime) -> None:
    """Insert a page in one statement: the write lock is held no longer than it must."""
    if not items:
        return
    business_id = db.execute(select(Business.id)).scalar_one()
    same = {"business_id": business_id, "created_at": now}
    db.execute(insert(Profile), [{**_columns(item), **same, "id": item.id} for item in items])


def _update(db: Connection, item: CustomerOut, *, keep_words: bool) -> None:
    columns = _columns(item)
    if keep_words and not item.erased:
        columns = {key: columns[key] for key in ("version", "erased")}
    db.execute(update(Profile).where(Profile.id == item.id).values(**columns))


def _write_balances(db: Connection, items: Sequence[CustomerOut]) -> None:
    if not items:
        return
    row = upsert(ProfilePaymentData)
    names = ("account_balance_minor", "service_credits")
    told = {name: row.excluded[name] for name in names}
    statement = row.on_conflict_do_update(index_elements=["profile_id"], set_=told)
    db.execute(statement, [_balances(item) for item in items])
    gone = [item.id for item in items if item.erased]
    theirs = update(ProfilePaymentData).where(ProfilePaymentData.profile_id.in_(gone))
    db.execute(theirs.values(stripe_customer_id=None))


def _balances(item: CustomerOut) -> dict[str, Any]:
    return {
        "profile_id": item.id,
        "account_balance_minor": item.credit_balance_minor,
        "service_credits": item.service_credits,
    }


def _columns(item: CustomerOut) -> dict[str, Any]:
    return {**_words(item), "version": item.version, "erased": item.erased}


def _words(item: CustomerOut) -> dict[str, str]:
    blank = item.erased  # whatever the backend sent with it
    name, phone, email, tax_id = (
        "" if blank else text for text in (item.name, item.phone, item.email, item.tax_id)
    )
    return {
        "name": name,
        "phone": phone,
        "phone_digits": digits(phone),
        "email": email.lower(),
        "tax_id": tax_id,
        "search": finding.search_text(name, email, tax_id, phone),
    }
