"""What comes back to the till: catalogue, settings, customers, checkouts."""

from __future__ import annotations

import json
import threading

import pytest

from pos.backend.client import BackendClient
from pos.backend.wire import PAGE, encode
from pos.errors import UnreachableError
from pos.server.seed import BUSINESS_ID, DEMO_SETTINGS
from tests.support.backend import BackendProcess
from tests.support.wire_orders import frozen, make_order, new_id


def _item(i, **changes):
    item = {"key": f"item-{i:05}", "product_key": f"p-{i}", "name": f"Thing {i}"}
    return item | {"price_minor": 100 + i, "barcodes": [f"{i:013}"]} | changes


def _fill(till, items):
    answer = till.http.post("/catalogue/", json={"items": items})
    assert answer.status_code == 200, answer.text
    return answer.json()["changed"]


@pytest.fixture
def client(backend):
    with BackendClient(backend.url, backend.token) as client:
        yield client


def _all(read):
    items, cursor = [], ""
    while True:
        page = read(cursor)
        items += page.items
        cursor = page.next_cursor
        if not page.more:
            return items, cursor


def test_catalogue_in_pages_and_by_changes(till, client):
    assert _fill(till, [_item(i) for i in range(2345)]) == 2345
    first = client.catalogue()
    assert (len(first.items), first.more) == (PAGE, True)
    items, cursor = _all(client.catalogue)
    assert sorted(item.key for item in items) == [f"item-{i:05}" for i in range(2345)]
    assert client.catalogue(cursor).items == ()
    assert _fill(till, [_item(i) for i in range(2345)]) == 0, "unchanged is no change"
    assert _fill(till, [_item(7, price_minor=None), _item(8, deleted=True), _item(9)]) == 2
    page = client.catalogue(cursor)
    assert [(x.key, x.price_minor, x.deleted) for x in page.items] == [
        ("item-00007", None, False),
        ("item-00008", 108, True),
    ]
    assert client.catalogue(page.next_cursor).next_cursor == page.next_cursor


def test_a_sale_moves_stock_into_the_delta(till, client):
    _fill(till, [_item(0, key="key-0", tracked=True, stock_milli=1000), _item(1, key="key-1")])
    _, cursor = _all(client.catalogue)
    assert till.sell(make_order((100, 3000), (100, 1000))).status_code == 201
    (moved,) = client.catalogue(cursor).items
    assert (moved.key, moved.stock_milli) == ("key-0", -2000), "oversold, and said so"


def test_two_writers_leave_no_hole_for_a_reader(backend, client):
    """A cursor must never pass a number whose row is committed later."""
    seen, done = {}, threading.Event()

    def write(part):
        with backend.http() as http:
            for i in range(20):
                items = [_item(part * 1000 + i * 10 + k) for k in range(10)]
                assert http.post("/catalogue/", json={"items": items}).status_code == 200

    def read():
        cursor = ""
        while True:
            last = done.is_set()
            page = client.catalogue(cursor)
            seen.update({item.key: item for item in page.items})
            cursor = page.next_cursor
            if last and not page.more and not page.items:
                return

    writers = [threading.Thread(target=write, args=(part,)) for part in (1, 2)]
    reader = threading.Thread(target=read)
    for thread in (*writers, reader):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert len(seen) == 400


def test_settings_are_read_and_changed_once(till, client):
    now = client.get_settings()
    assert (now.business.name, now.location.name) == ("Harbour Studio", "Front desk")
    assert (now.register.number, now.currency) == (1, "usd")
    wanted = json.loads(encode(DEMO_SETTINGS)) | {"refund_popup": True}
    changed = till.http.put("/settings/", json=wanted)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert client.get_settings().refund_popup
    stale = till.http.put("/settings/", json=wanted)
    assert (stale.status_code, stale.json()["code"]) == (422, "stale_settings")
    twice = wanted | {"version": 2, "providers": wanted["providers"] * 2}
    assert till.http.put("/settings/", json=twice).json()["code"] == "bad_settings"


def _customer(**changes):
    customer = {"id": new_id(), "business_id": str(BUSINESS_ID), "name": "Ada King Lovelace"}
    return customer | {"phone": "+1 (212) 555-0100", "email": "Ada@Example.org"} | changes


