"""``/_test/``: set faults, read counts, prune keys, enrol a second till."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from sqlalchemy import Engine, delete
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pos.backend.wire import decode, encode
from pos.server.faults import Fault, Plane
from pos.server.seed import Place, enrol
from pos.server.tables import keys


class Enrol(msgspec.Struct, forbid_unknown_fields=True):
    """A register to create, with the business and location it stands in."""

    token: str
    business_id: UUID
    location_id: UUID
    register_id: UUID
    number: int = 2


def build_admin(plane: Plane, engine: Engine) -> Starlette:
    """Build the guarded part; the guard is `pos.server.faults.FaultyApp`."""

    async def set_fault(request: Request) -> Response:
        plane.add(decode(await request.body(), Fault))
        return _json({})

    async def clear(_request: Request) -> Response:
        plane.clear()
        return _json({})

    async def counts(_request: Request) -> Response:
        return _json(plane.counts())

    async def prune(_request: Request) -> Response:
        return _json({"forgotten": await run_in_threadpool(_forget, engine)})

    async def add_register(request: Request) -> Response:
        wanted = decode(await request.body(), Enrol)
        place = Place(wanted.business_id, wanted.location_id, wanted.register_id, wanted.number)
        await run_in_threadpool(enrol, engine, place, wanted.token)
        return _json({})

    table: list[tuple[str, Callable[[Request], Awaitable[Response]], str]] = [
        ("/_test/faults", set_fault, "POST"),
        ("/_test/faults", clear, "DELETE"),
        ("/_test/counts", counts, "GET"),
        ("/_test/prune", prune, "POST"),
        ("/_test/registers", add_register, "POST"),
    ]
    return Starlette(routes=[Route(path, act, methods=[verb]) for path, act, verb in table])


def _forget(engine: Engine) -> int:
    with engine.begin() as connection:
        return connection.execute(delete(keys)).rowcount


def _json(value: object) -> Response:
    return Response(encode(value), media_type="application/json")
