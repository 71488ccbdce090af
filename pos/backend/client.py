"""The business backend over HTTP: one bounded request each, every answer sorted.

Nothing an answer holds is believed before it has passed the strict wire; an
answer that no backend of ours gives (a portal's page, half a body) counts as
none.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx

from pos.backend.api import UNAUTHORIZED, BusyError
from pos.backend.wire import (
    MAX_ANSWER,
    CataloguePage,
    CheckoutOut,
    CustomerOut,
    CustomersPage,
    ErrorOut,
    PurchaseOut,
    RefundOut,
    SettingsOut,
    Wire,
    decode,
)
from pos.cutoff import Cutoff
from pos.errors import RefusedError, UnreachableError

_W = TypeVar("_W", bound=Wire)

ANSWERS: Mapping[str, type[Wire]] = {
    "purchase": PurchaseOut,
    "refund": RefundOut,
    "customer": CustomerOut,
    "checkout": CheckoutOut,
}
"""What each kind of message sent is answered with."""

_KEY = "Idempotency-Key"
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; plain HTTP asks for none
_AGAIN = frozenset({408, 409, 425, 429})
_LONGEST_WAIT = 3600.0
_LONGEST_ANSWER = 30.0
"""Seconds from asking to the last byte; the read timeout is per packet."""
_TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class BackendClient:
    """`pos.backend.api.Backend` over HTTP; close it, or use it as a context manager.

    ``token`` is the register's bearer token. Redirects are refused and the
    environment's proxies are not used: the till speaks to the one address it
    was given. Safe to call from one thread at a time.
    """

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        self._cutoff = Cutoff()
        self.server_date: datetime | None = None
        """What the last answer said of the time, whatever else it said."""
        self._http = httpx.Client(
            base_url=url,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",  # nothing that may unpack without end
            },
            trust_env=False,
            follow_redirects=False,
            timeout=_TIMEOUT,
            transport=transport,
            verify=_tls(url),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def hang_up(self) -> None:
        """End the call under way, and every later one, as unreachable; from any thread."""
        self._cutoff.end()

    def send(self, kind: str, path: str, body: bytes, key: str) -> bytes:
        """POST frozen bytes; see `pos.backend.api.Backend.send`."""
        headers = {"Content-Type": "application/json", _KEY: key}
        request = self._http.build_request("POST", path, content=body, headers=headers)
        answer, _ = self._exchange(request, ANSWERS[kind])
        return answer

    def get_settings(self) -> SettingsOut:
        """Read the settings of this register."""
        return self._get("/settings/", {}, SettingsOut)

    def catalogue(self, after: str = "") -> CataloguePage:
        """Read the next page of catalogue changes."""
        return self._get("/catalogue/", {"after": after}, CataloguePage)

    def customers(self, after: str = "") -> CustomersPage:
        """Read the next page of customer changes."""
        return self._get("/choose_new_customer/changes/", {"after": after}, CustomersPage)

    def search_customers(self, q: str) -> CustomersPage:
        """Find customers whose name, phone or email begins with ``q``."""
        return self._get("/choose_new_customer/", {"q": q}, CustomersPage)

    def checkout(self, cart_id: UUID) -> CheckoutOut:
        """Resolve a cart to its checkout and its order."""
        return self._get(f"/checkout/{cart_id}", {}, CheckoutOut)

    def _get(self, path: str, query: Mapping[str, str], kind: type[_W]) -> _W:
        # a page does not say what it was asked for, so none may be left over from another call
        headers = {"Connection": "close"}
        request = self._http.build_request("GET", path, params=dict(query), headers=headers)
        return self._exchange(request, kind)[1]

    def _exchange(self, request: httpx.Request, kind: type[_W]) -> tuple[bytes, _W]:
        if self._cutoff.ended:
            raise UnreachableError("the till is closing")
        request.extensions["trace"] = self._on_line
        try:
            with self._cutoff.limit(_LONGEST_ANSWER):
                body = self._answered(request)
            return body, _checked(body, kind)
        except UnreachableError:
            self._cutoff.cut()  # what may still come on this line would answer the next call
            raise

    def _on_line(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear of every new connection, as httpx tells its tracers."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._cutoff.add(info["return_value"].get_extra_info("socket"))

    def _answered(self, request: httpx.Request) -> bytes:
        try:
            response = self._http.send(request, stream=True)
            self.server_date = _date(response)
            try:
                body = _read(response)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise UnreachableError(f"{type(error).__name__}: {error}") from error
        told = response.headers.get(_KEY)
        if told is not None and told != request.headers.get(_KEY):
            raise UnreachableError("an answer to another request")
        if response.is_success and _is_json(response):
            return body
        raise _sorted(response, body)


def prepare(url: str) -> None:
    """Load the world's certificates before a window is shown, if this address needs them."""
    _tls(url)


def _tls(url: str) -> ssl.SSLContext:
    """Return the one context of this process: loading certificates stops every thread 0.1 s."""
    return _trusting() if url.lower().startswith("https:") else _NO_TLS


@cache
def _trusting() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _read(response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise UnreachableError("an answer in an encoding that was not asked for")
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise UnreachableError(f"an answer of more than {MAX_ANSWER} bytes")
    return bytes(body)


def _is_json(response: httpx.Response) -> bool:
    kind: str = response.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower() == "application/json"


def _sorted(response: httpx.Response, body: bytes) -> Exception:
    """Turn what is not a success into 'ask again' or a definite 'no'."""
    status = response.status_code
    said = _error(response, body)
    text = f"{status} {said.code}: {said.message}" if said else f"{status}, not our backend"
    if status in _AGAIN:
        return BusyError(text, _retry_after(response))
    if said is not None and status in (401, 403) and said.code == UNAUTHORIZED:
        return RefusedError(UNAUTHORIZED, said.message)
    if said is not None and 400 <= status < 500:  # noqa: PLR2004 - HTTP's own numbers
        return RefusedError(said.code, said.message)
    return BusyError(text, _retry_after(response))


def _error(response: httpx.Response, body: bytes) -> ErrorOut | None:
    if not _is_json(response):
        return None
    try:
        return decode(body, ErrorOut)
    except ValueError:
        return None


def _date(response: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("date", "")).astimezone(UTC)
    except (ValueError, OverflowError):  # no date, or one of no century
        return None


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - not a date
        return None
    return min(float(text), _LONGEST_WAIT)


def _checked(body: bytes, kind: type[_W]) -> _W:
    try:
        return decode(body, kind)
    except ValueError as error:
        raise UnreachableError(f"an answer that is no {kind.__name__}: {error}") from error
