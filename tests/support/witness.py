"""Watches every call that leaves a till, from outside the till's own code.

Before a POST it looks into the database through a connection of its own: the
row must be committed, the write lock free. It also arms crashes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from pos.app.build import Till
from pos.models.states import CardPhase, OpKind
from pos.terminal.operations import Answer, Operation, Outcome

BEFORE_JOURNAL, BEFORE_SEND, AFTER_ANSWER = "before_journal", "before_send", "after_answer"


class Crash(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class Event:
    """One call: a POST with its key and how it was answered, or a look at something."""

    what: str  # send | post | intent | reader | intents | refunds | refund
    about: str  # the key of a POST, else the id of what was looked at
    outcome: str
    code: str = ""


@dataclass
class Witness:
    """What it saw. ``reads`` has every (status, amount received) the till read of an intent."""

    db: Path
    events: list[Event] = field(default_factory=list)
    reads: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    _asleep: set[UUID] = field(default_factory=set)
    _crash: tuple[str, OpKind] | None = None

    def watch(self, till: Till) -> None:
        """Stand between a till and its gateway and store."""
        self._watch_gateway(till.gateway)
        store = till.stripe._store
        save, save_refund = store.save, store.save_refund

        def saved(before: Any, after: Any) -> Any:
            self._journal(before, after)
            return save(before, after)

        def refund_saved(before: Any, after: Any) -> None:
            self._journal(before, after)
            save_refund(before, after)

        store.save, store.save_refund = saved, refund_saved

    def _watch_gateway(self, gateway: Any) -> None:
        post = gateway.post

        def posted(op: Operation) -> Answer:
            self._before(op)
            answer = post(op)
            self._pull(AFTER_ANSWER, op.kind)
            self._note("post", op.key, answer)
            return answer

        gateway.post = posted
        looks = {
            "intent": "intent",
            "reader": "reader",
            "refund": "refund",
            "intents": "intents_since",
            "refunds": "refunds_of",
        }
        for what, name in looks.items():
            setattr(gateway, name, self._look(what, getattr(gateway, name)))

    def _look(self, what: str, call: Any) -> Any:
        def looked(about: Any) -> Answer:
            answer = call(about)
            self._note(what, str(about), answer)
            return answer

        return looked

    def _note(self, what: str, about: str, answer: Answer) -> None:
        self.events.append(Event(what, about, answer.outcome.value, answer.code or ""))
        body = answer.body if answer.outcome is Outcome.OK else None
        for intent in (answer.intent, body if what == "intent" else None):
            if intent:
                seen = (str(intent["status"]), int(intent["amount_received"]))
                self.reads.setdefault(str(intent["id"]), []).append(seen)

    # crashes

    def crash(self, when: str, kind: OpKind) -> None:
        """Arm one crash: around the next POST of this kind."""
        self._crash = (when, kind)

    def crash_when_paid(self, till: Till, *, saved: bool) -> None:
        """Crash when the till has read that it is paid, before or after saving that."""
        store = till.stripe._store
        save = store.save

        def crashing(before: Any, after: Any) -> Any:
            if after.phase is not CardPhase.SUCCEEDED:
                return save(before, after)
            if saved:
                save(before, after)
            raise Crash

        store.save = crashing

    def _pull(self, when: str, kind: OpKind) -> None:
        if self._crash == (when, kind):
            self._crash = None
            raise Crash

    def _journal(self, before: Any, after: Any) -> None:
        known = {op.key for op in before.ops}
        for op in after.ops:
            if op.key not in known:
                self._pull(BEFORE_JOURNAL, op.kind)

    # what must hold before a POST leaves

    def _before(self, op: Operation) -> None:
        # a second's patience: another thread's transaction ends meanwhile, the sender's does not
        with closing(sqlite3.connect(self.db, timeout=1, isolation_level=None)) as db:
            db.row_factory = sqlite3.Row
            row = db.execute("SELECT * FROM stripe_operation WHERE key = ?", [op.key]).fetchone()
            self._check_row(op, row)
            if op.kind is OpKind.PROCESS:
                self._check_reader(op, db)
            try:
                db.execute("BEGIN IMMEDIATE")
                db.execute("ROLLBACK")
            except sqlite3.OperationalError:
                self._fault(f"P3 {op.key}: a transaction is open while the POST leaves")
        self._pull(BEFORE_SEND, op.kind)
        self.events.append(Event("send", op.key, ""))

    def _check_row(self, op: Operation, row: Any) -> None:
        if row is None:
            self._fault(f"P3 {op.key}: leaves without a committed row")
            return
        told = (op.params, op.api_version, op.account, op.target, op.sends)
        kept = tuple(row[n] for n in ("params", "api_version", "account", "target", "sends"))
        if kept != told or row["state"] not in {"sent", "unknown"}:
            self._fault(f"P3 {op.key}: the row says {kept} {row['state']}, sent is {told}")

    def _check_reader(self, op: Operation, db: Any) -> None:
        row = db.execute("SELECT * FROM payment_session WHERE id = ?", [op.owner.hex]).fetchone()
        if (row["reader_lease"], row["wish"]) != (op.target, "pay"):
            self._fault(f"P7 {op.key}: without lease or wish: {row['reader_lease']} {row['wish']}")
        if op.owner in self._asleep:
            self._fault(f"P7 {op.key}: the reader is woken without a click")

    def _fault(self, text: str) -> None:
        self.faults.append(text)

    # clicks

    def fall_asleep(self) -> None:
        """After a start no session may wake the reader until somebody clicks."""
        with closing(sqlite3.connect(self.db)) as db:
            self._asleep = {UUID(row[0]) for row in db.execute("SELECT id FROM payment_session")}

    def wake(self, session: UUID | None) -> None:
        """Somebody clicked."""
        if session is not None:
            self._asleep.discard(session)
