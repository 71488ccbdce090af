"""Failure matrix, Commit and Environment: cases 47 to 49, 68, 71 to 74 (payments.md, 5.3)."""

from __future__ import annotations

import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, insert

from pos.errors import CashierError
from pos.models.cart import StockLevel
from pos.models.states import OpKind, RefundState, RunState
from pos.terminal.attempt import Choice, Situation
from pos.terminal.stripe_gateway import StripeGateway
from tests.support.books import Books
from tests.support.catalogue import Item
from tests.support.witness import AFTER_ANSWER

ROOT = Path(__file__).resolve().parents[2]
PROCESS = r"process_payment_intent$"


def _fails(*_more):
    raise CashierError("disk_error", "The disk failed.")


def _pays(world, run):
    world.until(run, Situation.WAITING_FOR_CARD)
    world.sim.present_card()
    assert world.settle(run).situation is Situation.APPROVED


@pytest.mark.parametrize("saved", [False, True], ids=["before the save", "before the order"])
def test_case_47_a_crash_between_reading_paid_and_the_commit(world, saved):
    """PAID on restart; 1 sale, 1 charge."""
    run = world.card_sale()
    world.sim.present_card()
    world.witness.crash_when_paid(world.till, saved=saved)
    world.crash_while(lambda: world.ticks(9))
    if saved:
        assert world.view(run).is_paid  # by recovery, asking nobody
    else:
        assert world.settle(run).situation is Situation.APPROVED
    assert len(world.charges()) == 1
    assert len(world.till.purchases.page(offset=0, limit=9)) == 1


def test_case_47_no_other_tender_beside_money_that_was_taken(world):
    """Paid at Stripe, the order not on the disk yet: cash, Back and a new beginning wait for it."""
    run = world.card_sale()
    world.sim.present_card()
    commit, cart_id = world.till.checkout._commit_if_paid, world.view(run).cart_id
    world.till.checkout._commit_if_paid = _fails
    world.drive(lambda: world.troubles, "in trouble")
    assert not world.view(run).is_paid
    assert world.pay_cash(run).order_id is None
    assert world.till.checkout.begin(cart_id).run_id == run
    world.till.checkout._commit_if_paid = commit
    world.drive(lambda: world.view(run).is_paid, "committed")
    assert world.view(run).card_last4 == "4242"


def test_case_48_a_crash_after_the_commit_before_the_receipt(world):
    """Outbox once each; stock moved once."""
    with world.till.db.engine.begin() as db:
        row = {"variant_key": "mat", "on_hand_milli": 5000, "updated_at": world.clock()}
        db.execute(insert(StockLevel).values(row))
    mat = Item("mat", "Yoga mat", 4200, tracked=True)
    run = world.till.checkout.begin(world.till.cart.add_variant(mat).cart_id).run_id
    world.pay_card(run)
    _pays(world, run)
    for _ in range(2):
        found = world.restart()
        assert [(v.run_id, v.state) for v in found] == [(run, RunState.ORDER_COMMITTED)]
        world.ticks(5)
    with world.till.db.reader.begin() as db:
        assert db.exec_driver_sql("SELECT on_hand_milli FROM stock_level").scalars().all() == [4000]
        assert db.exec_driver_sql("SELECT count(*) FROM outbox").scalar() == 1
    world.till.checkout.receipt_done(run)
    assert world.restart() == ()


@contextmanager
def _locked(world):
    """Another program holds the write lock."""

    def hurry(dbapi, *_more):
        dbapi.execute("PRAGMA busy_timeout=20").close()

    event.listen(world.till.db.engine, "checkout", hurry)
    other = world.till.db.engine.raw_connection()
    other.cursor().execute("BEGIN IMMEDIATE")
    yield "database_busy"
    other.rollback()
    other.close()


