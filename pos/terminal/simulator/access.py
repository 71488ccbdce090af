"""Who calls: API keys, modes, restricted permissions."""

from __future__ import annotations

import base64
import binascii
import re

from pos.terminal.simulator.problems import ApiError
from pos.terminal.simulator.world import Merchant, World

_KEY = re.compile(r"^(sk|rk)_(test|live)_([A-Za-z0-9]+)")
_MASKABLE = 20  # shorter keys are told with no letter of theirs


def authenticate(world: World, header: str, permission: str) -> Merchant:
    """Return the account behind an Authorization header (Bearer or Basic).

    Raises ApiError: 401 for a key that is absent, unknown or revoked, 403 for a
    restricted key without the permission.
    """
    key = _key(header)
    if not key:
        raise ApiError(
            401,
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY').",
            stored=False,
        )
    match = _KEY.match(key)
    account = match.group(3) if match else ""
    if match is None or account not in world.accounts or key in world.store.meta("revoked", []):
        raise ApiError(401, f"Invalid API Key provided: {_masked(key)}", stored=False)
    missing = world.store.meta("missing", {}).get(key, [])
    if match.group(1) == "rk" and permission in missing:
        raise ApiError(
            403,
            f"The provided key '{_masked(key)}' does not have the required permissions for this "
            f"endpoint on account 'acct_{account}'. Having the 'rak_{permission}' permission "
            "would allow this request to continue.",
            stored=False,
        )
    return Merchant(world, account, match.group(2) == "live")


def scheme(header: str) -> str:
    """Name the scheme only: a key is never logged."""
    return header.partition(" ")[0]


def _key(header: str) -> str:
    kind, _, rest = header.partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest).decode("utf-8", "replace").partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def _masked(key: str) -> str:
    shown = len(key) > _MASKABLE
    return f"{key[:8]}{'*' * 8}{key[-4:]}" if shown else "*" * 8
