"""The HTTP side: whole answers, and every way an answer can go wrong on the wire."""

from __future__ import annotations

import socket
import struct
import sys
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from pos.terminal.simulator.api import Answer, Api, Request, encode, wait
from pos.terminal.simulator.control import Control
from pos.terminal.simulator.world import World

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}
_LARGEST = 1_000_000


class Server(ThreadingHTTPServer):
    """One simulator on one port; a thread per connection, none of which outlives it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], world: World, token: str) -> None:
        self.world = world
        self.api = Api(world)
        self.control = Control(world, token)
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without the reverse name lookup of the base class, which can take seconds."""
        socket_name = self.server_address
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(socket_name)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print bugs only: a client that went away is what this server is for."""
        expected = isinstance(sys.exc_info()[1], OSError) or self.world.stopping.is_set()
        if not expected:
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Print nothing: the ledger is the log."""

    def _serve(self) -> None:
        request = self._read()
        if request.path.startswith("/_sim/"):
            status, body = self.server.control.answer(request)
            self._send(Answer(status, encode(body), {"Content-Type": "application/json"}))
        else:
            self._send(self.server.api.answer(request))

    def _read(self) -> Request:
        length = min(int(self.headers.get("Content-Length") or 0), _LARGEST)
        raw = self.rfile.read(length)
        if len(raw) < length:  # the client died while it sent: nothing has arrived
            raise ConnectionError("half a request")
        body = raw.decode("utf-8", "replace")
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, unquote(parts.path), parts.query, headers, body)

    def _send(self, answer: Answer) -> None:
        senders = {
            "whole": self._whole,
            "close": self._close,
            "reset": self._reset,
            "truncate": self._truncate,
            "garbage": self._garbage,
            "hang": self._hang,
        }
        senders[answer.send](answer)

    def _whole(self, answer: Answer) -> None:
        self.wfile.write(self._head(answer, len(answer.body)) + answer.body)

    def _head(self, answer: Answer, length: int) -> bytes:
        reason = _REASONS.get(answer.status, "Simulated")
        date = formatdate(self.server.world.now(), usegmt=True)
        lines = [f"HTTP/1.1 {answer.status} {reason}", f"Date: {date}", "Server: nginx"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines += [f"Content-Length: {length}", "", ""]
        return "\r\n".join(lines).encode("latin-1")

    def _close(self, answer: Answer) -> None:
        self.close_connection = True

    def _reset(self, answer: Answer) -> None:
        """Half of the body, then RST instead of FIN."""
        self.close_connection = True
        if answer.body:
            half = answer.body[: len(answer.body) // 2]
            self.wfile.write(self._head(answer, len(answer.body)) + half)
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def _truncate(self, answer: Answer) -> None:
        """Half of the body, then a proper end of the connection."""
        self.close_connection = True
        half = answer.body[: len(answer.body) // 2]
        self.wfile.write(self._head(answer, len(answer.body)) + half)

    def _garbage(self, answer: Answer) -> None:
        broken = answer.body[: len(answer.body) // 2]
        self.wfile.write(self._head(answer, len(broken)) + broken)

    def _hang(self, answer: Answer) -> None:
        self.close_connection = True
        if answer.rule:
            wait(self.server.world.stopping, answer.rule)
