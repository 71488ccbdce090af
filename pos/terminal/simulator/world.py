"""The one shared state: store, clock, settings, and an account's view of them."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pos.terminal.simulator.faults import Faults
from pos.terminal.simulator.problems import Json, no_such
from pos.terminal.simulator.store import Store

DEFAULT_SETTINGS: Json = {
    "search_lag": 60,  # seconds before a new intent can be found by search
    "refund_settle_after": 3600,  # seconds until an asynchronous refund changes its status
    "refunds_pending": False,  # as with too low a balance: refunds wait
    "amount_endings": False,  # 01, 05, 55 ... decide, as with the physical test card
    "store_reader_timeout": True,  # whether a key remembers terminal_reader_timeout
    "version_in_fingerprint": False,  # whether Stripe-Version is compared on a replay
    "present_decline_402": False,  # test helper answers a decline with 402 instead of 200
    "auto": False,  # present a card by itself, for demonstrations
    "auto_after": 2.0,
    "auto_number": "4242424242424242",
    "authorise_seconds": 0.0,
}


class World:
    """Everything one simulator knows. Hold ``lock`` while touching any of it."""

    def __init__(self, path: Path, accounts: tuple[str, ...]) -> None:
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.store = Store(path)
        self.accounts = accounts
        self.faults = Faults()
        self.outage = False
        self.in_flight: set[tuple[str, bool, str]] = set()
        self._offset: float = self.store.meta("clock_offset", 0.0)

    def now(self) -> float:
        """Seconds since 1970 on the simulator's own clock."""
        return time.time() + self._offset

    def set_offset(self, offset: float) -> None:
        self._offset = offset
        self.store.set_meta("clock_offset", offset)

    @property
    def offset(self) -> float:
        return self._offset

    def setting(self, name: str) -> Any:
        return self.store.meta("settings", {}).get(name, DEFAULT_SETTINGS[name])

    def settings(self) -> Json:
        return {**DEFAULT_SETTINGS, **self.store.meta("settings", {})}


def fresh_id(prefix: str) -> str:
    """Return an identity in Stripe's shape; 24 random characters."""
    return f"{prefix}_{secrets.token_hex(12)}"


@dataclass(frozen=True, slots=True)
class Merchant:
    """One account in one mode; objects of others do not exist for it."""

    world: World
    account: str
    livemode: bool

    @property
    def now(self) -> float:
        return self.world.now()

    def find(self, kind: str, identity: str, param: str = "id") -> Json:
        """Return the object's body; raises ApiError 404 resource_missing."""
        row, body = self.world.store.row(identity), self.world.store.body(identity)
        if row is None or body is None or row["kind"] != kind or row["account"] != self.account:
            raise no_such(kind, identity, param)
        if bool(row["livemode"]) != self.livemode:
            raise no_such(kind, identity, param, self._other_mode())
        return body

    def _other_mode(self) -> str:
        there, here = ("test", "live") if self.livemode else ("live", "test")
        return (
            f"; a similar object exists in {there} mode, but a {here} mode key was used to make "
            "this request."
        )

    def create(self, body: Json, parent: str | None = None) -> Json:
        """Insert an object, stamping its time and mode."""
        body.setdefault("created", int(self.now))
        body["livemode"] = self.livemode
        self.world.store.insert(body, self.account, parent)
        return body

    def save(self, body: Json) -> None:
        self.world.store.update(body)

    def emit(self, kind: str, about: Json) -> None:
        """Record an event, as GET /v1/events lists it; nothing is pushed anywhere."""
        body = {name: value for name, value in about.items() if name != "sim"}
        self.create(
            {
                "id": fresh_id("evt"),
                "object": "event",
                "type": kind,
                "api_version": "2026-10-28.endive",
                "data": {"object": body},
                "pending_webhooks": 0,
                "request": {"id": None, "idempotency_key": None},
            }
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request, its parameters checked."""

    merchant: Merchant
    params: Json
    ids: tuple[str, ...]
    version: str
    path: str

    @property
    def store(self) -> Store:
        return self.merchant.world.store
