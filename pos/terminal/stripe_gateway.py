"""The official Stripe library, reduced to calls that answer and never raise.

Which exception means what was found by running the library against a server
that misbehaves (payments.md, section 3); ``e.code`` is often None, so only the
error object of the body is believed.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pos.cutoff import Cutoff
from pos.models.states import OpKind
from pos.terminal.operations import Answer, Operation, Outcome

if TYPE_CHECKING:
    import requests
    import stripe

API_VERSION = "2026-10-28.endive"
TIMEOUT = (5, 30)
"""Seconds to connect and to read; a slow reader is a slow call."""
LONGEST_ANSWER = 45.0
"""Seconds from asking to the last byte; the read timeout is per packet."""

_KEY = re.compile(r"rk_(test|live)_(\w{1,17})")
_KEY_REFUSED = frozenset({401, 403})
_HELD = _KEY_REFUSED | {429}
_MAKING = frozenset({OpKind.CREATE, OpKind.REFUND, OpKind.LOCATION, OpKind.READER})
_PAGES = 50


def fingerprint(key: str) -> str:
    """Name mode and account without the secret.

    The first 17 characters after the prefix are the account's and survive a
    rotation of the key (inferred from published keys; another account differs).
    """
    match = _KEY.match(key)
    if not match:
        return ""
    mode, account = match.groups()
    return f"{mode}:{hashlib.sha256(account.encode()).hexdigest()[:16]}"


class StripeGateway:
    """Used by one service thread. ``key`` is asked for anew until there is one."""

    api_version = API_VERSION

    def __init__(
        self,
        key: Callable[[], str | None],
        base_url: str = "",
        *,
        longest: float | None = None,
    ) -> None:
        """``longest``: seconds for one answer, less for a question that can be given up."""
        self._key = key
        self._longest = LONGEST_ANSWER if longest is None else longest
        self._base_url = base_url
        self._client: tuple[str, stripe.StripeClient] | None = None
        self._session: requests.Session | None = None
        self._server: tuple[datetime, float] | None = None
        self._cutoff = Cutoff()

    @property
    def account(self) -> str:
        return fingerprint(self._key() or "")

    @property
    def server_now(self) -> datetime | None:
        if self._server is None:
            return None
        at, then = self._server
        return at + timedelta(seconds=time.monotonic() - then)

    def post(self, op: Operation) -> Answer:
        params = json.loads(op.params)
        options = {"idempotency_key": op.key, "stripe_version": op.api_version}
        calls: dict[OpKind, Callable[[Any], Any]] = {
            OpKind.CREATE: lambda v1: v1.payment_intents.create(params, options),
            OpKind.PROCESS: lambda v1: v1.terminal.readers.process_payment_intent(
                op.target, params, options
            ),
            OpKind.CANCEL_ACTION: lambda v1: v1.terminal.readers.cancel_action(
                op.target, params, options
            ),
            OpKind.CANCEL_INTENT: lambda v1: v1.payment_intents.cancel(op.target, params, options),
            OpKind.REFUND: lambda v1: v1.refunds.create(params, options),
            OpKind.LOCATION: lambda v1: v1.terminal.locations.create(params, options),
            OpKind.READER: lambda v1: v1.terminal.readers.create(params, options),
            OpKind.DISPLAY: lambda v1: v1.terminal.readers.set_reader_display(
                op.target, params, options
            ),
            OpKind.PRESENT: lambda v1: v1.test_helpers.terminal.readers.present_payment_method(
                op.target, params, options
            ),
        }
        object_id = "" if op.kind in _MAKING else op.target
        return _told_about(self._ask(calls[op.kind]), object_id, params.get("metadata"))

    def intent(self, intent_id: str) -> Answer:
        params = {"expand": ["latest_charge"]}
        answer = self._ask(lambda v1: v1.payment_intents.retrieve(intent_id, params))
        return _told_about(answer, intent_id)

    def reader(self, reader_id: str) -> Answer:
        answer = self._ask(lambda v1: v1.terminal.readers.retrieve(reader_id))
        return _told_about(answer, reader_id)

    def refund(self, refund_id: str) -> Answer:
        answer = self._ask(lambda v1: v1.refunds.retrieve(refund_id))
        return _told_about(answer, refund_id)

    def intents_since(self, since: datetime) -> Answer:
        # an hour earlier: this computer's clock may be ahead of Stripe's
        window = {"gte": int((since - timedelta(hours=1)).timestamp())}
        return self._all(lambda v1, page: v1.payment_intents.list({"created": window} | page))

    def refunds_of(self, intent_id: str) -> Answer:
        return self._all(lambda v1, page: v1.refunds.list({"payment_intent": intent_id} | page))

    def readers(self) -> Answer:
        """List the readers of the account."""
        return self._all(lambda v1, page: v1.terminal.readers.list(page))

    def locations(self) -> Answer:
        """List where readers of the account may stand."""
        return self._all(lambda v1, page: v1.terminal.locations.list(page))

    def _all(self, call: Callable[[Any, dict[str, Any]], Any]) -> Answer:
        found: list[Any] = []
        page: dict[str, Any] = {"limit": 100}
        for _ in range(_PAGES):
            answer = self._ask(lambda v1, page=page: call(v1, page))  # type: ignore[misc]  # binds this page
            if answer.outcome is not Outcome.OK or answer.body is None:
                return answer
            data = answer.body.get("data")
            if not isinstance(data, list):
                return Answer(Outcome.UNKNOWN, message="not a list")
            found += data
            if not answer.body.get("has_more") or not data:
                return replace(answer, body={"data": found})
            page = {"limit": 100, "starting_after": data[-1]["id"]}
        return Answer(Outcome.UNKNOWN, message="too many pages")

    def _ask(self, call: Callable[[Any], Any]) -> Answer:
        import stripe  # noqa: PLC0415  a third of a second: never before the first paint

        if self._cutoff.ended:
            return Answer(Outcome.UNKNOWN, message="the till is closing")
        client = self._connect()
        if client is None:
            return Answer(
                Outcome.HELD, status=401, code="no_key", message="No Stripe key is stored."
            )
        try:
            with self._cutoff.limit(self._longest):
                answer = _success(call(client.v1))
        except stripe.StripeError as error:
            answer = _failure(error)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # the library met a body it did not expect: nothing is known
            answer = Answer(Outcome.UNKNOWN, message=type(error).__name__)
        if answer.server_date:
            self._server = (answer.server_date, time.monotonic())
        return answer

    def _connect(self) -> stripe.StripeClient | None:
        key = self._key()
        if not key:
            return None
        if self._client is None or self._client[0] != key:
            self.close()
            self._session = _new_session(self._cutoff)
            self._client = (key, _new_client(key, self._base_url, self._session))
        return self._client[1]

    def hang_up(self) -> None:
        """End the call under way, and every later one, with no answer; from any thread."""
        self._cutoff.end()

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        if self._session is not None:
            self._session.close()
        self._session = self._client = None


def _new_session(cutoff: Cutoff) -> requests.Session:
    from pos.terminal.stripe_session import BoundedSession  # noqa: PLC0415  after the first paint

    return BoundedSession(cutoff)


def _new_client(key: str, base_url: str, session: requests.Session) -> stripe.StripeClient:
    import stripe  # noqa: PLC0415  behind the first paint

    stripe.enable_telemetry = False
    more: dict[str, Any] = {"base_addresses": {"api": base_url}} if base_url else {}
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        max_network_retries=0,  # the journal retries, so that every sending is recorded
        http_client=stripe.RequestsClient(timeout=TIMEOUT, session=session),
        **more,
    )


def _success(found: Any) -> Answer:
    response = found.last_response
    body = json.loads(response.body)
    if not isinstance(body, dict) or "object" not in body:
        return Answer(Outcome.UNKNOWN, message="not an object of Stripe's")
    return Answer(
        Outcome.OK,
        body,
        status=response.code,
        request_id=response.request_id,
        server_date=_date(response.headers),
    )


def _told_about(
    answer: Answer, object_id: str, metadata: Mapping[str, Any] | None = None
) -> Answer:
    """Take an answer about something else for none: a broken line can mix them up."""
    if answer.outcome is not Outcome.OK or answer.body is None:
        return answer
    said = answer.body.get("metadata") or {}
    same = object_id in {"", answer.body.get("id")}
    if same and all(said.get(name) == value for name, value in (metadata or {}).items()):
        return answer
    return Answer(Outcome.UNKNOWN, message="an answer about something else")


def _failure(error: stripe.StripeError) -> Answer:
    body = error.json_body if isinstance(error.json_body, Mapping) else {}
    inner = body.get("error")
    said = inner if isinstance(inner, Mapping) else {}
    status = error.http_status
    if status in _KEY_REFUSED and not said:
        status = None  # a guest network's refusal, not Stripe's: nobody of ours was reached
    intent = said.get("payment_intent")
    return Answer(
        _outcome(status, said),
        status=status,
        code=_code(said),
        message=str(said.get("message") or error.user_message or type(error).__name__),
        intent=intent if isinstance(intent, Mapping) else None,
        request_id=error.request_id,
        server_date=_date(error.headers),
        stored_error=status == HTTPStatus.INTERNAL_SERVER_ERROR and bool(said),
    )


def _outcome(status: int | None, said: Mapping[str, Any]) -> Outcome:
    if status in _HELD:
        return Outcome.HELD
    if status == HTTPStatus.CONFLICT:  # idempotency_key_in_use
        return Outcome.IN_FLIGHT
    if status in {400, 402, 404} and said:
        return Outcome.NO
    return Outcome.UNKNOWN


def _code(said: Mapping[str, Any]) -> str | None:
    if said.get("type") == "idempotency_error":
        return "idempotency_error"
    code = said.get("code") or said.get("decline_code")
    return str(code) if code else None


def _date(headers: Mapping[str, str] | None) -> datetime | None:
    text = (headers or {}).get("Date") or (headers or {}).get("date")
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError):  # no date, or one of no century
        return None
