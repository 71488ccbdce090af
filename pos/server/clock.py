"""Times as the database keeps them."""

from __future__ import annotations

from datetime import datetime

from pos.backend.wire import utc


def stamp(moment: datetime) -> str:
    """Write an aware time as sortable ISO 8601 in UTC, always with microseconds."""
    return utc(moment).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def unstamp(text: str) -> datetime:
    """Read what `stamp` wrote."""
    return datetime.fromisoformat(text)
