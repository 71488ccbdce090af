"""A backend that answers nonsense: the sale goes on, everything is kept, nothing is parked."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pos.services.secrets import BACKEND_TOKEN, MemorySecrets
from pos.terminal.api import CASH
from tests.bad_input.conftest import sell
from tests.support.backend import BackendProcess
from tests.support.catalogue import Item

PORTAL = b"<!doctype html><html><body><h1>Welcome to HotelNet</h1><form>room number</form>"

ANSWERS = {
    "a portal's page": (200, "text/html", PORTAL),
    "a portal's page called JSON": (200, "application/json", PORTAL),
    "a page instead of an error": (502, "text/html", b"<html><h1>502 Bad Gateway</h1></html>"),
    "a page instead of a refusal": (403, "text/html", PORTAL),
    "somebody else's JSON": (200, "application/json", b'{"welcome": "to another service"}'),
    "a list": (200, "application/json", b"[]"),
    "nothing": (200, "application/json", b""),
    "half a message": (200, "application/json", b'{"business": {"id": "01'),
    "a redirect": (302, "text/html", b""),
    "far too much": (200, "application/json", b"[" + b"1," * 12_000_000 + b"1]"),
    "text that is no text": (200, "application/json", b"\xff\xfe\x00"),
}


@pytest.fixture
def stranger():
    """A web server that is no backend of ours; set ``says`` to what it answers."""

    class Handler(BaseHTTPRequestHandler):
        says = (200, "text/html", b"")

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, kind, body = type(self).says
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Location", "http://127.0.0.1:9/login")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self._write(body)

        def _write(self, body: bytes) -> None:
            try:
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True  # the till has read enough

        do_GET = do_POST = _answer  # noqa: N815  the library's names

        def log_message(self, format, *args) -> None:  # noqa: A002  the library's name for it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Handler, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("name", ANSWERS)
def test_nonsense_from_the_backend(data, start, stranger, name):
    handler, url = stranger
    handler.says = ANSWERS[name]
    till = start(data, secrets=MemorySecrets({BACKEND_TOKEN: "token-for-tests"}))
    till.settings.set_backend_url(url)
    till.link.connect(till.sync)
    for _ in range(3):
        status = till.sync.tick()
    assert status.code, "a person is told"
    assert status.reason
    assert "<" not in status.reason
    assert not status.parked
    assert status.waiting == 1
    assert sell(till) == "R1-000002"
    assert till.sync.tick().waiting == 2


def test_when_the_portal_is_gone_everything_is_told(start, stranger, tmp_path):
    handler, url = stranger
    handler.says = ANSWERS["a portal's page"]
    folder = tmp_path / "backend"
    folder.mkdir()
    with BackendProcess(folder) as backend:
        fresh = tmp_path / "fresh"
        secrets = MemorySecrets({BACKEND_TOKEN: backend.token})
        till = _introduced(start(fresh, secrets=secrets), backend.url)
        till.settings.set_backend_url(url)
        till.link.connect(till.sync)
        receipts = [_sell_anything(till) for _ in range(3)]
        till.sync.tick()
        till.settings.set_backend_url(backend.url)
        till.link.connect(till.sync)
        for _ in range(20):
            if not till.sync.tick().waiting:
                break
            till.sync.wake()
        assert (
            sorted(order["purchase"]["receipt_number"] for order in backend.purchases()) == receipts
        )


def _introduced(till, url: str):
    till.settings.set_backend_url(url)
    till.link.connect(till.sync)
    till.sync.tick()
    return till


def _sell_anything(till) -> str:
    till.cart.add_variant(Item("k", "Mat", 1800))
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.receipt_done(till.checkout.pay(run.run_id, CASH, 5000).run_id)
    return till.checkout.view(run.run_id).receipt_number
