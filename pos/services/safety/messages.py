"""Whether what still waits to be told to the backend is what happened.

The bytes of a message are frozen, so a bit that turns over in them is sent
for ever. Its digest was written with it, and until it is sent, it can be made
again from the rows and compared.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from pos.backend.wire import PurchaseIn, RefundIn, decode
from pos.models.sync import OutboxEntry
from pos.services.sync.bodies import purchase_message, read_sold, refund_message
from pos.services.sync.outbox import PURCHASE, REFUND

_NAMES = ("staff_name", "customer_name", "customer_email", "status")
"""What may have changed since: people are renamed and forgotten, a refund settles."""


def unfaithful(db: Connection, at_most: int) -> str | None:
    """Return the label of a waiting message that does not say what the rows say; -1: of all."""
    waiting = (
        select(
            OutboxEntry.key,
            OutboxEntry.kind,
            OutboxEntry.body,
            OutboxEntry.digest,
            OutboxEntry.label,
        )
        .where(OutboxEntry.sent_at.is_(None), OutboxEntry.discarded_at.is_(None))
        .where(OutboxEntry.kind.in_((PURCHASE, REFUND)), OutboxEntry.body != b"")
        .order_by(OutboxEntry.seq.desc())
        .limit(at_most)
    )
    return next((row.label for row in db.execute(waiting).all() if not _faithful(db, row)), None)


def _faithful(db: Connection, row: Any) -> bool:
    made: msgspec.Struct
    if row.digest and row.digest != hashlib.sha256(row.body).hexdigest():
        return False
    try:
        if row.kind == PURCHASE:
            told: msgspec.Struct = decode(bytes(row.body), PurchaseIn)
            made = purchase_message(read_sold(db, row.key))
        else:
            refund = decode(bytes(row.body), RefundIn)
            told, made = refund, refund_message(db, refund.id)
    except (msgspec.DecodeError, ValueError, LookupError):
        return False
    return _bare(told) == _bare(made)


def _bare(message: msgspec.Struct) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(message)
    return {name: value for name, value in fields.items() if name not in _NAMES}
