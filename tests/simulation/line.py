"""`StripePort` of one till: the wire, with its faults, and the watch that sits on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pos.models.states import OpKind
from pos.terminal.operations import Answer, Operation, Outcome
from tests.simulation.promises import must
from tests.simulation.stripe_model import ACCOUNT, LOST, Stripe, ok

if TYPE_CHECKING:
    from tests.simulation.till import Till

API = "2026-10-28.endive"
_MISSING = Answer(Outcome.NO, status=404, code="resource_missing")
_GONE = {"failed", "canceled"}


class Line:
    """``account`` follows the key that the till has at the moment."""

    api_version = API

    def __init__(self, stripe: Stripe, till: Till) -> None:
        self._stripe, self._till = stripe, till
        self._known: datetime | None = None

    @property
    def account(self) -> str:
        return self._till.key

    @property
    def server_now(self) -> datetime | None:
        return self._stripe.u.now if self._known else None

    def post(self, op: Operation) -> Answer:
        watch = self._till.watch
        watch.sending(op, self.account, self._till.disk.rows)
        answer = self._stripe.post(op) if self.account == ACCOUNT else self._elsewhere(op)
        watch.heard(op, answer)
        return self._heard(answer)

    def _elsewhere(self, op: Operation) -> Answer:
        """Answer as the account of a wrong key does: it may not charge and knows none of ours."""
        if op.kind is OpKind.CREATE:
            return Answer(Outcome.NO, status=400, code="account_cannot_charge")
        return _MISSING

    def intent(self, intent_id: str) -> Answer:
        if self._stripe.u.chance(self._stripe.u.hazard / 30):
            return self._heard(_MISSING)  # a node that has not heard of it: never "not paid"
        found = self._stripe.intents[intent_id]
        return self._look(lambda: ok(found.body(), self._stripe.u.now))

    def reader(self, reader_id: str) -> Answer:
        return self._look(self._stripe.readers[reader_id].read)

    def refund(self, refund_id: str) -> Answer:
        return self._look(lambda: ok(self._stripe.refunds[refund_id].body(), self._stripe.u.now))

    def intents_since(self, since: datetime) -> Answer:
        window = since - timedelta(hours=1)
        blind = self._known is None  # by the till's own clock, which may be wrong
        everything = [i for i in self._stripe.intents.values() if i.status != "canceled"]
        found = [i.body() for i in everything if i.created >= window]
        answer = self._look(lambda: ok({"data": found}, self._stripe.u.now))
        told = _told(answer)
        if told is not None and not blind:
            self._till.watch.listed("*", frozenset(i["metadata"]["attempt"] for i in told))
        if told is not None and self.account == ACCOUNT:
            wondered = {i.id: i.created for i in everything if self._unknown(i.metadata["attempt"])}
            lost = {name for name, created in wondered.items() if created < window}
            must(blind or not lost, f"case 12: the listing looked past {lost}")
            self._till.watch.seen |= wondered.keys()
        return answer

    def _unknown(self, attempt_id: str) -> bool:
        """Tell whether this is the attempt that wonders what became of its create."""
        asking = self._till.card.stepping
        row = self._till.disk.rows.sessions.get(asking) if asking else None
        a = row.attempt if row and str(asking) == attempt_id else None
        return a is not None and not a.intent_id and not a.is_settled

    def refunds_of(self, intent_id: str) -> Answer:
        found = [r.body() for r in self._stripe.refunds.values() if r.intent == intent_id]
        answer = self._look(lambda: ok({"data": found}, self._stripe.u.now))
        told = _told(answer)
        if told is not None:
            alive = [r["metadata"].get("refund", "") for r in told if r["status"] not in _GONE]
            self._till.watch.listed(intent_id, frozenset(alive))
        return answer

    def _look(self, read: Callable[[], Answer]) -> Answer:
        u = self._stripe.u
        must(bool(self.account), "P4: something was asked without a key")
        u.power_cut()
        if self._stripe.down or u.wrong():
            return LOST
        if self.account != ACCOUNT:  # it has none of ours; its lists are empty
            is_list = "data" in (read().body or {})
            return self._heard(ok({"data": []}, u.now) if is_list else _MISSING)
        answer = self._heard(read())
        if answer.body is not None and "object" in answer.body:
            self._till.watch.saw(answer.body)
        u.power_cut()
        return answer

    def _heard(self, answer: Answer) -> Answer:
        if answer.status is not None:
            self._known = self._stripe.u.now
        return answer


def _told(answer: Answer) -> list[dict[str, Any]] | None:
    return answer.body["data"] if answer.body is not None else None
