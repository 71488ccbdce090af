"""What a handler is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from pos.server.answers import Answer, Refusal
from pos.server.idempotency import Keyed, Runner, Step

_CURSOR_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Register:
    """Who asks: the register that the bearer token belongs to."""

    id: UUID
    business_id: UUID
    location_id: UUID
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Store:
    """Where the backend keeps things; ``read`` never waits for a writer on SQLite."""

    write: Engine
    read: Engine
    clock: Callable[[], datetime]
    runner: Runner


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request; ``message`` is the decoded body where there is one."""

    store: Store
    register: Register
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    message: Any
    key: str

    @property
    def business(self) -> str:
        return str(self.register.business_id)

    def keyed(self, steps: Mapping[str, Step]) -> Answer:
        """Run the steps once for this call's idempotency key."""
        keyed = Keyed(self.register.id, self.key, self.method, self.path, self.body)
        return self.store.runner.run(keyed, steps)

    def id(self, name: str) -> UUID:
        """Read an id from the path; raises 404 for what cannot be one."""
        try:
            return UUID(self.params[name])
        except ValueError as error:
            raise Refusal(404, "not_found", f"no such {name}") from error

    def after(self) -> int:
        """Read the cursor; raises 400 ``bad_cursor``."""
        text = self.query.get("after", "") or "0"
        if not (text.isascii() and text.isdigit() and len(text) <= _CURSOR_DIGITS):
            raise Refusal(400, "bad_cursor", "not a cursor of this backend", "after")
        return int(text)

    def limit(self, most: int) -> int:
        """Read the page size; raises 400 ``bad_query``."""
        text = self.query.get("limit", str(most))
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
            raise Refusal(400, "bad_query", f"limit is 1 to {most}", "limit")
        return int(text)


def must_be_ours(call: Call, business_id: UUID, register_id: UUID | None = None) -> None:
    """Refuse what speaks for another business or register; nothing has been stored yet."""
    if business_id != call.register.business_id:
        raise Refusal(403, "wrong_business", "this register belongs to another business")
    if register_id is not None and register_id != call.register.id:
        raise Refusal(403, "wrong_register", "the token belongs to another register")


def like(text: str) -> str:
    """Escape a text for LIKE with backslash as the escape character."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
