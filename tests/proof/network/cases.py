"""What one case is: an endpoint that the till uses, a fault, and which call of it is spoiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from tests.proof.network.faults import FAULTS
from tests.proof.network.proxy import Plan, Proxy


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``play`` uses it at least as often as told; ``column`` heads its results in the table."""

    name: str
    column: str
    method: str
    path: str
    play: Callable[[Any, int], None]


@dataclass(frozen=True, slots=True)
class Case:
    """``side`` is ``stripe`` or ``backend``; ``nth`` counts the endpoint's calls from 1."""

    side: str
    endpoint: str
    fault: str
    nth: int

    def __str__(self) -> str:
        return f"{self.endpoint}, {self.fault}, call {self.nth}"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case; ``wrong`` is empty when all is well."""

    case: Case
    wrong: str
    seconds: float
    longest: float = 0.0  # seconds that one call held the till


class Turnstile:
    """Counts calls at the till's edge, and closes the door for one: a refused connection."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._path, self._nth = "", 0
        self.refused = 0
        self.longest = 0.0  # seconds that one call took

    def arm(self, name: str, nth: int) -> None:
        self._path, self._nth, self.refused, self.longest = name, nth, 0, 0.0

    def through(self, name: str, call: Callable[..., Any], *args: Any) -> Any:
        """Make a call, with the door closed if it is the one that is meant."""
        started = monotonic()
        try:
            return self._through(name, call, *args)
        finally:
            self.longest = max(self.longest, monotonic() - started)

    def _through(self, name: str, call: Callable[..., Any], *args: Any) -> Any:
        if name != self._path:
            return call(*args)
        self._nth -= 1
        if self._nth != 0:
            return call(*args)
        self._proxy.shut()
        self.refused += 1
        try:
            return call(*args)
        finally:
            self._proxy.open()

    def guard(self, owner: Any, method: str, name_of: Callable[..., str]) -> None:
        """Stand before a method of one object."""
        call = getattr(owner, method)
        setattr(owner, method, lambda *args: self.through(name_of(*args), call, *args))


def arm(case: Case, endpoint: Endpoint, proxy: Proxy, turnstile: Turnstile) -> None:
    """Make ready for one case."""
    closed = case.fault == "refuse"
    turnstile.arm(endpoint.column if closed else "", case.nth)
    act = FAULTS[case.fault]
    proxy.arm(None if closed else Plan(endpoint.method, endpoint.path, act, case.nth))


def struck(proxy: Proxy, turnstile: Turnstile) -> list[str]:
    """Name the case that tested nothing."""
    return [] if proxy.struck or turnstile.refused else ["the fault never struck"]
