"""The invariants, read from true state: Stripe's, the disks' and the backend's."""

from __future__ import annotations

from collections import defaultdict

from pos.models.states import CardPhase, RefundState, RunState
from pos.terminal.api import STRIPE_TERMINAL
from tests.simulation.outbox import BackendModel
from tests.simulation.stripe_model import Intent, Stripe
from tests.simulation.till import BrokenPromiseError, Till

_GONE = {"failed", "canceled"}


def _must(holds: bool, promise: str) -> None:  # noqa: FBT001  reads as a sentence
    if not holds:
        raise BrokenPromiseError(promise)


def always(stripe: Stripe, tills: list[Till]) -> None:
    """Hold at every instant: P1, P2, I2, I3, I4, I6."""
    by_cart: defaultdict[str, list[Intent]] = defaultdict(list)
    for intent in stripe.intents.values():
        _must(intent.charges <= 1, f"I2: {intent.id} was charged {intent.charges} times")
        by_cart[intent.metadata["cart"]].append(intent)
    for till in tills:
        _disk(till)
        _sales(till, stripe, by_cart)


def _sales(till: Till, stripe: Stripe, by_cart: dict[str, list[Intent]]) -> None:
    rows = till.disk.rows
    for run in rows.runs.values():
        intents = by_cart.get(str(run.cart_id), [])
        if not intents:
            continue
        taken = sum(i.received for i in intents)
        cash = sum(
            p.amount
            for p in rows.payments.values()
            if p.order_id == run.id and p.provider_id != STRIPE_TERMINAL
        )
        back = sum(r.amount for i in intents for r in _refunds(stripe, i))
        due = max(run.total_minor, *(i.amount for i in intents))
        _must(taken + cash - back <= due, f"P1: {taken} + {cash} - {back} taken, {due} due")
        chargeable = [i for i in intents if i.status != "canceled" and _asked(till, i)]
        _must(len(chargeable) <= 1, f"P2: {len(chargeable)} payments of one sale could be charged")


def _refunds(stripe: Stripe, intent: Intent) -> list[object]:
    found = stripe.refunds.values()
    return [r for r in found if r.intent == intent.id and r.status not in _GONE]


def _asked(till: Till, intent: Intent) -> bool:
    """Tell whether a reader may have been asked for this PaymentIntent."""
    return any(f'"payment_intent":"{intent.id}"' in params for params in till.keys().values())


def _disk(till: Till) -> None:
    rows = till.disk.rows
    numbers = till.receipts()
    _must(numbers == list(range(1, len(numbers) + 1)), f"I6: receipt numbers {numbers}")
    for run_id in till.shown_paid:
        _must(run_id in rows.orders, f"I3: {run_id} was shown as paid and is lost")
    for order in rows.orders.values():
        paid = sum(p.amount for p in rows.payments.values() if p.order_id == order.id)
        _must(paid == order.total, f"I7: order of {order.total} has payments of {paid}")
    for payment in rows.payments.values():
        _must(0 <= payment.refunded + payment.reserved <= payment.amount, "I4: refunded too much")


def at_rest(stripe: Stripe, tills: list[Till], backend: BackendModel) -> None:
    """Hold once everything is quiet: I1, P1 at rest, P6, I3b, I10."""
    for till in tills:
        _paid_means_paid(till, stripe)
        _runs_ended(till)
        _refunds_agree(till, stripe)
        _backend_agrees(till, backend)


def _paid_means_paid(till: Till, stripe: Stripe) -> None:
    rows = till.disk.rows
    references = {p.reference for p in rows.payments.values() if p.provider_id == STRIPE_TERMINAL}
    for reference in references:
        intent = stripe.intents[reference]
        _must(intent.status == "succeeded", f"P6: sold on {reference}, which is {intent.status}")
    closed = {
        s.attempt.intent_id
        for s in rows.sessions.values()
        if s.attempt and s.attempt.phase in {CardPhase.CLOSED, CardPhase.NEEDS_CHECK}
    }
    mine = {str(run.cart_id) for run in rows.runs.values()}
    for intent in stripe.intents.values():
        if intent.metadata["cart"] not in mine or intent.id in closed:
            continue
        sold = intent.id in references
        _must(
            intent.status != "succeeded" or sold, f"I1: {intent.id} was charged, nothing was sold"
        )
        if not sold and _asked(till, intent):
            _must(
                intent.status == "canceled", f"P6: {intent.id} is {intent.status}, could be charged"
            )


def _runs_ended(till: Till) -> None:
    for run in till.disk.rows.runs.values():
        ended = run.is_committed or run.state in {RunState.ABANDONED, RunState.VOIDED}
        _must(ended, f"I3b: run {run.id} rests in {run.state}")


def _refunds_agree(till: Till, stripe: Stripe) -> None:
    for row in till.disk.rows.refunds.values():
        if row.provider_id != STRIPE_TERMINAL:
            continue
        mine = [r for r in stripe.refunds.values() if r.metadata["refund"] == str(row.id)]
        alive = [r for r in mine if r.status not in _GONE]
        _must(len(alive) <= 1, f"I4: refund {row.id} was made {len(alive)} times")
        done = row.attempt.state is RefundState.SUCCEEDED
        _must(done == bool(alive), f"I1: refund {row.attempt.state}, at Stripe {len(alive)}")


def _backend_agrees(till: Till, backend: BackendModel) -> None:
    rows = till.disk.rows
    for entry in rows.outbox.values():
        _must(entry.sent, f"I10: {entry.kind} {entry.seq} never arrived ({entry.parked})")
    for order in rows.orders.values():
        told = backend.orders.get(str(order.id))
        _must(told is not None and told["total"] == order.total, f"I1: order {order.id} differs")
    for row in rows.refunds.values():
        if row.attempt.state is RefundState.SUCCEEDED:
            told = backend.refunds.get(str(row.id))
            _must(told is not None and told["status"] == "succeeded", "I1: a refund is missing")


def totals(tills: list[Till], backend: BackendModel) -> None:
    """Hold over all tills: the backend has nothing that no till knows."""
    orders = {str(o) for till in tills for o in till.disk.rows.orders}
    _must(set(backend.orders) == orders, "I10: the backend has other orders")
    refunds = {str(r) for till in tills for r in till.disk.rows.refunds}
    _must(set(backend.refunds) <= refunds, "I10: the backend has other refunds")
