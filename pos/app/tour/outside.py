"""The world around the till: the customer at the reader, the network, the two ledgers."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

import httpx
from uuid6 import uuid7

from pos.app.demo import READER, Stage
from pos.app.tour.waiting import TourError, until
from pos.backend.wire import (
    CustomerIn,
    PurchaseDetail,
    PurchaseOut,
    PurchasesPage,
    SettingsOut,
    Wire,
    decode,
    encode,
)

_DECLINED_CARD = "4000000000009995"
"""Stripe's test card for insufficient funds."""
_FOR_EVER = 1_000_000
Json = dict[str, Any]
Response = httpx.Response
W = TypeVar("W", bound=Wire)


class Outside:
    """Controls simulator and backend over their fault planes; close it."""

    def __init__(self, on: Stage) -> None:
        bearer = {"Authorization": f"Bearer {on.token}"}
        self._stripe = _client(f"{on.stripe.url}/_sim/", bearer)
        self._backend = _client(on.backend.url, bearer)

    def close(self) -> None:
        """Let go of both connections."""
        self._stripe.close()
        self._backend.close()

    # the customer

    def present_card(self) -> None:
        """Tap a card that is approved, once the reader asks for one."""
        self._at_reader("present", {})

    def present_bad_card(self) -> None:
        """Tap a card that the bank declines."""
        self._at_reader("present", {"number": _DECLINED_CARD})

    def _at_reader(self, hand: str, given: Json) -> None:
        until("the reader to ask for a card", lambda: self.reader()["phase"] == "waiting")
        self._post(f"reader/{hand}", given)

    def reader(self) -> Json:
        """Return the reader as it lies on the counter."""
        told: Json = _answered(self._stripe, "GET", f"reader?reader={READER}").json()
        return told

    def enrol(self, name: str, phone: str, number: int) -> None:
        """Enter a customer at the backend, as another register of the business would."""
        known = self._get("/settings/", SettingsOut)
        sent = CustomerIn(
            id=uuid7(),
            business_id=known.business.id,
            name=name,
            phone=phone,
            email=f"{name.split(maxsplit=1)[0].lower()}.{number}@example.com",
        )
        headers = {"Idempotency-Key": str(sent.id), "Content-Type": "application/json"}
        answer = self._backend.post("/choose_new_customer/", content=encode(sent), headers=headers)
        answer.raise_for_status()

    # the network

    def cut_stripe(self, *, off: bool = True) -> None:
        """Close every connection to Stripe without an answer, or stop doing so."""
        self._post("outage", {"on": off})

    def cut_backend(self, *, off: bool = True) -> None:
        """Close every connection to the backend without an answer, or stop doing so."""
        if off:
            fault = {"mode": "drop_before", "times": _FOR_EVER}
            _answered(self._backend, "POST", "/_test/faults", fault)
        else:
            _answered(self._backend, "DELETE", "/_test/faults")

    # the ledgers

    def ledger(self) -> Json:
        """Return everything Stripe knows: intents, charges, refunds, what the reader showed."""
        told: Json = _answered(self._stripe, "GET", "ledger").json()
        return told

    def purchases(self) -> list[PurchaseOut]:
        """Return the orders that the backend has."""
        return list(self._get("/purchases/", PurchasesPage).items)

    def purchase(self, order_id: UUID) -> PurchaseDetail:
        """Return one order with its refunds, as the backend has it."""
        return self._get(f"/purchases/{order_id}", PurchaseDetail)

    def _get(self, path: str, kind: type[W]) -> W:
        return decode(_answered(self._backend, "GET", path).content, kind)

    def _post(self, name: str, given: Json) -> None:
        _answered(self._stripe, "POST", name, given)


def _answered(client: httpx.Client, method: str, path: str, given: Json | None = None) -> Response:
    try:
        answer = client.request(method, path, json=given)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise TourError(f"{method} {path}: {error}") from error
    return answer


def _client(url: str, headers: dict[str, str]) -> httpx.Client:
    return httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=10)
