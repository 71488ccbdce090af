"""S24, S25 and S34: what was paid is on the disk, and nothing overwrites it."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing

import msgspec
import pytest

from pos.errors import CashierError
from pos.terminal.attempt import Situation
from tests.proof.incidents.floor import drain, pair_up
from tests.support.invariants import violations
from tests.support.world import World

_FILES = ("till.db", "till.db-wal")


@pytest.mark.parametrize("tender", ["cash", "card"])
def test_s24_odoo_125037_the_power_goes_the_moment_paid_is_shown(
    world, template, simulator, tmp_path, tender
):
    """A confirmed order was gone five seconds later, and its number was given again.

    Here the files as they are when the screen says paid are all that is left
    of the till: the order is in them, and the next one has the next number.
    What a disk may do with writes is the disk proof's part.
    """
    first = world.paid_by_card(500)
    run = world.begin()
    if tender == "cash":
        assert world.pay_cash(run).is_paid
    else:
        world.pay_card(run)
        world.until(run, Situation.WAITING_FOR_CARD)
        world.sim.present_card()
        world.settle(run)
    left = _power_cut(world, template, tmp_path)
    with closing(World(left, tmp_path / "after", simulator)) as after:
        assert [after.view(it).is_paid for it in (first, run)] == [True, True]
        again = after.pay_cash(after.begin(700), 700)
        assert again.receipt_number.endswith("000003")
        with after.till.db.engine.connect() as db:
            assert db.exec_driver_sql("PRAGMA synchronous").scalar() == 2, "not FULL"


def _power_cut(world, template, tmp_path):
    """Take the database files at this instant, without closing anything; no shared memory."""
    left = tmp_path / "left"
    shutil.copytree(template, left)
    for name in _FILES:
        shutil.copy(world.folder / name, left / name)
    return left


def test_s25_odoo_267799_a_pull_does_not_overwrite_a_paid_order(world, backend):
    """The server's draft overwrote the local paid order, or it was lost in a debounce of 300 ms.

    Here prices, taxes and the shop change at the backend, and the pull comes
    before the push: the order leaves with the bytes that were frozen.
    """
    pair_up(world, backend)
    backend.stop()
    run = world.pay_cash(world.begin(), 5000).run_id
    before = _body(world, run)
    backend.start()
    with backend.http() as http:
        told = http.get("/settings/").json()
        sent = {k: v for k, v in told.items() if k not in {"business", "location", "register"}}
        sent["taxes"] = [{"id": "vat", "name": "VAT", "rate_ppm": 250_000}]
        assert http.put("/settings/", json=sent).is_success
    backend.faults("status", path="/purchases/", method="POST", times=2)
    drain(world.till.sync, world.clock)
    assert _body(world, run) == before
    assert (
        world.till.purchases.page(offset=0, limit=9)[0].total_minor == world.view(run).total_minor
    )
    (stored,) = backend.purchases()
    assert stored["sent"] == msgspec.json.decode(before)


def _body(world, run):
    with world.till.db.reader.begin() as db:
        return bytes(
            db.exec_driver_sql("SELECT body FROM outbox WHERE key = ?", (run.hex,)).scalar()
        )


@pytest.mark.parametrize("cut", ["drop", "drop_before", "truncate"])
def test_s25_odoo_190821_the_sync_is_interrupted_half_way(world, backend, cut):
    """It was not marked as unsent after a failed sync, and never sent again.

    Here the line is cut in each of three orders, the backend dies, the till is
    started again: every order is at the backend once.
    """
    pair_up(world, backend)
    runs = [world.pay_cash(world.begin(500), 5000).run_id for _ in range(3)]
    backend.faults(cut, path="/purchases/", times=2)
    for _ in range(3):
        world.till.sync.tick()
    backend.kill()
    world.till.sync.wake()
    world.till.sync.tick()
    world.restart()
    backend.start()
    world.till.link.connect(world.till.sync)
    drain(world.till.sync, world.clock)
    assert sorted(p["purchase"]["id"] for p in backend.purchases()) == sorted(map(str, runs))


@pytest.mark.parametrize("saved", [False, True])
def test_s25_odoo_288974_a_crash_right_after_paid(world, saved):
    """As S25: the process dies between reading paid and the order; the order is there after."""
    run = world.card_sale()
    world.sim.present_card()
    world.witness.crash_when_paid(world.till, saved=saved)
    world.crash_while(lambda: world.ticks(9))
    world.rest()
    assert world.view(run).is_paid
    assert violations(world) == []


def test_s34_leafwiki_1077_a_stale_journal_must_not_cost_the_books(bare_world):
    """A stale journal kept the program from starting; the fix deletes derived files only.

    Here damage to the catalogue is set aside and the till sells on; damage to
    the books stops the start, and not a byte of them is changed or removed.
    """
    run = bare_world.paid_by_card()
    bare_world.close()
    for name in ("catalogue.db", "catalogue.db-wal"):
        (bare_world.folder / name).write_bytes(b"not a database" * 400)
    bare_world.restart()
    assert bare_world.till.catalogue.opened.set_aside
    assert bare_world.view(run).is_paid
    assert bare_world.pay_cash(bare_world.begin(700), 700).is_paid
    bare_world.close()
    books = bare_world.folder / "till.db"
    books.write_bytes(b"\0" * 4096 + books.read_bytes()[4096:])
    before = hashlib.sha256(books.read_bytes()).hexdigest()
    with pytest.raises(CashierError, match="database_damaged"):
        bare_world.restart()
    assert hashlib.sha256(books.read_bytes()).hexdigest() == before
