"""Refunds: partial ones until the charge is exhausted; some change their mind later."""

from __future__ import annotations

from pos.terminal.simulator import charges, money
from pos.terminal.simulator.cards import REFUND_FAILS, REFUND_LATE
from pos.terminal.simulator.lists import page
from pos.terminal.simulator.problems import Json, invalid, refused
from pos.terminal.simulator.world import Call, Merchant, fresh_id

KIND = "refund"
_REASONS = {"duplicate", "fraudulent", "requested_by_customer"}
_NO_CHARGE = "This PaymentIntent ({}) does not have a successful charge to refund."
_UNCAPTURED = (
    "This PaymentIntent ({}) has an uncaptured charge. You must cancel the PaymentIntent to "
    "release the funds."
)


def create(call: Call) -> Json:
    """POST /v1/refunds."""
    params = call.params
    if ("payment_intent" in params) == ("charge" in params):
        raise invalid("You must provide exactly one of payment_intent or charge.")
    reason = params.get("reason")
    if reason is not None and reason not in _REASONS:
        raise invalid(f"Invalid reason: must be one of {sorted(_REASONS)}", param="reason")
    charge = refundable(call.merchant, params)
    if charge["payment_method_details"]["type"] == "interac_present":
        raise refused(
            "Refunds for Interac charges must be processed in person. Use the reader's "
            "refund_payment endpoint."
        )
    return write(call.merchant, charge, params)


def refundable(merchant: Merchant, params: Json) -> Json:
    """Return the charge a refund of ``params`` would come from; raises ApiError if it cannot."""
    if "amount" in params and params["amount"] < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", "parameter_invalid_integer", "amount"
        )
    charge = _charge(merchant, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        raise refused(
            f"Charge {charge['id']} has already been refunded.", "charge_already_refunded"
        )
    amount = params.get("amount", left)
    if amount > left:
        asked, rest = (money.show(n, charge["currency"]) for n in (amount, left))
        raise refused(
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})",
            param="amount",
        )
    return charge


def _charge(merchant: Merchant, params: Json) -> Json:
    if "charge" in params:
        charge = merchant.find("charge", params["charge"], "charge")
        intent = charge["payment_intent"]
    else:
        body = merchant.find("payment_intent", params["payment_intent"], "payment_intent")
        intent = body["id"]
        if body["latest_charge"] is None:
            raise refused(_NO_CHARGE.format(intent))
        charge = merchant.find("charge", body["latest_charge"])
    if not charge["paid"] or charge["sim"]["released"]:
        raise refused(_NO_CHARGE.format(intent))
    if not charge["captured"]:
        raise refused(_UNCAPTURED.format(intent))
    return charge


def write(merchant: Merchant, charge: Json, params: Json) -> Json:
    """Record an accepted refund against its charge."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    refund = {
        "id": fresh_id("re"),
        "object": KIND,
        "amount": params.get("amount", left),
        "balance_transaction": None,
        "charge": charge["id"],
        "currency": charge["currency"],
        "description": None,
        "destination_details": {"type": "card", "card": {"type": "pending"}},
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    refund["balance_transaction"] = charges.book(merchant, KIND, refund, -refund["amount"])
    merchant.create(refund, charge["payment_intent"])
    _count(merchant, charge, refund["amount"])
    _plan(merchant, charge, refund)
    merchant.emit("refund.created", refund)
    merchant.emit("charge.refunded", charge)
    return refund


def _count(merchant: Merchant, charge: Json, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    charge.update(amount_refunded=refunded, refunded=refunded >= charge["amount_captured"])
    merchant.save(charge)


def _plan(merchant: Merchant, charge: Json, refund: Json) -> None:
    """Let the outcome come later for some test cards and with a low balance."""
    number = charge["sim"]["number"]
    later = "failed" if number == REFUND_FAILS else "succeeded"
    if number == REFUND_LATE or merchant.world.setting("refunds_pending"):
        refund["status"] = "pending"
    if refund["status"] == "pending" or later == "failed":
        refund["sim"] = {"later": later}
        wait = merchant.world.setting("refund_settle_after")
        merchant.world.store.set_due(refund["id"], merchant.now + wait)
        merchant.save(refund)


def settle(merchant: Merchant, refund: Json, status: str = "", reason: str = "") -> None:
    """Let a refund reach its later status: as planned, or as given."""
    status = status or refund.get("sim", {}).get("later", "succeeded")
    merchant.world.store.set_due(refund["id"], None)
    if status == refund["status"]:
        return
    refund["status"] = status
    if status in {"failed", "canceled"}:
        _give_back(merchant, refund, reason or "expired_or_canceled_card")
    merchant.save(refund)
    merchant.emit("refund.failed" if status == "failed" else "refund.updated", refund)


def _give_back(merchant: Merchant, refund: Json, reason: str) -> None:
    charge = merchant.find("charge", refund["charge"])
    _count(merchant, charge, -refund["amount"])
    refund["failure_balance_transaction"] = charges.book(
        merchant, "refund_failure", refund, refund["amount"]
    )
    if refund["status"] == "failed":
        refund["failure_reason"] = reason


def retrieve(call: Call) -> Json:
    """GET /v1/refunds/:id."""
    return call.merchant.find(KIND, call.ids[0])


def listing(call: Call) -> Json:
    """GET /v1/refunds."""
    wanted = {n: call.params[n] for n in ("payment_intent", "charge") if n in call.params}
    if "payment_intent" in wanted:
        call.merchant.find("payment_intent", wanted["payment_intent"], "payment_intent")
    return page(call, KIND, lambda body: all(body[n] == v for n, v in wanted.items()))
