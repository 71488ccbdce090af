"""What the till needs from any way to pay; Medusa's verbs, no vendor names.

Every verb is one bounded step: at most one outside call, then one short
write. A caller repeats `authorize_payment` until `Progress.settled`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pos.models.states import CardPhase, RefundState, SessionStatus, Wish
from pos.money import Money
from pos.terminal.attempt import NO_NOTICE, Choice, Notice, Situation
from pos.terminal.facts import NO_CARD, CardFacts

CASH = "cash"
STRIPE_TERMINAL = "stripe_terminal"
NO_CHARGE = "no_charge"


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a tender can be offered now, and in plain words why not."""

    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAsk:
    """What a session is opened with; ``tendered_minor`` is what was handed over, for cash."""

    session_id: UUID
    run_id: UUID
    cart_id: UUID
    amount: Money
    tendered_minor: int
    business: str
    register: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """What an authorised session becomes as a Payment. Minor units."""

    amount_minor: int
    tendered_minor: int
    change_minor: int = 0
    reference: str = ""
    card_brand: str = ""
    card_last4: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """How the provider wants its PaymentSession row to begin.

    ``taken`` is set by a provider that settles at once, such as cash.
    """

    status: SessionStatus
    data: Mapping[str, Any]
    taken: PaymentFacts | None = None
    phase: CardPhase | None = None
    wish: Wish | None = None
    reader_lease: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a session stands after a step.

    ``delay`` is the seconds until the next step, or None when only a person
    can move it; ``blocks`` forbids another tender for the same balance.
    """

    session_id: UUID
    status: SessionStatus
    situation: Situation
    choices: tuple[Choice, ...] = ()
    delay: float | None = 0.0
    notice: Notice = NO_NOTICE
    blocks: bool = True
    settled: bool = False
    deadline: datetime | None = None
    card: CardFacts = NO_CARD


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundProgress:
    """Where a refund stands after a step; ``code`` says what it waits for."""

    refund_id: UUID
    state: RefundState
    code: str = ""
    delay: float | None = None
    notice: Notice = NO_NOTICE


class PaymentProvider(Protocol):
    """One way to pay. Raises `CashierError` for what a person can mend."""

    id: str

    def availability(self) -> Availability:
        """Tell whether it can be offered now; never waits for the network."""

    def create_payment(self, ask: PaymentAsk) -> NewSession:
        """Describe the session row to be written; asks nobody."""

    def authorize_payment(self, session_id: UUID) -> Progress:
        """Take one step towards a settled session."""

    def choose(self, session_id: UUID, choice: Choice) -> None:
        """Note what the cashier chose; returns at once, the next step acts on it."""

    def get_status(self, session_id: UUID) -> SessionStatus:
        """Read the durable status."""

    def get_payment_data(self, session_id: UUID) -> PaymentFacts:
        """Describe the money of an authorised session."""

    def refund_payment(self, refund_id: UUID) -> RefundProgress:
        """Take one step towards a settled refund."""

    def approve_refund_again(self, refund_id: UUID) -> RefundState:
        """Let a person allow one more try under a new key; changes nothing when that is unsafe."""

    def recover(self) -> None:
        """Prepare what an earlier run of the program left; asks nobody."""

    def unsettled(self) -> list[UUID]:
        """Return the sessions on which work is left, those being put away among them."""
