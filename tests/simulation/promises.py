"""What a promise is called when it does not hold."""

from __future__ import annotations


class BrokenPromiseError(AssertionError):
    """An invariant does not hold; the message says which."""


def must(holds: bool, promise: str) -> None:  # noqa: FBT001  reads as a sentence
    """Raise `BrokenPromiseError` unless it holds."""
    if not holds:
        raise BrokenPromiseError(promise)
