"""Registering and trying a card reader, as settings and first run know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos.errors import CashierError
from pos.services import fields
from pos.services.links import ReaderChoice
from pos.terminal.registration import NewPlace

_NEEDS_STATE = frozenset({"US", "CA", "AU"})
_LONGEST_CODE = 100


@dataclass(frozen=True, slots=True)
class Place:
    """A location of the Stripe account where readers stand."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class NewReader:
    """What a reader is registered with: at ``place_id``, else at a place that is made first."""

    code: str
    label: str
    place_id: str = ""
    place: NewPlace | None = None


class ReaderDesk(Protocol):
    """Questions to Stripe about readers; each blocks until answered and raises `CashierError`."""

    def places(self) -> list[Place]:
        """List where readers of the account can stand."""
        ...

    def register(self, reader: NewReader) -> ReaderChoice:
        """Register a reader by the code it shows, once whatever happens on the way."""
        ...

    def try_out(self, watch: Callable[[str], object]) -> str:
        """Try the reader in use; returns what happened in a sentence.

        With a live key no card is asked for: the reader shows a greeting. ``watch``
        is told ``card`` when one is waited for.
        """
        ...

    def stop(self) -> None:
        """End the try under way, from any thread."""
        ...


def checked(reader: NewReader) -> NewReader:
    """Return it cleaned; raises `CashierError` for what is missing, and says which."""
    code = fields.clean("Code on the reader", reader.code, _LONGEST_CODE, required=True).lower()
    label = fields.clean("Name of the reader", reader.label, 100, required=True)
    place = None if reader.place_id else _checked_place(reader.place)
    return NewReader("-".join(code.split()), label, reader.place_id, place)


def _checked_place(place: NewPlace | None) -> NewPlace:
    if place is None:
        raise CashierError(
            "reader_no_place", "A reader stands somewhere.", "Choose a location or make one."
        )
    made = NewPlace(
        name=fields.clean("Name of the location", place.name, 100, required=True),
        line1=fields.clean("Street", place.line1, 200, required=True),
        city=fields.clean("City", place.city, 100, required=True),
        country=place.country,
        postal_code=fields.clean("Postal code", place.postal_code, 20),
        state=fields.clean("State or province", place.state, 40),
    )
    if made.country in _NEEDS_STATE and not (made.state and made.postal_code):
        raise CashierError(
            "reader_no_state",
            "In this country an address has a state or province and a postal code.",
            "Fill in both, such as CA and 94111.",
        )
    return made
