"""What one till was told, and what it may therefore send: the promises at the wire.

P3, P4, P5 and P7 are held against every POST before it leaves, P6 against
every row that concludes something. Only what the till itself has read counts,
never the true state at Stripe.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pos.models.states import CardPhase, OpKind, OpState
from pos.terminal.attempt import CardAttempt
from pos.terminal.operations import Answer, Operation, Outcome
from tests.simulation.disk import RefundRow, Rows
from tests.simulation.promises import BrokenPromiseError, must
from tests.simulation.world import Universe

_KEY_LIFE = timedelta(hours=24)
_OLD = timedelta(hours=19)
_APART = timedelta(minutes=10)
_BACK_OFF = timedelta(seconds=0.9)
_GONE = {"failed", "canceled"}
_SPENT = {"stored_error", "terminal_reader_timeout"}
_PAID, _UNPAID = {"succeeded"}, {"canceled"}


@dataclass(slots=True)
class _Sent:
    """One key: what left under it and what was heard."""

    op: Operation
    first: datetime
    last: datetime
    at: int = 0
    mood: int = 0
    answer: Answer | None = None

    @property
    def definite(self) -> bool:
        a = self.answer
        sure = a is not None and a.outcome in {Outcome.OK, Outcome.NO}
        return sure and a is not None and a.code != "terminal_reader_timeout"


@dataclass(slots=True)
class _Listing:
    at: int
    when: datetime
    found: frozenset[str]


@dataclass(slots=True)
class Watch:
    """``beat`` orders what was sent and heard; ``mood`` changes whenever a person interferes.

    ``seen`` are the PaymentIntents that the till has heard of.
    """

    u: Universe
    beat: int = 0
    mood: int = 0
    clock_doubted: bool = False
    delivered: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    sent: dict[str, _Sent] = field(default_factory=dict)
    newest: dict[tuple[UUID, OpKind], _Sent] = field(default_factory=dict)
    intents: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    readers: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    listings: defaultdict[str, list[_Listing]] = field(default_factory=lambda: defaultdict(list))
    unnoted: dict[str, Answer] = field(default_factory=dict)
    agreed: set[UUID] = field(default_factory=set)
    approved: set[UUID] = field(default_factory=set)

    def boots(self, rows: Rows) -> None:
        """Forget what lived in memory, as the till does, and every answer it had not noted."""
        known = {op.key: op for op in _operations(rows)}
        for key, answer in self.unnoted.items():
            if key not in known or not _is_noted(known[key], answer):
                self.sent[key].answer = None
        self.mood += 1
        self.agreed.clear()
        self.readers.clear()
        self.unnoted.clear()

    def agree(self, session_id: UUID) -> None:
        """Note that a person wants the customer to be asked for a card."""
        self.agreed.add(session_id)
        self.mood += 1

    # before a POST leaves

    def sending(self, op: Operation, account: str, rows: Rows) -> None:
        """Hold P3, P4, P5 and P7 against this sending."""
        self.beat += 1
        must(op.account == account, f"P4: {op.key} went to another account")
        must(_is_journalled(op, rows), f"P3: {op.key} left without its journal row")
        earlier, now = self.sent.get(op.key), self.u.now
        if earlier is not None:
            self._again(op, earlier)
        self._rules(op, rows)
        known = earlier or _Sent(op, now, now)
        known.last, known.at, known.mood, known.answer = now, self.beat, self.mood, None
        self.sent[op.key] = self.newest[op.owner, op.kind] = known

    def _again(self, op: Operation, earlier: _Sent) -> None:
        """Hold P4: the same bytes, in time, and not at once."""
        now, old = self.u.now, earlier.op
        same = (op.params, op.target, op.api_version) == (old.params, old.target, old.api_version)
        must(same, f"P4: {op.key} was sent again with other content")
        must(now - earlier.first <= _KEY_LIFE, f"P4: {op.key} sent after {now - earlier.first}")
        hurried = now - earlier.last < _BACK_OFF and earlier.mood == self.mood
        must(not hurried, f"case 7: {op.key} was sent again at once")

    def _rules(self, op: Operation, rows: Rows) -> None:
        before = self.newest.get((op.owner, op.kind))
        if op.kind is OpKind.PROCESS:
            self._process(op, before)
        elif op.kind is OpKind.CANCEL_ACTION:
            self._cancel_action(op, rows)
        elif op.kind is OpKind.CREATE and before is not None and before.op.key != op.key:
            no = before.answer is not None and before.answer.outcome is Outcome.NO
            must(no or bool(self._absent("*", op, before)), "P5: a second PaymentIntent was opened")
        elif op.kind is OpKind.REFUND:
            self._refund(op, before, rows)

    def _process(self, op: Operation, before: _Sent | None) -> None:
        must(op.owner in self.agreed, f"P7: {op.key} woke the reader without a person's click")
        if before is None:
            return
        if before.op.key != op.key and not before.definite:
            must(self._spent(before), f"P5: {op.key} is a new key, the last has no answer")
        at, action, status = self.readers.get(op.target, (0, "", ""))
        read, _ = self.intents.get(_of(op), (0, {}))
        fresh = read > before.at and (before.definite or at > before.at)
        must(fresh, f"P5: {op.key} was sent without a look at what became of the last")
        shows = at > before.at and action == _of(op) and status == "in_progress"
        must(not shows, f"P7: {op.key} was sent while the reader already asks for it")

    def _spent(self, sent: _Sent) -> bool:
        """Tell whether a key is of no use: arrived, timed out, a stored 500, or perhaps pruned."""
        a = sent.answer
        said = a is not None and (a.stored_error or a.code == "terminal_reader_timeout")
        had_it = self.delivered.get(_of(sent.op), 0) > sent.at
        return said or had_it or self.clock_doubted or self.u.now - sent.first > _OLD

    def _cancel_action(self, op: Operation, rows: Rows) -> None:
        attempt = rows.sessions[op.owner].attempt
        _, action, status = self.readers.get(op.target, (0, "", ""))
        ours = attempt is not None and action == attempt.intent_id and status == "in_progress"
        must(ours, f"P7: {op.key} cleared a reader that was not seen with our payment")

    def _refund(self, op: Operation, before: _Sent | None, rows: Rows) -> None:
        row = rows.refunds[op.owner]
        payment = rows.payments[row.payment_id]
        must(payment.reserved >= row.attempt.amount_minor, "I4: a refund left unreserved")
        if before is None or before.op.key == op.key:
            return
        stored = before.answer is not None and before.answer.stored_error
        failed = before.definite or self.ended.get(str(op.owner), 0) > before.at
        if failed or stored:
            must(op.owner in self.approved, f"P5: {op.key} is a new key that nobody allowed")
        if failed:
            return
        looks = self._absent(op.target, op, before)
        twice = bool(looks) and looks[-1].when - looks[0].when >= _APART
        must(twice, f"P5: {op.key} is a new key although the refund may be there")

    def _absent(self, where: str, op: Operation, before: _Sent) -> list[_Listing]:
        """Return the listings since then that did not show what ``op`` would make."""
        found = self.listings[where]
        return [it for it in found if it.at > before.at and str(op.owner) not in it.found]

    # after an answer

    def heard(self, op: Operation, answer: Answer) -> None:
        """Note an answer; the journal must know it before the next thing happens."""
        self.beat += 1
        self.sent[op.key].answer = answer
        self.unnoted[op.key] = answer
        if answer.intent is not None:
            self._read(answer.intent)
        if op.kind is OpKind.PROCESS and answer.outcome is Outcome.OK:
            self.agreed.discard(op.owner)  # asked once; a person decides about the next time

    def saw(self, body: Mapping[str, Any]) -> None:
        """Note what a GET of an object told."""
        self.beat += 1
        if body["object"] == "payment_intent":
            self._read(body)
        elif body["object"] == "refund" and body["status"] in _GONE:
            self.ended[body["metadata"].get("refund", "")] = self.beat
        elif body["object"] == "terminal.reader":
            action = body["action"] or {}
            intent = action.get("process_payment_intent", {}).get("payment_intent", "")
            self.delivered[intent] = self.beat
            self.readers[body["id"]] = (self.beat, intent, action.get("status", ""))

    def _read(self, body: Mapping[str, Any]) -> None:
        self.seen.add(body["id"])
        self.intents[body["id"]] = (self.beat, body)

    def listed(self, where: str, found: frozenset[str]) -> None:
        """Note a listing: of the PaymentIntents (``*``), or of one's refunds."""
        self.beat += 1
        self.listings[where].append(_Listing(self.beat, self.u.now, found))

    # what is on the disk

    def concluding(self, before: CardAttempt, after: CardAttempt) -> None:
        """Hold P6: PAID and NOT PAID are only ever concluded from a PaymentIntent that was read."""
        _keeps_the_journal(before, after)
        self._closes_with_an_answer(before, after)
        if after.phase is before.phase:
            return
        read, body = self.intents.get(after.intent_id, (0, {}))
        if after.phase is CardPhase.SUCCEEDED:
            must(body.get("status") in _PAID, "P6: paid, and the PaymentIntent was not read so")
            _holds_what_is_due(after, body)
        elif after.phase is CardPhase.CANCELED and after.intent_id:
            must(body.get("status") in _UNPAID, "P6: not paid, and it was not read as canceled")
        elif after.phase is CardPhase.CANCELED:
            lost = any(op.kind is OpKind.CREATE and op.may_have_run for op in after.ops)
            must(not lost, "case 3: given up, and nobody asked what became of the create")
        elif after.phase is CardPhase.DECLINED:
            at, _, _ = self.readers.get(after.reader_id, (0, "", ""))
            must(read > at, "case 41: declined by the reader's word, the PaymentIntent not read")
        elif after.phase is CardPhase.CLOSED:
            checked = before.phase is CardPhase.NEEDS_CHECK
            must(checked, "P8: closed, and there was nothing to check")

    def _closes_with_an_answer(self, before: CardAttempt, after: CardAttempt) -> None:
        """Hold P3: a call ends in the journal as refused only if that was heard, or looked for."""
        now = {op.key: op for op in after.ops}
        for op in before.ops:
            if op.is_open and now[op.key].state is OpState.NO:
                sent = self.sent.get(op.key)
                answer = sent.answer if sent else None
                heard = answer is not None and answer.outcome is Outcome.NO
                looked = now[op.key].code == "not_found_by_listing"
                must(heard or looked, f"P3: {op.key} was closed, and nobody had an answer")

    def noted(self, rows: Rows) -> None:
        """Hold P3: what was answered is in the journal."""
        for key, answer in self.unnoted.items():
            op = next((op for op in _operations(rows) if op.key == key), None)
            lost = op is None or op.state is OpState.SENT
            wrong = op is not None and answer.outcome is Outcome.OK and op.state is not OpState.OK
            must(not lost and not wrong, f"P3: the answer to {key} was not journalled")
        self.unnoted.clear()


