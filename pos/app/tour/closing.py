"""The last steps: everything that was done, held against the backend, Stripe and itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from uuid import UUID

from pos.app.demo import DEMO_KEY
from pos.app.tour.books import money
from pos.app.tour.waiting import expect
from pos.app.tour.walk import Walk
from pos.services import journal


def synced(walk: Walk) -> str:
    """Compare the till's orders and refunds with the backend's, to the cent."""
    walk.synced()
    orders = {one.id: one.total_minor for one in walk.books.orders()}
    there = {one.id: one.total_minor for one in walk.outside.purchases()}
    expect("orders at the backend", there, orders)
    refunds = {UUID(one["id"]): one["amount_minor"] for one in walk.books.refunds()}
    told = [refund for one in orders for refund in walk.outside.purchase(one).refunds]
    expect("refunds at the backend", {one.id: one.amount_minor for one in told}, refunds)
    sums = money(sum(orders.values())), money(sum(refunds.values()))
    return f"{len(orders)} orders of {sums[0]}, {len(refunds)} refunds of {sums[1]}, both sides"


def stripe(walk: Walk) -> str:
    """Compare what Stripe took with the card orders; nothing may be left open."""
    ledger = walk.outside.ledger()
    taken = Counter[str]()
    for charge in ledger["charges"]:
        taken[charge["payment_intent"]] += charge["amount"] if charge["paid"] else 0
    booked = {one.intent: one.total_minor for one in walk.books.orders() if one.intent}
    expect("charged by PaymentIntent", {key: sum_ for key, sum_ in taken.items() if sum_}, booked)
    states = {one["status"] for one in ledger["payment_intents"]}
    expect("states of the PaymentIntents", states, {"succeeded"})
    return f"{len(booked)} card sales, {len(booked)} PaymentIntents, {money(sum(booked.values()))}"


def receipts(walk: Walk) -> str:
    """Receipt numbers have no gap and none twice."""
    numbers = [one.number for one in walk.books.orders()]
    expect("receipt numbers", numbers, list(range(1, len(numbers) + 1)))
    return f"1 to {len(numbers)} without a gap"


def chain(walk: Walk) -> str:
    """Every event of the journal is chained to the one before."""
    with walk.window.till.db.reader.begin() as db:
        expect("the first broken row of the journal", journal.first_broken(db), None)
    events = walk.books.count("SELECT count(*) FROM journal")
    return f"{events} events, each chained to the one before"


def secrets(walk: Walk) -> str:
    """Neither key nor token stands in any file of the till."""
    files = [file for file in walk.on.config.data_dir.rglob("*") if file.is_file()]
    canaries = (DEMO_KEY.encode(), walk.on.token.encode())
    found = [file.name for file in files if _holds(file, canaries)]
    expect("files that hold a secret", found, [])
    return f"no key or token in {len(files)} files"


def _holds(file: Path, canaries: tuple[bytes, ...]) -> bool:
    content = file.read_bytes()
    return any(canary in content for canary in canaries)
