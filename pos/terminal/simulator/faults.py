"""Rules that spoil chosen requests; a rule is used up after ``count`` matches."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field

from pos.terminal.simulator.problems import Json

_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one fault does: does the endpoint run, what is answered, how it is sent."""

    execute: bool
    send: str = "whole"  # whole | close | reset | truncate | garbage | hang
    status: int = 0  # 0: the true answer
    body: bytes = b""
    stored: bool = False  # the idempotency key remembers the false answer


def _error(kind: str, message: str, code: str | None = None) -> bytes:
    told = {"type": kind, "message": message, **({"code": code} if code else {})}
    return json.dumps({"error": told}).encode()


_UNKNOWN = _error("api_error", "An unknown error occurred")
_MANY = _error("invalid_request_error", "Too many requests in too short a time.", "rate_limit")
_LOCK = _error(
    "invalid_request_error",
    "This object cannot be accessed right now because another API request or Stripe process is "
    "currently accessing it. If you see this error intermittently, retry the request.",
    "lock_timeout",
)
_BAD_KEY = _error("invalid_request_error", "Invalid API Key provided: rk_test_****")
_DENIED = _error("invalid_request_error", "The provided key does not have the required permissions")
_IN_USE = _error(
    "idempotency_error",
    "There is currently another in-progress request using this Idempotent Key (that probably "
    "means you submitted twice, and the other request is still going through).",
    "idempotency_key_in_use",
)

PLANS: dict[str, Plan] = {
    "close_before": Plan(execute=False, send="close"),
    "rst_before": Plan(execute=False, send="reset"),
    "close_after": Plan(execute=True, send="close"),
    "rst_after": Plan(execute=True, send="reset"),
    "truncate": Plan(execute=True, send="truncate"),
    "garbage": Plan(execute=True, send="garbage"),
    "delay": Plan(execute=True),
    "hang": Plan(execute=False, send="hang"),
    "hang_after": Plan(execute=True, send="hang"),
    "html_502": Plan(execute=False, status=502, body=_HTML),
    "unavailable_503": Plan(execute=False, status=503, body=_UNKNOWN),
    "error_500": Plan(execute=False, status=500, body=_UNKNOWN),
    "error_500_executed": Plan(execute=True, status=500, body=_UNKNOWN, stored=True),
    "error_500_stored": Plan(execute=False, status=500, body=_UNKNOWN, stored=True),
    "rate_limit": Plan(execute=False, status=429, body=_MANY),
    "lock_timeout": Plan(execute=False, status=429, body=_LOCK),
    "in_use": Plan(execute=False, status=409, body=_IN_USE),
    "unauthorized": Plan(execute=False, status=401, body=_BAD_KEY),
    "forbidden": Plan(execute=False, status=403, body=_DENIED),
}


@dataclass(slots=True)
class Rule:
    """Spoil requests that match, after ``skip`` matches, ``count`` times (0: for ever)."""

    kind: str
    method: str = "POST"
    path: str = ".*"
    count: int = 1
    skip: int = 0
    seconds: float = 0.0  # of a delay, or of a hang (0: until the rules are cleared)
    after: bool = False  # a delay after execution: the answer is late, the deed is not
    headers: dict[str, str] = field(default_factory=dict)
    hits: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        if self.kind not in PLANS:
            raise ValueError(f"unknown fault kind {self.kind!r}; known: {', '.join(PLANS)}")
        re.compile(self.path)

    @property
    def plan(self) -> Plan:
        return PLANS[self.kind]

    def strikes(self, method: str, path: str) -> bool:
        """Count a match, and say whether this one is spoiled."""
        if self.method not in {method, "*"} or not re.search(self.path, path):
            return False
        if self.count and self.hits >= self.skip + self.count:
            return False
        self.hits += 1
        return self.hits > self.skip

    def shown(self) -> Json:
        told = ("kind", "method", "path", "count", "skip", "seconds", "after", "hits")
        return {name: getattr(self, name) for name in told}


NO_FAULT = Plan(execute=True)


class Faults:
    """The rules in force, oldest first; the first that strikes wins."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(self, rule: Rule) -> None:
        self.rules.append(rule)

    def take(self, method: str, path: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.strikes(method, path)), None)

    def clear(self) -> None:
        """Forget all rules and let go of every request that hangs."""
        for rule in self.rules:
            rule.released.set()
        self.rules = []
