"""The words that rows and machines share; free of SQLAlchemy, so that the pure cores use them."""

from __future__ import annotations

from enum import StrEnum


class CartStatus(StrEnum):
    """What may be done with a cart; only an open one can be edited."""

    OPEN = "open"
    PAYING = "paying"  # a checkout run holds it
    CHECKING = "checking"  # set aside while its payment is not known
    ABANDONED = "abandoned"


class RunState(StrEnum):
    """Recovery points of a checkout run (Medusa's, made durable)."""

    STARTED = "started"  # totals frozen
    SESSIONS_OPEN = "sessions_open"
    PAYMENT_AUTHORIZED = "payment_authorized"
    ORDER_COMMITTED = "order_committed"
    RECEIPT_DONE = "receipt_done"
    FINISHED = "finished"
    ABANDONED = "abandoned"  # left before any payment; the cart can start again
    VOIDED = "voided"  # closed by a person, with a reason in the journal


class SessionStatus(StrEnum):
    """Medusa's statuses of a PaymentSession."""

    PENDING = "pending"
    REQUIRES_MORE = "requires_more"  # the customer acts on the reader
    AUTHORIZED = "authorized"
    ERROR = "error"
    CANCELED = "canceled"


class CardPhase(StrEnum):
    """Where one card attempt stands; each is durable before the next call leaves the till."""

    INTENT = "intent"  # wanted; no PaymentIntent is known yet
    CREATED = "created"  # the PaymentIntent is known, the reader was not asked
    DISPATCHED = "dispatched"  # the reader was asked, or may have been
    DECLINED = "declined"  # the customer was not charged; the same PaymentIntent may go on
    CANCELLING = "cancelling"
    NEEDS_CHECK = "needs_check"  # a person must look; never resolved by a timer's guess
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    REFUSED = "refused"  # Stripe refused to open a payment; nobody can be charged
    CLOSED = "closed"  # a person closed what could not be resolved; the journal says why


class Wish(StrEnum):
    """What the cashier asked for; ASK after a restart: look, but wake no reader."""

    PAY = "pay"
    CANCEL = "cancel"
    ASK = "ask"


class OpKind(StrEnum):
    """The remote POSTs; the first word of every idempotency key."""

    CREATE = "create"
    PROCESS = "process"
    CANCEL_ACTION = "cancel_action"
    CANCEL_INTENT = "cancel_intent"
    REFUND = "refund"
    LOCATION = "location"  # where readers stand, as Stripe knows it
    READER = "reader"  # a reader registered by its code
    DISPLAY = "display"  # words on a reader, to see that it is this one
    PRESENT = "present"  # a test card held to a simulated reader


class OpState(StrEnum):
    """What is known of one remote POST."""

    SENT = "sent"  # may have left the till
    OK = "ok"
    NO = "no"  # a definite refusal
    UNKNOWN = "unknown"  # asked, no definite answer: look before anything else
    HELD = "held"  # not executed and not stored by Stripe: the same key again, later


class RefundState(StrEnum):
    """Where a refund stands; the amount is reserved from PLANNED on."""

    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    PENDING = "pending"  # Stripe has it and will finish it
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # definite; the reservation is released
    CANCELED = "canceled"  # withdrawn before anything was sent


class RefundReason(StrEnum):
    """Medusa's reasons, in the words of a counter."""

    RETURN = "return"
    DAMAGED = "damaged"
    MISTAKE = "mistake"
    DISCOUNT = "discount"
    OTHER = "other"  # needs a note


class ProductKind(StrEnum):
    """What is sold; taxes may spare everything that is not goods."""

    GOODS = "goods"
    SERVICE = "service"
    PASS = "pass"  # noqa: S105  a class pass, no password
    GIFT_CARD = "gift_card"


class Role(StrEnum):
    """Who somebody is at the counter."""

    OWNER = "owner"
    MANAGER = "manager"
    CASHIER = "cashier"


class TotalKind(StrEnum):
    """What a running total adds up."""

    SALE = "sale"
    TENDER = "tender"  # what was taken, by the way it was paid
    TAX = "tax"
    REFUND = "refund"
    REFUND_TENDER = "refund_tender"
    REFUND_TAX = "refund_tax"  # of the lines that a refund names
