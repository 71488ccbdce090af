"""What a text, a period and a status find."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from pos.models.base import new_id
from pos.models.people import Profile
from pos.models.shop import Business
from pos.services.customers.finding import search_text
from pos.services.purchases import (
    Period,
    PurchaseFilter,
    Purchases,
    PurchaseStatus,
)
from tests.support.orders import CARD, Item, add_order, found


def customer(till, name, email=""):
    with till.write.begin() as session:
        row = Profile(
            id=new_id(),
            business_id=session.query(Business.id).scalar(),
            name=name,
            email=email,
            search=search_text(name, email, "", ""),
            created_at=datetime.now(UTC),
        )
        session.add(row)
        return row.id


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("R1-000003", [3]),
        (" r1-000003 ", [3]),
        ("R1-00000", [4, 3, 2, 1]),
        ("3", [3]),
        ("4242", [2]),
        ("·· 4242", [2]),
        ("Visa 4242", [2]),
        ("$12.50", [3]),
        ("12,50", [3]),
        ("12.5", [3]),
        ("12", [4]),
        ("1,250.00", [1]),
        ("1.250,00", [1]),
        ("1,250", [1]),
        ("USD 1250", [1]),
        ("park", [4]),
        ("PARK JI", [4]),
        ("ji-woo@example.com", [4]),
        ("guest@", [1]),
        ("R2-000003", []),
        ("%", []),
        ("'; DROP TABLE", []),
        ("99999999999999999999999999", []),
        ("١٢٣", []),
        ("x" * 5000, []),
    ],
)
def test_search(till, clock, purchases, text, numbers):
    def plain(minor):
        return (Item("Mat", minor, taxes=()),)

    park = customer(till, "Ji-woo Park", "ji-woo@example.com")
    customer(till, "Parker without orders")
    add_order(till, clock, plain(125_000), customer_email="guest@example.com")
    clock.advance(minutes=1)
    add_order(till, clock, plain(700), paid=(CARD,))
    clock.advance(minutes=1)
    add_order(till, clock, plain(1250))
    clock.advance(minutes=1)
    add_order(till, clock, plain(1200), customer_id=park, customer_name="Ji-woo Park")
    expected = [f"R1-00000{n}" for n in numbers]
    assert found(purchases, text) == expected


def test_periods_are_local_days(till, clock):
    purchases = Purchases(till, clock, ZoneInfo("America/New_York"))
    for moment in (
        "2025-03-07T04:59:00",  # the 6th in New York
        "2025-03-08T05:00:00",  # the first minute of the 8th
        "2025-03-14T03:59:00",  # still the 13th: summer time began on the 9th
        "2025-03-14T04:00:00",  # the first minute of the 14th
        "2025-03-15T03:59:00",  # its last
    ):
        clock.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        add_order(till, clock)
    clock.now = datetime(2025, 3, 14, 20, tzinfo=UTC)

    def numbers(**what):
        return [int(text[-1]) for text in found(purchases, **what)]

    assert numbers(period=Period.TODAY) == [5, 4]
    assert numbers(period=Period.WEEK) == [5, 4, 3, 2]
    assert numbers(period=Period.ALL) == [5, 4, 3, 2, 1]
    span = {"first": date(2025, 3, 6), "last": date(2025, 3, 8)}
    assert numbers(period=Period.RANGE, **span) == [2, 1]
    assert numbers(period=Period.RANGE, first=date(2025, 3, 14)) == [5, 4]
    assert numbers(period=Period.RANGE, last=date(2025, 3, 6)) == [1]
    assert numbers(period=Period.TODAY, status=PurchaseStatus.PAID) == [5, 4]
    assert numbers(text="R1-000003", period=Period.TODAY) == []


def test_pages_cover_everything_once(till, clock, purchases):
    for n in range(23):
        add_order(till, clock)
        clock.advance(minutes=n % 2)  # several at the same moment
    rows = [row for offset in range(0, 30, 5) for row in purchases.page(offset=offset, limit=5)]
    assert [row.receipt_number for row in rows] == [f"R1-{n:06}" for n in range(23, 0, -1)]


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        (PurchaseFilter(), "ix_order_created"),
        (PurchaseFilter(text="R1-000001"), "ix_order_receipt_number"),
        (PurchaseFilter(text="4242"), "ix_payment_last4"),
        (PurchaseFilter(text="$12.50"), "ix_order_total"),
        (PurchaseFilter(text="guest@example.com"), "ix_order_email"),
        (PurchaseFilter(status=PurchaseStatus.REFUNDED), "ix_payment_touched"),
        (PurchaseFilter(unsynced=True), "ix_outbox_"),
        (PurchaseFilter(period=Period.TODAY), "ix_order_created"),
    ],
)
def test_each_filter_has_an_index(till, purchases, chosen, index):
    plans = []

    def explain(_connection, cursor, statement, parameters, *_):
        if statement.lstrip().startswith("SELECT") and '"order"' in statement:
            plan = cursor.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            plans.extend(row[3] for row in plan.fetchall())

    event.listen(till.engine, "before_cursor_execute", explain)
    purchases.page(chosen)
    purchases.count(chosen)
    event.remove(till.engine, "before_cursor_execute", explain)
    assert any(index in step for step in plans), plans
    walked = [step for step in plans if step.startswith("SCAN") and "INDEX" not in step]
    assert not [step for step in walked if step in {"SCAN order", "SCAN payment"}], plans
