"""Bearer tokens: one per register, stored as hashes only."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from sqlalchemy import Engine, Row, select

from pos.server.answers import Refusal
from pos.server.calls import Register
from pos.server.tables import registers

_LONGEST = 512


def hash_token(token: str) -> str:
    """SHA-256: tokens are long and random, so a slow hash would protect nothing more."""
    return hashlib.sha256(token.encode()).hexdigest()


def authenticate(engine: Engine, header: str) -> Register:
    """Find the register of an ``Authorization: Bearer`` header; raises 401 ``unauthorized``."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() == "bearer" and 0 < len(token) <= _LONGEST:
        found = _find(engine, hash_token(token))
        if found is not None:
            return found
    raise Refusal(401, "unauthorized", "no register has this token")


def _find(engine: Engine, digest: str) -> Register | None:
    """Compare with every register's hash, in constant time for each."""
    with engine.connect() as connection:
        rows = connection.execute(select(registers)).all()
    matches = [row for row in rows if hmac.compare_digest(row.token_hash, digest)]
    return _register(matches[0]) if matches else None


def _register(row: Row[tuple[object, ...]]) -> Register:
    return Register(
        id=UUID(row.id),
        business_id=UUID(row.business_id),
        location_id=UUID(row.location_id),
        name=row.name,
        number=row.number,
    )
