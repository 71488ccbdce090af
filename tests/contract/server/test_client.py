"""The till's client sorts every answer: done, ask again, or a definite no."""

from __future__ import annotations

import json
import socket
import threading

import httpx
import pytest

from pos.backend.api import UNAUTHORIZED, Backend, BusyError
from pos.backend.client import BackendClient
from pos.backend.wire import MAX_ANSWER, PurchaseOut, decode
from pos.errors import RefusedError, UnreachableError
from tests.support.backend import BackendProcess
from tests.support.wire_orders import frozen, make_order

JSON = {"content-type": "application/json"}
SAID = json.dumps({"code": "over_refund", "message": "no", "field": None}).encode()


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    with BackendProcess(tmp_path_factory.mktemp("backend")) as process:
        yield process


@pytest.fixture
def client(backend):
    backend.clear_faults()
    with BackendClient(backend.url, backend.token) as client:
        yield client


def _send(client, order):
    return client.send("purchase", "/purchases/", frozen(order), order["id"])


def _answering(status, body=b"{}", headers=JSON):
    def handle(_request):
        return httpx.Response(status, content=body, headers=headers)

    return BackendClient("http://backend.test", "t", httpx.MockTransport(handle))


def test_a_stored_order_is_a_checked_answer(client):
    order = make_order()
    out = decode(_send(client, order), PurchaseOut)
    assert (str(out.id), out.total_minor) == (order["id"], order["total_minor"])
    typed: Backend = client
    assert typed.get_settings().register.number == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"mode": "drop"},
        {"mode": "drop_before"},
        {"mode": "truncate"},
        {"mode": "html"},
        *({"mode": "status", "status": code} for code in (500, 502, 503, 504, 408, 425, 429)),
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_no_definite_answer_and_then_one_order(backend, client, fault):
    order = make_order()
    before = len(backend.purchases())
    backend.faults(**fault)
    with pytest.raises(UnreachableError):
        _send(client, order)
    _send(client, order)
    assert len(backend.purchases()) == before + 1


def test_a_delay_is_waited_for(backend, client):
    backend.faults("delay", delay_ms=300)
    assert _send(client, make_order())


def test_a_refusal_is_definite_and_says_why(backend, client):
    backend.faults("refuse")
    with pytest.raises(RefusedError) as refused:
        _send(client, make_order())
    assert refused.value.code == "test_refused"
    with pytest.raises(RefusedError) as refused:
        _send(client, make_order(total_minor=1))
    assert refused.value.code == "totals_mismatch"
    assert "expected" in refused.value.message


def test_a_wrong_token_stops_everything(backend):
    with BackendClient(backend.url, "wrong") as client:
        with pytest.raises(RefusedError) as refused:
            client.get_settings()
        assert refused.value.code == UNAUTHORIZED


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with BackendClient(f"http://127.0.0.1:{port}", "t") as client, pytest.raises(UnreachableError):
        client.catalogue()


def test_somebody_listens_who_speaks_no_http():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble():
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail ready\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with BackendClient(url, "t") as client, pytest.raises(UnreachableError):
            client.get_settings()
        thread.join()


UNSURE = {
    "redirect": (302, b"", {"location": "http://elsewhere.test/"}),
    "a portal": (200, b"<html>hello</html>", {"content-type": "text/html"}),
    "a portal that lies": (200, b"<html>hello</html>", JSON),
    "no content": (204, b"", {}),
    "another 404": (404, b"<html>not here</html>", {"content-type": "text/html"}),
    "another 401": (401, b'{"detail": "log in"}', JSON),
    "another 403": (403, b"forbidden", {"content-type": "text/plain"}),
    "our word for 500": (500, SAID, JSON),
    "in progress": (409, SAID, JSON),
    "too many": (429, SAID, JSON),
    "unknown field": (200, b'{"surprise": 1}', JSON),
    "too large": (200, b" " * (MAX_ANSWER + 1), JSON),
    "deep": (200, b"[" * 100_000, JSON),
    "broken gzip": (200, b"nonsense", JSON | {"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("case", UNSURE)
def test_what_is_not_our_backend_is_no_answer(case):
    status, body, headers = UNSURE[case]
    with _answering(status, body, headers) as client, pytest.raises(UnreachableError):
        client.get_settings()


@pytest.mark.parametrize("status", [400, 403, 404, 413, 415, 422])
def test_our_own_no_is_definite(status):
    with _answering(status, SAID) as client, pytest.raises(RefusedError) as refused:
        client.get_settings()
    assert refused.value.code == "over_refund"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("99999999", 3600.0), ("", None), ("-1", None), ("soon", None)],
)
def test_retry_after_is_kept_within_reason(text, seconds):
    answer = _answering(503, SAID, JSON | {"retry-after": text})
    with answer as client, pytest.raises(BusyError) as busy:
        client.get_settings()
    assert busy.value.retry_after == seconds


@pytest.mark.parametrize(
    "date", ["yesterday", "Fri, 31 Dec 9999 23:59:59 -0100", f"Fri, 31 Dec 2026 0:0:0 +{'9' * 20}"]
)
def test_a_date_that_is_none_stops_no_answer(date):
    client = _answering(422, SAID, JSON | {"date": date})
    with pytest.raises(RefusedError, match="over_refund"):
        client.get_settings()
    assert client.server_date is None


def test_the_environment_proxy_is_not_used(backend, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with BackendClient(backend.url, backend.token) as client:
        assert client.get_settings().register.number == 1
