"""Idempotency keys: the first answer is kept, from the moment execution begins.

Source of the rules: Stripe's API reference on idempotent requests and low-level
errors. Kept answers live in the store, so they outlive a restart; after 24 hours
of the simulator's clock they are gone and the same key executes again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from pos.terminal.simulator.problems import ApiError, Json, invalid
from pos.terminal.simulator.world import Merchant

RETENTION = 24 * 3600
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Keyed:
    """One POST under a key."""

    merchant: Merchant
    key: str
    endpoint: str
    fingerprint: str

    @property
    def scope(self) -> tuple[str, bool, str]:
        return self.merchant.account, self.merchant.livemode, self.key


@dataclass(frozen=True, slots=True)
class Kept:
    """A remembered answer."""

    status: int
    body: bytes
    request_id: str


def keyed(merchant: Merchant, key: str, endpoint: str, params: Json, version: str) -> Keyed:
    """Describe the request; raises ApiError for a key of more than 255 characters."""
    if len(key) > _LONGEST:
        raise invalid(f"Idempotency keys can be up to {_LONGEST} characters long.")
    if merchant.world.setting("version_in_fingerprint"):
        params = {**params, "Stripe-Version": version}
    canonical = json.dumps(params, sort_keys=True).encode()
    return Keyed(merchant, key, endpoint, hashlib.sha256(canonical).hexdigest())


def begin(request: Keyed) -> Kept | None:
    """Return the kept answer, or None after marking the key as in flight.

    Raises ApiError: 409 while the first request runs, 400 idempotency_error when
    the key was used for something else.
    """
    world = request.merchant.world
    if request.scope in world.in_flight:
        raise ApiError(
            409,
            "There is currently another in-progress request using this Idempotent Key (that "
            "probably means you submitted twice, and the other request is still going through): "
            f"{request.key}. Please try again later.",
            kind="idempotency_error",
            code="idempotency_key_in_use",
            stored=False,
        )
    world.store.prune_answers(world.now() - RETENTION)
    row = world.store.answer(request.scope)
    if row is None:
        world.in_flight.add(request.scope)
        return None
    _compare(request, row["endpoint"], row["fingerprint"])
    return Kept(row["status"], row["body"].encode(), row["request_id"])


def _compare(request: Keyed, endpoint: str, fingerprint: str) -> None:
    if endpoint != request.endpoint:
        raise _mismatch(
            "Keys for idempotent requests can only be used for the same endpoint they were first "
            f"used for ('{request.endpoint}' vs '{endpoint}'). Try using a key other than "
            f"'{request.key}' if you meant to execute a different request."
        )
    if fingerprint != request.fingerprint:
        raise _mismatch(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{request.key}' if you meant to "
            "execute a different request."
        )


def _mismatch(message: str) -> ApiError:
    return ApiError(400, message, kind="idempotency_error", stored=False)


def keep(request: Keyed, answer: Kept) -> None:
    """Remember the answer, in the transaction of the deed itself."""
    request.merchant.world.store.keep_answer(
        {
            "account": request.merchant.account,
            "livemode": int(request.merchant.livemode),
            "key": request.key,
            "endpoint": request.endpoint,
            "fingerprint": request.fingerprint,
            "status": answer.status,
            "body": answer.body.decode(),
            "request_id": answer.request_id,
            "at": request.merchant.now,
        }
    )


def end(request: Keyed) -> None:
    """Let the key go, whatever came of it."""
    request.merchant.world.in_flight.discard(request.scope)
