"""Orders at the backend: once, whatever the network and the process do."""

from __future__ import annotations

import copy
import threading
import time

import pytest

from pos.backend.api import BusyError
from pos.backend.client import BackendClient
from pos.errors import UnreachableError
from tests.support.backend import BackendProcess
from tests.support.wire_orders import frozen, make_order, new_id


def test_an_order_is_stored_as_sent(backend, till):
    order = make_order((1299, 2000), (500, 1500), order_discount={"kind": "fixed", "value": 100})
    answer = till.sell(order)
    assert answer.status_code == 201
    assert answer.json()["number"] == 1
    assert answer.headers["idempotency-key"] == order["id"]
    assert answer.headers["access-control-expose-headers"] == "Idempotency-Key"
    (stored,) = backend.purchases()
    assert stored["purchase"] == answer.json()
    assert stored["sent"]["total_minor"] == order["total_minor"]
    assert [line["id"] for line in stored["sent"]["lines"]] == [x["id"] for x in order["lines"]]


def test_scenario_15_same_key_finished(backend, till):
    order = make_order()
    first, second = till.sell(order), till.sell(order)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second.headers["idempotent-replayed"] == "true"
    backend.restart()
    third = till.sell(order)
    assert (first.status_code, first.content) == (third.status_code, third.content)
    assert len(backend.purchases()) == 1


def test_scenario_16_same_key_other_body(backend, till):
    order = make_order()
    till.sell(order, "one-key")
    other = make_order((700, 1000))
    answer = till.sell(other, "one-key")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    elsewhere = till.post("/checkout/", frozen(order), "one-key")
    assert elsewhere.status_code == 400
    assert [p["sent"]["id"] for p in backend.purchases()] == [order["id"]]


def test_a_key_belongs_to_its_register(backend, till, other_till):
    till.sell(make_order(), "one-key")
    mine = make_order(register_id=other_till.register_id)
    assert other_till.sell(mine, "one-key").status_code == 201
    assert len(backend.purchases()) == 2


def test_scenario_17_same_key_in_progress(backend, till):
    order, answers = make_order(), []
    backend.faults("hold", at="leased", delay_ms=1500)

    def send() -> None:
        with backend.http() as http:
            answers.append(type(till)(http).sell(order))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    busy, done = answers  # the one without the lease is told at once
    assert (busy.status_code, busy.json()["code"]) == (409, "in_progress")
    assert int(busy.headers["retry-after"]) >= 1
    again = till.sell(order)
    assert done.status_code == again.status_code == 201
    assert again.content == done.content
    assert len(backend.purchases()) == 1


