"""Cash: authorised when enough was handed over; nobody outside is asked."""

from __future__ import annotations

from uuid import UUID

from pos.errors import CashierError
from pos.models.checkout import PaymentSession
from pos.models.database import Database
from pos.models.states import RefundState, SessionStatus
from pos.terminal.api import (
    CASH,
    Availability,
    NewSession,
    PaymentAsk,
    PaymentFacts,
    Progress,
    RefundProgress,
)
from pos.terminal.attempt import Choice, Situation


class Cash:
    """The drawer as a payment provider (Medusa's manual provider, seeds.md P3)."""

    id = CASH

    def __init__(self, db: Database) -> None:
        self._db = db

    def availability(self) -> Availability:
        return Availability(ok=True)

    def create_payment(self, ask: PaymentAsk) -> NewSession:
        """Authorise at once; raises `CashierError` when less than due was handed over."""
        if ask.tendered_minor < ask.amount.minor:
            raise CashierError(
                "cash_too_little",
                f"{ask.amount.format()} is due.",
                "Enter what the customer handed over; it must cover the amount due.",
            )
        change = ask.tendered_minor - ask.amount.minor
        taken = PaymentFacts(
            amount_minor=ask.amount.minor, tendered_minor=ask.tendered_minor, change_minor=change
        )
        data = {"tendered_minor": ask.tendered_minor, "change_minor": change}
        return NewSession(status=SessionStatus.AUTHORIZED, data=data, taken=taken)

    def authorize_payment(self, session_id: UUID) -> Progress:
        return Progress(
            session_id=session_id,
            status=self.get_status(session_id),
            situation=Situation.APPROVED,
            delay=None,
            settled=True,
        )

    def choose(self, session_id: UUID, choice: Choice) -> None:
        """Cash is settled from the start: there is nothing to choose."""

    def get_status(self, session_id: UUID) -> SessionStatus:
        with self._db.read() as session:
            return session.get_one(PaymentSession, session_id).status

    def get_payment_data(self, session_id: UUID) -> PaymentFacts:
        with self._db.read() as session:
            row = session.get_one(PaymentSession, session_id)
            return PaymentFacts(
                amount_minor=row.amount_minor,
                tendered_minor=row.data["tendered_minor"],
                change_minor=row.data["change_minor"],
            )

    def refund_payment(self, refund_id: UUID) -> RefundProgress:
        """Paid out of the drawer when it was recorded."""
        return RefundProgress(refund_id=refund_id, state=RefundState.SUCCEEDED)

    def approve_refund_again(self, refund_id: UUID) -> RefundState:
        """Cash is never in doubt."""
        return RefundState.SUCCEEDED

    def recover(self) -> None:
        """Nothing is ever left open."""

    def unsettled(self) -> list[UUID]:
        return []
