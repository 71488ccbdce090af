"""What Stripe's objects say, reduced to what the machines decide on. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pos.models.states import SessionStatus

Body = Mapping[str, Any]

UNDECIDED = frozenset({"processing", "requires_action", "requires_confirmation"})
_EMV = (
    "application_preferred_name",
    "dedicated_file_name",
    "authorization_code",
    "authorization_response_code",
    "application_cryptogram",
    "terminal_verification_results",
    "transaction_status_information",
    "account_type",
    "cardholder_verification_method",
)


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a receipt may show of a card; never its number."""

    brand: str = ""
    last4: str = ""
    read_method: str = ""
    receipt: Mapping[str, str] = field(default_factory=dict)


NO_CARD = CardFacts()


@dataclass(frozen=True, slots=True)
class IntentFacts:
    """A PaymentIntent as it was read. Amounts in minor units."""

    id: str
    status: str
    amount: int
    amount_received: int
    currency: str
    attempt: str
    error_code: str = ""
    error_message: str = ""
    error_charge: str = ""
    card: CardFacts = NO_CARD


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """A reader's one action slot; a hint, never the truth about money."""

    action: str = ""
    status: str = ""
    intent: str = ""
    failure_code: str = ""
    failure_message: str = ""


def read_intent(body: Body) -> IntentFacts:
    """Reduce a PaymentIntent, with its latest charge where that was expanded."""
    error = body.get("last_payment_error") or {}
    return IntentFacts(
        id=str(body.get("id", "")),
        status=str(body.get("status", "")),
        amount=_whole(body.get("amount")),
        amount_received=_whole(body.get("amount_received")),
        currency=str(body.get("currency", "")),
        attempt=str((body.get("metadata") or {}).get("attempt", "")),
        error_code=str(error.get("decline_code") or error.get("code") or ""),
        error_message=str(error.get("message") or ""),
        error_charge=str(error.get("charge") or ""),
        card=_card(body.get("latest_charge")),
    )


def read_reader(body: Body) -> ReaderFacts:
    """Reduce a reader to its last action."""
    action = body.get("action") or {}
    kind = str(action.get("type") or "")
    detail = action.get(kind) or {}
    intent = detail.get("payment_intent") or ""
    if isinstance(intent, Mapping):
        intent = intent.get("id") or ""
    return ReaderFacts(
        action=kind,
        status=str(action.get("status") or ""),
        intent=str(intent),
        failure_code=str(action.get("failure_code") or ""),
        failure_message=str(action.get("failure_message") or ""),
    )


def session_status(intent_status: str) -> SessionStatus:
    """Map a PaymentIntent's status as Medusa's Stripe provider does (seeds.md, P2)."""
    return {
        "requires_action": SessionStatus.REQUIRES_MORE,
        "canceled": SessionStatus.CANCELED,
        "requires_capture": SessionStatus.AUTHORIZED,
        "succeeded": SessionStatus.AUTHORIZED,
    }.get(intent_status, SessionStatus.PENDING)


def _card(charge: Any) -> CardFacts:
    if not isinstance(charge, Mapping):
        return NO_CARD
    details = charge.get("payment_method_details") or {}
    card = details.get("card_present") or details.get("interac_present") or {}
    receipt = card.get("receipt") or {}
    return CardFacts(
        brand=str(card.get("brand") or ""),
        last4=str(card.get("last4") or ""),
        read_method=str(card.get("read_method") or ""),
        receipt={name: str(receipt[name]) for name in _EMV if receipt.get(name)},
    )


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
