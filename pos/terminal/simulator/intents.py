"""PaymentIntents: the object that guards against a double charge."""

from __future__ import annotations

import re

from pos.terminal.simulator import charges, money
from pos.terminal.simulator.lists import page, wrap
from pos.terminal.simulator.problems import Json, invalid, refused, unexpected_state
from pos.terminal.simulator.world import Call, Merchant, fresh_id

KIND = "payment_intent"
OPEN = "requires_payment_method"
_CANCELABLE = {OPEN, "requires_capture", "requires_confirmation", "requires_action"}
_EDITABLE = {OPEN, "requires_confirmation", "requires_action"}
_CAPTURES = {"automatic", "automatic_async", "manual"}
_TYPES = {"card", "card_present", "interac_present"}
_REASONS = {"duplicate", "fraudulent", "requested_by_customer", "abandoned"}
_CLAUSE = re.compile(r"""(-?)(\w+)(?:\[['"]([^'"]+)['"]\])?\s*[:=]\s*['"]?([^'"]*?)['"]?\s*$""")


def create(call: Call) -> Json:
    """POST /v1/payment_intents."""
    params = call.params
    currency = money.known(params["currency"])
    _check(params, currency)
    identity = fresh_id("pi")
    types = _types(params) or ["card"]
    intent = {
        **_blank(identity),
        "amount": params["amount"],
        "currency": currency,
        "allowed_payment_method_types": types,
        "payment_method_types": types,
        "capture_method": params.get("capture_method", "automatic_async"),
        "metadata": params.get("metadata", {}),
        **{name: params.get(name) or None for name in _TEXTS},
    }
    call.merchant.create(intent)
    call.merchant.emit("payment_intent.created", intent)
    return intent


_TEXTS = (
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "customer",
)


def _blank(identity: str) -> Json:
    return {
        "id": identity,
        "object": KIND,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "client_secret": f"{identity}_secret_{fresh_id('s')[2:]}",
        "confirmation_method": "automatic",
        "last_payment_error": None,
        "latest_charge": None,
        "next_action": None,
        "payment_method": None,
        "payment_method_options": {},
        "processing": None,
        "review": None,
        "shipping": None,
        "source": None,
        "status": OPEN,
        "transfer_group": None,
    }


def _types(params: Json) -> list[str]:
    for name in ("allowed_payment_method_types", "payment_method_types"):
        types: list[str] = params.get(name, [])
        wrong = next((kind for kind in types if kind not in _TYPES), None)
        if wrong is not None:
            raise invalid(f"The payment method type provided: {wrong} is invalid.", param=name)
        if types:
            return types
    return []


def _check(params: Json, currency: str) -> None:
    money.check(params, currency)
    method = params.get("capture_method", "automatic")
    if method not in _CAPTURES:
        raise invalid(f"Invalid capture_method: must be one of {_CAPTURES}", param="capture_method")


def retrieve(call: Call) -> Json:
    """GET /v1/payment_intents/:id."""
    return call.merchant.find(KIND, call.ids[0], "intent")


def update(call: Call) -> Json:
    """POST /v1/payment_intents/:id; empty metadata values remove their keys."""
    intent, params = retrieve(call), call.params
    currency = money.known(str(params.get("currency", intent["currency"])))
    _check(params, currency)
    if intent["status"] not in _EDITABLE:
        raise unexpected_state(intent, "update")
    intent["metadata"] = merged(intent["metadata"], params.get("metadata"))
    changed = ("amount", "capture_method", *_TEXTS)
    intent.update({name: params[name] for name in changed if name in params})
    types = _types(params) or intent["allowed_payment_method_types"]
    intent.update(currency=currency, allowed_payment_method_types=types, payment_method_types=types)
    call.merchant.save(intent)
    return intent


def merged(old: Json, new: Json | None) -> Json:
    """Stripe's rule for metadata: named keys are set, empty values removed."""
    both = {**old, **(new or {})}
    return {key: value for key, value in both.items() if value != ""}


def listing(call: Call) -> Json:
    """GET /v1/payment_intents."""
    customer = call.params.get("customer")
    return page(call, KIND, lambda body: customer is None or body["customer"] == customer)


def cancel(call: Call) -> Json:
    """POST /v1/payment_intents/:id/cancel; releases an authorisation."""
    merchant, intent = call.merchant, retrieve(call)
    reason = call.params.get("cancellation_reason")
    if reason is not None and reason not in _REASONS:
        raise invalid("Invalid cancellation_reason", param="cancellation_reason")
    if intent["status"] not in _CANCELABLE:
        raise unexpected_state(intent, "cancel")
    if intent["status"] == "requires_capture":
        charges.release(merchant, intent["latest_charge"])
    intent.update(
        status="canceled",
        canceled_at=int(merchant.now),
        cancellation_reason=reason,
        amount_capturable=0,
    )
    merchant.save(intent)
    merchant.emit("payment_intent.canceled", intent)
    return intent


def capture(call: Call) -> Json:
    """POST /v1/payment_intents/:id/capture; once, the whole or less."""
    merchant, intent = call.merchant, retrieve(call)
    if intent["status"] != "requires_capture":
        raise unexpected_state(intent, "capture")
    amount: int = call.params.get("amount_to_capture") or intent["amount_capturable"]
    if not 1 <= amount <= intent["amount_capturable"]:
        raise refused(
            "The requested amount to capture is greater than the amount you can capture.",
            "amount_too_large",
            param="amount_to_capture",
        )
    intent["metadata"] = merged(intent["metadata"], call.params.get("metadata"))
    charges.capture(merchant, intent["latest_charge"], amount)
    settle(merchant, intent, amount)
    return intent


def settle(merchant: Merchant, intent: Json, amount: int) -> None:
    """Money received: the intent is done."""
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0, processing=None)
    merchant.save(intent)
    merchant.emit("payment_intent.succeeded", intent)


def search(call: Call) -> Json:
    """GET /v1/payment_intents/search: finds an intent only after the lag, as Stripe warns."""
    lag = call.merchant.world.setting("search_lag")
    clauses = [_clause(text) for text in call.params["query"].split(" AND ")]
    limit = call.params.get("limit", 10)
    where = {
        "kind": KIND,
        "account": call.merchant.account,
        "livemode": int(call.merchant.livemode),
        "low": 0,
        "high": int(call.merchant.now - lag),
        "at": 2**62,
        "seq": 2**62,
    }
    found = [
        body
        for body in call.store.page(where, newer_first=True)
        if all(_meets(body, clause) for clause in clauses)
    ]
    body = wrap(found[:limit], call.path, more=len(found) > limit)
    return {**body, "object": "search_result", "next_page": None}


def _clause(text: str) -> tuple[bool, str, str | None, str]:
    match = _CLAUSE.match(text.strip())
    if match is None:
        raise invalid("We could not parse the search query.", param="query")
    minus, name, key, value = match.groups()
    return minus == "-", name, key, value


def _meets(body: Json, clause: tuple[bool, str, str | None, str]) -> bool:
    negated, name, key, value = clause
    have = body["metadata"].get(key) if name == "metadata" and key else body.get(name)
    return (str(have) == value) is not negated