def _is_noted(op: Operation, answer: Answer) -> bool:
    if answer.outcome in {Outcome.OK, Outcome.NO} and answer.code != "terminal_reader_timeout":
        return op.state in {OpState.OK, OpState.NO}
    return op.state is not OpState.SENT and answer.stored_error <= op.replays_an_error


def _keeps_the_journal(before: CardAttempt, after: CardAttempt) -> None:
    now = {op.key: op for op in after.ops}
    for op in before.ops:
        must(op.key in now, f"P3: {op.key} vanished from the journal")
        again = now[op.key].sends > op.sends
        answered = op.state in {OpState.OK, OpState.NO} or op.code in _SPENT
        must(not (again and answered), f"P5: {op.key} was answered and is sent again")


def _holds_what_is_due(a: CardAttempt, body: Mapping[str, Any]) -> None:
    told = (body["amount"], body["amount_received"], body["currency"], body["metadata"]["attempt"])
    due = (a.amount_minor, a.amount_minor, a.currency, str(a.id))
    must(told == due, f"P6: paid with {told}, due is {due}")


def _operations(rows: Rows) -> list[Operation]:
    owners = [*rows.sessions.values(), *rows.refunds.values()]
    return [op for owner in owners if owner.attempt for op in owner.attempt.ops]


def _is_journalled(op: Operation, rows: Rows) -> bool:
    owner: Any = rows.sessions.get(op.owner) or rows.refunds.get(op.owner)
    if owner is None or owner.attempt is None:
        return False
    if isinstance(owner, RefundRow) and not owner.is_open:
        raise BrokenPromiseError(f"I4: {op.key} left for a refund that is {owner.attempt.state}")
    one = all(o.account == op.account for o in owner.attempt.ops)
    must(one, f"case 69: {op.key} left for another account than the payment's")
    stored = next((o for o in owner.attempt.ops if o.key == op.key), None)
    return stored is not None and stored.params == op.params and stored.sends > 0


def _of(op: Operation) -> str:
    """Return the PaymentIntent that a process call is about."""
    return op.params.split('"payment_intent":"')[1].split('"')[0]
