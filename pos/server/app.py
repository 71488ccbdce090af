"""The ASGI application: bytes in, strict decoding, one answer, always JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pos.backend.wire import MAX_BODY, Wire, decode
from pos.server.answers import Answer, Refusal, not_now
from pos.server.auth import authenticate
from pos.server.calls import Call, Register, Store
from pos.server.openapi import openapi
from pos.server.routes import RESOURCES, Resource

VERSION = "1"
_LONGEST_KEY = 255
_OUTAGES = (OperationalError, InterfaceError, PoolTimeoutError)


def build(store: Store) -> ASGIApp:
    """Wire every resource to its handler."""
    routes = [_route(store, resource) for resource in RESOURCES]
    document = openapi(RESOURCES, VERSION)

    async def describe(_request: Request) -> Response:
        return _response(Answer(200, document))

    async def health(_request: Request) -> Response:
        return _response(Answer(200, b'{"status":"ok"}'))

    routes += [Route("/openapi.json", describe), Route("/health/", health)]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http_error, Exception: _bug})
    app.router.redirect_slashes = False
    return KeyEcho(app)


def _route(store: Store, resource: Resource) -> Route:
    async def endpoint(request: Request) -> Response:
        return _response(await _answer(store, resource, request))

    return Route(resource.path, endpoint, methods=[resource.method])


async def _answer(store: Store, resource: Resource, request: Request) -> Answer:
    try:
        header = request.headers.get("authorization", "")
        register = await run_in_threadpool(authenticate, store.read, header)
        call = await _call(store, resource, request, register)
        return await run_in_threadpool(resource.handler, call)
    except Refusal as refusal:
        return refusal.answer()
    except ClientDisconnect:
        return Refusal(400, "incomplete", "the body did not arrive").answer()
    except _OUTAGES:
        return not_now(503, "unavailable", "the database did not answer", 2).answer()


async def _call(store: Store, resource: Resource, request: Request, register: Register) -> Call:
    query = dict(request.query_params)
    if any("\x00" in text for text in query.values()):
        raise Refusal(400, "bad_query", "a text cannot hold NUL")
    body = await _read(request) if resource.takes else b""
    return Call(
        store=store,
        register=register,
        method=request.method,
        path=request.url.path,
        params=request.path_params,
        query=query,
        body=body,
        message=_decoded(body, resource.takes) if resource.takes else None,
        key=_key(request) if resource.keyed else "",
    )


async def _read(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415, "not_json", "Content-Type must be application/json")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refusal(413, "too_large", f"a body has at most {MAX_BODY} bytes")
    return bytes(body)


def _decoded(body: bytes, kind: type[Wire]) -> Wire:
    try:
        return decode(body, kind)
    except ValueError as error:
        message, _, path = str(error).partition(" - at `$.")
        raise Refusal(400, "bad_request", message[:500], path.rstrip("`")[:200] or None) from error


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not key:
        raise Refusal(400, "idempotency_key_missing", "send an Idempotency-Key")
    if not _good_key(key):
        raise Refusal(400, "idempotency_key_bad", "1 to 255 printable ASCII characters")
    return key


def _good_key(key: str) -> bool:
    return len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()


def _response(answer: Answer) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **answer.headers}
    return Response(answer.body, answer.status, headers, "application/json")


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = {404: "not_found", 405: "method_not_allowed"}.get(status, "bad_request")
    answer = Refusal(status, code, "no such resource or method").answer()
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(_methods(request))
    return _response(answer)


def _methods(request: Request) -> list[str]:
    """Name every method of the place that was asked for (RFC 9110, 15.5.6)."""
    here = [r for r in request.app.routes if r.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in here for method in route.methods})


async def _bug(_request: Request, _error: Exception) -> Response:
    """Say nothing of the inside; the server's log has the traceback."""
    return _response(Refusal(500, "internal", "the backend failed; send it again later").answer())


class KeyEcho:
    """Echo and expose the Idempotency-Key on every answer, refusals and faults of ours too."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        extra = [(b"access-control-expose-headers", b"Idempotency-Key")]
        sent: dict[bytes, bytes] = dict(scope["headers"])
        key = sent.get(b"idempotency-key", b"")
        if key and _good_key(key.decode("latin-1")):
            extra.append((b"idempotency-key", key))

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *extra]}
            await send(message)

        await self._app(scope, receive, stamped)
