"""What must always hold between the till's refunds and Stripe's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.support.books import Books, Row

_OPEN = {"planned", "sent", "unknown", "pending"}


def refunds(books: Books) -> Iterator[str]:
    """Once each, never more than was taken, reserved while not settled, and journalled."""
    by_id: defaultdict[str, list[Row]] = defaultdict(list)
    for refund in books.ledger["refunds"]:
        by_id[refund["metadata"].get("refund", "")].append(refund)
    rows = {row["id"]: row for row in books.rows("refund")}
    yield from _strangers(set(by_id) - {""} - set(rows))
    for row in rows.values():
        if row["provider_id"] == "stripe_terminal":
            yield from _one(row, by_id[row["id"]])
        yield from _noted(books, row)
    yield from _sums(books, rows)


def _strangers(ids: set[str]) -> Iterator[str]:
    yield from (f"I4 Stripe has refund {identity}, the till has not" for identity in ids)


def _one(row: Row, found: list[Row]) -> Iterator[str]:
    alive = [refund for refund in found if refund["status"] not in {"failed", "canceled"}]
    if len(alive) > 1:
        yield f"I4 refund {row['id']} was given {len(alive)} times"
    if any(refund["amount"] != row["amount_minor"] for refund in found):
        yield f"I4 refund {row['id']} of {row['amount_minor']}: {[r['amount'] for r in found]}"
    states = [refund["status"] for refund in alive]
    if row["state"] == "succeeded" and states != ["succeeded"]:
        yield f"I4 refund {row['id']} is said to be done, at Stripe {states}"
    if row["state"] in {"failed", "canceled", "planned"} and alive:
        yield f"I4 refund {row['id']} is {row['state']}, at Stripe {states}"


def _noted(books: Books, row: Row) -> Iterator[str]:
    kinds = {e["kind"] for e in books.rows("journal") if row["id"] in e["data"]}
    if row["state"] != "planned" and f"refund_{row['state']}" not in kinds:
        yield f"I8 refund {row['id']}: {row['state']} is not in the journal"
    told = Counter(e["key"] for e in books.rows("outbox"))[row["id"]]
    if row["state"] in {"succeeded", "pending"} and told != 1:
        yield f"I10 refund {row['id']} is {row['state']} and told {told} times"


def _sums(books: Books, rows: dict[str, Row]) -> Iterator[str]:
    for payment in books.rows("payment"):
        mine = [row for row in rows.values() if row["payment_id"] == payment["id"]]
        done = sum(row["amount_minor"] for row in mine if row["state"] == "succeeded")
        held = sum(row["amount_minor"] for row in mine if row["state"] in _OPEN)
        kept = (payment["amount_refunded_minor"], payment["amount_reserved_minor"])
        if kept != (done, held):
            yield f"I4 payment {payment['id']} says {kept}, its refunds ({done}, {held})"
        if done + held > payment["amount_minor"]:
            yield f"I4 payment {payment['id']}: more refunded than taken"
    given: Counter[str] = Counter()
    for refund in books.ledger["refunds"]:
        if refund["status"] not in {"failed", "canceled"}:
            given[refund["payment_intent"]] += refund["amount"]
    for intent, amount in given.items():
        if amount > books.taken[intent]:
            yield f"I4 {intent}: refunded {amount} of {books.taken[intent]}"
