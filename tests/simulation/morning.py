"""What a till has already sold when the story begins, so that there is something to give back."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from pos.models.base import new_id
from pos.models.states import RunState
from pos.services.checkout.ports import Run
from pos.terminal.api import STRIPE_TERMINAL
from tests.simulation.disk import Order, Payment
from tests.simulation.outbox import enqueue_order
from tests.simulation.stripe_model import Intent
from tests.simulation.till import Till


def sold_before(till: Till, sales: int) -> None:
    """Put card sales in the books, at Stripe and in the outbox."""
    for _ in range(sales):
        _sold(till, till.u.rng.randrange(100, 20_000))


def _sold(till: Till, total: int) -> None:
    rows, stripe, run_id, cart_id = till.disk.rows, till.stripe, new_id(), new_id()
    intent = Intent(f"pi_before_{len(stripe.intents)}", total, "usd", {}, till.u.now)
    intent.metadata = {"cart": str(cart_id), "attempt": "before"}
    intent.status, intent.received, intent.charges = "succeeded", total, 1
    stripe.intents[intent.id] = intent
    rows.last_receipt += 1
    rows.runs[run_id] = _run(run_id, cart_id, total, till.u.now)
    order = Order(id=run_id, cart_id=cart_id, number=rows.last_receipt, total=total)
    rows.orders[run_id] = order
    payment = Payment(
        id=new_id(),
        order_id=run_id,
        provider_id=STRIPE_TERMINAL,
        amount=total,
        reference=intent.id,
    )
    rows.payments[payment.id] = payment
    enqueue_order(rows, order, datetime(2026, 1, 1, tzinfo=UTC))


def _run(run_id: UUID, cart_id: UUID, total: int, now: datetime) -> Run:
    return Run(
        id=run_id,
        cart_id=cart_id,
        state=RunState.FINISHED,
        currency="usd",
        total_minor=total,
        frozen={"prices_include_tax": True, "discount_minor": 0, "customer_name": "", "lines": []},
        policy_accepted_at=None,
        parked_at=None,
        created_at=now,
        finished_at=now,
    )
