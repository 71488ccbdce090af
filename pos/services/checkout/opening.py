"""What must hold before a tender is opened, and the row that opening it writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pos.errors import CashierError
from pos.models.base import new_id
from pos.models.states import CartStatus, RunState, SessionStatus
from pos.money import Money
from pos.services.checkout.ports import Run, Terms
from pos.terminal.api import NewSession, PaymentAsk

_LEFT = frozenset({RunState.ABANDONED, RunState.VOIDED})


def refuse_unpayable(status: CartStatus, lines: int) -> None:
    """Raise `CashierError` for a cart that cannot be paid."""
    if status not in {CartStatus.OPEN, CartStatus.PAYING}:
        raise CashierError("cart_not_open", "This sale is closed or set aside.", "Start a new one.")
    if not lines:
        raise CashierError("cart_empty", "There is nothing to pay for.", "Add a product first.")


def refuse_left(run: Run) -> None:
    """Raise `CashierError` for a run that was left: its cart may have changed since."""
    if run.state in _LEFT or run.parked_at is not None:
        raise CashierError(
            "sale_was_left", "This checkout was left or set aside.", "Go back to the sale and pay."
        )


def payment_ask(run: Run, here: Terms, tendered: int) -> PaymentAsk:
    """Return what a provider is asked; raises `CashierError` when nothing is due."""
    if run.total_minor == 0:
        raise CashierError("nothing_due", "Nothing is due.", "Complete the sale without charge.")
    return PaymentAsk(
        session_id=new_id(),
        run_id=run.id,
        cart_id=run.cart_id,
        amount=Money(run.total_minor, run.currency),
        tendered_minor=tendered,
        business=str(here.business_id),
        register=str(here.register_id),
    )


def session_row(
    ask: PaymentAsk, provider_id: str, new: NewSession, now: datetime
) -> dict[str, Any]:
    """Return the columns of a new PaymentSession."""
    done = new.status is SessionStatus.AUTHORIZED
    return {
        "id": ask.session_id,
        "run_id": ask.run_id,
        "cart_id": ask.cart_id,
        "provider_id": provider_id,
        "amount_minor": ask.amount.minor,
        "currency": ask.amount.currency,
        "status": new.status,
        "is_live": not done,
        "needs_step": not done,
        "reader_lease": new.reader_lease,
        "phase": new.phase,
        "wish": new.wish,
        "data": dict(new.data),
        "authorized_at": now if done else None,
        "created_at": now,
    }
