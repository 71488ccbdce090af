"""Refunds at the backend: never more than was paid, however many ask at once."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from pos.backend.client import BackendClient
from pos.errors import UnreachableError
from tests.support.backend import BackendProcess
from tests.support.wire_orders import frozen, make_order, make_refund, new_id, refund_line


@pytest.fixture
def order(till):
    """100.00 over two lines of 40.00 and 60.00, without tax."""
    made = make_order((4000, 1000), (3000, 2000), line_taxes=[])
    assert till.sell(made).status_code == 201
    return made


def _state(backend):
    (purchase,) = backend.purchases()
    return purchase["purchase"]["status"], purchase["purchase"]["refunded_minor"]


def _refused(answer, code, status=422):
    return (answer.status_code, answer.json()["code"]) == (status, code)


def test_scenario_27_partial_then_rest(backend, till):
    order = make_order((5000, 1000), line_taxes=[])
    till.sell(order)
    first = till.refund(make_refund(order, 2000))
    assert first.status_code == 201
    assert first.json()["purchase_status"] == "partially_refunded"
    assert _state(backend) == ("partially_refunded", 2000)
    second = till.refund(make_refund(order, 3000))
    assert second.json()["purchase_status"] == "refunded"
    third = till.refund(make_refund(order, 1))
    assert _refused(third, "over_refund")
    assert third.json()["message"] == "already fully refunded"
    assert _state(backend) == ("refunded", 5000)


def test_scenario_28_over_refund_race_of_two_processes(database, tmp_path):
    where = database()
    order = make_order((10000, 1000), line_taxes=[])
    with ExitStack() as stack:
        backends = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            backends.append(stack.enter_context(BackendProcess(tmp_path / name, where)))
        https = [stack.enter_context(backend.http()) for backend in backends]
        _post(https[0], "/purchases/", order)
        for _ in range(5):
            order = make_order((10000, 1000), line_taxes=[])
            _post(https[0], "/purchases/", order)
            assert _race(https, order) == [201, 422]
        assert {p["purchase"]["refunded_minor"] for p in backends[1].purchases()} == {0, 6000}


def _race(https, order):
    """Refund 60 of 100 at the same instant through each connection."""
    start, answers = threading.Barrier(len(https)), []

    def go(http):
        refund = make_refund(order, 6000)
        start.wait()
        answers.append(_post(http, f"/purchases/{order['id']}/refunds/", refund))

    threads = [threading.Thread(target=go, args=(http,)) for http in https]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [answer.json()["code"] for answer in answers if answer.status_code != 201]
    assert refused == ["over_refund"]
    return sorted(answer.status_code for answer in answers)


def _post(http, path, message):
    headers = {"Content-Type": "application/json", "Idempotency-Key": message["id"]}
    return http.post(path, content=frozen(message), headers=headers)


def test_scenario_29_refund_answer_lost(backend, order):
    refund = make_refund(order, 2500)
    path = f"/purchases/{order['id']}/refunds/"
    with BackendClient(backend.url, backend.token) as client:
        for fault in ("drop", "truncate", "drop_before"):
            backend.faults(fault)
            with pytest.raises(UnreachableError):
                client.send("refund", path, frozen(refund), refund["id"])
        client.send("refund", path, frozen(refund), refund["id"])
    assert _state(backend) == ("partially_refunded", 2500)


def test_a_pruned_refund_key_cannot_duplicate(backend, till, order):
    refund = make_refund(order, 2500)
    first = till.refund(refund)
    backend.prune()
    assert till.refund(refund).content == first.content
    assert till.refund(refund, new_id()).content == first.content
    assert _refused(till.refund(refund | {"reason": "other"}, new_id()), "id_reused")
    assert _state(backend) == ("partially_refunded", 2500)


def test_a_refund_waits_for_its_order(backend, till):
    order = make_order((5000, 1000), line_taxes=[])
    refund = make_refund(order, 5000)
    early = till.refund(refund)
    assert _refused(early, "order_unknown", 409)
    assert early.headers["retry-after"]
    till.sell(order)
    assert till.refund(refund).status_code == 201, "the 409 was not stored"
    assert _state(backend) == ("refunded", 5000)


def test_another_register_may_refund(order, other_till):
    refund = make_refund(order, 1000, register_id=other_till.register_id)
    assert other_till.refund(refund).status_code == 201


def test_a_stranger_may_not(backend, order, stranger):
    refund = make_refund(order, 1000, register_id=stranger.ids["register_id"])
    assert _refused(stranger.refund(refund), "order_unknown", 409)
    foreign = make_refund(order, 1000)
    assert _refused(stranger.refund(foreign), "wrong_register", 403)
    assert _state(backend) == ("paid", 0)


def test_lines_are_bounded_by_what_was_sold(till, order):
    first, second = order["lines"]
    half = make_refund(order, 3000, lines=[refund_line(second, 1000, 3000)])
    assert till.refund(half).status_code == 201
    too_many = make_refund(order, 3000, lines=[refund_line(second, 1001, 3000)])
    assert _refused(till.refund(too_many), "over_refund")
    too_much = make_refund(order, 3001, lines=[refund_line(second, 1000, 3001)])
    assert _refused(till.refund(too_much), "over_refund")
    taxed = make_refund(order, 3000, lines=[refund_line(second, 1000, 3000, tax=1)])
    assert _refused(till.refund(taxed), "over_refund")
    rest = [refund_line(first, 1000, 4000), refund_line(second, 1000, 3000)]
    assert till.refund(make_refund(order, 7000, lines=rest)).json()["purchase_status"] == "refunded"


def test_each_payment_is_bounded_by_its_own_amount(till):
    order = make_order((10000, 1000), line_taxes=[])
    cash, card = dict(order["payments"][0]), dict(order["payments"][0])
    cash |= {"amount_minor": 4000, "tendered_minor": 5000, "change_minor": 1000}
    card |= {"id": new_id(), "provider_id": "stripe_terminal", "amount_minor": 6000}
    card |= {"tendered_minor": None, "change_minor": 0}
    order["payments"] = [cash, card]
    assert till.sell(order).status_code == 201

    def back(**parts):
        payments = [
            {"payment_id": p["id"], "provider_id": p["provider_id"], "amount_minor": amount}
            for p, amount in ((cash, parts["cash"]), (card, parts["card"]))
        ]
        return make_refund(order, sum(parts.values()), payments=payments)

    assert _refused(till.refund(back(cash=4001, card=1)), "over_refund")
    assert till.refund(back(cash=4000, card=4000)).status_code == 201
    assert _refused(till.refund(back(cash=1, card=1)), "over_refund")


def test_a_pending_refund_counts_and_ends_once(backend, till, order):
    refund = make_refund(order, 6000, status="pending")
    assert till.refund(refund).json()["status"] == "pending"
    assert _refused(till.refund(make_refund(order, 6000)), "over_refund")
    failed = till.refund(refund | {"status": "failed"}, new_id())
    assert (failed.json()["status"], failed.json()["refunded_minor"]) == ("failed", 0)
    assert _state(backend) == ("paid", 0)
    again = make_refund(order, 6000, status="pending")
    till.refund(again)
    done = till.refund(again | {"status": "succeeded"}, new_id())
    assert (done.json()["status"], done.json()["refunded_minor"]) == ("succeeded", 6000)
    assert _refused(till.refund(again | {"status": "failed"}, new_id()), "refund_final")
    assert _state(backend) == ("partially_refunded", 6000)


def test_a_failed_refund_that_was_allowed_again_is_taken_if_there_is_room(backend, till, order):
    refund = make_refund(order, 6000, status="pending")
    for status in ("pending", "failed", "pending", "failed"):
        told = till.refund(refund | {"status": status}, new_id())
        assert (told.status_code, told.json()["status"]) == (201, status)
    assert _state(backend) == ("paid", 0)
    other = make_refund(order, 5000)
    assert till.refund(other).status_code == 201
    assert _refused(till.refund(refund | {"status": "succeeded"}, new_id()), "over_refund")
    small = make_refund(order, 4000, status="pending")
    for status in ("pending", "failed", "succeeded"):
        done = till.refund(small | {"status": status}, new_id())
    assert done.json()["refunded_minor"] == 9000
    assert _state(backend) == ("partially_refunded", 9000)


def _bad(order):
    payment = make_refund(order, 1000)["payments"][0]
    line = order["lines"][0]
    return {
        "sum of payments": make_refund(order, 1000, amount_minor=999),
        "sum of lines": make_refund(order, 1000, lines=[refund_line(line, 250, 999)]),
        "other currency": make_refund(order, 1000, currency="eur"),
        "nothing": make_refund(order, 0),
        "unknown payment": make_refund(order, 5, payments=[payment | _as(payment_id=new_id())]),
        "payment twice": make_refund(order, 10, payments=[payment | _as(), payment | _as()]),
        "unknown line": make_refund(order, 9, lines=[refund_line({"id": new_id()}, 1, 9)]),
        "line twice": make_refund(order, 2, lines=[refund_line(line, 1, 1)] * 2),
        "more tax than amount": make_refund(order, 5, lines=[refund_line(line, 1, 5, 6)]),
        "failed at once": make_refund(order, 1000, status="failed"),
    }


def _as(**changes):
    return {"amount_minor": 5} | changes


def test_what_does_not_add_up_is_refused(backend, till, order):
    for what, refund in _bad(order).items():
        assert _refused(till.refund(refund), "bad_refund"), what
    other = make_refund(order, 1000)
    answer = till.post(f"/purchases/{new_id()}/refunds/", other)
    assert _refused(answer, "bad_refund"), "the path names another order"
    assert _state(backend) == ("paid", 0)


def test_goods_go_back_to_stock(till):
    item = {"key": "key-0", "product_key": "p", "name": "Thing", "price_minor": 1000}
    till.http.post("/catalogue/", json={"items": [item | {"tracked": True, "stock_milli": 5000}]})
    order = make_order((1000, 2000), line_taxes=[])

    def stock():
        (found,) = till.http.get("/catalogue/").json()["items"]
        return found["stock_milli"]

    till.sell(order)
    till.sell(order)
    assert stock() == 3000
    refund = make_refund(order, 1000, lines=[refund_line(order["lines"][0], 1000, 1000)])
    till.refund(refund)
    till.refund(refund, new_id())
    assert stock() == 4000
