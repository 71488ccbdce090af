"""The connections to Stripe: what comes over them is bounded in time and size.

The timeouts of requests count from packet to packet and it reads bodies of any
length; a portal, a broken proxy or a dying line must not hold the payments
thread longer than a slow reader does.
"""

from __future__ import annotations

import io
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from pos.cutoff import Cutoff

MAX_ANSWER = 8 << 20
"""Bytes; a list of 100 PaymentIntents with their charges has some 400,000."""
_CHUNK = 1 << 16


class BoundedSession(requests.Session):
    """A session whose open sockets ``cutoff`` knows; follows no redirect, asks no environment."""

    def __init__(self, cutoff: Cutoff) -> None:
        super().__init__()
        self.trust_env = False  # a .netrc entry once replaced the key (case 71)
        self.max_redirects = 0  # Stripe never sends one; a guest network's portal does
        self.headers["Accept-Encoding"] = "identity"  # nothing that may unpack without end
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(cutoff))

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Read the whole answer here; raises `requests.RequestException` when it is too long."""
        response = super().send(request, **{**options, "stream": True})
        body = bytearray()
        for chunk in response.raw.stream(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > MAX_ANSWER:
                response.close()
                raise requests.RequestException(f"an answer of more than {MAX_ANSWER} bytes")
        response.raw = io.BytesIO(body)
        return response


class _Adapter(HTTPAdapter):
    """Tells the cutoff of every connection it opens."""

    def __init__(self, cutoff: Cutoff) -> None:
        super().__init__()
        pools = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {
            scheme: _watched(pool, cutoff) for scheme, pool in pools.items()
        }


def _watched(pool: Any, cutoff: Cutoff) -> type[Any]:
    class Connection(pool.ConnectionCls):  # type: ignore[misc]  # a class of the library's choice
        def connect(self) -> None:
            super().connect()
            cutoff.add(self.sock)

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})
