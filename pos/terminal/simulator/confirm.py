"""What happens at Stripe when a reader confirms a payment or a refund with a card."""

from __future__ import annotations

from pos.terminal.simulator import cards, charges, intents, refunds
from pos.terminal.simulator.cards import Tap, Verdict
from pos.terminal.simulator.problems import ApiError, Json
from pos.terminal.simulator.world import Merchant

_CONFIRMABLE = {
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
}
SUCCEEDED: Json = {"status": "succeeded", "failure_code": None, "failure_message": None}


def failed(code: str, message: str, api_error: Json | None = None) -> Json:
    """Return a reader action's failure, as Stripe reports it."""
    told = {"status": "failed", "failure_code": code, "failure_message": message}
    return {**told, "api_error": api_error} if api_error else told


def payment(merchant: Merchant, identity: str, tap: Tap, reader: str) -> Json:
    """Ask the issuer; a canceled or paid intent is refused without asking."""
    intent = merchant.find("payment_intent", identity)
    if intent["status"] not in _CONFIRMABLE:
        message = (
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}."
        )
        code = "payment_intent_unexpected_state"
        error = {"type": "invalid_request_error", "code": code, "message": message}
        return failed(code, message, error)
    if tap.tip:
        intent["amount"] += tap.tip
        intent["amount_details"] = {"tip": {"amount": tap.tip}}
    endings = merchant.world.setting("amount_endings")
    verdict = cards.judge(tap, intent["amount"], endings=endings)
    charge = charges.record(merchant, intent, tap, verdict, reader)
    intent["latest_charge"] = charge["id"]
    if verdict.approved:
        return _approve(merchant, intent, charge)
    return _decline(merchant, intent, charge, verdict)


def _approve(merchant: Merchant, intent: Json, charge: Json) -> Json:
    intent.update(payment_method=charge["payment_method"], last_payment_error=None)
    if charge["captured"]:
        intents.settle(merchant, intent, charge["amount"])
        return SUCCEEDED
    intent.update(status="requires_capture", amount_capturable=charge["amount"], processing=None)
    merchant.save(intent)
    merchant.emit("payment_intent.amount_capturable_updated", intent)
    return SUCCEEDED


def _decline(merchant: Merchant, intent: Json, charge: Json, verdict: Verdict) -> Json:
    error = {
        "type": "card_error",
        "code": verdict.code,
        "decline_code": verdict.decline_code,
        "message": verdict.message,
        "charge": charge["id"],
    }
    intent.update(
        status=intents.OPEN,
        last_payment_error={**error, "doc_url": None},
        payment_method=None,
        processing=None,
    )
    merchant.save(intent)
    merchant.emit("payment_intent.payment_failed", intent)
    return failed("card_declined", verdict.message, error)


def refund(merchant: Merchant, detail: Json, tap: Tap) -> tuple[Json, str]:
    """Refund with the card present; the action's outcome and the refund's id."""
    asked = {
        name: detail[name]
        for name in ("payment_intent", "charge", "amount", "metadata")
        if detail.get(name) is not None
    }
    try:
        charge = refunds.refundable(merchant, asked)
    except ApiError as problem:
        error = problem.body["error"]
        return failed(error.get("code", "processing_error"), error["message"], error), ""
    verdict = cards.judge(tap, asked["amount"], endings=merchant.world.setting("amount_endings"))
    if not verdict.approved:
        error = {"type": "card_error", "code": verdict.code, "decline_code": verdict.decline_code}
        return failed("card_declined", verdict.message, error), ""
    return SUCCEEDED, str(refunds.write(merchant, charge, asked)["id"])
