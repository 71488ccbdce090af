"""Registering a card reader by the code on its screen, at a Terminal Location.

Source: Stripe's API reference, ``terminal/locations`` and ``terminal/readers``;
a location needs a display name and an address with a country.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pos.models.states import OpKind
from pos.terminal.operations import Answer, Outcome
from pos.terminal.posting import Gateway, Posts

SIMULATED = "simulated-wpe"
"""The code of a reader that exists in software only; test mode knows it."""


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A Terminal Location to be made: ``country`` is ISO 3166, ``state`` a US one or empty."""

    name: str
    line1: str
    city: str
    country: str
    postal_code: str = ""
    state: str = ""


def _address(place: NewPlace) -> dict[str, str]:
    parts = ("line1", "city", "country", "postal_code", "state")
    return {part: value for part in parts if (value := getattr(place, part))}


def _is(told: Any, place: NewPlace) -> bool:
    address = told.get("address") if isinstance(told, Mapping) else None
    if not isinstance(address, Mapping):
        return False
    given = {part: value for part, value in address.items() if value}
    return bool(told.get("display_name") == place.name and given == _address(place))


class Registration:
    """Asks Stripe; every answer is an `Answer`, and nothing is made twice."""

    def __init__(self, posts: Posts, gateway: Gateway) -> None:
        self._posts = posts
        self._gateway = gateway

    def places(self) -> Answer:
        """List the locations of the account."""
        return self._gateway.locations()

    def make_place(self, place: NewPlace) -> Answer:
        """Make a location, or take the one of the same name and address that there is."""
        known = self._gateway.locations()
        if known.outcome is not Outcome.OK or known.body is None:
            return known
        same = [one for one in known.body["data"] if _is(one, place)]
        if same:
            return replace(known, body=same[0])
        params: Mapping[str, Any] = {"display_name": place.name, "address": _address(place)}
        return self._posts.make(OpKind.LOCATION, params, self._gateway.locations)

    def register(self, code: str, label: str, location_id: str) -> Answer:
        """Register the reader that shows this code."""
        params = {"registration_code": code, "label": label, "location": location_id}
        return self._posts.make(OpKind.READER, params, self._gateway.readers)
