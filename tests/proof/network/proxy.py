"""A proxy between the till and a server, in a thread of its own, that does what networks do.

`arm` spoils the n-th call of one endpoint, once; everything else passes
untouched. `calm` ends the fault and lets go of what was held back.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from tests.proof.network.http1 import Answer, Request, ask, made_up, read_request, reset

Act = Callable[["Line", Request], Awaitable[bool]]
"""Answers one request somehow; False when the connection is over."""
PORTAL = made_up(200, page="<html><body>Welcome to our guest network</body></html>")
_PATIENCE = 10


@dataclass(frozen=True)
class Plan:
    """Spoil the ``nth`` request with this method and path; counting starts anew with each plan."""

    method: str
    path: str
    act: Act
    nth: int = 1

    def fits(self, request: Request) -> bool:
        return request.method == self.method and bool(re.search(self.path, request.path))


@dataclass
class Line:
    """One connection from the till, as the faults see it."""

    proxy: Proxy
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def forward(self, request: Request) -> Answer:
        return await self.proxy.pass_on(request)

    async def say(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def gone(self) -> None:
        """Return when the till has left or the faults are over; what it still says is lost."""
        left = asyncio.create_task(self._left())
        over = asyncio.create_task(self.proxy.over.wait())
        await asyncio.wait({left, over}, return_when=asyncio.FIRST_COMPLETED)
        for task in (left, over):
            task.cancel()

    async def _left(self) -> None:
        try:
            while await self.reader.read(1 << 16):
                pass
        except ConnectionError:
            return

    def reset(self) -> bool:
        reset(self.writer)
        return False


@dataclass
class Proxy:
    """``url`` is what the till is told. A context manager."""

    upstream: str
    url: str = ""
    seen: list[Request] = field(default_factory=list)
    struck: int = 0
    sent_bytes: int = 0
    said: dict[str, Answer] = field(
        default_factory=dict
    )  # the last answer, of any call and of each
    over: asyncio.Event = field(default_factory=asyncio.Event)
    _plan: Plan | None = None
    _met: int = 0
    _held: list[list[Any]] = field(default_factory=list)  # [requests to go, event]
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _lines: set[asyncio.StreamWriter] = field(default_factory=set)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._keeper = _bound(0)  # holds the port while nobody listens on it
        self._port = self._keeper.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.calm()
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._keeper.close()
        self._loop.close()

    # for the test, from its own thread

    def arm(self, plan: Plan | None) -> None:
        self._run(self._arm(plan))

    def calm(self) -> None:
        """End the fault: what was held back goes its way, and this waits until it has arrived."""
        self._run(self._calm())

    def open(self) -> None:
        self._run(self._open())

    def shut(self) -> None:
        """Refuse connections from now on, and reset those there are."""
        self._run(self._shut())

    def extra_copies(self) -> Counter[str]:
        """Count by idempotency key how often a request was passed on more than once."""
        return Counter({r.key: len(r.copies) - 1 for r in self.seen if len(r.copies) > 1})

    def bodies(self, key: str) -> set[bytes]:
        """Every body that came under a key."""
        return {request.body for request in self.seen if request.key == key}

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    async def _arm(self, plan: Plan | None) -> None:
        self._plan, self._met, self.struck = plan, 0, 0
        self.over.clear()
        self.seen.clear()
        self.said.clear()

    async def _calm(self) -> None:
        self._plan = None
        self.over.set()
        for _, event in self._held:
            event.set()
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _open(self) -> None:
        sock = _bound(self._port)
        self._server = await asyncio.start_server(self._serve, sock=sock)

    async def _shut(self) -> None:
        self._server.close()
        for writer in set(self._lines):
            reset(writer)

    # for the faults, in the proxy's thread

    def before(self, request: Request) -> Answer:
        """Return what a call like this was answered the last time, or what any call was."""
        return self.said.get(_kind(request)) or self.said.get("") or PORTAL

    async def pass_on(self, request: Request) -> Answer:
        where = urlsplit(self.upstream)
        return await ask(where.hostname or "", where.port or 0, request)

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something that outlives the connection."""
        task = asyncio.get_running_loop().create_task(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def after(self, others: int) -> None:
        """Return when so many later requests have gone through, or the faults are over."""
        event = asyncio.Event()
        self._held.append([others, event])
        await event.wait()

    def _passed(self) -> None:
        for held in self._held:
            held[0] -= 1
            if held[0] <= 0:
                held[1].set()
        self._held = [held for held in self._held if not held[1].is_set()]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        try:
            await self._talk(Line(self, reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._lines.discard(writer)
            writer.close()

    async def _talk(self, line: Line) -> None:
        while (request := await read_request(line.reader)) is not None:
            if request.path == "/portal":
                await line.say(PORTAL.raw())
                continue
            self.seen.append(request)
            act = self._act(request)
            if act is not None:
                self.struck += 1
                if not await act(line, request):
                    return
                continue
            answer = await line.forward(request)
            self.said[""] = self.said[_kind(request)] = answer
            self._passed()
            await line.say(answer.raw())

    def _act(self, request: Request) -> Act | None:
        plan = self._plan
        if plan is None or not plan.fits(request):
            return None
        self._met += 1
        return plan.act if self._met == plan.nth else None


def _kind(request: Request) -> str:
    """Name the resource without its ids."""
    words = [word for word in request.path.split("/") if not any(c.isdigit() for c in word[2:])]
    return f"{request.method} {'/'.join(words)}"


async def _quietly(work: Coroutine[Any, Any, Any]) -> None:
    with suppress(ConnectionError):
        await work


def _bound(port: int) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(("127.0.0.1", port))
    return sock
