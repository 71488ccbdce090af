"""Faults in the desk and in what the backend is told."""

from __future__ import annotations

from tests.simulation.mutants.engine import Edit, Mutant

_TALK = "pos.services.sync.conversation:Conversation"
_POSTPONE = "self._queue.postpone(entry.seq, self._link.at_least or None)"

SYNC = (
    Mutant(
        "unreachable taken as refused",
        "sync",
        "I10: what was not answered is sent again",
        (Edit(f"{_TALK}._send", _POSTPONE, 'self._queue.park(entry.seq, "unreachable", "")'),),
    ),
    Mutant(
        "unreachable taken as delivered",
        "sync",
        "I10: what was not answered is sent again",
        (Edit(f"{_TALK}._send", _POSTPONE, "self._queue.sent(entry.seq)"),),
    ),
    Mutant(
        "marked as sent before the answer",
        "sync",
        "I10: a crash in between loses it",
        (
            Edit(
                f"{_TALK}._send",
                "    try:\n        backend.send(",
                "    self._queue.sent(entry.seq)\n    try:\n        backend.send(",
            ),
            Edit(f"{_TALK}._send", _POSTPONE, "self._queue._change(entry.seq, sent=False)"),
        ),
    ),
    Mutant(
        "refused entries dropped",
        "sync",
        "I10: set aside until a person has looked",
        (
            Edit(
                f"{_TALK}._refused",
                "self._queue.park(entry.seq, error.code, error.message)",
                "self._queue.sent(entry.seq)",
            ),
        ),
    ),
    Mutant(
        "refund overtakes its order",
        "sync",
        "section 2: a refund waits for its order",
        (
            Edit(
                "tests.simulation.outbox:Queue._waiting",
                "if e.aggregate not in blocked and not e.parked:",
                "if not e.parked:",
            ),
        ),
    ),
    Mutant(
        "order_unknown sets a refund aside",
        "sync",
        "I10: its order is on the way",
        (
            Edit(
                f"{_TALK}._refused",
                "if error.code == ORDER_UNKNOWN and entry.kind == REFUND:",
                "if False:",
            ),
        ),
    ),
    Mutant(
        "a refused token sets the entry aside",
        "sync",
        "I10: nothing is wrong with the entry",
        (Edit(f"{_TALK}._refused", "if error.code == UNAUTHORIZED:", "if False:"),),
    ),
    Mutant(
        "after a refused token sync stays stopped",
        "sync",
        "I3: the backend hears of every sale",
        (
            Edit(
                f"{_TALK}.work",
                "if self._link.stopped or not self._introduced:",
                "if not self._introduced:",
            ),
            Edit(f"{_TALK}.work", "return self._listen(backend)", "return self._pause()"),
        ),
    ),
    Mutant(
        "a new key for every sending",
        "sync",
        "section 2: the order's own id, for ever",
        (
            Edit(
                f"{_TALK}._send",
                "str(entry.key))",
                'f"{entry.key}:{self._clock().timestamp()}")',
            ),
        ),
    ),
    Mutant(
        "waking forgets who waited longest",
        "sync",
        "I3b: nobody starves while a person clicks",
        (
            Edit(
                "pos.services.desk:PaymentDesk._all_due",
                "{key: now if at is None else min(at, now) for key, at in self._due.items()}",
                "{} if now else {}",
            ),
        ),
        equivalent=(
            "A second fence: of those that became due at the same instant the one whose "
            "last turn is longest ago comes first, so nobody starves."
        ),
    ),
    Mutant(
        "desk steps the newest first",
        "sync",
        "I3b: nobody starves",
        (Edit("pos.services.desk:PaymentDesk._next", "min(due)", "max(due)"),),
    ),
    Mutant(
        "refunds that ended are not told",
        "sync",
        "I1: the backend agrees",
        (
            Edit(
                "pos.services.refunds.service:after_settling",
                "if state in _TOLD:",
                "if state is RefundState.PENDING:",
            ),
        ),
    ),
)
