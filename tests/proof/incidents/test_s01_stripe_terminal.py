"""S1 to S4: incidents of Stripe's own Terminal libraries."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from pos.models.states import OpKind, RefundState
from pos.terminal.attempt import Choice, Situation
from tests.proof.incidents.floor import (
    CANCEL_ACTION,
    CANCEL_INTENT,
    CREATE,
    OVER,
    PROCESS,
    REFUND,
    Said,
    drain,
    keys,
    leave,
    pair_up,
)


def _drained_beside(world, stop, broken):
    """Send the outbox as the sync thread does, without ever waiting for the seller."""

    def work():
        try:
            while not stop.is_set():
                world.till.sync.wake()
                world.till.sync.tick()
        except Exception as error:  # noqa: BLE001 - told in the test's own thread
            broken.append(error)

    thread = Thread(target=work)
    thread.start()
    return thread


def test_s01_stripe_terminal_android_747_the_queue_is_drained_while_selling(world, backend):
    """One tap made 2 to 4 charges when the offline queue drained beside another create.

    Here the outbox drains, with lost answers, while card sales lose theirs: as
    many PaymentIntents, charges and orders as sales, each sent under its own
    stored key.
    """
    pair_up(world, backend)
    backend.stop()
    waiting = [world.pay_cash(world.begin(), 5000).run_id]
    waiting += [world.paid_by_card() for _ in range(3)]
    backend.start()
    backend.faults("drop", path="/purchases/", times=3)
    stop, broken = Event(), []
    thread = _drained_beside(world, stop, broken)
    for fault, path in (("close_after", CREATE), ("close_after", PROCESS), ("rst_after", CREATE)):
        world.sim.fault(fault, path=path)
        waiting.append(world.paid_by_card())
    stop.set()
    thread.join(30)
    assert broken == []
    drain(world.till.sync, world.clock)
    assert len(world.intents()) == len(world.charges()) == 6
    at_backend = [p["purchase"]["id"] for p in backend.purchases()]
    assert sorted(at_backend) == sorted(map(str, waiting))


@pytest.mark.parametrize(
    ("fault", "path", "more"),
    [
        ("delay", CREATE, {"seconds": 2.5}),
        ("delay", PROCESS, {"seconds": 2.5}),
        ("in_use", CREATE, {"count": 3}),
        ("in_use", PROCESS, {"count": 3}),
    ],
)
def test_s02_stripe_terminal_android_470_the_retry_collides_with_the_first(
    world, fault, path, more
):
    """A confirm timed out, its retries got 409, and the app said declined: it was paid.

    Here a 409 is never an answer: the screen never says that it failed.
    """
    said = Said(world)
    world.sim.fault(fault, path=path, **more)
    run = world.card_sale()
    assert "in_flight" in {event.outcome for event in world.witness.events}
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert not said.of(run) & OVER
    assert len(world.intents()) == len(world.charges()) == 1


@pytest.mark.parametrize("lost", ["close_after", "rst_after", "truncate"])
def test_s03_stripe_terminal_ios_207_the_answer_to_each_call_of_a_sale_is_lost(world, lost):
    """The library reported a failure after a disconnect although the confirm had succeeded.

    Here the answer to every call is lost once, reads too: paid, charged once.
    """
    said = Said(world)
    for method, path in (
        ("POST", CREATE),
        ("POST", PROCESS),
        ("GET", r"payment_intents/"),
        ("GET", r"readers/"),
    ):
        world.sim.fault(lost, method=method, path=path)
    run = world.card_sale()
    world.sim.fault(lost, method="GET", path=r"payment_intents/", count=2)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED
    assert not said.of(run) & OVER
    assert len(world.intents()) == len(world.charges()) == 1


@pytest.mark.parametrize("lost", ["close_after", "truncate"])
def test_s03_stripe_terminal_ios_210_the_answer_to_each_call_of_a_cancel_is_lost(world, lost):
    """As S3, for a cancel and a refund: canceled when read as canceled, refunded once."""
    world.sim.fault(lost, path=CANCEL_ACTION)
    world.sim.fault(lost, path=CANCEL_INTENT)
    run = world.card_sale()
    assert world.cancel(run).situation is Situation.CANCELED
    assert world.charges() == []
    leave(world, run)
    sold = world.paid_by_card(500)
    world.sim.fault(lost, path=REFUND)
    assert world.refund(sold, 500).state is RefundState.SUCCEEDED
    assert [r["amount"] for r in world.sim.ledger()["refunds"]] == [500]


def test_s04_stripe_terminal_ios_100_the_late_call_of_an_old_attempt(world):
    """The first collect's callback fired at the second, and the wrong amount was charged.

    Here the first attempt's process call executes after that attempt was
    canceled and another sale is on the reader: it charges nothing.
    """
    world.sim.fault("delay", path=PROCESS, seconds=2.5)
    old = world.begin()
    world.pay_card(old)
    world.drive(lambda: _left(world) == 1, "sent")
    assert world.cancel(old).situation is Situation.CANCELED
    leave(world, old)
    new = world.card_sale(500)
    world.drive(lambda: "intent_invalid_state" in _codes(world), "late")
    world.until(new, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(new).situation is Situation.APPROVED
    assert [c["amount"] for c in world.charges()] == [500]
    assert [p["amount"] for p in world.prompts()] == [500]


def _left(world):
    return sum(e.what == "send" and e.about.startswith("process:") for e in world.witness.events)


def _codes(world):
    return [p["code"] for p in world.posts(OpKind.PROCESS)]


def test_s04_stripe_terminal_ios_100_a_choice_for_the_old_attempt_comes_late(world):
    """As S4: a click meant for the first attempt arrives when the second one runs."""
    old = world.card_sale()
    session = world.last[old].session_id
    world.cancel(old)
    leave(world, old)
    new = world.card_sale(500)
    for choice in (Choice.RETRY, Choice.RESUME, Choice.CANCEL):
        world.till.stripe.choose(session, choice)
    world.ticks(10)
    world.sim.present_card()
    assert world.settle(new).situation is Situation.APPROVED
    assert keys(world, OpKind.PROCESS) == ["1", "1"]
    assert [c["amount"] for c in world.charges()] == [500]
