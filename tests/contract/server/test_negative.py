"""Bad input at every door: a JSON refusal below 500, and nothing stored."""

from __future__ import annotations

import json

import pytest

from pos.backend.wire import ErrorOut, decode, encode
from pos.server.seed import BUSINESS_ID, DEMO_SETTINGS
from tests.support.wire_orders import frozen, make_order, make_refund, new_id, refund_line

# Fixed, not drawn: these words are in the tests' names, the same for every worker.
NOBODY = "00000000-0000-7000-8000-000000000000"
ORDER = make_order((1299, 2000), (500, 1500), order_discount={"kind": "fixed", "value": 100})
REFUND = make_refund(ORDER, 100, lines=[refund_line(ORDER["lines"][0], 100, 100)])
CUSTOMER = {"id": new_id(), "business_id": str(BUSINESS_ID), "name": "Ada"}
CHECKOUT = {"cart_id": new_id(), "amount_minor": 100, "currency": "usd"}
SETTINGS = json.loads(encode(DEMO_SETTINGS))
ITEM = {"key": "k", "product_key": "p", "name": "n", "price_minor": 1, "tracked": True}
CATALOGUE = {"items": [ITEM]}

DOORS = {
    "purchases": ("POST", "/purchases/", ORDER, ("total_minor",)),
    "lines": ("POST", "/purchases/", ORDER, ("lines", 0, "unit_minor")),
    "payments": ("POST", "/purchases/", ORDER, ("payments", 0, "amount_minor")),
    "refunds": ("POST", f"/purchases/{ORDER['id']}/refunds/", REFUND, ("amount_minor",)),
    "refund lines": (
        "POST",
        f"/purchases/{ORDER['id']}/refunds/",
        REFUND,
        ("lines", 0, "quantity_milli"),
    ),
    "customers": ("POST", "/choose_new_customer/", CUSTOMER, ("name",)),
    "checkout": ("POST", "/checkout/", CHECKOUT, ("amount_minor",)),
    "settings": ("PUT", "/settings/", SETTINGS, ("version",)),
    "catalogue": ("POST", "/catalogue/", CATALOGUE, ("items", 0, "price_minor")),
}

BAD_VALUES = {
    "text": '"1250"',
    "float": "12.0",
    "exponent": "1e2",
    "true": "true",
    "list": "[]",
    "object": "{}",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "minus": "-1",
    "over the bound": str(10**15 + 1),
    "over 64 bits": str(2**64),
    "huge": "9" * 5000,
    "deep": "[" * 50_000 + "]" * 50_000,
    "lone surrogate": '"\\ud800"',
    "NUL": '"a\\u0000b"',
}

BAD_BODIES = {
    "empty": b"",
    "not JSON": b"{",
    "null": b"null",
    "array": b"[]",
    "number": b"1",
    "not UTF-8": b'{"id": "\xff"}',
    "UTF-16": '{"id": 1}'.encode("utf-16"),
    "trailing": b"{} {}",
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
}


def _send(http, method, path, body, **headers):
    sent = {"Content-Type": "application/json", "Idempotency-Key": new_id()} | headers
    return http.request(method, path, content=body, headers=sent)


def _is_refused(answer, *statuses):
    assert answer.status_code in (statuses or (400,)), answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-expose-headers"] == "Idempotency-Key"
    decode(answer.content, ErrorOut)


@pytest.fixture(scope="module")
def http(shared_backend):
    """One connection for all; in the end nothing was stored and nothing went wrong inside."""
    with shared_backend.http() as http:
        yield http
        for path in ("/purchases/", "/choose_new_customer/changes/", "/catalogue/"):
            assert http.get(path).json()["items"] == [], path
        assert http.get("/settings/").json()["version"] == 1
        assert http.get(f"/checkout/{CHECKOUT['cart_id']}").status_code == 404
    assert "Traceback" not in shared_backend.log.read_text()


WRONG = [(door, value) for door in DOORS for value in BAD_VALUES]
WRONG.remove(("customers", "text"))  # a name is one


@pytest.mark.parametrize(("door", "value"), WRONG)
def test_a_wrong_value(http, door, value):
    method, path, message, place = DOORS[door]
    mark = "@@here@@"
    changed = json.loads(json.dumps(message))
    at = changed
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = mark
    body = json.dumps(changed).replace(f'"{mark}"', BAD_VALUES[value]).encode()
    _is_refused(_send(http, method, path, body))


