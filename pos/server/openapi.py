"""The published description, made from the very structs that decode the bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pos.backend.wire import PAGE, ErrorOut, encode
from pos.server.routes import Resource

_REF = "#/components/schemas/{name}"
_QUERY: dict[str, dict[str, Any]] = {
    "after": {"type": "string", "pattern": "^[0-9]{0,18}$"},
    "limit": {"type": "integer", "minimum": 1, "maximum": PAGE},
    "from": {"type": "string", "format": "date-time"},
    "to": {"type": "string", "format": "date-time"},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Made by the client; the same request is answered the same, once done.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def openapi(resources: Sequence[Resource], version: str) -> bytes:
    """Render OpenAPI 3.1 for these resources."""
    kinds = [kind for item in resources for kind in (item.takes, item.gives) if kind is not None]
    _, components = msgspec.json.schema_components([*kinds, ErrorOut], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for resource in resources:
        paths.setdefault(resource.path, {})[resource.method.lower()] = _operation(resource)
    return encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Tillkeep business backend", "version": version},
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"register": {"type": "http", "scheme": "bearer"}},
            },
            "security": [{"register": []}],
        }
    )


def _operation(resource: Resource) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": resource.handler.__name__,
        "summary": (resource.handler.__doc__ or "").split("\n")[0],
        "parameters": _parameters(resource),
        "responses": {
            "2XX": {"description": "Done", **_json(resource.gives)},
            "4XX": {"description": "Refused, or not now (409, 429)", **_json(ErrorOut)},
            "5XX": {"description": "No definite answer: send it again", **_json(ErrorOut)},
        },
    }
    if resource.takes is not None:
        operation["requestBody"] = {"required": True, **_json(resource.takes)}
    return operation


def _parameters(resource: Resource) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in resource.path.split("/") if part.startswith("{")]
    in_path = [
        {"name": n, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for n in names
    ]
    in_query = [
        {"name": name, "in": "query", "schema": _QUERY.get(name, {"type": "string"})}
        for name in resource.query
    ]
    return [*in_path, *in_query, *([_KEY] if resource.keyed else [])]


def _json(kind: type) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name=kind.__name__)}
    return {"content": {"application/json": {"schema": schema}}}
