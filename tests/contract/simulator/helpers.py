"""What a till would send, in one line."""

from __future__ import annotations

import stripe

from tests.support.simulator import READER

SALE = {
    "amount": 1250,
    "currency": "usd",
    "allowed_payment_method_types": ["card_present"],
    "capture_method": "automatic",
    "metadata": {"attempt": "a1"},
}


def create(client, key="create:1", **given):
    return client.v1.payment_intents.create({**SALE, **given}, {"idempotency_key": key})


def process(client, intent, key="process:1", reader=READER, **config):
    params = {"payment_intent": intent.id, "process_config": {"skip_tipping": True, **config}}
    return client.v1.terminal.readers.process_payment_intent(
        reader, params, {"idempotency_key": key}
    )


def read(client, intent):
    """The intent with its latest charge."""
    return client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})


def paid(client, sim, amount=1250, number="4242424242424242", **given):
    """A succeeded intent."""
    intent = create(client, f"paid:{amount}:{number}", amount=amount, **given)
    process(client, intent, f"process:{intent.id}")
    sim.present_card(number)
    return read(client, intent)


def refund(client, intent, amount=None, key="refund:1", **given):
    params = {"payment_intent": intent.id, **({"amount": amount} if amount else {}), **given}
    return client.v1.refunds.create(params, {"idempotency_key": key})


def error_of(call, *args, **kwargs) -> stripe.StripeError:
    """The library's exception."""
    try:
        answer = call(*args, **kwargs)
    except stripe.StripeError as error:
        return error
    raise AssertionError(f"no error, but {answer}")


def code_of(error) -> str | None:
    """``error.code`` is None for some classes; this one is always set when the wire has it."""
    return error.error.code if error.error else None
