"""What must hold in every file and ledger after a crash, and once everything is at rest.

P1 to P8 are those of `tests.support.invariants`; the ledger is the
simulator's, read over HTTP, the files are read with bare sqlite3.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pos.models.database import Database
from tests.crash import diary
from tests.crash.cashier import REFUND_MINOR, SHELF
from tests.support.invariants import violations
from tests.support.simulator import SimControl
from tests.support.witness import Witness

Row = dict[str, Any]


@dataclass
class Remains:
    """A till nobody runs, as the checker of the invariants wants to see a world."""

    folder: Path
    sim: SimControl
    witness: Witness
    till: SimpleNamespace


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


def after_a_crash(data: Path, sim: SimControl) -> None:
    """Hold at every instant, also between the death and the next start: nothing is at rest yet."""
    found = [wrong for wrong in _violations(data, sim) if ": at rest " not in wrong]
    assert not found, "\n".join(found)


def _violations(data: Path, sim: SimControl) -> list[str]:
    db = Database(data / "till.db")
    try:
        return violations(Remains(data, sim, diary.read(data), SimpleNamespace(db=db)))
    finally:
        db.close()


def at_rest(data: Path, sim: SimControl, flow: str, was: Row, policy: str) -> None:
    """Hold when the cashier has finished and one more sale was made."""
    till = data / "till.db"
    found = _violations(data, sim)
    assert not found, "\n".join(found)
    _books_equal_stripe(till, sim.ledger())
    _nothing_open(till)
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


def _books_equal_stripe(till: Path, ledger: Row) -> None:
    """Paid here is succeeded there, and nothing there is left hanging."""
    paid = {
        row["reference"]: (row["amount_minor"], row["amount_refunded_minor"])
        for row in rows(till, "SELECT * FROM payment WHERE provider_id = 'stripe_terminal'")
    }
    charged = {
        charge["payment_intent"]: (charge["amount"], charge["amount_refunded"])
        for charge in ledger["charges"]
        if charge["paid"]
    }
    assert paid == charged, f"I1: here {paid}, at Stripe {charged}"
    states = {intent["status"] for intent in ledger["payment_intents"]}
    assert states <= {"succeeded", "canceled"}, f"I1: left at Stripe: {states}"


def _nothing_open(till: Path) -> None:
    """Every question has its answer and the reader is free."""
    left = {
        "sessions": "SELECT id, phase FROM payment_session"
        " WHERE is_live OR needs_step OR reader_lease IS NOT NULL",
        # a call on the reader is moot once its PaymentIntent has ended; held: never executed
        "operations": "SELECT key, state FROM stripe_operation"
        " WHERE state NOT IN ('ok', 'no', 'held') AND kind IN ('create', 'refund')",
        "runs": "SELECT id, state FROM checkout_run WHERE finished_at IS NULL",
        "messages": "SELECT seq FROM outbox WHERE sent_at IS NULL",
        "refunds": "SELECT id, state FROM refund WHERE is_open",
    }
    found = {what: rows(till, query) for what, query in left.items()}
    assert not any(found.values()), f"I3b: still open: {found}"


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
