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
    for item in changed:
        _write(db, item, is_known=item.id in known, keep_words=item.id in pending, now=now)
    erased = [item.id for item in changed if item.erased]
    if erased:
        erasure.note(db, erased, now)
    erasure.scrub(db)
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


def _write(
    db: Connection, item: CustomerOut, *, is_known: bool, keep_words: bool, now: datetime
) -> None:
    words = {} if keep_words and not item.erased else _words(item)
    values = {**words, "version": item.version, "erased": item.erased}
    if is_known:
        db.execute(update(Profile).where(Profile.id == item.id).values(**values))
    else:
        business_id = db.execute(select(Business.id)).scalar_one()
        row = {**values, "id": item.id, "business_id": business_id, "created_at": now}
        db.execute(insert(Profile).values(**row))
    _write_balances(db, item)


def _write_balances(db: Connection, item: CustomerOut) -> None:
    values: dict[str, Any] = {
        "account_balance_minor": item.credit_balance_minor,
        "service_credits": item.service_credits,
    }
    if item.erased:
        values["stripe_customer_id"] = None
    row = upsert(ProfilePaymentData).values(profile_id=item.id, **values)
    db.execute(row.on_conflict_do_update(index_elements=["profile_id"], set_=values))


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
        "search": finding.search_text(name, email, tax_id),
    }
