"""Every refusal in Stripe's error shape; the wording is that of its documentation."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

OFFLINE = (
    "Reader is currently offline, please ensure the reader is powered on and connected to the "
    "internet before retrying your request. Reference the integration guide for details on how "
    "to handle this error."
)
TIMEOUT = (
    "There was a timeout when sending this command to the reader. Reference the integration "
    "guide for details on how to handle this error."
)
BUSY = (
    "Reader is currently busy processing another request. Please reference the integration "
    "guide for details on how to handle this error."
)
NOT_PROCESSABLE = (
    "Payment intent must be in the requires_payment_method state to be processed by a reader."
)


class ApiError(Exception):
    """An answer other than 200.

    ``stored`` says whether an idempotency key remembers it: refusals before the
    endpoint began to execute (parameters, conflicts, limits) are not remembered.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        stored: bool = True,
        **fields: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.stored = stored
        told = {name: value for name, value in fields.items() if value is not None}
        self.body: Json = {"error": {"message": message, "type": kind, **told}}


def invalid(message: str, code: str | None = None, param: str | None = None) -> ApiError:
    """Refuse parameters before anything is executed; a key does not remember it."""
    return ApiError(400, message, code=code, param=param, stored=False)


def refused(message: str, code: str | None = None, **fields: Any) -> ApiError:
    """Refuse while executing; a key remembers it."""
    return ApiError(400, message, code=code, **fields)


def no_such(kind: str, identity: str, param: str, hint: str = "") -> ApiError:
    """Answer for an object this account does not have (another account's is no different)."""
    name = kind.rpartition(".")[2]
    message = f"No such {name}: '{identity}'{hint}"
    return ApiError(404, message, code="resource_missing", param=param)


def unexpected_state(intent: Json, verb: str) -> ApiError:
    """Refuse a move the intent's status does not allow, showing the whole intent."""
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    return refused(message, "payment_intent_unexpected_state", payment_intent=intent)
