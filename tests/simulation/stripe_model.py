"""Stripe as far as the till can tell, with everything that can go wrong on the way.

24 h key expiry, stored 4xx and 500, in-flight 409, 429, answers lost before
and after execution, late execution, one reader slot with replacement, declines,
customer cancels, a cancel racing a confirm, a charge behind a reported failure,
a reader that restarts at midnight.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from pos.models.states import OpKind
from pos.terminal.operations import Answer, Operation, Outcome
from tests.simulation.reader_model import Reader
from tests.simulation.world import Universe, some_of

_KEY_LIFE = timedelta(hours=24)
_GOES_WRONG = (
    *("before", "after", "after", "late", "slow"),
    *("500", "500 done", "500 late", "429", "401"),
)
_POSTS = (OpKind.CREATE, OpKind.PROCESS, OpKind.CANCEL_INTENT, OpKind.REFUND)
_OFTEN = 0.6
ACCOUNT = "test:shop"


@dataclass(slots=True)
class Intent:
    """A PaymentIntent; ``charges`` counts successes and must never pass one."""

    id: str
    amount: int
    currency: str
    metadata: dict[str, str]
    created: datetime
    status: str = "requires_payment_method"
    received: int = 0
    charges: int = 0
    short: int = 0
    error: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        return {
            "object": "payment_intent",
            "id": self.id,
            "status": self.status,
            "amount": self.amount,
            "amount_received": self.received,
            "currency": self.currency,
            "metadata": dict(self.metadata),
            "last_payment_error": dict(self.error) or None,
            "latest_charge": {
                "payment_method_details": {"card_present": {"brand": "visa", "last4": "4242"}}
            },
        }


@dataclass(slots=True)
class Refund:
    """A refund at Stripe."""

    id: str
    intent: str
    amount: int
    metadata: dict[str, str]
    status: str = "succeeded"

    def body(self) -> dict[str, Any]:
        return {
            "object": "refund",
            "id": self.id,
            "status": self.status,
            "amount": self.amount,
            "metadata": dict(self.metadata),
        }


@dataclass(slots=True)
class _Stored:
    """What a key replays; ``answer`` is None while its first sending still runs."""

    params: str
    first: datetime
    answer: Answer | None


class Stripe:
    """One account with its readers; true state that no fault can hide from the checker."""

    def __init__(self, universe: Universe) -> None:
        self.u = universe
        self.intents: dict[str, Intent] = {}
        self.refunds: dict[str, Refund] = {}
        self.readers: dict[str, Reader] = {}
        self.sent: list[tuple[str, str, str]] = []  # key, params, what became of it
        self.down = False
        self._troubles = some_of(universe.rng, _GOES_WRONG)
        self._pending = universe.rng.choice((0.0, 0.15, 0.15, 0.8))
        self._focus = universe.rng.choice((None,) * 6 + _POSTS)
        self._keys: dict[str, _Stored] = {}
        self._numbers = count(1)

    # POST

    def post(self, op: Operation) -> Answer:
        """Take one sending, with whatever the network makes of it."""
        self.u.power_cut()  # between the journal row and the first byte
        answer = self._faulty(op) if self._goes_wrong(op) else self._handle(op)
        self.u.tell("stripe", f"POST {op.key.split(':')[0]} {op.n}", answer=answer.outcome.value)
        self.u.power_cut()  # received, not yet committed
        return answer

    def _goes_wrong(self, op: Operation) -> bool:
        """Tell whether this sending fails; in some runs only one kind does, and often."""
        if self._focus is None or self.down:
            return self.down or self.u.wrong()
        return op.kind is self._focus and self.u.chance(_OFTEN)

    def _faulty(self, op: Operation) -> Answer:
        """Choose how this sending goes wrong."""
        if self.down:
            return LOST
        kind = self.u.rng.choice(self._troubles)
        self.sent.append((op.key, op.params, kind))
        if kind == "before":
            return LOST
        if kind == "429":
            return Answer(Outcome.HELD, status=429, code="rate_limit")
        if kind == "401":
            return Answer(Outcome.HELD, status=401)
        if kind == "slow":
            self.u.advance(self.u.rng.uniform(1, 30))
            return self._handle(op)
        return self._half_done(op, kind)

    def _half_done(self, op: Operation, kind: str) -> Answer:
        known = self._known(op)
        if known is not None:
            return known if kind.startswith("500") else LOST
        if kind == "late":
            self._keys[op.key] = _Stored(op.params, self.u.now, None)
            self.u.at(self.u.rng.uniform(2, 120), lambda: self._finish_late(op))
            return LOST
        if kind.startswith("500"):
            if kind == "500 done":
                self._execute(op)
            elif kind == "500 late":
                self.u.at(self.u.rng.uniform(2, 120), lambda: self._execute(op))
            answer = Answer(Outcome.UNKNOWN, status=500, code="api_error", stored_error=True)
            self._keys[op.key] = _Stored(op.params, self.u.now, answer)
            return answer
        self._run(op)
        return LOST

    def _handle(self, op: Operation) -> Answer:
        """Answer as Stripe does when nothing is in the way."""
        known = self._known(op)
        if known is not None:
            return known
        return self._run(op)

    def _known(self, op: Operation) -> Answer | None:
        stored = self._keys.get(op.key)
        if stored is not None and self.u.now - stored.first > _KEY_LIFE:
            del self._keys[op.key]
            stored = None
        if stored is None:
            return None
        if stored.params != op.params:
            return Answer(Outcome.NO, status=400, code="idempotency_error")
        if stored.answer is None:
            return Answer(Outcome.IN_FLIGHT, status=409, code="idempotency_key_in_use")
        return stored.answer

    def _run(self, op: Operation) -> Answer:
        answer = self._execute(op)
        self._keys[op.key] = _Stored(op.params, self.u.now, answer)
        self.sent.append((op.key, op.params, "done"))
        return answer

    def _finish_late(self, op: Operation) -> None:
        self.u.tell("stripe", f"late {op.kind} runs now", key=op.n)
        self._keys[op.key] = _Stored(op.params, self.u.now, self._execute(op))

    def _execute(self, op: Operation) -> Answer:
        params = json.loads(op.params)
        does: dict[OpKind, Callable[[Operation, dict[str, Any]], Answer]] = {
            OpKind.CREATE: self._create,
            OpKind.PROCESS: self._process,
            OpKind.CANCEL_ACTION: self._cancel_action,
            OpKind.CANCEL_INTENT: self._cancel_intent,
            OpKind.REFUND: self._refund,
        }
        return does[op.kind](op, params)

    def _create(self, _op: Operation, params: dict[str, Any]) -> Answer:
        intent = Intent(
            f"pi_{next(self._numbers)}",
            params["amount"],
            params["currency"],
            params["metadata"],
            self.u.now,
        )
        self.intents[intent.id] = intent
        return ok(intent.body(), self.u.now)

    def _process(self, op: Operation, params: dict[str, Any]) -> Answer:
        return self.readers[op.target].process(self.intents[params["payment_intent"]])

    def _cancel_action(self, op: Operation, _params: dict[str, Any]) -> Answer:
        return self.readers[op.target].cancel_action()

    def _cancel_intent(self, op: Operation, _params: dict[str, Any]) -> Answer:
        intent = self.intents[op.target]
        if intent.status != "requires_payment_method":
            code = "payment_intent_unexpected_state"
            return Answer(Outcome.NO, status=400, code=code, intent=intent.body())
        intent.status = "canceled"
        return ok(intent.body(), self.u.now)

    def _refund(self, _op: Operation, params: dict[str, Any]) -> Answer:
        intent = self.intents[params["payment_intent"]]
        done = sum(r.amount for r in self.refunds.values() if r.intent == intent.id and _counts(r))
        if intent.status != "succeeded" or done + params["amount"] > intent.received:
            return Answer(Outcome.NO, status=400, code="charge_already_refunded")
        refund = Refund(
            f"re_{next(self._numbers)}", intent.id, params["amount"], params["metadata"]
        )
        self.refunds[refund.id] = refund
        if self.u.chance(self._pending):
            refund.status = "pending"
            ends = self.u.rng.choice(("succeeded", "failed"))
            longest = self.u.rng.choice((30.0, 600.0, 3 * 86400.0))
            self.u.at(self.u.rng.uniform(5, longest), lambda: _end(refund, ends))
        return ok(refund.body(), self.u.now)


LOST = Answer(Outcome.UNKNOWN, message="no answer")


def ok(body: dict[str, Any], now: datetime) -> Answer:
    """Return an object of Stripe's."""
    return Answer(Outcome.OK, body, status=200, server_date=now)


def _counts(refund: Refund) -> bool:
    return refund.status not in {"failed", "canceled"}


def _end(refund: Refund, status: str) -> None:
    if refund.status == "pending":
        refund.status = status
