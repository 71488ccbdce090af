"""Every error this program raises on purpose, sorted by who must act on it."""

from __future__ import annotations


class PosError(Exception):
    """Root of all expected errors; anything else that escapes is a bug."""


class CashierError(PosError):
    """Something a person at the counter can mend.

    ``code`` is stable and can be copied to support; ``message`` says what
    happened and ``remedy`` what to do, both in plain words and without secrets.
    """

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.remedy = remedy


class UnreachableError(PosError):
    """No definite answer: the request may or may not have taken effect."""


class RefusedError(PosError):
    """A definite 'no' from the other side; the same request again is useless."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


class IllegalTransitionError(PosError):
    """A bug or a lost race: the state machine has no such edge."""
