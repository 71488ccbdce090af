"""What must hold in every file and ledger after a crash, and once everything is at rest.

P1 to P8 are the invariants of the payments design; the ledger is the
simulator's, read over HTTP, the files are read with bare sqlite3.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from pos.models.database import Database
from pos.services import journal
from tests.crash.cashier import REFUND_MINOR, SHELF

Row = dict[str, Any]
Ledger = dict[str, list[Row]]


def rows(path: Path, query: str, *values: str) -> list[Row]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(query, values)]


def begun(data: Path) -> Row:
    """What the customer may count on: is there a sale on disk, and a refund?"""
    till = data / "till.db"
    return {
        "sale": bool(rows(till, "SELECT id FROM cart_line")) or len(_orders(till)) > 1,
        "refund": bool(rows(till, "SELECT id FROM refund")),
    }


def after_a_crash(data: Path, ledger: Ledger) -> None:
    """Hold at every instant, also between the death and the next start."""
    till = data / "till.db"
    _never_charged_twice(till, ledger)
    _nothing_left_unjournalled(till, ledger)
    _chain_holds(till)


def at_rest(data: Path, ledger: Ledger, flow: str, was: Row, policy: str) -> None:
    """Hold when the cashier has finished and one more sale was made."""
    till = data / "till.db"
    after_a_crash(data, ledger)
    _one_live_intent(ledger)
    _resent_alike(ledger)
    _books_equal_stripe(till, ledger)
    _nothing_open(till)
    _numbers_have_no_gap(till)
    _sold_as_expected(till, flow, was, policy)
    _shelf_agrees(till)


def at_the_backend(data: Path, backend: Path) -> None:
    """Every order of the till is there exactly once, and the refunds with them."""
    till = data / "till.db"
    for order in _orders(till):
        found = rows(
            backend,
            "SELECT receipt_number FROM purchases WHERE replace(cart_id, '-', '') = ?",
            order["cart_id"],
        )
        assert found == [{"receipt_number": order["receipt_number"]}], f"at the backend: {found}"
    for refund in rows(till, "SELECT id FROM refund"):
        found = rows(backend, "SELECT id FROM refunds WHERE replace(id, '-', '') = ?", refund["id"])
        assert len(found) == 1, f"refunds at the backend: {found}"


def _orders(till: Path) -> list[Row]:
    return rows(till, 'SELECT * FROM "order" ORDER BY receipt_no')


def _sessions(till: Path) -> dict[str, Row]:
    found = rows(till, "SELECT * FROM payment_session")
    return {str(UUID(row["id"])): row for row in found}


def _never_charged_twice(till: Path, ledger: Ledger) -> None:
    """P1, per sale: what Stripe took, less what it gave back, is never more than is due."""
    due = {
        r["id"]: r["total_minor"] for r in rows(till, "SELECT id, total_minor FROM checkout_run")
    }
    taken: defaultdict[str, int] = defaultdict(int)
    sessions = _sessions(till)
    run_of = {
        intent["id"]: sessions[intent["metadata"]["attempt"]]["run_id"]
        for intent in ledger["payment_intents"]
    }
    for charge in ledger["charges"]:
        if charge["paid"]:
            taken[run_of[charge["payment_intent"]]] += charge["amount"] - charge["amount_refunded"]
    over = {run: (minor, due[run]) for run, minor in taken.items() if minor > due[run]}
    assert not over, f"P1: taken more than due: {over}"


def _nothing_left_unjournalled(till: Path, ledger: Ledger) -> None:
    known = {row["key"] for row in rows(till, "SELECT key FROM stripe_operation")}
    left = {r["key"] for r in ledger["requests"] if r["method"] == "POST"}
    assert left <= known, f"P3: sent without a row: {left - known}"


def _one_live_intent(ledger: Ledger) -> None:
    live: defaultdict[str, list[str]] = defaultdict(list)
    for intent in ledger["payment_intents"]:
        if intent["status"] != "canceled":
            live[intent["metadata"]["cart"]].append(intent["id"])
    twice = {cart: ids for cart, ids in live.items() if len(ids) > 1}
    assert not twice, f"P2: several PaymentIntents: {twice}"


def _resent_alike(ledger: Ledger) -> None:
    seen: dict[str, tuple[str, ...]] = {}
    for request in ledger["requests"]:
        if request["method"] == "POST":
            sent = (request["path"], request["body"], request["version"])
            assert seen.setdefault(request["key"], sent) == sent, f"P4: {request['key']}"


def _books_equal_stripe(till: Path, ledger: Ledger) -> None:
    """P6: paid here is succeeded there, and nothing there is left hanging."""
    paid = {
        row["reference"]: (row["amount_minor"], row["amount_refunded_minor"])
        for row in rows(till, "SELECT * FROM payment WHERE provider_id = 'stripe_terminal'")
    }
    charged = {
        charge["payment_intent"]: (charge["amount"], charge["amount_refunded"])
        for charge in ledger["charges"]
        if charge["paid"]
    }
    assert paid == charged, f"P6: here {paid}, at Stripe {charged}"
    states = {intent["status"] for intent in ledger["payment_intents"]}
    assert states <= {"succeeded", "canceled"}, f"P1 at rest: {states}"
    reserved = rows(till, "SELECT id FROM payment WHERE amount_reserved_minor <> 0")
    assert not reserved, f"still reserved: {reserved}"
    refunds = {refund["metadata"]["refund"] for refund in ledger["refunds"]}
    done = {
        str(UUID(row["id"])) for row in rows(till, "SELECT id FROM refund WHERE state='succeeded'")
    }
    assert done == refunds, f"refunds here {done}, at Stripe {refunds}"


def _nothing_open(till: Path) -> None:
    """P5, P7, P8: every question has its answer and the reader is free."""
    open_sessions = rows(
        till,
        "SELECT id, phase FROM payment_session"
        " WHERE is_live OR needs_step OR reader_lease IS NOT NULL",
    )
    assert not open_sessions, f"P8: open sessions: {open_sessions}"
    unanswered = rows(
        till, "SELECT key, state FROM stripe_operation WHERE state NOT IN ('ok', 'no')"
    )
    # a process call that was displaced by its own PaymentIntent's end is moot
    open_ops = [op for op in unanswered if not op["key"].startswith(("process", "cancel"))]
    assert not open_ops, f"P5: open operations: {open_ops}"
    runs = rows(till, "SELECT id, state FROM checkout_run WHERE finished_at IS NULL")
    assert not runs, f"unfinished runs: {runs}"
    waiting = rows(till, "SELECT seq FROM outbox WHERE sent_at IS NULL")
    assert not waiting, f"not told: {waiting}"
    assert not rows(till, "SELECT id FROM refund WHERE is_open"), "an open refund"


def _numbers_have_no_gap(till: Path) -> None:
    numbers = [order["receipt_no"] for order in _orders(till)]
    assert numbers == list(range(1, len(numbers) + 1)), f"I6: receipt numbers {numbers}"


def _sold_as_expected(till: Path, flow: str, was: Row, policy: str) -> None:
    """The sale before, the one that was interrupted (or none), the one after."""
    orders = len(_orders(till))
    assert orders in {2, 3}, f"{orders} orders"
    if was["sale"] and (policy == "resume" or flow == "refund"):
        assert orders == 3, "the sale that was begun is gone"
    if not was["sale"]:
        assert orders == 2, "a sale nobody began"
    carts = rows(till, 'SELECT id FROM cart WHERE id IN (SELECT cart_id FROM "order")')
    assert not carts, f"carts that are orders too: {carts}"
    refunds = rows(till, "SELECT amount_minor FROM refund")
    assert refunds == [{"amount_minor": REFUND_MINOR}] * was["refund"], f"refunds: {refunds}"


def _shelf_agrees(till: Path) -> None:
    (level,) = rows(till, "SELECT on_hand_milli FROM stock_level")
    sold = sum(row["quantity_milli"] for row in rows(till, "SELECT quantity_milli FROM order_line"))
    assert level["on_hand_milli"] == SHELF - sold, f"stock {level}, sold {sold}"


def _chain_holds(till: Path) -> None:
    db = Database(till)
    try:
        with db.reader.begin() as connection:
            broken = journal.first_broken(connection)
    finally:
        db.close()
    assert broken is None, f"I8: the journal breaks at row {broken}"
