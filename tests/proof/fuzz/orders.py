"""Orders and refunds with something changed, sent to the real backend process.

What it takes must add up by this file's own arithmetic; what it refuses must
have changed nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
from hypothesis import strategies as st

from pos.backend.wire import ErrorOut, PurchaseIn, PurchaseOut, RefundOut, decode
from tests.proof.fuzz.engine import Target
from tests.proof.fuzz.wire import spoil
from tests.support.backend import BackendProcess
from tests.support.wire_orders import TAX, frozen, make_order, make_refund, new_id, refund_line

Order = dict[str, Any]
_TAXES = st.sampled_from(([TAX], [], [TAX, {"id": "city", "name": "City", "rate_ppm": 45_000}]))
_LINES = st.lists(st.tuples(st.integers(0, 50_000), st.integers(1, 9_000)), min_size=1, max_size=3)
_DISCOUNTS = st.sampled_from((None, {"kind": "fixed", "value": 100}))
_DELTAS = st.sampled_from((-1, 1, -100, 100, 10**15, -(10**15), 2**63))
_NUDGES = st.lists(st.tuples(st.integers(0, 200), _DELTAS), max_size=3)
_VALUES = st.sampled_from((None, True, "", "x", -1, 0, 1.5, "1", [], {}, 10**15 + 1, "\0"))
_STEPS = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(("put", "drop", "add")), _VALUES), max_size=1
)
_TWICE = st.sampled_from(("", "lines", "payments", "taxes"))


def _numbers(node: Any) -> list[tuple[Any, Any]]:
    """Every place of a message that holds a whole number."""
    here = node.items() if isinstance(node, dict) else enumerate(node)
    found = []
    for key, value in here:
        if isinstance(value, dict | list):
            found += _numbers(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            found.append((node, key))
    return found


def _changed(message: Order, given: tuple[Any, Any, str]) -> Order:
    nudges, steps, twice = given
    made: Order = json.loads(frozen(message))
    for at, delta in nudges:
        node, key = (places := _numbers(made))[at % len(places)]
        node[key] += delta
    if twice and made.get(twice):
        made[twice].append(made[twice][0])
    return spoil(made, [(at, how, value) for at, how, value in steps])


def adds_up(order: Order) -> bool:
    """Say whether an order is right, by plain sums and nothing of the program's own."""
    lines, payments = order["lines"], order.get("payments", [])
    outside = 0 if order["prices_include_tax"] else 1
    return (
        all(_line_adds_up(line, outside) for line in lines)
        and all(
            order[name] == sum(line[name] for line in lines)
            for name in ("subtotal_minor", "discount_minor", "tax_minor", "total_minor")
        )
        and order["tax_minor"] == sum(tax["tax_minor"] for tax in order.get("taxes", []))
        and order["total_minor"] == sum(payment["amount_minor"] for payment in payments)
        and all(_payment_adds_up(payment) for payment in payments)
        and len({line["id"] for line in lines}) == len(lines)
        and len({payment["id"] for payment in payments}) == len(payments)
    )


def _line_adds_up(line: Order, outside: int) -> bool:
    gross = (line["unit_minor"] * line["quantity_milli"] + 500) // 1000
    net = line["subtotal_minor"] - line["discount_minor"] + outside * line["tax_minor"]
    amounts = ("subtotal_minor", "discount_minor", "tax_minor", "total_minor")
    whole = line["subtotal_minor"] == gross and net == line["total_minor"]
    return whole and all(line[name] >= 0 for name in amounts)


def _payment_adds_up(payment: Order) -> bool:
    tendered = payment.get("tendered_minor")
    change = payment.get("change_minor", 0)
    return tendered is None or tendered - change == payment["amount_minor"]