@contextmanager
def _full(_world):
    """No file of this process may grow: every commit fails."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    yield "disk_error"
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("broken", [_locked, _full])
def test_case_49_the_disk_is_full_or_the_database_locked(world, broken):
    """J fails: nothing sent; it goes on when the disk is well again."""
    run = world.begin()
    world.pay_card(run)
    with broken(world) as code:
        world.ticks(4)
        assert world.troubles
        assert all(code in trouble for trouble in world.troubles)
    assert world.posts() == []
    _pays(world, run)


def test_case_49_the_disk_fills_up_while_waiting(world):
    """What could not be saved is looked at again; 1 charge."""
    run = world.card_sale()
    world.sim.present_card()
    with _full(world):
        world.ticks(6)
    assert not world.view(run).is_paid
    assert world.settle(run).situation is Situation.APPROVED
    assert world.view(run).is_paid


def test_case_49_a_choice_that_could_not_be_saved_is_not_lost(world):
    run = world.card_sale()
    with _full(world):
        world.choose(run, Choice.CANCEL)
        world.ticks(4)
    assert world.settle(run).situation is Situation.CANCELED


def test_one_session_in_trouble_does_not_stop_the_others(world):
    """The parked one cannot be stepped; the sale at the counter goes through."""
    stuck = world.card_sale()
    world.sim.outage()
    broken = world.until(stuck, Situation.UNKNOWN).session_id
    authorize = world.till.stripe.authorize_payment
    world.till.stripe.authorize_payment = lambda s: _fails() if s == broken else authorize(s)
    world.choose(stuck, Choice.PARK)
    world.sim.outage(on=False)
    world.till.stripe.probe()
    other = world.begin(500)
    with pytest.raises(CashierError, match="reader_in_use"):
        world.pay_card(other)  # the broken one could not let go of the reader
    assert world.pay_cash(other, 500).is_paid
    world.till.checkout.receipt_done(other)
    world.drive(lambda: len(world.troubles) > 2, "tried again and again")
    world.till.stripe.authorize_payment = authorize
    assert world.settle(stuck).situation is Situation.CANCELED


def test_a_refund_goes_on_beside_a_session_in_trouble(world):
    sold = world.paid_by_card()
    stuck = world.card_sale()
    broken = world.last[stuck].session_id
    authorize = world.till.stripe.authorize_payment
    world.till.stripe.authorize_payment = lambda s: _fails() if s == broken else authorize(s)
    world.drive(lambda: world.troubles, "in trouble")
    assert world.refund(sold, 100).state is RefundState.SUCCEEDED
    world.till.stripe.authorize_payment = authorize
    world.cancel(stuck)


def test_case_68_a_second_instance_says_so_and_exits(world):
    """1 driver: in this process and in another."""
    script = (
        "import sys; from pathlib import Path\n"
        "from pos.app.build import build\nfrom pos.config import Config\n"
        "from pos.errors import CashierError\n"
        "try:\n    build(Config(data_dir=Path(sys.argv[1])))\n"
        "except CashierError as error:\n    sys.exit(error.code)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(world.folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert told.returncode == 1
    assert told.stderr.strip() == "already_running"


def test_case_71_netrc_and_proxy_are_ignored(world, tmp_path, monkeypatch):
    """trust_env=False; Bearer kept."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    run = world.begin()
    world.pay_card(run)
    _pays(world, run)
    assert {r["auth"] for r in Books(world).ledger["requests"]} == {"Bearer"}


def test_case_72_a_storm_of_429_while_polling(world):
    """Back off; no POST; state unchanged."""
    run = world.card_sale()
    posts, asked = len(world.posts()), len(world.witness.events)
    world.sim.fault("rate_limit", method="GET", count=0)
    started = world.clock()
    world.ticks(12)
    assert len(world.posts()) == posts
    assert world.last[run].situation is Situation.UNKNOWN
    waited = (world.clock() - started).total_seconds()
    assert len(world.witness.events) - asked < waited
    world.sim.clear_faults()
    _pays(world, run)


def test_case_74_the_program_was_upgraded_before_recovery(world, monkeypatch):
    """K uses frozen bytes and the frozen version; no 400 idempotency_error."""
    world.sim.settings(version_in_fingerprint=True)
    run = world.begin()
    world.pay_card(run)
    world.witness.crash(AFTER_ANSWER, OpKind.CREATE)
    monkeypatch.setattr(StripeGateway, "api_version", "2027-03-31.fern")
    world.crash_while(lambda: world.ticks(5))
    world.until(run, Situation.RESUME)
    assert len({p["version"] for p in world.posts(OpKind.CREATE)}) == 1
    assert len(world.intents()) == 1
    world.choose(run, Choice.RESUME)
    _pays(world, run)
