"""Small questions that both halves of the card machine ask. Pure."""

from __future__ import annotations

from pos.terminal.attempt import CardAttempt, Context, Situation
from pos.terminal.facts import ReaderFacts
from pos.terminal.operations import Operation, pause

SECOND_CHANCES = 3
"""Sends of one intention after timeouts, and tries to free the reader (case 19)."""
_LONGEST_WAIT = 60.0


def in_the_dark(a: CardAttempt) -> Situation:
    """Nobody answers; what it means depends on whether the reader was ever asked."""
    return Situation.UNKNOWN if a.reader_was_asked else Situation.UNREACHABLE


def look_pause(a: CardAttempt) -> float:
    """Return the seconds until the next look, growing while nobody answers."""
    return pause(a.looks).total_seconds()


def not_yet(op: Operation, c: Context) -> float:
    """Return the seconds to wait before this operation may go out again, or 0.

    A clock that was set back must not strand it: no wait of ours is over a minute.
    """
    left = (op.not_before - c.now).total_seconds() if op.not_before else 0.0
    return left if 0 < left <= _LONGEST_WAIT else 0.0


def seconds_since(op: Operation, c: Context) -> float:
    """Return how long ago an operation was first sent; a clock set back counts as long ago."""
    if op.first_sent_at is None:
        return 0.0
    passed = (c.now - op.first_sent_at).total_seconds()
    return passed if passed >= 0 else _LONGEST_WAIT


def is_ours(a: CardAttempt, reader: ReaderFacts) -> bool:
    """Compare before acting: only an action on our own PaymentIntent is ours."""
    return reader.action == "process_payment_intent" and reader.intent == a.intent_id
