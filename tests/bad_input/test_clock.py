"""The computer's clock jumps: numbers, order, payments and sync do not care (case 70, I12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from pos.terminal.api import CASH, STRIPE_TERMINAL
from pos.terminal.attempt import Choice, Situation
from tests.bad_input.conftest import MAT, chain_holds, sell, settle
from tests.support.backend import BackendProcess
from tests.support.catalogue import Item
from tests.support.simulator import KEY
from tests.support.till import FakeClock

JUMPS = {
    "a day back": timedelta(days=-1),
    "ten years back": timedelta(days=-3650),
    "ten years ahead": timedelta(days=3650),
    "thirty hours ahead": timedelta(hours=30),
}


@pytest.fixture
def clock():
    return FakeClock(datetime.now(UTC))


@pytest.mark.parametrize("jump", JUMPS)
def test_numbers_and_journal_follow_the_sequence(data, start, clock, jump):
    till = start(data, clock=clock)
    numbers = [sell(till)]
    clock.now += JUMPS[jump]
    numbers += [sell(till)]
    clock.now -= JUMPS[jump]
    numbers += [sell(till)]
    assert numbers == ["R1-000002", "R1-000003", "R1-000004"]
    assert chain_holds(till)


@pytest.mark.parametrize("jump", JUMPS)
def test_what_waits_for_the_backend_is_told_after_a_jump(start, clock, jump, tmp_path):
    folder = tmp_path / "backend"
    folder.mkdir()
    with BackendProcess(folder) as backend:
        till = start(tmp_path / "till", secrets=_secrets(backend), clock=clock)
        till.settings.set_backend_url(backend.url)
        till.link.connect(till.sync)
        till.sync.tick()
        backend.stop()
        receipts = [_sell(till)]
        till.sync.tick()  # not there: it is put off, by this clock
        clock.now += JUMPS[jump]
        receipts += [_sell(till)]
        backend.start()
        for _ in range(40):
            status = till.sync.tick()
            if not status.waiting:
                break
            clock.advance(seconds=min(status.delay, 120))
        assert (
            sorted(order["purchase"]["receipt_number"] for order in backend.purchases()) == receipts
        )


def _secrets(backend) -> MemorySecrets:
    return MemorySecrets({STRIPE_KEY: KEY, BACKEND_TOKEN: backend.token})


def _sell(till) -> str:
    till.cart.add_variant(Item("k", "Mat", 1800))
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.receipt_done(till.checkout.pay(run.run_id, CASH, 5000).run_id)
    return till.checkout.view(run.run_id).receipt_number


def waiting_for_card(till):
    till.cart.scan(MAT)
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, STRIPE_TERMINAL)
    for _ in range(20):
        till.desk.wake()
        moved = till.desk.tick().runs
        if moved and moved[0].progress.situation is Situation.WAITING_FOR_CARD:
            return run.run_id
    raise AssertionError("the reader was never asked")


@pytest.mark.parametrize("jump", JUMPS)
def test_a_card_that_was_taken_is_found_after_any_jump(data, start, simulator, clock, jump):
    """The till dies, the customer pays, the clock is wrong: one charge, one order."""
    till = start(data, simulator.url, clock=clock)
    run = waiting_for_card(till)
    till.close()
    simulator.sim.present_card()
    clock.now += JUMPS[jump]
    till = start(data, simulator.url, clock=clock)
    till.checkout.recover()
    settle(till, simulator)
    assert till.checkout.view(run).receipt_number == "R1-000002"
    assert sum(charge["paid"] for charge in simulator.sim.ledger()["charges"]) == 1


@pytest.mark.parametrize("mended", [False, True], ids=["goes wrong", "is mended"])
@pytest.mark.parametrize("jump", JUMPS)
def test_an_unanswered_call_is_never_repeated_when_its_age_is_in_doubt(
    data, start, simulator, clock, jump, mended
):
    """Case 70: beyond 20 h, or with a clock that ran back, look first; the old key rests."""
    clock.now -= JUMPS[jump] if mended else timedelta(0)
    till = start(data, simulator.url, clock=clock)
    till.cart.scan(MAT)
    run = till.checkout.begin(till.cart.current().cart_id).run_id
    till.checkout.pay(run, STRIPE_TERMINAL)
    simulator.sim.fault("close_after", path="/v1/payment_intents$")
    till.desk.tick()  # a look at the reader tells Stripe's time
    till.desk.tick()  # the PaymentIntent is made, its answer lost
    (first,) = simulator.sim.requests()
    till.close()
    clock.now += JUMPS[jump]
    till = start(data, simulator.url, clock=clock)
    till.checkout.recover()
    till.checkout.choose(run, Choice.CANCEL)
    settle(till, simulator)
    keys = [request["key"] for request in simulator.sim.requests()]
    assert keys.count(first["key"]) == 1
    states = [intent["status"] for intent in simulator.sim.ledger()["payment_intents"]]
    assert states == ["canceled"]
    till.checkout.back(run)
    assert till.cart.current().lines
