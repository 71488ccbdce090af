"""The fault plane and the hands at the reader, under ``/_sim/`` only.

Bodies are JSON. Everything needs ``Authorization: Bearer TOKEN``.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from pos.terminal.simulator import refunds
from pos.terminal.simulator.api import Request
from pos.terminal.simulator.cards import READ_METHODS, Tap, is_number
from pos.terminal.simulator.faults import Rule
from pos.terminal.simulator.machine import NotNowError, Reader
from pos.terminal.simulator.problems import Json
from pos.terminal.simulator.seed import READER, seed
from pos.terminal.simulator.settle import settle_due
from pos.terminal.simulator.views import SILENCE, public
from pos.terminal.simulator.world import DEFAULT_SETTINGS, Merchant, World

_INTENT_STATES = {"processing", "requires_action", "requires_confirmation", ""}
_TUNABLE = {"busy", "lost_acks", "lost_delivered", "link_error", "hold", "authorise_seconds"}

Answer = tuple[int, Json]


class Control:
    """Answers ``/_sim/`` paths."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self._gets: dict[str, Callable[[Json], Json]] = {
            "ledger": self._ledger,
            "reader": self._show_reader,
            "faults": self._show_faults,
            "clock": self._show_clock,
            "settings": self._show_settings,
            "health": lambda _given: {"ok": True},
        }
        self._posts: dict[str, Callable[[Json], Json]] = {
            "faults": self._add_fault,
            "faults/clear": self._clear_faults,
            "clock": self._set_clock,
            "outage": self._set_outage,
            "keys": self._set_key,
            "settings": self._set_settings,
            "refund": self._settle_refund,
            "reset": self._reset,
        }
        for name in _HANDS:
            self._posts[f"reader/{name}"] = self._hand(name)

    def answer(self, request: Request) -> Answer:
        """Return status and body; 401 without the token, 409 when it cannot be done now."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return 401, {"error": "The simulator's token is missing or wrong."}
        table = self._gets if request.method == "GET" else self._posts
        handler = table.get(request.path.removeprefix("/_sim/"))
        if handler is None:
            return 404, {"error": f"No such control: {request.method} {request.path}"}
        return self._run(handler, request)

    def _run(self, handler: Callable[[Json], Json], request: Request) -> Answer:
        try:
            given = json.loads(request.body or "{}") | dict(parse_qsl(request.query))
            with self._world.lock, self._world.store.transaction():
                settle_due(self._world)
                return 200, handler(given)
        except NotNowError as refusal:
            return 409, {"error": str(refusal)}
        except (ValueError, TypeError, KeyError) as problem:
            return 400, {"error": f"{type(problem).__name__}: {problem}"}

    # what happened

    def _ledger(self, _given: Json) -> Json:
        store, now = self._world.store, self._world.now()
        kinds = ("payment_intent", "charge", "refund", "terminal.reader", "balance_transaction")
        told: Json = {
            kind.rpartition(".")[2] + "s": public(store.everything(kind), now) for kind in kinds
        }
        return {**told, "prompts": store.log("prompt"), "requests": store.log("request")}

    def _show_reader(self, given: Json) -> Json:
        reader = self._reader(given)
        shown = {**public(reader.body, self._world.now()), **asdict(reader.device)}
        prompts = [p for p in self._world.store.log("prompt") if p["reader"] == reader.body["id"]]
        shown |= {"now": self._world.now(), "prompts": len(prompts), "outage": self._world.outage}
        return shown

    def _reader(self, given: Json) -> Reader:
        identity = given.get("reader", READER)
        row, body = self._world.store.row(identity), self._world.store.body(identity)
        if row is None or body is None or row["kind"] != "terminal.reader":
            raise ValueError(f"no such reader: {identity}")
        return Reader(Merchant(self._world, row["account"], bool(row["livemode"])), body)

    # the wire

    def _show_faults(self, _given: Json) -> Json:
        return {"faults": [rule.shown() for rule in self._world.faults.rules]}

    def _add_fault(self, given: Json) -> Json:
        rule = Rule(**given)
        self._world.faults.add(rule)
        return rule.shown()

    def _clear_faults(self, _given: Json) -> Json:
        self._world.faults.clear()
        return {}

    def _set_outage(self, given: Json) -> Json:
        self._world.outage = bool(given["on"])
        return {"on": self._world.outage}

    # the world

    def _show_clock(self, _given: Json) -> Json:
        return {"now": self._world.now(), "offset": self._world.offset}

    def _set_clock(self, given: Json) -> Json:
        world = self._world
        if "set" in given:
            world.set_offset(world.offset + float(given["set"]) - world.now())
        world.set_offset(world.offset + float(given.get("advance", 0)))
        settle_due(world)
        return self._show_clock({})

    def _show_settings(self, _given: Json) -> Json:
        return self._world.settings()

    def _set_settings(self, given: Json) -> Json:
        unknown = sorted(set(given) - set(DEFAULT_SETTINGS))
        if unknown:
            raise ValueError(f"unknown settings: {unknown}")
        store = self._world.store
        store.set_meta("settings", {**store.meta("settings", {}), **given})
        return self._world.settings()

    def _set_key(self, given: Json) -> Json:
        store, key = self._world.store, str(given["key"])
        revoked = set(store.meta("revoked", [])) - {key}
        if given.get("revoked"):
            revoked.add(key)
        missing = {**store.meta("missing", {}), key: list(given.get("missing", []))}
        store.set_meta("revoked", sorted(revoked))
        store.set_meta("missing", missing)
        return {"revoked": key in revoked, "missing": missing[key]}

    def _settle_refund(self, given: Json) -> Json:
        row = self._world.store.row(given["refund"])
        body = self._world.store.body(given["refund"])
        if row is None or body is None or body["object"] != "refund":
            raise ValueError(f"no such refund: {given['refund']}")
        merchant = Merchant(self._world, row["account"], bool(row["livemode"]))
        refunds.settle(merchant, body, given.get("status", ""), given.get("reason", ""))
        return body

    def _reset(self, _given: Json) -> Json:
        world = self._world
        world.faults.clear()
        world.outage = False
        world.in_flight.clear()
        world.store.clear()
        world.set_offset(0.0)
        seed(world)
        return {}

    # the hands at the reader

    def _hand(self, name: str) -> Callable[[Json], Json]:
        def act(given: Json) -> Json:
            reader = self._reader(given)
            _HANDS[name](reader, given)
            return self._show_reader(given)

        return act


def _tap(given: Json) -> Tap:
    tap = Tap(
        number=str(given.get("number", Tap().number)),
        read_method=str(given.get("read_method", "tap")),
        tip=int(given.get("tip", 0)),
        outcome=str(given.get("outcome", "")),
    )
    if not is_number(tap.number) or tap.read_method not in READ_METHODS:
        raise ValueError("a card number of 12 to 19 digits, and tap, insert or swipe")
    return tap


def _present(reader: Reader, given: Json) -> None:
    reader.present(_tap(given), hold=bool(given.get("hold", False)))


def _begin(reader: Reader, given: Json) -> None:
    status = str(given.get("status", "processing"))
    if status not in _INTENT_STATES:
        raise ValueError(f"status must be one of {sorted(_INTENT_STATES)}")
    reader.present(_tap(given), confirmed=status, hold=True)


def _finish(reader: Reader, given: Json) -> None:
    reader.finish(str(given.get("outcome", "")))


def _network(reader: Reader, given: Json) -> None:
    reader.set_network(on=bool(given["on"]))
    _silence(reader, given)


def _power(reader: Reader, given: Json) -> None:
    reader.set_power(on=bool(given["on"]))
    _silence(reader, given)


def _silence(reader: Reader, given: Json) -> None:
    """``noticed``: Stripe already knows that the reader is gone."""
    if given.get("noticed") and reader.device.silent_since is not None:
        reader.device.silent_since = reader.merchant.now - SILENCE
        reader.save()


def _tune(reader: Reader, given: Json) -> None:
    wanted: dict[str, Any] = {name: given[name] for name in given if name != "reader"}
    unknown = sorted(set(wanted) - _TUNABLE)
    if unknown:
        raise ValueError(f"unknown: {unknown}; known: {sorted(_TUNABLE)}")
    for name, value in wanted.items():
        setattr(reader.device, name, value)
    reader.save()


_HANDS: dict[str, Callable[[Reader, Json], None]] = {
    "present": _present,
    "begin": _begin,
    "finish": _finish,
    "customer_cancel": lambda reader, _given: reader.customer_cancel(),
    "network": _network,
    "power": _power,
    "tune": _tune,
}
