"""Bounds and base of all messages; how they are read and written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

MAX_BODY = 1 << 20
"""Largest request body the backend reads, in bytes."""

MAX_ANSWER = 8 << 20
"""Largest answer the till reads, in bytes: a catalogue page of 1,000 items fits."""

PAGE = 1000
"""Items on one page of a delta."""

LIMIT = 10**15
NO_NUL = r"^[^\u0000]*$"  # PostgreSQL has no text with NUL

Signed = Annotated[int, Meta(ge=-LIMIT, le=LIMIT)]
Amount = Annotated[int, Meta(ge=0, le=LIMIT)]
Count = Annotated[int, Meta(ge=0, le=LIMIT)]
Quantity = Annotated[int, Meta(ge=1, le=10**9)]
Position = Annotated[int, Meta(ge=0, le=10**6)]
RatePpm = Annotated[int, Meta(ge=0, le=10**7)]
Word = Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)]
"""A name or identifier that must be there."""
Short = Annotated[str, Meta(max_length=255, pattern=NO_NUL)]
Text = Annotated[str, Meta(max_length=4000, pattern=NO_NUL)]
Currency = Annotated[str, Meta(max_length=3, pattern=r"^[a-z]{3}$")]
Cursor = Annotated[str, Meta(max_length=64, pattern=r"^[0-9a-z]*$")]
"""Opaque place in a list; the empty text is its beginning."""
Moment = Annotated[datetime, Meta(tz=True)]
TaxRounding = Literal["order", "line"]
T = TypeVar("T")


class Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all messages."""


class ErrorOut(Wire, frozen=True, kw_only=True):
    """Every answer that is not a success."""

    code: Word
    message: str
    field: str | None = None


def decode(body: bytes, kind: type[T]) -> T:
    """Read one message; raises `ValueError` (msgspec's errors are) on anything unexpected."""
    try:
        return msgspec.json.decode(body, type=kind, strict=True)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def encode(message: object) -> bytes:
    """Write one message; equal messages give equal bytes, so keep what was sent."""
    return msgspec.json.encode(message, order="deterministic")


def utc(moment: datetime) -> datetime:
    """Bring an aware time to UTC; raises `ValueError` for a naive one and beyond the calendar."""
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time outside the calendar") from error
