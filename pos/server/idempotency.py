"""One effect per idempotency key, whatever the network does.

The client makes the key; it is adopted here, scoped to the register, bound to
a fingerprint of the request and leased while somebody works on it. Each step
and its recovery point commit together, so a crash resumes at the last point.
Only outcomes that stay true are stored; a replay is equal byte for byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import uuid6
from sqlalchemy import Connection, Engine, Row, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from pos.server.answers import Answer, Refusal, not_now
from pos.server.clock import stamp
from pos.server.database import insert_once
from pos.server.tables import keys

STARTED = "started"
FINISHED = "finished"
KEPT = timedelta(days=90)
"""How long keys are kept; the ids of orders, refunds and customers outlive them."""

Step = Callable[[Connection], "str | Answer"]
"""Work inside one transaction; returns the next recovery point or the final answer."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request that carries a key."""

    register_id: UUID
    key: str
    method: str
    path: str
    body: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the request says: one key cannot mean two things."""
        head = f"{self.method}\n{self.path}\n".encode()
        return hashlib.sha256(head + self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class _Claim:
    """A held lease: whoever's token is in the row may write it."""

    register_id: str
    key: str
    lease: str
    point: str


class Runner:
    """Runs the steps of keyed requests.

    ``lease`` must outlast any request that is still alive; ``at`` is told of
    each point reached (tests stop the process there).
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime],
        lease: timedelta,
        at: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._lease = lease
        self._at = at

    def run(self, keyed: Keyed, steps: Mapping[str, Step]) -> Answer:
        """Answer from the stored outcome, or go on from the stored recovery point.

        Raises `Refusal`: 422 ``idempotency_mismatch``, 409 ``in_progress``.
        """
        claim = self._claim(keyed)
        if isinstance(claim, Answer):
            return claim
        self._at("leased")
        try:
            return self._work(claim, steps)
        except SQLAlchemyError:
            self._release(claim)
            raise

    def prune(self) -> int:
        """Forget old keys; returns how many."""
        before = stamp(self._clock() - KEPT)
        with self._engine.begin() as connection:
            return connection.execute(delete(keys).where(keys.c.created_at < before)).rowcount

    def _work(self, claim: _Claim, steps: Mapping[str, Step]) -> Answer:
        point = claim.point
        while True:
            outcome = self._advance(claim, steps[point])
            self._at(f"after:{point}")
            if isinstance(outcome, Answer):
                return outcome
            point = outcome

    def _advance(self, claim: _Claim, step: Step) -> str | Answer:
        with self._engine.begin() as connection:
            self._hold(connection, claim)
            try:
                with connection.begin_nested():
                    outcome = step(connection)
            except Refusal as refusal:
                outcome = refusal.answer()
                if not refusal.final:
                    self._write(connection, claim, lease="", locked_until=0)
                    return outcome
            self._write(connection, claim, **_outcome(outcome))
        return outcome

    def _claim(self, keyed: Keyed) -> _Claim | Answer:
        claim = _Claim(str(keyed.register_id), keyed.key, str(uuid6.uuid7()), STARTED)
        now = self._clock()
        with self._engine.begin() as connection:
            insert_once(connection, keys, _fresh(keyed, now))
            row = connection.execute(select(keys).where(_is(claim)).with_for_update()).one()
            if row.fingerprint != keyed.fingerprint:
                raise Refusal(422, "idempotency_mismatch", "this key was used for another request")
            if row.status is not None:
                return Answer(row.status, bytes(row.body), {"Idempotent-Replayed": "true"})
            self._lease_row(connection, claim, row, now)
        return _Claim(claim.register_id, claim.key, claim.lease, row.recovery_point)

    def _lease_row(
        self, connection: Connection, claim: _Claim, row: Row[Any], now: datetime
    ) -> None:
        if row.locked_until > _ms(now):
            raise not_now(409, "in_progress", "the same request is being worked on")
        connection.execute(
            update(keys)
            .where(_is(claim))
            .values(
                lease=claim.lease,
                locked_until=_ms(now + self._lease),
                attempts=keys.c.attempts + 1,
            )
        )

    def _hold(self, connection: Connection, claim: _Claim) -> None:
        """Lock the row; a lease that expired and was taken by a repeat is lost."""
        held = select(keys.c.key).where(_is(claim), keys.c.lease == claim.lease)
        if connection.execute(held.with_for_update()).one_or_none() is None:
            raise not_now(409, "in_progress", "a repeat of this request has taken over")

    def _write(self, connection: Connection, claim: _Claim, **values: object) -> None:
        connection.execute(update(keys).where(_is(claim)).values(**values))

    def _release(self, claim: _Claim) -> None:
        try:
            with self._engine.begin() as connection:
                held = _is(claim) & (keys.c.lease == claim.lease)
                connection.execute(update(keys).where(held).values(lease="", locked_until=0))
        except SQLAlchemyError:
            return  # the lease runs out by itself


def _is(claim: _Claim) -> Any:
    return (keys.c.register_id == claim.register_id) & (keys.c.key == claim.key)


def _fresh(keyed: Keyed, now: datetime) -> dict[str, object]:
    return {
        "register_id": str(keyed.register_id),
        "key": keyed.key,
        "fingerprint": keyed.fingerprint,
        "method": keyed.method,
        "path": keyed.path,
        "recovery_point": STARTED,
        "lease": "",
        "locked_until": 0,
        "attempts": 0,
        "created_at": stamp(now),
    }


def _outcome(outcome: str | Answer) -> dict[str, object]:
    if isinstance(outcome, str):
        return {"recovery_point": outcome}
    return {
        "recovery_point": FINISHED,
        "status": outcome.status,
        "body": outcome.body,
        "lease": "",
        "locked_until": 0,
    }


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
