"""What each answer of the wire means (payments.md, section 3), through the official library."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from uuid import UUID

import pytest

from pos.models.states import OpKind
from pos.terminal import stripe_gateway
from pos.terminal.operations import Operation, Outcome, freeze
from pos.terminal.stripe_gateway import API_VERSION, StripeGateway, fingerprint
from tests.support.simulator import KEY, OTHER_KEY, READER

OWNER = UUID(int=7)
SALE = {
    "amount": 500,
    "currency": "usd",
    "allowed_payment_method_types": ["card_present"],
    "capture_method": "automatic",
    "metadata": {"attempt": "a"},
}
IN_FLIGHT = '{"error": {"type": "%s", "code": "idempotency_key_in_use", "message": "wait"}}'


@pytest.fixture
def gateway(simulator, monkeypatch):
    monkeypatch.setattr(stripe_gateway, "TIMEOUT", (1, 0.3))
    opened = StripeGateway(lambda: KEY, simulator.url)
    yield opened
    simulator.sim.clear_faults()
    opened.close()


def _op(kind=OpKind.CREATE, target="", params=SALE, n=1):
    return Operation(OWNER, kind, n, target, freeze(params), "acct", API_VERSION)


_WIRE = {  # fault of the wire: outcome, status, code
    "close_before": (Outcome.UNKNOWN, None, None),
    "rst_before": (Outcome.UNKNOWN, None, None),
    "close_after": (Outcome.UNKNOWN, None, None),
    "rst_after": (Outcome.UNKNOWN, None, None),
    "hang": (Outcome.UNKNOWN, None, None),
    "truncate": (Outcome.UNKNOWN, None, None),
    "garbage": (Outcome.UNKNOWN, 200, None),
    "html_502": (Outcome.UNKNOWN, 502, None),
    "unavailable_503": (Outcome.UNKNOWN, 503, None),
    "error_500": (Outcome.UNKNOWN, 500, None),
    "error_500_stored": (Outcome.UNKNOWN, 500, None),
    "error_500_executed": (Outcome.UNKNOWN, 500, None),
    "in_use": (Outcome.IN_FLIGHT, 409, "idempotency_error"),
    "rate_limit": (Outcome.HELD, 429, "rate_limit"),
    "lock_timeout": (Outcome.HELD, 429, "lock_timeout"),
    "unauthorized": (Outcome.HELD, 401, None),
    "forbidden": (Outcome.HELD, 403, None),
}


@pytest.mark.parametrize(("fault", "meant"), _WIRE.items(), ids=_WIRE)
def test_a_fault_of_the_wire(gateway, simulator, fault, meant):
    simulator.sim.fault(fault)
    answer = gateway.post(_op())
    assert (answer.outcome, answer.status, answer.code) == meant
    assert answer.stored_error is (answer.status == 500)
    assert answer.body is None


def test_nobody_listens(gateway):
    gateway._base_url = "http://127.0.0.1:9"
    assert gateway.post(_op()).outcome is Outcome.UNKNOWN
    assert gateway.post(_op()).status is None


def test_a_good_answer_tells_stripes_clock(gateway, simulator):
    assert gateway.server_now is None
    answer = gateway.post(_op())
    assert answer.outcome is Outcome.OK
    assert answer.body["object"] == "payment_intent"
    assert answer.request_id.startswith("req_")
    assert abs(gateway.server_now.timestamp() - simulator.sim.now()) < 2


@pytest.mark.parametrize("date", ["yesterday", "Fri, 31 Dec 9999 23:59:59 -0100"])
def test_a_date_that_is_none_stops_no_answer(date):
    with answering(Date=date) as url:
        gateway = StripeGateway(lambda: KEY, url)
        answer = gateway.intent("pi_1")
        gateway.close()
    assert (answer.outcome, answer.body["id"]) == (Outcome.OK, "pi_1")
    assert gateway.server_now is None


@contextmanager
def answering(**headers):
    """Serve one PaymentIntent under strange headers."""

    class Strange(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response_only(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b'{"object": "payment_intent", "id": "pi_1"}')

    with HTTPServer(("127.0.0.1", 0), Strange) as server:
        Thread(target=server.handle_request, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"


def test_a_definite_no_and_its_code(gateway):
    too_small = gateway.post(_op(params=SALE | {"amount": 1}))
    assert (too_small.outcome, too_small.code) == (Outcome.NO, "amount_too_small")
    missing = gateway.intent("pi_none")
    assert (missing.outcome, missing.status) == (Outcome.NO, 404)
    assert missing.code == "resource_missing"


def test_changed_parameters_under_one_key(gateway):
    gateway.post(_op())
    answer = gateway.post(_op(params=SALE | {"amount": 501}))
    assert (answer.outcome, answer.code) == (Outcome.NO, "idempotency_error")


def test_a_wrong_state_carries_the_intent(gateway):
    intent = gateway.post(_op()).body["id"]
    assert gateway.post(_op(OpKind.CANCEL_INTENT, intent, {})).outcome is Outcome.OK
    again = gateway.post(_op(OpKind.CANCEL_INTENT, intent, {}, n=2))
    assert (again.outcome, again.code) == (Outcome.NO, "payment_intent_unexpected_state")
    assert again.intent["status"] == "canceled"


@pytest.mark.parametrize(
    ("hand", "code"),
    [
        (lambda sim: sim.lose_ack(delivered=True), "terminal_reader_timeout"),
        (lambda sim: sim.unplug(noticed=True), "terminal_reader_offline"),
        (lambda sim: sim.busy(), "terminal_reader_busy"),
    ],
)
def test_what_the_reader_says(gateway, simulator, hand, code):
    intent = gateway.post(_op()).body["id"]
    hand(simulator.sim)
    answer = gateway.post(_op(OpKind.PROCESS, READER, {"payment_intent": intent}))
    assert (answer.outcome, answer.code) == (Outcome.NO, code)


def test_all_pages_of_a_listing_are_read(gateway, simulator):
    for n in range(1, 104):
        gateway.post(_op(n=n))
    since = gateway.server_now
    answer = gateway.intents_since(since)
    assert (answer.outcome, answer.status, len(answer.body["data"])) == (Outcome.OK, 200, 103)
    simulator.sim.fault("html_502", method="GET", skip=1)
    assert gateway.intents_since(since).outcome is Outcome.UNKNOWN


def test_without_a_key_nothing_is_sent(simulator):
    gateway = StripeGateway(lambda: None, simulator.url)
    answer = gateway.post(_op())
    assert (answer.outcome, answer.code) == (Outcome.HELD, "no_key")
    assert simulator.sim.requests() == []


def test_another_account_has_another_fingerprint():
    assert fingerprint(KEY) != fingerprint(OTHER_KEY)
    assert fingerprint("rk_live_tillkeep") != fingerprint("rk_test_tillkeep")
    assert fingerprint("sk_live_tillkeep") == ""
    assert "tillkeep" not in fingerprint(KEY)


def test_a_new_key_is_used_at_once(simulator):
    keys = [KEY]
    gateway = StripeGateway(lambda: keys[0], simulator.url)
    intent = gateway.post(_op()).body["id"]
    keys[0] = OTHER_KEY
    assert gateway.intent(intent).code == "resource_missing"
    gateway.close()
