"""The business backend as the services see it."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from pos.backend.wire import CataloguePage, CheckoutOut, CustomersPage, SettingsOut
from pos.errors import UnreachableError

UNAUTHORIZED = "unauthorized"
"""Code of a refusal that concerns the token, not the message: stop sending and tell a person."""


class BusyError(UnreachableError):
    """The backend answered 'not now'; ``retry_after`` seconds if it said when."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Backend(Protocol):
    """One bounded request each.

    Every method raises `UnreachableError` (`BusyError` among them) when there
    is no definite answer: the same bytes may be sent again later under the
    same key. `RefusedError` is definite, with the backend's code and message;
    `UNAUTHORIZED` means that the token is wrong, so nothing else will pass.
    """

    def send(self, kind: str, path: str, body: bytes, key: str) -> bytes:
        """POST frozen bytes under an idempotency key and return the checked answer's bytes.

        ``kind`` names the answer: ``purchase`` (`PurchaseOut`), ``refund``
        (`RefundOut`), ``customer`` (`CustomerOut`) or ``checkout`` (`CheckoutOut`).
        """

    def get_settings(self) -> SettingsOut:
        """Read the settings of this register."""

    def catalogue(self, after: str = "") -> CataloguePage:
        """Read the next page of catalogue changes; the empty cursor starts over."""

    def customers(self, after: str = "") -> CustomersPage:
        """Read the next page of customer changes; the empty cursor starts over."""

    def search_customers(self, q: str) -> CustomersPage:
        """Find up to ten customers whose name, phone or email begins with ``q``."""

    def checkout(self, cart_id: UUID) -> CheckoutOut:
        """Resolve a cart to its checkout and, once there is one, its order."""
