"""A card attempt, what may be done about it next, and what a cashier is told. Pure types."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pos.models.states import CardPhase, OpKind, SessionStatus, Wish
from pos.terminal.facts import NO_CARD, CardFacts, IntentFacts, ReaderFacts
from pos.terminal.operations import Operation

SETTLED = frozenset({CardPhase.SUCCEEDED, CardPhase.CANCELED, CardPhase.REFUSED, CardPhase.CLOSED})

STATUS: dict[CardPhase, SessionStatus] = {
    CardPhase.INTENT: SessionStatus.PENDING,
    CardPhase.CREATED: SessionStatus.PENDING,
    CardPhase.DISPATCHED: SessionStatus.REQUIRES_MORE,
    CardPhase.DECLINED: SessionStatus.PENDING,
    CardPhase.CANCELLING: SessionStatus.REQUIRES_MORE,
    CardPhase.NEEDS_CHECK: SessionStatus.ERROR,
    CardPhase.SUCCEEDED: SessionStatus.AUTHORIZED,
    CardPhase.CANCELED: SessionStatus.CANCELED,
    CardPhase.REFUSED: SessionStatus.ERROR,
    CardPhase.CLOSED: SessionStatus.ERROR,
}


class Situation(StrEnum):
    """What is on the cashier's screen; the words are the screen's (screens.md, D2)."""

    SENDING = "sending"
    WAITING_FOR_CARD = "waiting_for_card"
    PROCESSING = "processing"
    CONFIRMING = "confirming"  # the reader says yes, Stripe was not read yet
    APPROVED = "approved"
    DECLINED = "declined"
    CUSTOMER_CANCELED = "customer_canceled"
    READER_FAILED = "reader_failed"
    DISPLACED = "displaced"  # another payment took the reader
    NOT_DELIVERED = "not_delivered"
    READER_OFFLINE = "reader_offline"
    READER_BUSY = "reader_busy"
    CANCELLING = "cancelling"
    CANCELED = "canceled"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"  # no answer, and nobody can have been charged yet
    UNKNOWN = "unknown"  # the customer may have been charged
    RESUME = "resume"  # found at start-up; the reader is not woken by itself
    KEY_REFUSED = "key_refused"
    FOREIGN_ACCOUNT = "foreign_account"
    NEEDS_CHECK = "needs_check"
    CLOSED = "closed"


class Choice(StrEnum):
    """What a cashier may do about it."""

    RETRY = "retry"  # the same payment, asked once more
    RESUME = "resume"
    CANCEL = "cancel"
    CHECK = "check"
    PARK = "park"
    CLOSE = "close"  # only what needs a check, only by a person with a reason


@dataclass(frozen=True, slots=True)
class View:
    """What was read in this round; forgotten after every POST, every wait and every crash.

    ``again`` means that the PaymentIntent was read once more after the reader.
    """

    intent: IntentFacts | None = None
    reader: ReaderFacts | None = None
    again: bool = False
    intent_unreachable: bool = False
    reader_unreachable: bool = False
    key_refused: bool = False
    not_listed: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Why the attempt stands where it stands: a code and the other side's words."""

    code: str = ""
    message: str = ""


NO_NOTICE = Notice()


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAttempt:
    """One card tender. Everything but ``view`` is durable.

    ``asked`` is the number of the process call that the cashier has agreed to;
    ``released`` means canceled before any process call left, so that another
    tender is allowed while the PaymentIntent is still being put away.
    """

    id: UUID
    run_id: UUID
    amount_minor: int
    currency: str
    reader_id: str
    metadata: tuple[tuple[str, str], ...]
    created_at: datetime
    phase: CardPhase = CardPhase.INTENT
    wish: Wish = Wish.PAY
    asked: int = 1
    released: bool = False
    intent_id: str = ""
    notice: Notice = NO_NOTICE
    declined_charge: str = ""
    dispatched_at: datetime | None = None
    looks: int = 0  # in a row without an answer
    parked: bool = False  # set aside by a person; holds the reader no longer
    strays: tuple[str, ...] = ()  # other PaymentIntents of this attempt, to be canceled
    card: CardFacts = NO_CARD
    ops: tuple[Operation, ...] = ()
    version: int = field(default=1, compare=False)
    view: View = field(default=View(), compare=False)

    def last(self, kind: OpKind) -> Operation | None:
        """Return the newest operation of a kind."""
        return next((op for op in reversed(self.ops) if op.kind is kind), None)

    @property
    def reader_was_asked(self) -> bool:
        """Some process call may have left the till: the customer may be charged."""
        return any(op.kind is OpKind.PROCESS and op.may_have_run for op in self.ops)

    @property
    def is_settled(self) -> bool:
        return self.phase in SETTLED

    @property
    def blocks(self) -> bool:
        """No other tender may be taken for the same balance (P2, P8)."""
        return not (self.is_settled or self.released)


@dataclass(frozen=True, slots=True)
class Send:
    """Journal this operation, then POST it."""

    op: Operation


@dataclass(frozen=True, slots=True)
class LookIntent:
    """GET the PaymentIntent with its latest charge."""


@dataclass(frozen=True, slots=True)
class LookReader:
    """GET the reader."""


@dataclass(frozen=True, slots=True)
class LookList:
    """List PaymentIntents made since the attempt and match ``metadata.attempt``."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing to do for ``seconds``, or until a person chooses when that is None."""

    situation: Situation
    choices: tuple[Choice, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Change the durable wish or phase without asking anyone, then decide again."""

    attempt: CardAttempt


@dataclass(frozen=True, slots=True)
class Done:
    """Settled."""

    situation: Situation


Action = Send | LookIntent | LookReader | LookList | Pause | Turn | Done


@dataclass(frozen=True, slots=True)
class Context:
    """What the machine needs to know of the moment: clocks and who we are at Stripe."""

    now: datetime
    account: str
    api_version: str
    server_now: datetime | None = None
