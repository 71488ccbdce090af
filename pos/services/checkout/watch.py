"""What the journal remembers of a card attempt: every change of phase, with its reason."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from pos.services.journal import Event, record
from pos.services.shop import Clock
from pos.terminal.attempt import CardAttempt


def journal_attempts(clock: Clock) -> Callable[[Connection, CardAttempt, CardAttempt], None]:
    """Return a watcher that journals inside the attempt's own transaction."""

    def watch(db: Connection, before: CardAttempt, after: CardAttempt) -> None:
        changed = (before.phase, before.wish, before.notice, before.parked)
        if changed == (after.phase, after.wish, after.notice, after.parked):
            return
        data = {
            "session": str(after.id),
            "phase": after.phase.value,
            "wish": after.wish.value,
            "amount": after.amount_minor,
            "currency": after.currency,
            "intent": after.intent_id,
            "code": after.notice.code,
            "last4": after.card.last4,
        }
        record(db, Event(f"card_{after.phase.value}", str(after.run_id), data), clock())

    return watch
