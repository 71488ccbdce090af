"""Charges and what they do to the balance."""

from __future__ import annotations

from pos.terminal.simulator import cards
from pos.terminal.simulator.cards import Tap, Verdict
from pos.terminal.simulator.lists import page
from pos.terminal.simulator.problems import Json
from pos.terminal.simulator.world import Call, Merchant, fresh_id

KIND = "charge"
_FEE_PPM, _FEE_FIXED, _MILLION = 27_000, 5, 1_000_000


def record(merchant: Merchant, intent: Json, tap: Tap, verdict: Verdict, reader: str) -> Json:
    """Write the charge of one confirmation, approved or declined."""
    captured = verdict.approved and intent["capture_method"] != "manual"
    charge = {
        **_blank(),
        **{name: intent[name] for name in ("amount", "currency", "description", "metadata")},
        "payment_intent": intent["id"],
        "amount_captured": intent["amount"] if captured else 0,
        "captured": captured,
        "failure_code": verdict.code or None,
        "failure_message": verdict.message or None,
        "outcome": _outcome(verdict),
        "paid": verdict.approved,
        "payment_method": fresh_id("pm"),
        "payment_method_details": cards.details(
            tap,
            verdict,
            intent["amount"],
            endings=merchant.world.setting("amount_endings"),
            reader=reader,
        ),
        "status": "succeeded" if verdict.approved else "failed",
        "sim": {"number": tap.number, "released": False},
    }
    merchant.create(charge, intent["id"])
    if captured:
        _book(merchant, charge)
    merchant.emit("charge.succeeded" if verdict.approved else "charge.failed", charge)
    return charge


def _blank() -> Json:
    return {
        "id": fresh_id("ch"),
        "object": KIND,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "calculated_statement_descriptor": "TILLKEEP SIM",
        "customer": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "fraud_details": {},
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "statement_descriptor": None,
        "transfer_group": None,
    }


def _outcome(verdict: Verdict) -> Json:
    return {
        "network_status": "approved_by_network" if verdict.approved else "declined_by_network",
        "reason": verdict.decline_code or None,
        "risk_level": "normal",
        "seller_message": "Payment complete." if verdict.approved else verdict.message,
        "type": "authorized" if verdict.approved else "issuer_declined",
    }


def _book(merchant: Merchant, charge: Json) -> None:
    amount = charge["amount_captured"]
    fee = amount * _FEE_PPM // _MILLION + _FEE_FIXED
    charge["balance_transaction"] = book(merchant, "charge", charge, amount, fee)
    merchant.save(charge)


def book(merchant: Merchant, kind: str, source: Json, amount: int, fee: int = 0) -> str:
    """Write a balance transaction (minor units, signed); its id."""
    entry = {
        "id": fresh_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": int(merchant.now) + 2 * 86_400,
        "balance_type": "payments",
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }
    return str(merchant.create(entry)["id"])


def capture(merchant: Merchant, identity: str, amount: int) -> None:
    """Collect what was authorised; what is left of it is released."""
    charge = merchant.find(KIND, identity)
    charge.update(captured=True, amount_captured=amount)
    _book(merchant, charge)
    merchant.emit("charge.captured", charge)


def release(merchant: Merchant, identity: str) -> None:
    """Give an authorisation back: shown as refunded, nothing was ever captured."""
    charge = merchant.find(KIND, identity)
    charge.update(refunded=True, amount_refunded=charge["amount"])
    charge["sim"]["released"] = True
    merchant.save(charge)


def retrieve(call: Call) -> Json:
    """GET /v1/charges/:id."""
    return call.merchant.find(KIND, call.ids[0])


def listing(call: Call) -> Json:
    """GET /v1/charges."""
    wanted = {n: call.params[n] for n in ("payment_intent", "customer") if n in call.params}
    return page(call, KIND, lambda body: all(body[n] == v for n, v in wanted.items()))
