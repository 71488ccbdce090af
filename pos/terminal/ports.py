"""The two things a card provider stands on: Stripe, and rows that last.

A simulation hands in its own; see `stripe_gateway` and `store` for the real ones.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from pos.terminal.attempt import CardAttempt
from pos.terminal.operations import Answer, Operation
from pos.terminal.refund_machine import RefundAttempt


class StripePort(Protocol):
    """One bounded call each; an answer, never an exception."""

    @property
    def account(self) -> str:
        """A fingerprint of mode and account; empty without a key."""

    @property
    def api_version(self) -> str:
        """Stored with every operation."""

    @property
    def server_now(self) -> datetime | None:
        """Stripe's clock, if it has answered since the start."""

    def post(self, op: Operation) -> Answer:
        """Send an operation's frozen parameters under its key."""

    def intent(self, intent_id: str) -> Answer:
        """GET a PaymentIntent with its latest charge."""

    def reader(self, reader_id: str) -> Answer:
        """GET a reader."""

    def intents_since(self, since: datetime) -> Answer:
        """List every PaymentIntent created since then, all pages in ``body["data"]``."""

    def refunds_of(self, intent_id: str) -> Answer:
        """List every refund of a PaymentIntent, all pages in ``body["data"]``."""

    def refund(self, refund_id: str) -> Answer:
        """GET a refund."""


class AttemptStore(Protocol):
    """Durable attempts; a save that returns has reached the disk."""

    def load(self, session_id: UUID) -> CardAttempt:
        """Read an attempt with its operations."""

    def save(self, before: CardAttempt, after: CardAttempt) -> CardAttempt:
        """Write what changed; raises `IllegalTransitionError` after a lost race."""

    def unsettled(self) -> list[UUID]:
        """Return the sessions on which work is left."""

    def load_refund(self, refund_id: UUID) -> RefundAttempt:
        """Read a refund with its operations."""

    def save_refund(self, before: RefundAttempt, after: RefundAttempt) -> None:
        """Write what changed, releasing or booking the reservation when it settles."""
