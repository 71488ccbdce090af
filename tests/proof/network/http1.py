"""As much of HTTP/1.1 as a proxy needs that wants to break it."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import urlsplit

_DROPPED = {b"connection", b"keep-alive", b"transfer-encoding", b"content-length"}


@dataclass(frozen=True)
class Request:
    """One request as it came; ``copies`` counts how often it was passed on."""

    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    copies: list[int] = field(default_factory=list)

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def key(self) -> str:
        """The idempotency key, or nothing."""
        return dict(self.headers).get(b"idempotency-key", b"").decode()

    def raw(self) -> bytes:
        """Return the bytes that the server gets; the answer ends with the connection."""
        lines = [f"{self.method} {self.target} HTTP/1.1".encode()]
        lines += [name + b": " + value for name, value in self.headers if name not in _DROPPED]
        lines += [b"content-length: %d" % len(self.body), b"connection: close"]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


@dataclass(frozen=True)
class Answer:
    """One whole answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def head(self, length: bytes | None = b"", *extra: tuple[bytes, bytes]) -> bytes:
        """Return the head; ``length`` is true when empty and left out when None."""
        lines = [b"HTTP/1.1 %d Said" % self.status]
        lines += [name + b": " + value for name, value in (*self.headers, *extra)]
        if length is not None:
            lines.append(b"content-length: " + (length or b"%d" % len(self.body)))
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def raw(self) -> bytes:
        return self.head() + self.body


def made_up(status: int, body: object = None, *, page: str = "", **headers: str) -> Answer:
    """Make an answer of JSON, or of a page of HTML."""
    kind = b"text/html" if page else b"application/json"
    told = page.encode() if page else json.dumps(body).encode()
    more = tuple((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items())
    date = (b"date", formatdate(usegmt=True).encode())
    return Answer(status, ((b"content-type", kind), date, *more), told)


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read one request; None when the other side has left."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, headers = _headers(head)
    method, target, _ = first.decode().split(" ")
    body = await reader.readexactly(int(dict(headers).get(b"content-length", 0)))
    return Request(method, target, headers, body)


async def ask(host: str, port: int, request: Request) -> Answer:
    """Pass a request on, on a connection of its own, and read the whole answer."""
    request.copies.append(1)
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(request.raw())
        raw = await reader.read(-1)
    finally:
        writer.close()
    if not raw:
        raise ConnectionResetError("the server itself cut the line")
    head, _, body = raw.partition(b"\r\n\r\n")
    first, headers = _headers(head)
    kept = tuple((name, value) for name, value in headers if name not in _DROPPED)
    assert b"transfer-encoding" not in dict(headers), "the proxy reads no chunks"
    return Answer(int(first.split(b" ")[1]), kept, body)


def _headers(head: bytes) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    first, *lines = head.strip().split(b"\r\n")
    pairs = (line.split(b":", 1) for line in lines)
    return first, tuple((name.strip().lower(), value.strip()) for name, value in pairs)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
