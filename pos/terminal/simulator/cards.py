"""Stripe's test cards and amount endings, and what the issuer says to each."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from pos.terminal.simulator.problems import Json

_GENERIC = "Your card was declined."
_DECLINES: dict[str, tuple[str, str]] = {  # decline code: (error code, message)
    "generic_decline": ("card_declined", _GENERIC),
    "call_issuer": ("card_declined", _GENERIC),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "lost_card": ("card_declined", _GENERIC),
    "stolen_card": ("card_declined", _GENERIC),
    "expired_card": ("expired_card", "Your card has expired."),
    "processing_error": (
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "incorrect_pin": ("card_declined", "Your card's PIN is incorrect."),
    "online_or_offline_pin_required": ("card_declined", _GENERIC),
    "withdrawal_count_limit_exceeded": ("card_declined", _GENERIC),
    "pin_try_exceeded": ("card_declined", _GENERIC),
}
_BY_NUMBER = {
    "4000000000000002": "generic_decline",
    "4000000000009995": "insufficient_funds",
    "4000000000009987": "lost_card",
    "4000000000009979": "stolen_card",
    "4000000000000069": "expired_card",
    "4000000000000119": "processing_error",
}
_BY_ENDING = {
    1: "call_issuer",
    5: "generic_decline",
    55: "incorrect_pin",
    60: "online_or_offline_pin_required",
    65: "withdrawal_count_limit_exceeded",
    75: "pin_try_exceeded",
}
_CVM = {
    "4001007020000002": "offline_pin",
    "4000008260000075": "offline_pin",
    "4001000360000005": "online_pin",
    "4000002760000008": "online_pin",
}
_CVM_BY_ENDING = {2: "offline_pin", 3: "online_pin"}
_BRANDS = (("34", "amex"), ("37", "amex"), ("4506", "interac"), ("4", "visa"), ("62", "unionpay"))
_AID = {
    "visa": ("A0000000031010", "Visa Credit"),
    "mastercard": ("A0000000041010", "Mastercard"),
    "amex": ("A000000025010801", "American Express"),
    "interac": ("A0000002771010", "Interac"),
}
READ_METHODS = {
    "tap": "contactless_emv",
    "insert": "contact_emv",
    "swipe": "magnetic_stripe_track2",
}
REFUND_FAILS, REFUND_LATE = "4000000000005126", "4000000000007726"
DEBIT = {"4000056655665556", "5200828282828210"}
_SHORTEST, _LONGEST, _HUNDRED = 12, 19, 100


@dataclass(frozen=True, slots=True)
class Tap:
    """A card held to the reader, and what the cardholder added."""

    number: str = "4242424242424242"
    read_method: str = "tap"
    tip: int = 0
    outcome: str = ""  # "", "approve", or a decline code: overrides number and amount


@dataclass(frozen=True, slots=True)
class Verdict:
    """The issuer's answer. ``decline_code`` is empty when approved."""

    decline_code: str = ""
    code: str = ""
    message: str = ""

    @property
    def approved(self) -> bool:
        return not self.decline_code


def is_number(text: str) -> bool:
    """Whether this can be a card number at all."""
    return text.isascii() and text.isdigit() and _SHORTEST <= len(text) <= _LONGEST


def judge(tap: Tap, amount: int, *, endings: bool) -> Verdict:
    """Ask the issuer; ``amount`` is in minor units."""
    reason = tap.outcome or _BY_NUMBER.get(tap.number, "")
    if not reason and endings:
        reason = _BY_ENDING.get(amount % _HUNDRED, "")
    if reason in {"", "approve"}:
        return Verdict()
    code, message = _DECLINES.get(reason, ("card_declined", _GENERIC))
    return Verdict(reason, code, message)


def brand(number: str) -> str:
    """Name the network by the leading digits."""
    if number[:2] in {"51", "52", "53", "54", "55"} or number.startswith("2"):
        return "mastercard"
    return next((name for start, name in _BRANDS if number.startswith(start)), "unknown")


def details(tap: Tap, verdict: Verdict, amount: int, *, endings: bool, reader: str) -> Json:
    """``payment_method_details`` of a charge, with the EMV fields a receipt must print."""
    network = brand(tap.number)
    kind = "interac_present" if network == "interac" else "card_present"
    return {
        "type": kind,
        kind: {
            "amount_authorized": amount if verdict.approved else None,
            "brand": network,
            "capture_before": None,
            "cardholder_name": None,
            "country": "US",
            "emv_auth_data": None,
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": f"sim{tap.number[-4:]}",
            "funding": "debit" if tap.number in DEBIT else "credit",
            "generated_card": None,
            "last4": tap.number[-4:],
            "network": network,
            "offline": None,
            "overcapture_supported": False,
            "read_method": READ_METHODS[tap.read_method],
            "reader": reader,
            "receipt": {
                **_receipt(tap, verdict, network),
                "cardholder_verification_method": _cvm(tap, amount if endings else 0),
            },
        },
    }


def _cvm(tap: Tap, amount: int) -> str:
    signed = "signature" if tap.read_method == "swipe" else "approval"
    return _CVM.get(tap.number) or _CVM_BY_ENDING.get(amount % _HUNDRED, signed)


def _receipt(tap: Tap, verdict: Verdict, network: str) -> Json:
    aid, name = _AID.get(network, ("A0000000031010", "Debit"))
    if tap.number in DEBIT:
        name = "Visa Debit" if network == "visa" else "Mastercard Debit"
    return {
        "account_type": "checking" if tap.number in DEBIT else "credit",
        "application_cryptogram": "DBAA2F0D8A6D3F1C",
        "application_preferred_name": name,
        "authorization_code": f"{secrets.randbelow(900_000) + 100_000}"
        if verdict.approved
        else None,
        "authorization_response_code": "3030" if verdict.approved else "3531",
        "dedicated_file_name": aid,
        "terminal_verification_results": "8000008000",
        "transaction_status_information": "6800",
    }
