"""A bad network and a dying process on demand, for tests and the demo only.

Nothing of this exists unless the server was started with ``--test-faults``;
its own token guards it.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import re
import threading
from collections import Counter
from typing import Any, Literal

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pos.server.answers import Answer, Refusal

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_INSIDE = frozenset({"hold", "exit"})
_PORTAL = b"<!DOCTYPE html><html><body>Welcome to our guest network</body></html>"


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """What to do to the next ``times`` requests that match.

    ``drop`` works and then cuts the line; ``drop_before`` does not work;
    ``truncate`` sends half an answer; ``delay`` waits first; ``status`` answers
    that code; ``html`` answers 200 with a portal's page; ``refuse`` answers
    422. ``hold`` waits and ``exit`` kills the process at a point of the
    idempotency runner: ``leased`` or ``after:<recovery point>``.
    """

    mode: Literal[
        "drop", "drop_before", "truncate", "delay", "status", "html", "refuse", "hold", "exit"
    ]
    method: str = ""
    path: str = ""
    times: int = 1
    delay_ms: int = 0
    status: int = 503
    at: str = "leased"


class Plane:
    """The faults to come and the requests seen; called from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._counts: Counter[str] = Counter()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self._counts.clear()

    def counts(self) -> dict[str, int]:
        with self._lock:
            return dict(self._counts)

    def request(self, method: str, path: str) -> Fault | None:
        """Count a request and take the fault that is meant for it, if any."""
        with self._lock:
            self._counts[f"{method} {_UUID.sub('{id}', path)}"] += 1
            fits = (f for f in self._faults if f.mode not in _INSIDE and _fits(f, method, path))
            return self._take(next(fits, None))

    def at(self, point: str) -> None:
        """Hold or end the process if a fault waits for this point of the idempotency runner."""
        with self._lock:
            fits = (f for f in self._faults if f.mode in _INSIDE and f.at == point)
            fault = self._take(next(fits, None))
        if fault is None:
            return
        if fault.mode == "exit":
            os._exit(9)  # as SIGKILL would: no clean-up, no answer
        threading.Event().wait(fault.delay_ms / 1000)

    def _take(self, fault: Fault | None) -> Fault | None:
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)
        return fault


def _fits(fault: Fault, method: str, path: str) -> bool:
    return path.startswith(fault.path) and fault.method in ("", method)


class FaultyApp:
    """Wraps the application; answers ``/_test/faults`` itself."""

    def __init__(self, app: ASGIApp, plane: Plane, token: str, admin: ASGIApp) -> None:
        self._app = app
        self._plane = plane
        self._token = token
        self._admin = admin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith("/_test/"):
            await self._guarded(scope, receive, send)
        else:
            fault = self._plane.request(scope["method"], scope["path"])
            await self._faulty(fault, scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"]).get(b"authorization", b"")
        if hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            await self._admin(scope, receive, send)
        else:
            await _say(send, Refusal(401, "unauthorized", "not the fault token").answer())

    async def _faulty(
        self, fault: Fault | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.mode == "delay":
            await asyncio.sleep(fault.delay_ms / 1000)
            await self._app(scope, receive, send)
        elif fault.mode in ("drop", "truncate"):
            await self._worked_but(fault.mode, scope, receive, send)
        elif fault.mode == "drop_before":
            await _cut(send)
        else:
            await _say(send, _made_up(fault), html=fault.mode == "html")

    async def _worked_but(self, mode: str, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        if mode == "truncate":
            await send(messages[0])
            body = messages[1].get("body", b"")
            await send({**messages[1], "body": body[: len(body) // 2], "more_body": True})
        await _cut(send)


def _made_up(fault: Fault) -> Answer:
    if fault.mode == "html":
        return Answer(200, _PORTAL)
    if fault.mode == "refuse":
        return Refusal(422, "test_refused", "refused on demand").answer()
    return Refusal(fault.status, "test_fault", "an outage on demand").answer()


async def _say(send: Send, answer: Answer, *, html: bool = False) -> None:
    kind = b"text/html" if html else b"application/json"
    length = str(len(answer.body)).encode()
    headers = [(b"content-type", kind), (b"content-length", length)]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _cut(send: Send) -> None:
    """Close the socket without another byte; ASGI has no word for it, uvicorn's cycle has."""
    cycle: Any = getattr(send, "__self__", None)
    cycle.transport.abort()
    await asyncio.sleep(0.01)  # uvicorn hears of it, and does not answer 500 in our place
