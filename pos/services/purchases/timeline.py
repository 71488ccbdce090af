"""An order's story out of the journal, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from pos.models.base import table_of
from pos.models.sync import JournalEntry, OutboxEntry
from pos.money import format_minor
from pos.services.purchases.views import TimelineItem
from pos.services.sync.outbox import REFUND
from pos.services.tenders import tender_name

_journal = table_of(JournalEntry)
_outbox = table_of(OutboxEntry)

_WORDS = {
    "card_canceled": "Card payment canceled; the customer was not charged",
    "card_cancelling": "Card payment is being canceled",
    "card_closed": "Card payment closed by a person",
    "card_created": "Card payment opened",
    "card_declined": "Declined; the customer was not charged",
    "card_dispatched": "Reader asked for a card",
    "card_intent": "Card payment begun",
    "card_needs_check": "Payment not confirmed; checking with Stripe",
    "card_refused": "Card payment refused; the customer was not charged",
    "card_succeeded": "Card approved",
    "payment_closed": "Closed by a person",
    "payment_parked": "Set aside while the payment is checked",
    "receipt_reprinted": "Receipt printed again",
    "refund_canceled": "Refund withdrawn",
    "refund_failed": "Refund failed; the money was not returned",
    "refund_pending": "Refund accepted, not completed yet",
    "refund_planned": "Refund planned",
    "refund_requested": "Refund requested",
    "refund_sent": "Refund sent",
    "refund_succeeded": "Refunded",
    "refund_unknown": "Refund not confirmed; checking",
    "sync_discarded": "Discarded, so the backend will not have it",
}


def timeline(
    db: Connection,
    subjects: Sequence[UUID],
    keys: Sequence[UUID],
    currency: str,
    zone: tzinfo | None,
) -> tuple[TimelineItem, ...]:
    """Return what the journal says of ``subjects`` and the outbox of ``keys``, oldest first."""
    query = select(_journal).where(_journal.c.subject.in_([str(one) for one in subjects]))
    found = [_item(row, currency, zone) for row in db.execute(query.order_by(_journal.c.id))]
    return tuple(sorted(found + _told(db, keys, zone), key=lambda item: item.at))


def _item(row: Any, currency: str, zone: tzinfo | None) -> TimelineItem:
    data: dict[str, Any] = msgspec.json.decode(row.data)
    return TimelineItem(
        row.at.astimezone(zone), _text(row.kind, data, currency), row.actor, row.kind
    )


def _text(kind: str, data: dict[str, Any], currency: str) -> str:
    words = _WORDS.get(kind) or kind.replace("_", " ").capitalize()
    if kind == "order_paid":
        words = f"Paid as {data.get('number', '')}"
    elif kind == "tender_opened":
        words = f"{tender_name(str(data.get('provider', '')))} chosen"
    parts = [words, _amount(data, currency), *(_said(k, data[k]) for k in _SAID if data.get(k))]
    return " · ".join(part for part in parts if part)


_SAID = ("last4", "reason", "copy", "code")


def _said(key: str, value: object) -> str:
    return f"card ·· {value}" if key == "last4" else str(value).replace("_", " ")


def _amount(data: dict[str, Any], currency: str) -> str:
    amount = data.get("amount", data.get("total"))
    if not isinstance(amount, int):
        return ""
    return format_minor(amount, str(data.get("currency", currency)))


def _told(db: Connection, keys: Sequence[UUID], zone: tzinfo | None) -> list[TimelineItem]:
    """Tell when the backend stored the order and its refunds."""
    query = select(_outbox.c.kind, _outbox.c.sent_at).where(
        _outbox.c.key.in_(keys), _outbox.c.sent_at.is_not(None)
    )
    return [_stored(row, zone) for row in db.execute(query.order_by(_outbox.c.seq))]


def _stored(row: Any, zone: tzinfo | None) -> TimelineItem:
    words = "Refund stored at the backend" if row.kind == REFUND else "Stored at the backend"
    return TimelineItem(row.sent_at.astimezone(zone), words, "", "synced")
