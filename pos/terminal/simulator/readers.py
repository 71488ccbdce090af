"""Terminal readers, as Stripe's API offers them."""

from __future__ import annotations

import secrets

from pos.terminal.simulator import intents, machine, refunds
from pos.terminal.simulator.cards import Tap, is_number
from pos.terminal.simulator.lists import page
from pos.terminal.simulator.machine import NotNowError, Reader
from pos.terminal.simulator.problems import (
    NOT_PROCESSABLE,
    ApiError,
    Json,
    invalid,
    no_such,
    refused,
)
from pos.terminal.simulator.views import public
from pos.terminal.simulator.world import Call, Merchant, fresh_id

KIND = "terminal.reader"
_REGISTRATION = "simulated-wpe"
_PRESENT_TYPES = {"card_present", "interac_present", "card"}
_DEFAULT_CARD = {"card_present": "4242424242424242", "interac_present": "4506445006931933"}


def load(merchant: Merchant, identity: str) -> Reader:
    """Return the reader; raises ApiError 404."""
    return Reader(merchant, merchant.find(KIND, identity, "reader"))


def write(merchant: Merchant, identity: str, label: str, location: str | None) -> Json:
    """Put a simulated reader on the counter."""
    return merchant.create(
        {
            "id": identity,
            "object": KIND,
            "action": None,
            "created": 0,
            "device_sw_version": "2.37.2.0",
            "device_type": "simulated_wisepos_e",
            "ip_address": "0.0.0.0",  # noqa: S104 - as Stripe shows a simulated reader
            "label": label,
            "last_seen_at": 0,
            "location": location,
            "metadata": {},
            "serial_number": f"SIMULATOR-{secrets.token_hex(4).upper()}",
            "status": "online",
            "sim": machine.new_device(),
        }
    )


def create(call: Call) -> Json:
    """POST /v1/terminal/readers; knows one registration code, as Stripe's own simulator."""
    params = call.params
    if params["registration_code"] != _REGISTRATION:
        raise refused(
            "We could not find a reader with that registration code.",
            "resource_missing",
            param="registration_code",
        )
    location = params.get("location")
    if location is None:
        raise invalid("Missing required param: location.", "parameter_missing", "location")
    call.merchant.find("terminal.location", location, "location")
    reader = write(call.merchant, fresh_id("tmr"), params.get("label") or "Simulator", location)
    reader["metadata"] = params.get("metadata", {})
    call.merchant.save(reader)
    return reader


def retrieve(call: Call) -> Json:
    """GET /v1/terminal/readers/:id."""
    return call.merchant.find(KIND, call.ids[0], "reader")


def update(call: Call) -> Json:
    """POST /v1/terminal/readers/:id."""
    reader = retrieve(call)
    reader["label"] = call.params.get("label", reader["label"])
    reader["metadata"] = intents.merged(reader["metadata"], call.params.get("metadata"))
    call.merchant.save(reader)
    return reader


def delete(call: Call) -> Json:
    """DELETE /v1/terminal/readers/:id."""
    reader = retrieve(call)
    call.store.set_due(reader["id"], None)
    call.store.delete(reader["id"])
    return {"id": reader["id"], "object": KIND, "deleted": True}


def listing(call: Call) -> Json:
    """GET /v1/terminal/readers."""
    names = ("location", "status", "device_type", "serial_number")
    wanted = {name: call.params[name] for name in names if name in call.params}
    now = call.merchant.now
    return page(call, KIND, lambda body: all(public(body, now)[n] == v for n, v in wanted.items()))


def process(call: Call) -> Json:
    """POST /v1/terminal/readers/:id/process_payment_intent; 200 means the reader has it."""
    reader = load(call.merchant, call.ids[0])
    intent = call.merchant.find("payment_intent", call.params["payment_intent"], "payment_intent")
    if intent["status"] != intents.OPEN:
        raise refused(NOT_PROCESSABLE, "intent_invalid_state", payment_intent=intent)
    if not {"card_present", "interac_present"} & set(intent["allowed_payment_method_types"]):
        raise refused(
            "The PaymentIntent must allow the payment method type card_present.",
            "payment_intent_incompatible_payment_method",
        )
    reader.command()
    config = call.params.get("process_config", {})
    detail = {"payment_intent": intent["id"], "process_config": config}
    reader.start("process_payment_intent", detail, intent["amount"], intent["currency"])
    reader.acknowledge()
    return reader.body


def refund_payment(call: Call) -> Json:
    """POST /v1/terminal/readers/:id/refund_payment; the card is presented again."""
    params = call.params
    reader = load(call.merchant, call.ids[0])
    if ("payment_intent" in params) == ("charge" in params):
        raise invalid("You must provide exactly one of payment_intent or charge.")
    charge = refunds.refundable(call.merchant, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    reader.command()
    detail = {
        "amount": params.get("amount", left),
        "charge": charge["id"],
        "metadata": params.get("metadata", {}),
        "refund_payment_config": params.get("refund_payment_config", {}),
        "refund": None,
        "reason": None,
    }
    if "payment_intent" in params:
        detail = {**detail, "payment_intent": charge["payment_intent"], "charge": None}
    reader.start("refund_payment", detail, detail["amount"], charge["currency"])
    reader.acknowledge()
    return reader.body


def cancel_action(call: Call) -> Json:
    """POST /v1/terminal/readers/:id/cancel_action; not while the bank is being asked."""
    reader = load(call.merchant, call.ids[0])
    reader.command()
    reader.clear()
    reader.acknowledge()
    return reader.body


def set_display(call: Call) -> Json:
    """POST .../set_reader_display; replaces a waiting payment without a word, as seen."""
    if call.params["type"] != "cart":
        raise invalid("Invalid type: must be cart", param="type")
    reader = load(call.merchant, call.ids[0])
    reader.command()
    cart = call.params.get("cart", {})
    reader.start("set_reader_display", {"type": "cart", "cart": cart}, 0, "")
    reader.acknowledge()
    return reader.body


def present(call: Call) -> Json:
    """POST /v1/test_helpers/terminal/readers/:id/present_payment_method (test mode only)."""
    if call.merchant.livemode:
        raise no_such("test_helper", call.ids[0], "reader")
    reader = load(call.merchant, call.ids[0])
    tap = Tap(number=_number(call.params), tip=call.params.get("amount_tip", 0))
    if reader.running not in {"process_payment_intent", "refund_payment"}:
        raise refused("The reader has no action in progress that takes a payment method.")
    try:
        reader.present(tap)
    except NotNowError as refusal:
        raise refused(str(refusal)) from None
    _card_error(reader)
    return reader.body


def _number(params: Json) -> str:
    kind = params.get("type", "card_present")
    if kind not in _PRESENT_TYPES:
        raise invalid("Invalid type", param="type")
    given = params.get(kind) or {}
    number = given.get("number") if isinstance(given, dict) else None
    number = number or _DEFAULT_CARD.get(kind, _DEFAULT_CARD["card_present"])
    if not is_number(number):
        raise invalid("Your card number is incorrect.", "incorrect_number", f"{kind}[number]")
    return str(number)


def _card_error(reader: Reader) -> None:
    error = (reader.action or {}).get("api_error")
    if error and reader.merchant.world.setting("present_decline_402"):
        told = {name: value for name, value in error.items() if name not in {"message", "type"}}
        raise ApiError(402, error["message"], kind="card_error", **told)
