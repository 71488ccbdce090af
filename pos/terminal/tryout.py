"""Trying a reader out: a test payment that takes nothing, or words on its screen.

With a test key a card is asked for a small amount, held and let go: the
PaymentIntent is captured by hand, and here it never is. With a live key no
card is asked for at all: even a held amount is real money on somebody's card.
Words on the screen show that it is this reader and that it obeys.

A sale goes first: nothing is begun on a reader that is at work, for this till or
another, and what a sale put there meanwhile is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Any
from uuid import UUID

from pos.models.base import new_id
from pos.models.states import OpKind
from pos.terminal.minimums import MINIMUM_MINOR
from pos.terminal.operations import Answer, Outcome
from pos.terminal.posting import Gateway, Posts

PATIENCE_S = 60.0
_EVERY_S = 0.5
_SHOWN_S = 4.0
_HELD = "requires_capture"
_WAITING = frozenset({"requires_payment_method", "processing"})
_PAYMENT, _WORDS = "process_payment_intent", "set_reader_display"
_CONFIG = {"enable_customer_cancellation": True, "skip_tipping": True}

Watch = Callable[[str], object]
"""Told what is waited for: ``card`` or ``bank``."""


def amount_minor(currency: str) -> int:
    """Return what is asked for: minor units, 1.00 in most currencies, never below Stripe's least.

    In whole hundreds: test cards are declined by the last two digits.
    """
    return -(-MINIMUM_MINOR.get(currency, 1) // 100) * 100


class Tried(StrEnum):
    """How a try ended; in none of them was a card charged."""

    APPROVED = "approved"
    DECLINED = "declined"
    NO_CARD = "no_card"
    STOPPED = "stopped"
    SHOWN = "shown"
    TAKEN = "taken"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TryResult:
    """How it ended; ``answer`` is Stripe's where it failed, ``reason`` a decline's words."""

    tried: Tried
    answer: Answer | None = None
    reason: str = ""


class Tryout:
    """Tries one reader; belongs on a thread that may wait a minute."""

    def __init__(self, posts: Posts, gateway: Gateway, reader_id: str) -> None:
        self._posts, self._gateway, self._reader = posts, gateway, reader_id
        self._owner: UUID = new_id()

    def show(self, words: str, currency: str, stop: Event) -> TryResult:
        """Put words on the reader's screen for some seconds."""
        if self._is_taken(""):
            return TryResult(Tried.TAKEN)
        line = {"description": words[:60], "amount": 0, "quantity": 1}
        cart = {"currency": currency, "line_items": [line], "total": 0, "tax": 0}
        answer = self._once(OpKind.DISPLAY, self._reader, {"type": "cart", "cart": cart})
        if answer.outcome is not Outcome.OK:
            return TryResult(Tried.FAILED, answer)
        stop.wait(_SHOWN_S)
        self._clear("")
        return TryResult(Tried.SHOWN)

    def pay(self, currency: str, stop: Event, watch: Watch = lambda _: None) -> TryResult:
        """Hold a small amount on a test card and let it go; only ever with a test key."""
        if self._is_taken(""):
            return TryResult(Tried.TAKEN)
        made = self._once(OpKind.CREATE, "", _intent(currency, self._owner))
        if made.outcome is not Outcome.OK or made.body is None:
            return TryResult(Tried.FAILED, made)
        intent = str(made.body["id"])
        if self._posts.reader_in_use():
            return self._ended(intent, TryResult(Tried.TAKEN))
        params = {"payment_intent": intent, "process_config": _CONFIG}
        given = self._once(OpKind.PROCESS, self._reader, params)
        if given.outcome is not Outcome.OK:
            return self._ended(intent, TryResult(Tried.FAILED, given))
        watch("card")
        self._present_if_simulated(intent)
        return self._ended(intent, self._wait(intent, stop))

    def _present_if_simulated(self, intent: str) -> None:
        """Hold Stripe's test card to a reader that no hand can reach."""
        body = self._gateway.reader(self._reader).body or {}
        simulated = str(body.get("device_type")).startswith("simulated")
        if simulated and not self._posts.reader_in_use() and not _is_anothers(body, intent):
            self._once(OpKind.PRESENT, self._reader, {"type": "card_present"})

    def _wait(self, intent: str, stop: Event) -> TryResult:
        for _ in range(round(PATIENCE_S / _EVERY_S)):
            answer = self._gateway.intent(intent)
            ended = _outcome(answer)
            if ended is not None:
                return ended
            if self._posts.reader_in_use():
                return TryResult(Tried.TAKEN)
            if stop.wait(_EVERY_S):
                return TryResult(Tried.STOPPED)
        return TryResult(Tried.NO_CARD)

    def _ended(self, intent: str, result: TryResult) -> TryResult:
        """Leave nothing held, and the reader idle or to the sale that took it."""
        if result.tried is not Tried.APPROVED:
            self._clear(intent)
        self._once(OpKind.CANCEL_INTENT, intent, {})
        return result

    def _clear(self, intent: str) -> None:
        """Take what this try put on the reader off it."""
        if not self._is_taken(intent):
            self._once(OpKind.CANCEL_ACTION, self._reader, {})

    def _is_taken(self, intent: str) -> bool:
        """Say whether a sale has the reader, here or at another till."""
        if self._posts.reader_in_use():
            return True
        return _is_anothers(self._gateway.reader(self._reader).body or {}, intent)

    def _once(self, kind: OpKind, target: str, params: dict[str, Any]) -> Answer:
        return self._posts.once(kind, target, params, self._owner)


def _intent(currency: str, owner: UUID) -> dict[str, Any]:
    return {
        "amount": amount_minor(currency),
        "currency": currency,
        "allowed_payment_method_types": ["card_present"],
        "capture_method": "manual",
        "description": "Test payment of a new till, never captured",
        "metadata": {"tryout": str(owner)},
    }


def _is_anothers(reader: Mapping[str, Any], intent: str) -> bool:
    """Say whether the reader is at work for something else; words on it are nobody's work."""
    action = reader.get("action")
    if not isinstance(action, Mapping) or action.get("status") != "in_progress":
        return False
    if action.get("type") != _PAYMENT:
        return action.get("type") != _WORDS
    asked = action.get(_PAYMENT)
    return not (intent and isinstance(asked, Mapping) and asked.get("payment_intent") == intent)


def _outcome(answer: Answer) -> TryResult | None:
    if answer.outcome is not Outcome.OK or answer.body is None:
        return None  # no answer is no result: the next question tells
    error = answer.body.get("last_payment_error")
    if isinstance(error, dict):
        return TryResult(Tried.DECLINED, reason=str(error.get("message") or ""))
    status = answer.body.get("status")
    if status == _HELD:
        return TryResult(Tried.APPROVED)
    return None if status in _WAITING else TryResult(Tried.STOPPED)
