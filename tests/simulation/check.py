"""The invariants, read from true state: Stripe's, the disks' and the backend's."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from pos.models.states import CardPhase, RefundState, RunState
from pos.terminal.api import STRIPE_TERMINAL
from tests.simulation.disk import Payment
from tests.simulation.outbox import BackendModel
from tests.simulation.promises import must
from tests.simulation.stripe_model import Intent, Stripe
from tests.simulation.till import Till

_GONE = {"failed", "canceled"}


def always(stripe: Stripe, tills: list[Till], backend: BackendModel) -> None:
    """Hold at every instant: P1, P2, I2, I3, I4, I6."""
    by_cart: defaultdict[str, list[Intent]] = defaultdict(list)
    for intent in stripe.intents.values():
        must(intent.charges <= 1, f"I2: {intent.id} was charged {intent.charges} times")
        by_cart[intent.metadata["cart"]].append(intent)
    for till in tills:
        if till.on:
            till.watch.noted(till.disk.rows)
        if till.disk.rows is not till.checked:  # rows are replaced whole at every commit
            _disk(till)
            till.checked = till.disk.rows
        _shown(till)
        _parked(till, backend)
        _sales(till, stripe, by_cart)


def _sales(till: Till, stripe: Stripe, by_cart: dict[str, list[Intent]]) -> None:
    rows, closed = till.disk.rows, _closed_intents(till)
    if not by_cart:
        return
    for run in rows.runs.values():
        intents = [i for i in by_cart.get(str(run.cart_id), []) if i.id not in closed]
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
        must(taken + cash - back <= due, f"P1: {taken} + {cash} - {back} taken, {due} due")
        chargeable = [i for i in intents if i.status != "canceled" and _asked(till, i)]
        must(len(chargeable) <= 1, f"P2: {len(chargeable)} payments of one sale could be charged")
        must(not (cash and chargeable), "P8: cash was taken while a card could be charged")


def _refunds(stripe: Stripe, intent: Intent) -> list[object]:
    found = stripe.refunds.values()
    return [r for r in found if r.intent == intent.id and r.status not in _GONE]


def _closed(till: Till, run_id: UUID) -> bool:
    """Tell whether a person closed a payment of this sale as unresolved."""
    mine = [s for s in till.disk.rows.sessions.values() if s.run_id == run_id and s.attempt]
    return any(s.attempt.phase is CardPhase.CLOSED for s in mine if s.attempt)


def _closed_intents(till: Till) -> set[str]:
    """Return the PaymentIntents that a person closed as unresolved: that decision is theirs."""
    found = [s.attempt for s in till.disk.rows.sessions.values() if s.attempt]
    return {a.intent_id for a in found if a.phase is CardPhase.CLOSED}


def _asked(till: Till, intent: Intent) -> bool:
    """Tell whether a reader may have been asked for this PaymentIntent."""
    return any(f'"payment_intent":"{intent.id}"' in params for params in till.keys().values())


def _disk(till: Till) -> None:
    rows = till.disk.rows
    numbers = till.receipts()
    must(numbers == list(range(1, len(numbers) + 1)), f"I6: receipt numbers {numbers}")
    for order in rows.orders.values():
        paid = sum(p.amount for p in rows.payments.values() if p.order_id == order.id)
        must(paid == order.total, f"I7: order of {order.total} has payments of {paid}")
    for payment in rows.payments.values():
        must(0 <= payment.refunded + payment.reserved <= payment.amount, "I4: refunded too much")
        _reserved(till, payment)


def _shown(till: Till) -> None:
    lost = till.shown_paid - till.disk.rows.orders.keys()
    must(not lost, f"I3: {lost} was shown as paid and is lost")


def _reserved(till: Till, payment: Payment) -> None:
    """Hold what is on its way reserved, exactly, and only one refund on its way at a time."""
    mine = [r for r in till.disk.rows.refunds.values() if r.payment_id == payment.id]
    held = [r for r in mine if r.is_open or r.attempt.state is RefundState.PENDING]
    amount = sum(r.attempt.amount_minor for r in held)
    must(payment.reserved == amount, f"I4: {payment.reserved} reserved, {amount} on its way")
    must(sum(r.is_open for r in mine) <= 1, "I4: two refunds of one payment on their way")


def at_rest(stripe: Stripe, tills: list[Till], backend: BackendModel) -> None:
    """Hold once everything is quiet: I1, P1 at rest, P6, I3b, I10."""
    for till in tills:
        _paid_means_paid(till, stripe)
        _runs_ended(till)
        _refunds_agree(till, stripe)
        _backend_agrees(till, backend)


def _paid_means_paid(till: Till, stripe: Stripe) -> None:
    rows = till.disk.rows
    card = [p for p in rows.payments.values() if p.provider_id == STRIPE_TERMINAL]
    references = {p.reference for p in card}
    must(len(references) == len(card), "I2: two sales stand on one PaymentIntent")
    for payment in card:
        intent = stripe.intents[payment.reference]
        must(intent.status == "succeeded", f"P6: sold on {intent.id}, which is {intent.status}")
        must(intent.received == payment.amount, f"I1: sold for {payment.amount}, got {intent}")
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
        must(intent.status != "succeeded" or sold, f"I1: {intent.id} was charged, nothing was sold")
        if not sold and (intent.id in till.watch.seen or _asked(till, intent)):
            must(
                intent.status == "canceled", f"P6: {intent.id} is {intent.status}, could be charged"
            )


def _runs_ended(till: Till) -> None:
    for run in till.disk.rows.runs.values():
        ended = run.is_committed or run.state in {RunState.ABANDONED, RunState.VOIDED}
        must(ended, f"I3b: run {run.id} rests in {run.state}")
        written = ("payment_closed", str(run.id)) in till.disk.rows.journal
        must(written or not _closed(till, run.id), "P8: a payment was closed, nobody wrote it down")


def _refunds_agree(till: Till, stripe: Stripe) -> None:
    for row in till.disk.rows.refunds.values():
        if row.provider_id != STRIPE_TERMINAL:
            continue
        mine = [r for r in stripe.refunds.values() if r.metadata.get("refund") == str(row.id)]
        alive = [r for r in mine if r.status not in _GONE]
        must(len(alive) <= 1, f"I4: refund {row.id} was made {len(alive)} times")
        done = row.attempt.state is RefundState.SUCCEEDED
        must(done == bool(alive), f"I1: refund {row.attempt.state}, at Stripe {len(alive)}")


def _backend_agrees(till: Till, backend: BackendModel) -> None:
    rows = till.disk.rows
    for entry in rows.outbox.values():
        must(entry.sent, f"I10: {entry.kind} {entry.seq} never arrived ({entry.parked})")
    for order in rows.orders.values():
        told = backend.orders.get(str(order.id))
        must(told is not None and told["total"] == order.total, f"I1: order {order.id} differs")
    for row in rows.refunds.values():
        if row.attempt.state is RefundState.SUCCEEDED:
            told = backend.refunds.get(str(row.id))
            must(told is not None and told["status"] == "succeeded", "I1: a refund is missing")


def _parked(till: Till, backend: BackendModel) -> None:
    """Hold I10: only what was refused for itself is set aside."""
    for entry in till.disk.rows.outbox.values():
        if entry.parked:
            must(str(entry.key) in backend.refused, f"I10: {entry.kind} set aside, not refused")
            lags = entry.kind == "refund" and entry.parked == "order_unknown"
            must(not lags, "I10: a refund was set aside because its order came late")
            must(entry.parked != "unauthorized", "I10: an entry has to suffer for the token")


def totals(tills: list[Till], backend: BackendModel) -> None:
    """Hold over all tills: the backend has nothing that no till knows."""
    must(not backend.doubled, "I10: one message under two keys")
    must(not backend.early, "I10: a refund was sent before its order")
    orders = {str(o) for till in tills for o in till.disk.rows.orders}
    must(set(backend.orders) == orders, "I10: the backend has other orders")
    refunds = {str(r) for till in tills for r in till.disk.rows.refunds}
    must(set(backend.refunds) <= refunds, "I10: the backend has other refunds")
