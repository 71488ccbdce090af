"""The outbox over the simulated disk, and the backend it speaks to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from pos.backend.api import Backend, BusyError
from pos.errors import RefusedError, UnreachableError
from pos.models.states import RefundState
from pos.models.sync import LONGEST_WAIT
from pos.services.sync.push import Due
from tests.simulation.disk import Disk, Entry, Order, RefundRow, Rows
from tests.simulation.world import Universe, some_of

_REFUSED = ("unauthorized", "wrong_register", "order_unknown", "invalid")
_FAULTS = ("before", "after", "twice", "late", "busy", *_REFUSED)
_FIRST = timedelta(seconds=2)


def enqueue_order(rows: Rows, order: Order, now: Any) -> None:
    """Write an order's entry in the transaction that made it true."""
    body = {"id": str(order.id), "number": order.number, "total": order.total}
    _write(rows, (order.id, order.id, "purchase"), body, now)


def enqueue_refund(rows: Rows, refund: RefundRow, now: Any) -> None:
    """Write a refund's entry; one that ended after being told of gets another."""
    state, told = refund.attempt.state, any(e.key == refund.id for e in rows.outbox.values())
    if state is RefundState.FAILED and not told:
        return
    nth = f"{state.value}:{len(refund.attempt.ops)}"
    key = uuid5(refund.id, nth) if told else refund.id
    body = {
        "id": str(refund.id),
        "order": str(refund.order_id),
        "amount": refund.attempt.amount_minor,
        "status": state.value,
    }
    _write(rows, (key, refund.order_id, "refund"), body, now)


def _write(rows: Rows, what: tuple[UUID, UUID, str], body: dict[str, Any], now: Any) -> None:
    key, aggregate, kind = what
    assert all(e.key != key for e in rows.outbox.values()), "one key, one entry"
    seq = len(rows.outbox) + 1
    frozen = json.dumps(body, sort_keys=True).encode()
    rows.outbox[seq] = Entry(
        seq=seq, key=key, aggregate=aggregate, kind=kind, body=frozen, not_before=now
    )


class Queue:
    """`pos.services.sync.conversation.Outbox` on the disk; the clock is the till's own."""

    def __init__(self, disk: Disk, clock: Any) -> None:
        self._disk, self._clock = disk, clock

    def next(self) -> Due | None:
        now = self._clock()
        for e in self._waiting():
            late = e.not_before > now + 2 * LONGEST_WAIT  # only a clock that was set wrote that
            if e.not_before <= now or late:
                return Due(e.seq, e.key, e.kind, f"/{e.kind}/", e.body, str(e.seq), orphan=False)
        return None

    def seconds_to_next(self) -> float | None:
        due = [e.not_before for e in self._waiting()]
        if not due:
            return None
        wait = (min(due) - self._clock()).total_seconds()
        return min(max(wait, 0.0), LONGEST_WAIT.total_seconds())

    def _waiting(self) -> list[Entry]:
        rows = self._disk.rows.outbox
        blocked: set[UUID] = set()
        free = []
        for e in (rows[seq] for seq in sorted(rows)):
            if e.sent:
                continue
            if e.aggregate not in blocked and not e.parked:
                free.append(e)
            blocked.add(e.aggregate)
        return free

    def _change(self, seq: int, **values: Any) -> None:
        with self._disk.transaction() as rows:
            rows.outbox[seq] = replace(rows.outbox[seq], **values)

    def sent(self, seq: int) -> None:
        self._change(seq, sent=True)

    def park(self, seq: int, code: str, message: str) -> None:
        self._change(seq, parked=code)

    def postpone(self, seq: int, at_least: float | None = None) -> None:
        e = self._disk.rows.outbox[seq]
        wait = min(_FIRST * 2 ** min(e.attempts, 10), LONGEST_WAIT)
        wait = max(wait, timedelta(seconds=at_least or 0))
        self._change(seq, attempts=e.attempts + 1, not_before=self._clock() + wait)

    def hurry(self) -> None:
        with self._disk.transaction() as rows:
            for seq, e in list(rows.outbox.items()):
                if not e.sent and not e.parked:
                    rows.outbox[seq] = replace(e, not_before=self._clock())

    def retry(self, seq: int) -> None:
        self._change(seq, parked="", not_before=self._clock())

    def discard(self, seq: int, reason: str, actor: str) -> None:
        self._change(seq, sent=True)


class Nothing:
    """`Streams` without any."""

    def due(self) -> str | None:
        return None

    def seconds_to_next(self) -> float:
        return 30.0

    def hurry(self) -> None: ...

    def pull(self, stream: str, backend: Backend) -> None: ...

    def restart(self, stream: str) -> None: ...


class BackendModel:
    """Keeps orders and refunds by id; may be slow, down, or hear everything twice."""

    def __init__(self, universe: Universe) -> None:
        self.u = universe
        self.down = False
        self.orders: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.bodies: dict[str, bytes] = {}
        self._troubles = some_of(universe.rng, _FAULTS)
        self.early: list[str] = []
        self.doubled: list[str] = []
        self.refused: set[str] = set()

    def send(self, kind: str, path: str, body: bytes, key: str) -> bytes:
        """Take one message, with whatever the network makes of it."""
        self.u.power_cut()
        if self.down:
            raise UnreachableError("down")
        fault = self.u.rng.choice(self._troubles) if self.u.wrong() else ""
        if fault == "before":
            raise UnreachableError("lost")
        if fault == "busy":
            raise BusyError("busy", 20.0)
        if fault in _REFUSED:
            self.u.tell("backend", f"refuses {kind}: {fault}", key=key)
            self.refused.add(key)
            raise RefusedError(fault)
        if fault == "late":  # the request wanders, the till hears nothing
            self.u.at(self.u.rng.uniform(1, 600), lambda: self._quietly(kind, body, key))
            raise UnreachableError("late")
        if fault == "twice":
            self._quietly(kind, body, key)
        answer = self._take(kind, body, key)
        self.u.tell("backend", f"{kind} {fault}".strip(), key=key)
        if fault == "after":
            raise UnreachableError("lost answer")
        self.u.power_cut()
        return answer

    def _quietly(self, kind: str, body: bytes, key: str) -> None:
        try:
            self._take(kind, body, key)
        except RefusedError:
            return

    def _take(self, kind: str, body: bytes, key: str) -> bytes:
        if key in self.bodies:
            if self.bodies[key] != body:
                raise RefusedError("idempotency_mismatch")
            return body
        message = json.loads(body)
        if message in (self.orders.get(message["id"]), self.refunds.get(message["id"])):
            self.doubled.append(key)
        if kind == "purchase":
            self.orders[message["id"]] = message
        elif message["order"] not in self.orders:
            self.early.append(message["id"])
            raise RefusedError("order_unknown")
        else:
            self.refunds[message["id"]] = message
        self.bodies[key] = body
        return body

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)  # nothing else of the protocol is ever asked in this world