@pytest.mark.parametrize("body", BAD_BODIES, ids=str)
@pytest.mark.parametrize("door", DOORS)
def test_a_body_that_is_no_message(http, door, body):
    method, path, _, _ = DOORS[door]
    _is_refused(_send(http, method, path, BAD_BODIES[body]))


@pytest.mark.parametrize("door", DOORS)
def test_unknown_and_missing_fields(http, door):
    method, path, message, place = DOORS[door]
    _is_refused(_send(http, method, path, frozen(message | {"discount": 1})))
    inner = json.loads(json.dumps(message))
    at = inner
    for step in place[:-1]:
        at = at[step]
    at["surprise"] = None
    _is_refused(_send(http, method, path, frozen(inner)))
    del at["surprise"], at[place[-1]]
    _is_refused(_send(http, method, path, frozen(inner)))


@pytest.mark.parametrize("door", DOORS)
def test_too_large_wrong_type_and_no_token(http, door):
    method, path, message, _ = DOORS[door]
    padded = frozen(message) + b" " * (1 << 20)
    _is_refused(_send(http, method, path, padded), 413)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    _is_refused(_send(http, method, path, frozen(message), **form), 415)
    for token in ("Bearer wrong", "Bearer", "Basic Zm9v", "", "Bearer " + "x" * 9000):
        answer = _send(http, method, path, frozen(message), Authorization=token)
        _is_refused(answer, 401)
        assert answer.json()["code"] == "unauthorized"


KEYED = [door for door in DOORS if door not in ("settings", "catalogue")]


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\there", "ü"])
@pytest.mark.parametrize("door", KEYED)
def test_a_key_is_needed(http, door, key):
    method, path, message, _ = DOORS[door]
    headers = {"Idempotency-Key": key.encode()}
    answer = _send(http, method, path, frozen(message), **headers)
    _is_refused(answer)
    assert answer.json()["code"].startswith("idempotency_key_")


@pytest.mark.parametrize(
    "path",
    [
        "/purchases/?after=x",
        "/purchases/?after=-1",
        "/purchases/?after=" + "9" * 60,
        "/purchases/?after=%C2%B2",
        "/purchases/?limit=0",
        "/purchases/?limit=101",
        "/purchases/?limit=1e1",
        "/purchases/?from=yesterday",
        "/purchases/?from=2025-01-01T00:00:00",
        "/purchases/?to=0001-01-01T00:00:00%2B10:00",
        "/purchases/?text=%00",
        "/purchases/?register=%00",
        "/catalogue/?after=1.0",
        "/choose_new_customer/?q=%00",
        "/choose_new_customer/changes/?after=1%0A",
    ],
)
def test_a_wrong_query(http, path):
    _is_refused(http.get(path))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/purchases/not-an-id", 404),
        ("GET", "/purchases/%00", 404),
        ("GET", f"/purchases/{NOBODY}", 404),
        ("GET", f"/checkout/{NOBODY}", 404),
        ("DELETE", f"/choose_new_customer/{NOBODY}", 404),
        ("GET", "/nowhere/", 404),
        ("GET", "/purchases", 404),
        ("PATCH", "/purchases/", 405),
        ("DELETE", "/settings/", 405),
        ("POST", "/health/", 405),
    ],
)
def test_a_wrong_place(http, method, path, status):
    _is_refused(http.request(method, path), status)


def test_odd_searches_find_nothing(http):
    odd = ("%", "_", "\\", "'", '"; DROP TABLE customers; --', "\ud7ff", "*", "a" * 5000, "\x07")
    for text in odd:
        for path, name in (("/choose_new_customer/", "q"), ("/purchases/", "text")):
            answer = http.get(path, params={name: text})
            assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize("moment", ["2025-03-14T09:30:00", "0001-01-01T00:00:00+10:00", "now", ""])
def test_a_wrong_time(http, moment):
    order = make_order(created_at=moment)
    answer = _send(http, "POST", "/purchases/", frozen(order))
    assert 400 <= answer.status_code < 500
    decode(answer.content, ErrorOut)


def test_the_fault_plane_needs_its_token(http):
    for method, path in (("POST", "faults"), ("GET", "counts"), ("POST", "prune")):
        assert http.request(method, f"/_test/{path}").status_code == 401
