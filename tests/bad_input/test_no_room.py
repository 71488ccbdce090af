"""'database or disk is full' at the moment a row is needed: nothing is sent (case 49)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from pos.app.build import Till
from pos.errors import CashierError
from pos.services.refunds import RefundRequest
from pos.terminal.api import CASH, STRIPE_TERMINAL
from tests.bad_input.conftest import MAT, chain_holds, settle
from tests.support.house import ROOT


@contextmanager
def no_room_for(till: Till, table: str) -> Iterator[None]:
    """Let SQLite itself find no room, at every INSERT into one table and at nothing else."""
    grow = "BEGIN UPDATE business SET name = zeroblob(10000000); END"
    filling = f'CREATE TEMP TRIGGER IF NOT EXISTS no_room BEFORE INSERT ON main."{table}" {grow}'

    def fill(dbapi, _record, _proxy) -> None:
        pages = dbapi.execute("PRAGMA page_count").fetchone()[0]
        dbapi.execute(f"PRAGMA max_page_count={pages + 200}")
        dbapi.execute(filling)

    event.listen(till.db.engine, "checkout", fill)
    try:
        yield
    finally:
        event.remove(till.db.engine, "checkout", fill)
        till.db.engine.dispose()  # the trigger goes with its connections


def trouble_of(till: Till, simulator) -> CashierError:
    """Step, with a customer at the reader, until the desk has trouble."""
    for _ in range(60):
        till.desk.wake()
        trouble = till.desk.tick().trouble
        if trouble is not None:
            return trouble
        if simulator.sim.reader()["phase"] == "waiting":
            simulator.sim.present_card()
    raise AssertionError("the disk never got full")


def card_sale(till: Till):
    till.cart.scan(MAT)
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, STRIPE_TERMINAL)
    return run.run_id


def charges(simulator) -> int:
    return sum(charge["paid"] for charge in simulator.sim.ledger()["charges"])


@pytest.mark.parametrize(("calls_before", "steps"), [(0, 0), (1, 2)], ids=["create", "process"])
def test_no_row_no_call(data, start, simulator, calls_before, steps):
    till = start(data, simulator.url)
    run = card_sale(till)
    for _ in range(steps):
        till.desk.tick()
    assert len(simulator.sim.requests()) == calls_before
    with no_room_for(till, "stripe_operation"):
        trouble = trouble_of(till, simulator)
        assert trouble.code == "disk_full"
        assert "nothing more is sent" in trouble.message
        assert len(simulator.sim.requests()) == calls_before
        assert till.checkout.view(run).blocks
    settle(till, simulator)
    assert till.checkout.view(run).is_paid
    assert charges(simulator) == 1


def test_no_row_no_refund(data, start, simulator):
    till = start(data, simulator.url)
    run = card_sale(till)
    settle(till, simulator)
    till.refunds.request(RefundRequest(order_id=run, amount_minor=500))
    sent = len(simulator.sim.requests())
    with no_room_for(till, "stripe_operation"):
        assert trouble_of(till, simulator).code == "disk_full"
        assert len(simulator.sim.requests()) == sent
    settle(till, simulator)
    assert [refund["amount"] for refund in simulator.sim.ledger()["refunds"]] == [500]


def test_no_session_no_card(data, start, simulator):
    till = start(data, simulator.url)
    with no_room_for(till, "payment_session"), pytest.raises(CashierError) as caught:
        card_sale(till)
    assert caught.value.code == "disk_full"
    assert not till.desk.tick().runs
    assert simulator.sim.requests() == []


@pytest.mark.parametrize("table", ["order", "order_line", "payment", "journal", "outbox"])
def test_a_cash_sale_is_whole_or_not_at_all(data, start, table):
    till = start(data)
    till.cart.scan(MAT)
    cart = till.cart.current()
    run = till.checkout.begin(cart.cart_id)
    with no_room_for(till, table), pytest.raises(CashierError) as caught:
        till.checkout.pay(run.run_id, CASH, 5000)
    assert caught.value.code == "disk_full"
    assert not till.checkout.view(run.run_id).is_paid
    assert till.cart.current().lines == cart.lines
    assert till.checkout.pay(run.run_id, CASH, 5000).receipt_number == "R1-000002"
    assert chain_holds(till)


def test_the_money_is_taken_and_the_order_finds_no_room(data, start, simulator):
    """Not shown as paid until the order is on the disk; then once, without the card."""
    till = start(data, simulator.url)
    run = card_sale(till)
    with no_room_for(till, "order"):
        assert trouble_of(till, simulator).code == "disk_full"
        assert charges(simulator) == 1
        assert not till.checkout.view(run).is_paid
        with pytest.raises(CashierError) as caught:
            till.checkout.back(run)
        assert caught.value.code == "payment_running"
        till.close()
    till = start(data, simulator.url)
    till.checkout.recover()
    assert till.checkout.view(run).receipt_number == "R1-000002"
    assert charges(simulator) == 1
    assert chain_holds(till)


LIMITED = """
import resource, signal, sys
from pathlib import Path
from pos.app.build import build
from pos.config import Config
from pos.errors import CashierError
from pos.services.secrets import MemorySecrets
till = build(Config(data_dir=Path(sys.argv[1])), secrets=MemorySecrets())
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
done = 0
try:
    for done in range(1000):
        till.cart.scan(sys.argv[2])
except CashierError as error:
    print(f"{error.code} {done}")
"""


@pytest.mark.skipif(os.name == "nt", reason="no such limit on Windows")
def test_a_file_that_may_not_grow(data, start):
    """The system refuses a write half way: the next start has every commit, and no more."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(data), MAT],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    code, scans = done.stdout.split()
    assert code in {"disk_error", "disk_full"}, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    till = start(data)
    (line,) = till.cart.current().lines
    assert line.quantity_milli == int(scans) * 1000 > 0
    assert chain_holds(till)