def test_customers_are_created_once_and_found(till, client):
    ada = _customer()
    first = till.post("/choose_new_customer/", ada, "key")
    again = till.post("/choose_new_customer/", ada, "other key")
    assert first.status_code == 201
    assert first.content == again.content
    other = till.post("/choose_new_customer/", ada | {"name": "Eve"}, "third key")
    assert (other.status_code, other.json()["code"]) == (422, "id_reused")
    till.post("/choose_new_customer/", _customer(name="Grace Hopper", phone="", email=""))
    for found in ("ada", "ADA KING", "love", "1212555", "+1 212", "ada@exa"):
        assert [c.name for c in client.search_customers(found).items] == [ada["name"]], found
    for missed in ("velace", "example", "555", "%", ""):
        assert client.search_customers(missed).items == (), missed
    for i in range(12):
        till.post("/choose_new_customer/", _customer(name=f"Grace {i}"))
    page = client.search_customers("grace")
    assert (len(page.items), page.more) == (10, True)


def test_customers_wrong_business(till, stranger, client):
    foreign = _customer(business_id=stranger.ids["business_id"])
    answer = till.post("/choose_new_customer/", foreign)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_business")
    assert stranger.post("/choose_new_customer/", foreign).status_code == 201
    assert client.search_customers("ada").items == ()
    assert client.customers().items == ()
    assert till.http.delete(f"/choose_new_customer/{foreign['id']}").status_code == 404


def test_scenario_42_erasure_reaches_the_delta(backend, till, client):
    ada, grace = _customer(), _customer(name="Grace", email="")
    till.post("/choose_new_customer/", ada, "key")
    till.post("/choose_new_customer/", grace)
    order = make_order(customer_id=ada["id"])
    till.sell(order)
    changes, cursor = _all(client.customers)
    assert [c.name for c in changes] == [ada["name"], "Grace"]
    till.http.delete(f"/choose_new_customer/{ada['id']}")
    (erased,) = client.customers(cursor).items
    assert erased.erased
    assert {erased.name, erased.phone, erased.email, erased.tax_id} == {""}
    assert client.search_customers("ada").items == ()
    assert "Ada" not in till.post("/choose_new_customer/", ada, "key").text
    assert backend.purchases()[0]["sent"]["total_minor"] == order["total_minor"]


def test_a_checkout_is_joined_and_becomes_its_order(till, client):
    order = make_order()
    asked = {"cart_id": order["cart_id"], "amount_minor": 5, "currency": "usd"}
    first = till.post("/checkout/", asked, "key")
    assert (first.status_code, first.json()["recovery_point"]) == (201, "opened")
    joined = till.post("/checkout/", asked | {"amount_minor": order["total_minor"]})
    assert joined.json()["id"] == first.json()["id"]
    assert till.post("/checkout/", asked, "key").content == first.content
    assert client.checkout(order["cart_id"]).purchase_id is None
    till.sell(order)
    done = client.checkout(order["cart_id"])
    assert (str(done.purchase_id), done.recovery_point) == (order["id"], "finished")
    late = till.post("/checkout/", asked)
    assert (late.status_code, late.json()["purchase_id"]) == (200, order["id"])


def test_a_cart_without_a_checkout_resolves_too(till, client):
    order = make_order()
    till.sell(order)
    assert str(client.checkout(order["cart_id"]).purchase_id) == order["id"]


@pytest.mark.parametrize("point", ["leased", "after:started", "after:joined", "after:customer_set"])
def test_a_checkout_resumes_at_its_recovery_point(database, tmp_path, point):
    asked = frozen({"cart_id": new_id(), "amount_minor": 5, "currency": "usd"})
    process = BackendProcess(tmp_path, database())
    process.lease_seconds = 0.5
    with process.start(), BackendClient(process.url, process.token) as client:
        process.faults("exit", at=point)
        with pytest.raises(UnreachableError):
            client.send("checkout", "/checkout/", asked, "key")
        process.wait()
        process.start()
        answer = _patiently(client, asked)
        assert answer == client.send("checkout", "/checkout/", asked, "key")
        assert b'"recovery_point":"opened"' in answer


def _patiently(client, asked):
    for _ in range(100):
        try:
            return client.send("checkout", "/checkout/", asked, "key")
        except UnreachableError:
            threading.Event().wait(0.05)
    raise AssertionError("the lease never ran out")


def test_the_description_is_published(shared_backend):
    with shared_backend.http() as http:
        document = http.get("/openapi.json").json()
        assert http.get("/health/").json() == {"status": "ok"}
    order = document["paths"]["/purchases/"]["post"]
    assert {"name": "Idempotency-Key", "required": True}.items() <= order["parameters"][0].items()
    schema = document["components"]["schemas"]["PurchaseIn"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["total_minor"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 10**15,
    }
    assert set(document["paths"]["/choose_new_customer/"]) == {"get", "post"}
