"""A disk that really is full and a folder that really is read-only (invariant I14)."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pytest

from pos import logs
from pos.errors import CashierError
from pos.models import migrate
from pos.terminal.api import STRIPE_TERMINAL
from tests.bad_input.conftest import (
    MAT,
    chain_holds,
    command_line,
    fill,
    read_only,
    said_plainly,
    sell,
    settle,
    small_disk,
)


@pytest.fixture
def disk(tmp_path, data):
    """A small disk with the data folder on it."""
    with small_disk(tmp_path / "disk") as place:
        shutil.copytree(data, place / "data")
        yield place


def until_full(step) -> CashierError:
    """Repeat until the log, which may have some room yet, has none; returns what was said."""
    for _ in range(500):
        try:
            step()
        except CashierError as error:
            return error
    raise AssertionError("there was always room")


def test_selling_on_a_full_disk(disk, start):
    till = start(disk / "data")
    till.cart.scan(MAT)
    fill(disk)
    said = until_full(lambda: till.cart.scan(MAT))
    assert said.code == "disk_full"
    assert said.remedy
    counted = till.cart.current().lines[0].quantity_milli
    with pytest.raises(CashierError):
        till.cart.scan(MAT)
    assert till.cart.current().lines[0].quantity_milli == counted
    (disk / "filler").unlink()
    till.cart.clear()
    assert sell(till) == "R1-000002"
    assert chain_holds(till)


def test_a_card_on_a_full_disk_asks_nobody(disk, start, simulator):
    till = start(disk / "data", simulator.url)
    till.cart.scan(MAT)
    run = till.checkout.begin(till.cart.current().cart_id).run_id
    fill(disk)
    until_full(
        lambda: till.settings.update_shop(
            name="x" * 200, location="y", address="z" * 200, receipt_footer=""
        )
    )
    with pytest.raises(CashierError) as caught:
        till.checkout.pay(run, STRIPE_TERMINAL)
    assert caught.value.code == "disk_full"
    assert simulator.sim.requests() == []
    (disk / "filler").unlink()
    till.checkout.pay(run, STRIPE_TERMINAL)
    settle(till, simulator)
    assert till.checkout.view(run).is_paid


def test_a_start_on_a_full_disk(disk, start):
    fill(disk)
    done = command_line(disk / "data", "import", __file__)
    assert "Traceback" not in done.stdout + done.stderr
    (disk / "filler").unlink()
    assert sell(start(disk / "data")) == "R1-000002"


def test_the_first_start_on_a_full_disk(tmp_path, start):
    with small_disk(tmp_path / "disk") as place:
        fill(place)
        with pytest.raises(CashierError) as caught:
            start(place / "data")
        assert caught.value.remedy
        assert said_plainly(command_line(place / "data", "import", __file__), caught.value.code)
        (place / "filler").unlink()
        start(place / "data").close()


def test_an_update_without_room_for_the_copy(disk, monkeypatch, start):
    """The backup does not fit: the old file stays as it is."""
    fill(disk)
    before = (disk / "data" / "till.db").read_bytes()
    monkeypatch.setattr(migrate, "HEAD", "9999")
    with pytest.raises(CashierError) as caught:
        start(disk / "data")
    assert caught.value.code in {"backup_failed", "disk_full", "disk_error"}
    assert (disk / "data" / "till.db").read_bytes() == before


def test_a_log_on_a_full_disk_is_not_missed(tmp_path):
    with small_disk(tmp_path / "disk") as place:
        logs.configure(place / "logs")
        fill(place)
        for _ in range(100):
            logs.get("test").info("a.line", text="x" * 1000)
        assert logs.write_report(place / "logs", ValueError("x"), datetime.now(UTC)) is None
        logs.close()


def test_a_folder_that_cannot_be_written(data, start):
    before = (data / "till.db").read_bytes()
    with read_only(data):
        with pytest.raises(CashierError) as caught:
            start(data)
        assert caught.value.code == "data_read_only"
        assert caught.value.remedy
        assert said_plainly(command_line(data, "import", __file__), "data_read_only")
    assert (data / "till.db").read_bytes() == before
    assert sell(start(data)) == "R1-000002"


def test_a_folder_that_becomes_read_only_while_selling(data, start):
    """The system does that to a disk with errors: no sale can be shown as paid."""
    till = start(data)
    till.cart.scan(MAT)
    till.db.close()  # what is open already could still be written
    with read_only(data):
        with pytest.raises(CashierError) as caught:
            till.cart.scan(MAT)
        assert caught.value.code == "data_read_only"
        assert caught.value.remedy
    assert till.cart.current().lines[0].quantity_milli == 1000
    till.cart.clear()
    assert sell(till) == "R1-000002"
