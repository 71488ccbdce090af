"""Reads a till's file with bare sqlite3 and names everything in it that is half or wrong."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from pos.models.database import Database
from pos.services import journal
from tests.proof.disk.seat import SHELF

Row = dict[str, Any]


class Books:
    """Every table that matters, read once, in one snapshot."""

    def __init__(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as db:
            db.row_factory = sqlite3.Row
            db.execute("BEGIN")
            self.broken = [row[0] for row in db.execute("PRAGMA integrity_check")] != ["ok"]
            self.strays = db.execute("PRAGMA foreign_key_check").fetchall()
            self._tables = {name: _rows(db, name) for name in _TABLES}

    def rows(self, table: str, **wanted: Any) -> list[Row]:
        """Return a table's rows with these values."""
        found = self._tables[table]
        return [row for row in found if all(row[key] == it for key, it in wanted.items())]


_TABLES = (
    "order",
    "order_line",
    "payment",
    "refund",
    "refund_line",
    "outbox",
    "journal",
    "cart",
    "checkout_run",
    "payment_session",
    "stripe_operation",
    "stock_level",
    "register",
)


def _rows(db: sqlite3.Connection, table: str) -> list[Row]:
    return [dict(row) for row in db.execute(f'SELECT * FROM "{table}"')]  # noqa: S608  our names


def wrong(path: Path, acknowledged: Sequence[str] = ()) -> list[str]:
    """Name what is wrong with a till's file; ``acknowledged`` are the marks of what was shown."""
    books = Books(path)
    found = ["SQLite finds it damaged"] * books.broken + ["rows point nowhere"] * bool(books.strays)
    for check in (_numbers, _orders, _orphans, _refunds, _shelf):
        found += check(books)
    found += _shown(books, acknowledged)
    return [*found, *chain(path)]


def chain(path: Path) -> list[str]:
    """Walk the journal as the till does."""
    db = Database(path)
    try:
        with db.reader.begin() as connection:
            broken = journal.first_broken(connection)
    finally:
        db.close()
    return [] if broken is None else [f"I8: the journal breaks at row {broken}"]


def _shown(books: Books, acknowledged: Sequence[str]) -> Iterator[str]:
    """Everything that a person was shown as done is there as it was shown."""
    for mark in acknowledged:
        what, key, number, minor = json.loads(mark)
        rows = books.rows(what, id=key)
        if what == "order" and [(r["receipt_number"], r["total_minor"]) for r in rows] != [
            (number, minor)
        ]:
            yield f"I3: {number} was shown as paid, found {rows}"
        if what == "refund" and [(r["state"], r["amount_minor"]) for r in rows] != [
            ("succeeded", minor)
        ]:
            yield f"I3: refund {key} was shown as done, found {rows}"


def _numbers(books: Books) -> Iterator[str]:
    (register,) = books.rows("register")
    numbers = sorted(row["receipt_no"] for row in books.rows("order", epoch=register["epoch"]))
    if numbers != list(range(1, register["last_receipt"] + 1)):
        yield f"I6: the register is at {register['last_receipt']}, orders are {numbers}"


def _orders(books: Books) -> Iterator[str]:
    """An order is all of its parts or nothing, and every sum is right."""
    for order in books.rows("order"):
        key, total = order["id"], order["total_minor"]
        lines, paid = books.rows("order_line", order_id=key), books.rows("payment", order_id=key)
        counts = {
            "payment": len(paid),
            "outbox": len(books.rows("outbox", key=key)),
            "journal": len(_told(books, "order_paid", key)),
            "run": len(books.rows("checkout_run", id=key)),
        }
        if set(counts.values()) != {1} or not lines:
            yield f"half an order: {order['receipt_number']} {counts}, {len(lines)} lines"
        sums = {sum(line["total_minor"] for line in lines), sum(p["amount_minor"] for p in paid)}
        sums.add(order["subtotal_minor"] - order["discount_minor"] + order["tax_minor"])
        if sums != {total}:
            yield f"I7: {order['receipt_number']} says {total}, its parts {sums}"
        if books.rows("cart", id=order["cart_id"]):
            yield f"half an order: the cart of {order['receipt_number']} is still there"
        yield from _told_alike(books, order)


def _told_alike(books: Books, order: Row) -> Iterator[str]:
    """The journal and the message to the backend say what the order says."""
    said = [json.loads(row["data"]) for row in _told(books, "order_paid", order["id"])]
    sent = [json.loads(row["body"]) for row in books.rows("outbox", key=order["id"])]
    wanted = (order["receipt_number"], order["total_minor"])
    told = {(data["number"], data["total"]) for data in said}
    told |= {(body["receipt_number"], body["total_minor"]) for body in sent}
    if told != {wanted}:
        yield f"I7: the order says {wanted}, journal and outbox {told}"


def _told(books: Books, kind: str, key: str) -> list[Row]:
    return [r for r in books.rows("journal", kind=kind) if r["subject"].replace("-", "") == key]


def _orphans(books: Books) -> Iterator[str]:
    """No part is there without its order."""
    orders = {row["id"] for row in books.rows("order")}
    refunds = {row["id"] for row in books.rows("refund")}
    paid = {row["subject"].replace("-", "") for row in books.rows("journal", kind="order_paid")}
    parts = {row["order_id"] for table in ("order_line", "payment") for row in books.rows(table)}
    outbox = {row["key"] for row in books.rows("outbox")} - refunds
    if not orders == parts == paid == outbox:
        yield f"half an order: {orders ^ parts} {orders ^ paid} {orders ^ outbox}"
    done = {"order_committed", "finished"}
    runs = {row["id"] for row in books.rows("checkout_run") if row["state"] in done}
    if runs != orders:
        yield f"half an order: runs without orders or orders without runs: {runs ^ orders}"


def _refunds(books: Books) -> Iterator[str]:
    """What was given back is in the refund, the payment, the journal and the outbox, or nowhere."""
    for paid in books.rows("payment"):
        mine = books.rows("refund", payment_id=paid["id"])
        given = sum(r["amount_minor"] for r in mine if r["state"] == "succeeded")
        held = sum(r["amount_minor"] for r in mine if r["is_open"])
        if (paid["amount_refunded_minor"], paid["amount_reserved_minor"]) != (given, held):
            yield f"half a refund: {paid} {mine}"
    for refund in books.rows("refund", state="succeeded"):
        told = len(books.rows("outbox", key=refund["id"]))
        rows = books.rows("journal", kind="refund_succeeded")
        noted = sum(
            json.loads(row["data"])["refund"].replace("-", "") == refund["id"] for row in rows
        )
        if (told, noted) != (1, 1):
            yield f"half a refund: {refund['id']} told {told}, noted {noted}"


def _shelf(books: Books) -> Iterator[str]:
    sold = sum(row["quantity_milli"] for row in books.rows("order_line"))
    for level in books.rows("stock_level"):
        if level["on_hand_milli"] != SHELF - sold:
            yield f"half an order: {level['on_hand_milli']} on the shelf, {sold} sold"