class _Backend:
    """The process, a connection to it, and a look into its file."""

    def __init__(self, process: BackendProcess, http: httpx.Client, db: sqlite3.Connection) -> None:
        self.process, self.http, self._db = process, http, db

    def post(self, path: str, message: Order) -> httpx.Response:
        headers = {"Content-Type": "application/json", "Idempotency-Key": new_id()}
        answer = self.http.post(path, content=frozen(message), headers=headers)
        assert answer.status_code < 500, answer.text
        if not answer.is_success:
            decode(answer.content, ErrorOut)
        return answer

    def kept(self) -> list[Any]:
        """What it has kept, but for the answers it remembers by key."""
        return [self._db.execute(query).fetchall() for query in _KEPT]

    def sent(self, identity: str) -> PurchaseIn:
        query = "SELECT sent FROM purchases WHERE id = ?"
        return decode(self._db.execute(query, (identity,)).fetchone()[0], PurchaseIn)


_KEPT = (
    "SELECT count(*), total(total_minor), total(refunded_minor) FROM purchases",
    "SELECT count(*), total(amount_minor) FROM purchase_payments",
    "SELECT count(*), total(quantity_milli) FROM purchase_lines",
    "SELECT count(*), total(amount_minor) FROM refunds",
    "SELECT count(*) FROM refund_lines",
    "SELECT * FROM counters ORDER BY 1, 2",
)


@contextmanager
def _running(folder: Path) -> Iterator[_Backend]:
    with (
        BackendProcess(folder) as process,
        process.http() as http,
        closing(sqlite3.connect(process.database)) as db,
    ):
        yield _Backend(process, http, db)
        assert "Traceback" not in process.log.read_text(), process.log.read_text()[-3000:]


@contextmanager
def _orders(folder: Path) -> Iterator[Callable[[Any], None]]:
    with _running(folder) as backend:

        def check(given: Any) -> None:
            lines, taxes, discount, change = given
            good = make_order(*lines, line_taxes=taxes, order_discount=discount)
            assert adds_up(good), "the yardstick itself is wrong"
            order, before = _changed(good, change), backend.kept()
            answer = backend.post("/purchases/", order)
            if answer.status_code != 201:
                assert backend.kept() == before, "a refusal changed something"
                return
            assert adds_up(order), f"taken although it does not add up: {order}"
            decode(answer.content, PurchaseOut)
            assert backend.sent(order["id"]) == decode(frozen(order), PurchaseIn)

        yield check


@contextmanager
def _refunds(folder: Path) -> Iterator[Callable[[Any], None]]:
    with _running(folder) as backend:

        def check(given: Any) -> None:
            unit, parts, change = given
            order = make_order((unit, 4000), line_taxes=[])
            assert backend.post("/purchases/", order).status_code == 201
            back = 0
            for milli in parts:
                line = refund_line(order["lines"][0], milli, unit * milli // 1000)
                good = make_refund(order, line["amount_minor"], lines=[line])
                refund, before = _changed(good, change), backend.kept()
                answer = backend.post(f"/purchases/{order['id']}/refunds/", refund)
                if answer.status_code != 201:
                    assert backend.kept() == before, "a refusal changed something"
                    continue
                out = decode(answer.content, RefundOut)
                back += 0 if out.status == "failed" else refund["amount_minor"]
                assert _refund_adds_up(refund), f"taken although it does not add up: {refund}"
                assert out.refunded_minor == back <= order["total_minor"]

        yield check


def _refund_adds_up(refund: Order) -> bool:
    lines, amount = refund.get("lines", []), refund["amount_minor"]
    paid = sum(payment["amount_minor"] for payment in refund.get("payments", []))
    by_lines = not lines or sum(line["amount_minor"] for line in lines) == amount
    return amount >= 0 and paid == amount and by_lines


_CHANGES = st.tuples(_NUDGES, _STEPS, _TWICE)

TARGETS = {
    "orders": Target(
        "backend: orders with something changed",
        st.tuples(_LINES, _TAXES, _DISCOUNTS, _CHANGES),
        _orders,
        4_000,
    ),
    "refunds": Target(
        "backend: refunds with something changed",
        st.tuples(
            st.integers(1, 9_000),
            st.lists(st.sampled_from((1000, 1500, 4000)), min_size=1, max_size=4),
            _CHANGES,
        ),
        _refunds,
        1_000,
    ),
}
