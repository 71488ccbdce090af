"""One remote POST as the journal knows it, and what an answer to it means. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from pos.models.states import OpKind, OpState

RESEND_LIMIT = timedelta(hours=20)
"""Stripe may prune a key after 24 h, and the same key then executes again."""

_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(seconds=15)

Params = Mapping[str, Any]


class Outcome(StrEnum):
    """The five things an answer can mean (payments.md, section 3)."""

    OK = "ok"
    NO = "no"  # definite, and stored by Stripe
    UNKNOWN = "unknown"  # no definite answer, or a stored 500
    HELD = "held"  # not executed and not stored: 429, 401, 403
    IN_FLIGHT = "in_flight"  # the first sending is still running: 409


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, free of any library's exceptions.

    ``code`` is Stripe's error code, ``intent`` the PaymentIntent that some
    errors carry, ``stored_error`` a 500 that a replay would repeat.
    """

    outcome: Outcome
    body: Mapping[str, Any] | None = None
    status: int | None = None
    code: str | None = None
    message: str = ""
    intent: Mapping[str, Any] | None = None
    request_id: str | None = None
    server_date: datetime | None = None
    stored_error: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the write-ahead journal. ``params`` is frozen canonical JSON."""

    owner: UUID
    kind: OpKind
    n: int
    target: str
    params: str
    account: str
    api_version: str
    state: OpState = OpState.SENT
    first_sent_at: datetime | None = None
    server_at: datetime | None = None
    sends: int = 0
    not_before: datetime | None = None
    http_status: int | None = None
    code: str | None = None
    request_id: str | None = None
    message: str = ""

    @property
    def key(self) -> str:
        """The idempotency key: the same for every sending of this operation."""
        return f"{self.kind}:{self.owner}:{self.n}"

    @property
    def is_open(self) -> bool:
        """No definite answer is known."""
        return self.state in {OpState.SENT, OpState.UNKNOWN, OpState.HELD}

    @property
    def may_have_run(self) -> bool:
        """It left the till, and nothing proves that it was not executed."""
        return self.state in {OpState.SENT, OpState.UNKNOWN, OpState.OK}

    @property
    def key_refused(self) -> bool:
        """The last answer was that the API key may not do this."""
        return self.is_open and self.http_status in {401, 403}

    @property
    def replays_an_error(self) -> bool:
        """Stripe stored a 500 for this key and would only repeat it."""
        return self.state is OpState.UNKNOWN and self.code == "stored_error"

    def sent(self, now: datetime, server_now: datetime | None) -> Operation:
        """Note, before the bytes leave, that they may have left.

        SENT: this sending is the first that may be executed. UNKNOWN: an
        earlier one may have been, and no later "not executed" changes that.
        """
        once = self.sends == 0 or self.state is OpState.HELD
        return replace(
            self,
            state=OpState.SENT if once else OpState.UNKNOWN,
            first_sent_at=self.first_sent_at or now,
            server_at=self.server_at or server_now,
            sends=self.sends + 1,
            not_before=None,
        )

    def answered(self, answer: Answer, now: datetime) -> Operation:
        """Note what came back; anything indefinite is due again after a growing pause."""
        state = {
            Outcome.OK: OpState.OK,
            Outcome.NO: OpState.NO,
            Outcome.UNKNOWN: OpState.UNKNOWN,
            Outcome.HELD: OpState.HELD if self.state is OpState.SENT else OpState.UNKNOWN,
            Outcome.IN_FLIGHT: OpState.UNKNOWN,
        }[answer.outcome]
        code = "stored_error" if answer.stored_error else answer.code
        if code == "terminal_reader_timeout":
            state = OpState.UNKNOWN  # may be a false negative: the reader may have it
        settled = state in {OpState.OK, OpState.NO}
        return replace(
            self,
            state=state,
            code=code,
            message=answer.message[:500],
            http_status=answer.status,
            request_id=answer.request_id,
            server_at=self.server_at or answer.server_date,
            not_before=None if settled else now + pause(self.sends),
        )


def freeze(params: Params) -> str:
    """Make the bytes that every sending of an operation will carry."""
    return json.dumps(params, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def pause(tries: int) -> timedelta:
    """Back off: 1 s doubled for every try, 15 s at most."""
    doubled = _FIRST_WAIT * (1 << min(max(tries - 1, 0), 6))
    return min(doubled, _LONGEST_WAIT)


def is_old(op: Operation, now: datetime, server_now: datetime | None) -> bool:
    """Tell whether this key may have been pruned, by the later of both clocks.

    A clock that ran backwards proves nothing, so doubt counts as old (case 70).
    """
    if op.first_sent_at is None:
        return False
    ages = [now - op.first_sent_at]
    if op.server_at and server_now:
        ages.append(server_now - op.server_at)
    return min(ages) < timedelta(minutes=-5) or max(ages) > RESEND_LIMIT
