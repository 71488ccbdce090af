"""What a handler gives back: an answer, or a refusal with a code."""

from __future__ import annotations

from dataclasses import dataclass, field

from pos.backend.wire import ErrorOut, encode


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the exact bytes of a JSON body."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818 - the wire's word, and not every one is an error
    """A 'no' with a stable code.

    A ``final`` one is true for ever and stored under the idempotency key; any
    other (``retry_after`` seconds) invites the same request again.
    """

    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.retry_after: int | None = None

    @property
    def final(self) -> bool:
        return self.retry_after is None

    def answer(self) -> Answer:
        """Render for the wire."""
        error = ErrorOut(code=self.code, message=self.message, field=self.field)
        headers = {} if self.final else {"Retry-After": str(self.retry_after)}
        return Answer(self.status, encode(error), headers)


def not_now(status: int, code: str, message: str, retry_after: int = 1) -> Refusal:
    """Build a refusal that is not final: ask again after so many seconds."""
    refusal = Refusal(status, code, message)
    refusal.retry_after = retry_after
    return refusal


def ok(message: object, status: int = 200) -> Answer:
    """Render a message of the wire."""
    return Answer(status, encode(message))
