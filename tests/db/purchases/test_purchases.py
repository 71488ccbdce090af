"""The list and what is behind a row."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from pos.errors import CashierError
from pos.models.base import new_id
from pos.models.cart import Cart
from pos.models.checkout import CheckoutRun, PaymentSession
from pos.models.shop import Register
from pos.models.states import CartStatus, ProductKind, RefundState, RunState
from pos.models.sync import OutboxEntry
from pos.services.journal import Event, record
from pos.services.purchases import (
    BackendState,
    PurchaseFilter,
    PurchaseStatus,
)
from tests.support.orders import CARD, CASH, Item, Paid, add_order, add_refund, found


def mark(till, order_id, **values):
    with till.engine.begin() as db:
        db.execute(update(OutboxEntry).where(OutboxEntry.key == order_id).values(**values))


def leave_run(till, clock, *, parked=True, cart=CartStatus.CHECKING, live=True, state=None):
    """A card sale whose end nobody knows."""
    run_id, cart_id = new_id(), new_id()
    line = {
        "id": str(new_id()),
        "position": 0,
        "variant_key": "demo:pass",
        "name": "10-class pass",
        "option_name": "",
        "kind": "pass",
        "tracked": False,
        "unit_minor": 960,
        "quantity_milli": 1000,
        "subtotal_minor": 960,
        "discount_minor": 0,
        "tax_minor": 0,
        "total_minor": 960,
        "taxes": [],
        "note": "",
    }
    frozen = {
        "customer_name": "Amir Khan",
        "customer_email": "",
        "note": "",
        "prices_include_tax": False,
        "subtotal_minor": 960,
        "discount_minor": 0,
        "tax_minor": 0,
        "total_minor": 960,
        "taxes": [],
        "lines": [line],
    }
    with till.write.begin() as session:
        register = session.query(Register).one()
        session.add(
            Cart(
                id=cart_id,
                register_id=register.id,
                status=cart,
                currency="usd",
                created_at=clock(),
                updated_at=clock(),
            )
        )
        session.add(
            CheckoutRun(
                id=run_id,
                cart_id=cart_id,
                state=state or RunState.SESSIONS_OPEN,
                currency="usd",
                total_minor=960,
                frozen=frozen,
                parked_at=clock() if parked else None,
                created_at=clock(),
            )
        )
        session.flush()
        session.add(
            PaymentSession(
                run_id=run_id,
                cart_id=cart_id,
                provider_id="stripe_terminal",
                amount_minor=960,
                currency="usd",
                is_live=live,
                data={},
                created_at=clock(),
            )
        )
        record(session, Event("payment_parked", str(run_id), {"total": 960}), clock())
    return run_id


def test_rows_say_who_what_and_how(till, clock, purchases):
    add_order(till, clock, paid=(CARD,), customer_name="Ji-woo Park", customer_id=new_id())
    clock.advance(minutes=12)
    add_order(till, clock, (Item("Mat", 1000),), customer_email="guest@example.com")
    clock.advance(minutes=1)
    half = Paid("stripe_terminal", last4="0005", amount=400)
    add_order(till, clock, (Item("Mat", 1000),), paid=(half, CASH))
    clock.advance(minutes=1)
    add_order(till, clock, (Item("Mat", 1000, taxes=()),))

    rows = purchases.page()

    assert [row.receipt_number for row in rows] == [f"R1-00000{n}" for n in (4, 3, 2, 1)]
    assert [row.customer for row in rows] == ["Walk-in", "Walk-in", "Guest", "Ji-woo Park"]
    assert [row.paid_with for row in rows] == [
        "Cash",
        "Card ·· 0005, Cash",
        "Cash",
        "Card ·· 4242",
    ]
    assert rows[0].total_minor == 1000
    assert {row.currency for row in rows} == {"usd"}
    assert rows[-1].at == datetime(2025, 3, 14, 5, 30, tzinfo=ZoneInfo("America/New_York"))
    assert rows[-1].at.utcoffset().total_seconds() == -4 * 3600


def test_status_comes_from_the_money(till, clock, purchases):
    ids = [add_order(till, clock, (Item("Mat", 1000, 2000),)) for _ in range(4)]
    add_refund(till, clock, ids[1], {0: 1000})
    add_refund(till, clock, ids[2], {0: 2000})
    add_refund(till, clock, ids[3], {0: 1000}, state=RefundState.PLANNED, queued=False)

    by_number = {row.receipt_number[-1]: row.status for row in purchases.page()}

    assert by_number == {
        "1": PurchaseStatus.PAID,
        "2": PurchaseStatus.PART_REFUNDED,
        "3": PurchaseStatus.REFUNDED,
        "4": PurchaseStatus.REFUND_PENDING,
    }
    for number, status in by_number.items():
        assert found(purchases, status=status) == [f"R1-00000{number}"]


def test_backend_state_of_the_order_and_its_refunds(till, clock, purchases):
    ids = [add_order(till, clock) for _ in range(5)]
    now = clock()
    for order_id in (ids[0], ids[3], ids[4]):
        mark(till, order_id, sent_at=now)
    mark(till, ids[2], parked_code="bad_order", parked_message="no")
    mark(till, add_refund(till, clock, ids[3]), parked_code="over_refund", parked_message="no")
    add_refund(till, clock, ids[4])

    states = [row.backend for row in reversed(purchases.page())]

    assert states == [
        BackendState.SYNCED,
        BackendState.WAITING,
        BackendState.PARKED,
        BackendState.PARKED,
        BackendState.WAITING,
    ]
    assert found(purchases, unsynced=True) == [f"R1-00000{n}" for n in (5, 4, 3, 2)]
    mark(till, ids[2], discarded_at=now)
    assert purchases.page(PurchaseFilter(text="R1-000003"))[0].backend is BackendState.DISCARDED


def test_unresolved_sales_stand_on_top_without_a_number(till, clock, purchases):
    left = leave_run(till, clock)
    clock.advance(minutes=5)
    add_order(till, clock)

    top, below = purchases.page()

    assert (top.id, top.receipt_number, top.status) == (left, "", PurchaseStatus.CHECKING)
    assert (top.total_minor, top.paid_with, top.customer) == (960, "Card", "Amir Khan")
    assert below.receipt_number == "R1-000001"
    assert purchases.count() == 2
    assert purchases.page(offset=0, limit=1) == [top]
    assert purchases.page(offset=1, limit=1) == [below]
    assert found(purchases, status=PurchaseStatus.CHECKING) == [""]
    assert found(purchases, "amir") == [""]
    assert found(purchases, status=PurchaseStatus.PAID) == ["R1-000001"]


@pytest.mark.parametrize(
    ("what", "listed"),
    [
        ({"parked": False, "cart": CartStatus.PAYING}, False),  # the sale at the counter
        ({"parked": False, "cart": CartStatus.CHECKING}, True),
        ({"parked": False, "cart": CartStatus.CHECKING, "live": False}, False),
        ({"state": RunState.ORDER_COMMITTED}, False),
    ],
)
def test_which_runs_are_listed(till, clock, purchases, what, listed):
    leave_run(till, clock, **what)
    assert purchases.count() == int(listed)


def test_detail_of_an_order(till, clock, purchases):
    order_id = add_order(till, clock, (Item("Tea", 350, 3000, option="Mint"), Item("Mat", 4200)))
    clock.advance(hours=1)
    add_refund(till, clock, order_id, {0: 1000})
    add_refund(till, clock, order_id, {1: 1000}, state=RefundState.FAILED)
    mark(till, order_id, sent_at=clock.advance(minutes=1))

    opened = purchases.detail(order_id)

    tea, mat = opened.lines
    assert (tea.name, tea.option_name, tea.kind) == ("Tea", "Mint", ProductKind.GOODS)
    assert (tea.sold_milli, tea.refunded_milli, tea.can_refund_milli) == (3000, 1000, 2000)
    assert mat.can_refund_milli == 0
    (tender,) = opened.tenders
    done, failed = opened.refunds
    assert (done.to, done.state) == ("Cash", RefundState.SUCCEEDED)
    assert failed.state is RefundState.FAILED
    assert opened.refunded_minor == done.amount_minor
    assert tender.can_refund_minor == opened.total_minor - done.amount_minor
    assert opened.can_refund_minor == tender.can_refund_minor
    assert opened.total_minor == opened.subtotal_minor + opened.tax_minor
    assert opened.taxes == (("Sales tax", 82_500, opened.tax_minor),)
    assert opened.staff == "Mina Kang"
    texts = [item.text for item in opened.timeline]
    assert texts[-1] == "Stored at the backend"
    assert opened.timeline[0].actor == "Mina Kang"
    assert opened.row == purchases.page()[0]


def test_a_carts_id_finds_its_order(till, clock, purchases):
    order_id, cart_id = add_order(till, clock), new_id()
    other = add_order(till, clock, cart_id=cart_id, queued=False)
    assert purchases.detail(cart_id).row.id == other
    assert purchases.detail(order_id).row.id == order_id
    with pytest.raises(CashierError, match="purchase_unknown"):
        purchases.detail(new_id())


def test_detail_shows_what_the_backend_refused(till, clock, purchases):
    order_id = add_order(till, clock)
    mark(till, order_id, parked_code="totals_mismatch", parked_message="tax: sent 1, expected 2")
    (item,) = purchases.detail(order_id).parked
    assert (item.code, item.message) == ("totals_mismatch", "tax: sent 1, expected 2")


def test_detail_of_an_unresolved_sale(till, clock, purchases):
    opened = purchases.detail(leave_run(till, clock))
    assert opened.row.status is PurchaseStatus.CHECKING
    assert [line.name for line in opened.lines] == ["10-class pass"]
    assert opened.can_refund_minor == 0
    assert opened.tenders[0].can_refund_minor == 0
    assert [item.text for item in opened.timeline] == [
        "Set aside while the payment is checked · $9.60"
    ]


def test_a_number_on_a_receipt_finds_its_order(till, clock, purchases):
    order = add_order(till, clock, (Item("Mat", 4200),))
    number = purchases.detail(order).row.receipt_number
    assert purchases.numbered(number) == order
    assert purchases.numbered(number[:-1]) is None
    assert purchases.numbered("") is None
