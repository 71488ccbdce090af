"""S20 to S23: two who mean the same order, and numbers taken for identities."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from pos.app.build import build
from pos.config import Config
from pos.errors import CashierError, IllegalTransitionError
from pos.models.sync import OutboxEntry
from pos.services.secrets import MemorySecrets
from tests.proof.incidents.floor import at_once, drain, pair_up, syncing
from tests.support.orders import add_order
from tests.support.wire_orders import frozen, make_order, make_refund, new_id


def test_s20_medusa_13301_two_who_saw_the_same_success(world):
    """A webhook and the client both completed a cart; the loser's undoing refunded a good order.

    Here poll, a hint from elsewhere and recovery conclude at the same instant,
    ten times: one order each, nobody refunds anything.
    """
    checkout = world.till.checkout
    for n in range(10):
        run = world.card_sale()
        advance = partial(checkout.advance, world.last[run].session_id)
        world.sim.present_card()
        done = at_once(advance, advance, advance, checkout.recover)
        lost = [it for it in done if isinstance(it, Exception)]
        assert all(isinstance(it, IllegalTransitionError) for it in lost), lost
        world.rest()
        assert world.view(run).is_paid
        checkout.receipt_done(run)
        assert len(world.till.purchases.page(offset=0, limit=99)) == n + 1
    assert world.sim.ledger()["refunds"] == []


def _post(http, path, message, key=""):
    headers = {"Content-Type": "application/json", "Idempotency-Key": key or message["id"]}
    return http.post(path, content=frozen(message), headers=headers)


@pytest.mark.parametrize("pruned", [False, True])
def test_s21_odoo_40567_the_order_is_sent_again_after_a_lost_answer(backend, pruned):
    """Duplicates after a timeout; then the retry crashed on the unique key it had made.

    Here the repeat is answered with the same bytes, even when every
    idempotency key was forgotten and when the repeat comes under another key.
    """
    order = make_order((4000, 1000))
    refund = make_refund(order, 1000)
    with backend.http() as http:
        for path, message in (
            ("/purchases/", order),
            (f"/purchases/{order['id']}/refunds/", refund),
        ):
            backend.faults("drop", path="/purchases/")
            with pytest.raises(Exception, match="disconnected"):
                _post(http, path, message)
            first = _post(http, path, message)
            if pruned:
                backend.prune()
            again = [_post(http, path, message), _post(http, path, message, new_id())]
            assert [a.status_code for a in again] == [first.status_code] * 2 == [201, 201]
            assert {a.content for a in again} == {first.content}
    (stored,) = backend.purchases()
    assert (len(stored["refunds"]), stored["purchase"]["refunded_minor"]) == (1, 1000)


def test_s22_odoo_152259_two_senders_of_one_queue(books, clock, backend):
    """Two tabs synced the same queue, and each order was there twice.

    Here two senders on one database, at the same instant, with answers lost:
    each order once at the backend, each row done once, nothing parked.
    """
    with syncing(books, clock, backend) as first:
        drain(first, clock)
    ids = [add_order(books, clock) for _ in range(8)]
    backend.faults("drop", path="/purchases/", times=3)
    with syncing(books, clock, backend) as one, syncing(books, clock, backend) as two:
        found = at_once(lambda: drain(one, clock), lambda: drain(two, clock))
    assert not [it for it in found if isinstance(it, Exception)], found
    assert sorted(p["purchase"]["id"] for p in backend.purchases()) == sorted(map(str, ids))
    with books.read.begin() as session:
        rows = session.execute(select(OutboxEntry.sent_at, OutboxEntry.parked_code)).all()
    assert len(rows) == 8
    assert all(sent and parked is None for sent, parked in rows)


def test_s22_odoo_152259_a_second_instance_does_not_start(world):
    """As S22: a second program on the same folder says so and touches nothing."""
    with pytest.raises(CashierError, match="already_running"):
        build(Config(data_dir=world.folder), secrets=MemorySecrets())
    run = world.paid_by_card()
    assert world.view(run).is_paid


def test_s23_odoo_71455_two_orders_with_one_receipt_number(backend):
    """The number was the identity: a counter that restarted made a later order vanish.

    Here a till whose counter was set back tells the backend about other orders
    under numbers it has seen: all are kept, none overwrites another.
    """
    made = [make_order((n * 100, 1000), receipt_number="R1-000001") for n in range(1, 6)]
    with backend.http() as http:
        assert [_post(http, "/purchases/", order).status_code for order in made] == [201] * 5
    stored = backend.purchases()
    assert {p["purchase"]["id"] for p in stored} == {order["id"] for order in made}
    assert {p["sent"]["total_minor"] for p in stored} == {o["total_minor"] for o in made}


def test_s23_odoo_16781_the_same_number_in_the_same_till_is_impossible(world, backend):
    """As S23: in a till itself a number is given once, by the database's own rule."""
    pair_up(world, backend)
    first, second = (world.pay_cash(world.begin(), 5000).run_id for _ in range(2))
    with world.till.db.engine.connect() as db, pytest.raises(Exception, match="UNIQUE"):
        db.exec_driver_sql('UPDATE "order" SET receipt_no = 1 WHERE id = ?', (second.hex,))
    drain(world.till.sync, world.clock)
    at_backend = {p["purchase"]["id"]: p["sent"]["receipt_number"] for p in backend.purchases()}
    assert sorted(at_backend) == sorted(map(str, (first, second)))
    assert len(set(at_backend.values())) == 2
