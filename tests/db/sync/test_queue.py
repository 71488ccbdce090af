"""What leaves, in which order, and what a refusal does."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pos.backend.wire import PurchaseIn, RefundIn, decode
from pos.errors import CashierError, RefusedError
from pos.models.states import RefundState
from pos.models.sync import JournalEntry, OutboxEntry
from pos.pricing import Discount, DiscountKind
from pos.services.sync import Sync, enqueue_order, enqueue_refund, read_sold
from tests.support.orders import Item, add_order, add_refund, end_refund
from tests.support.scripted import FakeBackend, run
from tests.support.till import make_db


def test_without_a_backend_nothing_leaves(till, clock):
    add_order(till, clock)
    status = Sync(till, clock).tick()
    assert (status.code, status.online, status.waiting) == ("no_backend", None, 1)
    assert status.delay > 1


def test_oldest_first_and_frozen_once(till, clock, sync, backend):
    ids = [str(add_order(till, clock)) for _ in range(5)]
    run(sync, clock)
    assert backend.seen == ids
    assert sync.status().waiting == 0
    with till.write.begin() as session:
        told = read_sold(session, decode(backend.stored[ids[0]], PurchaseIn).id)
        with pytest.raises(IntegrityError):
            enqueue_order(session, told, clock)


def test_a_rolled_back_sale_tells_nobody(till, clock):
    order_id = add_order(till, clock, queued=False)
    with till.write() as session:
        enqueue_order(session, read_sold(session, order_id), clock)
        session.rollback()
    assert Sync(till, clock).status().waiting == 0


def test_long_and_odd_texts_still_commit_and_fit_the_wire(till, clock):
    order_id = add_order(
        till,
        clock,
        (Item("N" * 600 + "\0", 100, option="blue"), Item("\0", 100)),
        customer_name="C" * 999,
        customer_email="e" * 400,
        note="x" * 9000,
    )
    with till.read.begin() as session:
        body = session.scalar(select(OutboxEntry.body).where(OutboxEntry.key == order_id))
    sent = decode(body, PurchaseIn)  # strict: bounds and characters
    assert sent.customer_name == "C" * 255


def test_a_refusal_parks_the_entry_and_its_aggregate_only(till, clock, sync, backend):
    bad, good = add_order(till, clock), add_order(till, clock)
    refund_of_bad = add_refund(till, clock, bad)
    refund_of_good = add_refund(till, clock, good)
    backend.answers[str(bad)] = [RefusedError("totals_mismatch", "tax: sent 1, expected 2")]

    status = run(sync, clock)

    (item,) = status.parked
    assert (item.label, item.kind, item.code) == ("R1-000001", "purchase", "totals_mismatch")
    assert item.message == "tax: sent 1, expected 2"
    assert set(backend.stored) == {str(good), str(refund_of_good)}
    assert str(refund_of_bad) not in backend.seen
    assert backend.seen.count(str(bad)) == 1  # not tried again by itself

    backend.answers.clear()
    sync.retry(item.seq)
    status = run(sync, clock)
    assert (status.waiting, status.parked) == (0, ())
    order = [key for key in backend.seen if key in {str(bad), str(refund_of_bad)}]
    assert order == [str(bad), str(bad), str(refund_of_bad)]


def test_a_discard_needs_a_reason_keeps_the_row_and_is_journaled(till, clock, sync, backend):
    bad = add_order(till, clock)
    refund = add_refund(till, clock, bad)
    backend.answers[str(bad)] = [RefusedError("bad_order", "no")]
    (item,) = run(sync, clock).parked

    with pytest.raises(CashierError, match="reason_needed"):
        sync.discard(item.seq, "  ", "Mina")
    sync.discard(item.seq, "entered twice", "Mina")

    status = run(sync, clock)
    with till.read.begin() as session:
        kept = session.get(OutboxEntry, item.seq)
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.kind == "sync_discarded")
        ).one()
        assert kept.discarded_at is not None
        assert kept.parked_code == "bad_order"
        assert (entry.actor, entry.subject) == ("Mina", str(bad))
        assert "entered twice" in entry.data
    # its refund can never arrive: that is shown, not retried for ever
    (orphan,) = status.parked
    assert (orphan.kind, orphan.code) == ("refund", "order_discarded")
    assert str(refund) not in backend.seen
    with pytest.raises(CashierError, match="sync_item_gone"):
        sync.discard(item.seq, "again", "Mina")
    with pytest.raises(CashierError, match="sync_item_gone"):
        sync.retry(item.seq)


def test_only_what_is_parked_can_be_discarded(till, clock, sync):
    add_order(till, clock)
    with pytest.raises(CashierError, match="sync_item_gone"):
        sync.discard(1, "impatient", "Mina")
    assert sync.status().waiting == 1


def test_a_refund_that_overtakes_its_order_is_retried(till, clock, sync, backend):
    order_id = add_order(till, clock, queued=False)  # another register's, say
    refund = add_refund(till, clock, order_id)
    unknown = RefusedError("order_unknown", "the order has not arrived")
    backend.answers[str(refund)] = [unknown, unknown, None]
    status = run(sync, clock)
    assert (status.waiting, status.parked) == (0, ())
    assert backend.seen == [str(refund)] * 3


def test_a_restart_goes_on_where_it_was(till, tmp_path, clock, backend):
    ids = [str(add_order(till, clock)) for _ in range(3)]
    Sync(till, clock, backend, jitter=lambda: 1.0).tick()
    again = make_db(tmp_path)
    run(Sync(again, clock, backend, jitter=lambda: 1.0), clock)
    again.close()
    assert backend.seen == ids


def test_a_crash_between_answer_and_mark_sends_the_same_again(till, clock, backend):
    order_id = str(add_order(till, clock))

    class Crash(FakeBackend):
        def send(self, kind, path, body, key):
            super().send(kind, path, body, key)
            raise KeyboardInterrupt

    crashing = Crash(backend.here)
    sync = Sync(till, clock, crashing)
    sync.tick()
    with pytest.raises(KeyboardInterrupt):
        sync.tick()
    backend.stored = crashing.stored
    run(Sync(till, clock, backend, jitter=lambda: 1.0), clock)
    assert backend.seen == [order_id]
    assert set(backend.stored) == {order_id}


def test_sending_holds_no_transaction(till, tmp_path, clock, backend):
    add_order(till, clock)
    other = make_db(tmp_path)

    class Slow(FakeBackend):
        def send(self, kind, path, body, key):
            with other.engine.begin() as connection:  # would wait for a lock held here
                connection.exec_driver_sql("UPDATE register SET theme = 'dark'")
            return super().send(kind, path, body, key)

    assert run(Sync(till, clock, Slow(backend.here)), clock).waiting == 0
    other.close()


def test_refund_states_that_are_told_and_not_told(till, clock):
    order_id = add_order(till, clock)
    with pytest.raises(ValueError, match="not told"):
        add_refund(till, clock, order_id, state=RefundState.UNKNOWN)
    add_refund(till, clock, order_id, state=RefundState.FAILED)
    assert Sync(till, clock).status().waiting == 1  # the order only


def test_the_end_of_a_pending_refund_differs_in_nothing_but_its_status(till, clock):
    order_id = add_order(till, clock)
    refund_id = add_refund(till, clock, order_id, {0: 1000, 1: 1000}, state=RefundState.PENDING)
    clock.advance(days=2)
    end_refund(till, clock, refund_id, RefundState.FAILED)
    with till.read.begin() as session:
        rows = session.scalars(select(OutboxEntry).order_by(OutboxEntry.seq)).all()
        first, second = (decode(row.body, RefundIn) for row in rows[1:])
        assert rows[1].key == refund_id
        assert rows[2].key != refund_id
        assert {row.aggregate_id for row in rows} == {order_id}
    assert (first.status, second.status) == ("pending", "failed")
    assert {f for f in first.__struct_fields__ if getattr(first, f) != getattr(second, f)} == {
        "status"
    }
    with till.write.begin() as session, pytest.raises(IntegrityError):
        enqueue_refund(session, refund_id, clock)


def test_an_order_with_every_discount_is_told_in_full(till, clock):
    percent = Discount(DiscountKind.PERCENT, 100_000)
    order_id = add_order(
        till,
        clock,
        (Item("A", 1000, discount=percent), Item("B", 333, 3000)),
        discount=Discount(DiscountKind.FIXED, 500),
    )
    with till.read.begin() as session:
        sent = decode(
            session.scalar(select(OutboxEntry.body).where(OutboxEntry.key == order_id)), PurchaseIn
        )
    assert sent.lines[0].line_discount.value == 100_000
    assert sent.order_discount.value == 500
    assert sum(line.total_minor for line in sent.lines) == sent.total_minor
    assert sum(tax.tax_minor for tax in sent.taxes) == sent.tax_minor