def test_many_at_once_make_one_order(backend):
    order, answers = make_order(), []

    def send(key: str) -> None:
        with BackendClient(backend.url, backend.token) as client:
            for _ in range(200):
                try:
                    answers.append(client.send("purchase", "/purchases/", frozen(order), key))
                except UnreachableError:
                    continue
                return

    keys = [order["id"]] * 4 + [new_id() for _ in range(4)]
    threads = [threading.Thread(target=send, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert [p["purchase"]["number"] for p in backend.purchases()] == [1]


def test_scenario_18_lost_response(backend):
    order = make_order()
    backend.faults("drop")
    with BackendClient(backend.url, backend.token) as client:
        with pytest.raises(UnreachableError):
            client.send("purchase", "/purchases/", frozen(order), order["id"])
        assert len(backend.purchases()) == 1
        client.send("purchase", "/purchases/", frozen(order), order["id"])
    assert len(backend.purchases()) == 1


@pytest.mark.parametrize("point", ["leased", "after:started"])
def test_a_killed_backend_goes_on_where_it_was(database, tmp_path, point):
    order = make_order()
    process = BackendProcess(tmp_path, database())
    process.lease_seconds = 1.0
    with process.start(), BackendClient(process.url, process.token) as client:
        process.faults("exit", at=point)
        with pytest.raises(UnreachableError):
            client.send("purchase", "/purchases/", frozen(order), order["id"])
        assert process.wait() == 9
        process.start()
        assert len(process.purchases()) == (point == "after:started")
        _send_until_done(client, order)
        assert len(process.purchases()) == 1


def _send_until_done(client, order):
    deadline = time.monotonic() + 10
    while True:
        try:
            return client.send("purchase", "/purchases/", frozen(order), order["id"])
        except UnreachableError:  # the dead one's lease
            assert time.monotonic() < deadline
            threading.Event().wait(0.1)


def test_a_live_lease_is_respected_by_a_new_process(backend):
    order = make_order()
    backend.faults("exit", at="leased")
    with BackendClient(backend.url, backend.token) as client:
        with pytest.raises(UnreachableError):
            client.send("purchase", "/purchases/", frozen(order), order["id"])
        backend.wait()
        backend.start()
        with pytest.raises(BusyError, match="in_progress") as busy:
            client.send("purchase", "/purchases/", frozen(order), order["id"])
    assert busy.value.retry_after
    assert backend.purchases() == []


def test_a_pruned_key_cannot_duplicate(backend, till):
    order = make_order()
    first = till.sell(order)
    assert backend.prune() == 1
    again, other_key = till.sell(order), till.sell(order, new_id())
    assert first.content == again.content == other_key.content
    backend.prune()
    changed = till.sell(order | {"note": "another"})
    assert (changed.status_code, changed.json()["code"]) == (422, "id_reused")
    assert len(backend.purchases()) == 1


def test_a_cart_becomes_one_order(backend, till):
    order = make_order()
    till.sell(order)
    twin = till.sell(make_order(cart_id=order["cart_id"]))
    assert (twin.status_code, twin.json()["code"]) == (422, "cart_already_ordered")
    assert len(backend.purchases()) == 1


def test_a_final_refusal_is_replayed_and_uses_no_number(backend, till):
    wrong = make_order(total_minor=1)
    first, second = till.sell(wrong), till.sell(wrong)
    assert first.status_code == 422
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second.headers["idempotent-replayed"] == "true"
    assert till.sell(make_order()).json()["number"] == 1
    assert len(backend.purchases()) == 1


def test_an_outage_is_not_stored(backend, till):
    order = make_order()
    backend.faults("status", status=503)
    assert till.sell(order).status_code == 503
    assert till.sell(order).status_code == 201


MONEY = [
    ("subtotal_minor",),
    ("discount_minor",),
    ("tax_minor",),
    ("total_minor",),
    ("lines", 0, "unit_minor"),
    ("lines", 0, "quantity_milli"),
    ("lines", 1, "subtotal_minor"),
    ("lines", 1, "discount_minor"),
    ("lines", 1, "tax_minor"),
    ("lines", 1, "total_minor"),
    ("lines", 0, "taxes", 0, "rate_ppm"),
    ("taxes", 0, "base_minor"),
    ("taxes", 0, "tax_minor"),
    ("taxes", 0, "rate_ppm"),
    ("payments", 0, "amount_minor"),
    ("payments", 0, "tendered_minor"),
    ("payments", 0, "change_minor"),
    ("order_discount", "value"),
]


@pytest.mark.parametrize("place", MONEY, ids=lambda place: ".".join(map(str, place)))
def test_totals_are_checked_not_believed(shared_backend, place):
    order = make_order((1299, 2000), (500, 1500), order_discount={"kind": "fixed", "value": 100})
    before = len(shared_backend.purchases())
    wrong = copy.deepcopy(order)
    at = wrong
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] += 100
    with shared_backend.http() as http:
        headers = {"Idempotency-Key": order["id"], "Content-Type": "application/json"}
        answer = http.post("/purchases/", content=frozen(wrong), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "totals_mismatch")
    assert "expected" in answer.json()["message"]
    assert len(shared_backend.purchases()) == before


def test_scenario_37_wrong_business(till, stranger):
    wrong = make_order(business_id=stranger.ids["business_id"])
    for _ in range(2):
        answer = till.sell(wrong)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_business")
    right = wrong | {"business_id": make_order()["business_id"]}
    assert till.sell(right).status_code == 201, "not even the key was kept"
    assert stranger.http.get(f"/purchases/{right['id']}").status_code == 404
    assert stranger.http.get("/purchases/").json()["items"] == []
    assert stranger.http.get(f"/checkout/{right['cart_id']}").status_code == 404
    theirs = make_order(id=right["id"], **stranger.ids)
    assert stranger.sell(theirs).json()["code"] == "id_reused"


@pytest.mark.parametrize(
    ("field", "code"), [("register_id", "wrong_register"), ("location_id", "wrong_location")]
)
def test_a_register_speaks_for_itself(backend, till, field, code):
    answer = till.sell(make_order(**{field: new_id()}))
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert backend.purchases() == []


def test_purchases_are_filtered_and_paged(till, other_till):
    orders = [make_order(receipt_number=f"R1-{i:06}") for i in range(5)]
    orders += [make_order(register_id=other_till.register_id, customer_name="Zoë 100%_\\")]
    for order in orders:
        sender = other_till if order["register_id"] == other_till.register_id else till
        assert sender.sell(order).status_code == 201
    get = till.http.get

    def ids(**query):
        return [item["id"] for item in get("/purchases/", params=query).json()["items"]]

    newest_first = [order["id"] for order in reversed(orders)]
    assert ids() == newest_first
    first = get("/purchases/", params={"limit": 4}).json()
    rest = get("/purchases/", params={"limit": 4, "after": first["next_cursor"]}).json()
    assert first["more"]
    assert not rest["more"]
    assert [item["id"] for item in first["items"] + rest["items"]] == newest_first
    assert ids(text="r1-000003") == [orders[3]["id"]]
    assert ids(text="zoë 100%_\\") == [orders[5]["id"]]
    assert ids(text="%") == [orders[5]["id"]]
    assert ids(register=other_till.register_id) == [orders[5]["id"]]
    assert ids(**{"from": "2025-03-14T11:30:00+02:00"}) == newest_first
    assert ids(to="2025-03-14T09:30:00Z") == []
