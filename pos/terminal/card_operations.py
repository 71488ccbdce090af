"""The POSTs of a card attempt, frozen when they are first wanted. Pure."""

from __future__ import annotations

from pos.models.states import OpKind
from pos.terminal.attempt import CardAttempt, Context
from pos.terminal.operations import Operation, Params, freeze


def create(a: CardAttempt, c: Context, n: int) -> Operation:
    """Open the one PaymentIntent of this tender."""
    params = {
        "amount": a.amount_minor,
        "currency": a.currency,
        "allowed_payment_method_types": ["card_present"],
        "capture_method": "automatic",
        "metadata": dict(a.metadata) | {"attempt": str(a.id)},
    }
    return _op(a, c, OpKind.CREATE, n, "", params)


def process(a: CardAttempt, c: Context, n: int) -> Operation:
    """Hand the PaymentIntent to the reader; a decline needs a new ``n`` (fact 6)."""
    params = {
        "payment_intent": a.intent_id,
        "process_config": {"enable_customer_cancellation": True, "skip_tipping": True},
    }
    return _op(a, c, OpKind.PROCESS, n, a.reader_id, params)


def cancel_action(a: CardAttempt, c: Context, n: int) -> Operation:
    """Clear the reader; only ever wanted while the action on it is ours."""
    return _op(a, c, OpKind.CANCEL_ACTION, n, a.reader_id, {})


def cancel_intent(a: CardAttempt, c: Context, n: int) -> Operation:
    """Make sure that nobody can pay this PaymentIntent any more."""
    return _op(a, c, OpKind.CANCEL_INTENT, n, a.intent_id, {})


def _op(a: CardAttempt, c: Context, kind: OpKind, n: int, target: str, params: Params) -> Operation:
    return Operation(a.id, kind, n, target, freeze(params), c.account, c.api_version)
