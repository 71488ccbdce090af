"""``tillkeep doctor`` as a process, on real files, beside real simulator and backend processes."""

from __future__ import annotations

import re
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from time import monotonic

import pytest

from pos.app.build import build
from pos.app.doctor import Examination, examine
from pos.config import Config
from pos.services import shop
from pos.services.doctor import CHECKS, Check, Trouble
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from pos.terminal.api import CASH, STRIPE_TERMINAL
from pos.terminal.attempt import Situation
from tests.support.backend import BackendProcess
from tests.support.catalogue import Item
from tests.support.doctor import Doctor
from tests.support.simulator import KEY, READER


def states_of(found: dict[str, dict[str, str]]) -> dict[str, str]:
    return {name: each["state"] for name, each in found.items()}


# a till with everything set up


@pytest.fixture
def backend(tmp_path):
    (tmp_path / "backend").mkdir()
    with BackendProcess(tmp_path / "backend") as process:
        yield process


@pytest.fixture
def enrolled(tmp_path, simulator, backend):
    """A till of the backend's, with a reader, one sale that was told, and a copy."""
    folder = tmp_path / "enrolled"
    secrets = MemorySecrets({STRIPE_KEY: KEY, BACKEND_TOKEN: backend.token})
    config = Config(data_dir=folder, stripe_url=simulator.url)
    with closing(build(config, secrets=secrets, preset=shop.DEMO)) as till:
        till.settings.set_backend_url(backend.url)
        till.settings.choose_reader(READER, "Front desk")
        till.link.connect(till.sync)
        till.sync.tick()
        sell(till)
        for _ in range(20):
            if not till.sync.tick().waiting:
                break
        till.keeper.keep()
    made = Doctor(folder, simulator.url)
    made.holds(stripe_key=KEY, backend_token=backend.token)
    return made


def sell(till) -> None:
    till.cart.add_variant(Item("k", "Mat", 1800))
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.receipt_done(till.checkout.pay(run.run_id, CASH, 5000).run_id)


def commands(simulator) -> list[str]:
    """What the reader was told to do."""
    return [sent["path"].rpartition("/")[2] for sent in simulator.sim.requests()]


def test_a_till_in_order(enrolled, simulator):
    before = {path: path.read_bytes() for path in enrolled.folder.rglob("*") if path.is_file()}
    found = enrolled()
    assert set(states_of(found).values()) == {"ok"}, found
    assert "1 sales" in found["running_totals"]["found"]
    assert "answered in" in found["reader"]["found"]
    assert commands(simulator) == ["cancel_action"]
    after = {path: path.read_bytes() for path in enrolled.folder.rglob("*") if path.is_file()}
    assert after == before


def test_a_line_for_each_check(enrolled):
    done = enrolled.command()
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert len(lines) == len(CHECKS)
    assert all(line.startswith("ok  ") for line in lines)
    assert KEY not in done.stdout


def test_beside_the_running_till_the_reader_is_left_alone(enrolled, simulator, start):
    till = start(enrolled.folder)
    sell(till)
    found = enrolled()
    states = states_of(found)
    assert (states.pop("reader"), found["reader"]["code"]) == ("warn", "reader_not_asked")
    assert states.pop("outbox") == "ok"
    assert set(states.values()) == {"ok"}
    assert "2 sales" in found["running_totals"]["found"], "what is only in the log counts too"
    assert commands(simulator) == []


# the reader


def pay_by_card(till) -> None:
    till.cart.add_variant(Item("k", "Mat", 1800))
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, STRIPE_TERMINAL)
    for _ in range(20):
        till.desk.wake()
        moved = till.desk.tick().runs
        if moved and moved[0].progress.situation is Situation.WAITING_FOR_CARD:
            return
    raise AssertionError("the reader was never asked")


@pytest.mark.parametrize("open_", [True, False], ids=["running", "killed"])
def test_a_payment_on_the_reader_is_not_touched(enrolled, simulator, start, open_):
    till = start(enrolled.folder, simulator.url)
    pay_by_card(till)
    if not open_:
        till.close()
    sent = commands(simulator)
    found = enrolled[Check.READER]
    assert (found.state, found.code) == (Trouble.WARN, "reader_in_use")
    assert commands(simulator) == sent
    assert simulator.sim.reader()["phase"] == "waiting"
    simulator.sim.present_card()
    assert simulator.sim.ledger()["charges"][-1]["paid"]


def test_a_payment_of_another_till_is_not_touched(enrolled, simulator, start, tmp_path):
    other = start(tmp_path / "other", simulator.url, preset=shop.DEMO)
    other.settings.choose_reader(READER, "Front desk")
    pay_by_card(other)
    sent = commands(simulator)
    assert enrolled[Check.READER].code == "reader_in_use"
    assert commands(simulator) == sent
    assert simulator.sim.reader()["phase"] == "waiting"


def test_a_reader_that_is_only_said_to_be_online(enrolled, simulator):
    simulator.sim.unplug()
    assert simulator.sim.reader()["status"] == "online"
    found = enrolled[Check.READER]
    assert (found.state, found.code) == (Trouble.BAD, "terminal_reader_timeout")
    simulator.sim.unplug(noticed=True)
    simulator.sim.advance(600)
    assert enrolled[Check.READER].code == "terminal_reader_offline"
    simulator.sim.plug_in()
    assert enrolled[Check.READER].state is Trouble.OK


def test_a_key_that_stripe_refuses(enrolled, backend):
    enrolled.holds(stripe_key="rk_test_somebody_elses", backend_token=backend.token)
    assert enrolled[Check.READER].code == "stripe_key_refused"
    assert "Stripe" in enrolled[Check.CLOCK].found, "a refusal tells the time as well"


# clock and backend


@pytest.mark.parametrize(
    ("seconds", "state", "way"), [(-120, "warn", "ahead of"), (4000, "bad", "behind")]
)
def test_a_clock_that_is_off_says_by_how_much(enrolled, simulator, seconds, state, way):
    simulator.sim.set_clock(datetime.now(UTC).timestamp() + seconds)
    found = enrolled[Check.CLOCK]
    assert found.state == state
    said = re.search(rf"([\d,]+) s {way} Stripe", found.found)
    assert abs(int(said[1].replace(",", "")) - abs(seconds)) < 10, found.found
    assert re.search(r"(The same as|\d s (ahead of|behind)) the backend", found.found)


def test_outside_unreachable(enrolled, simulator, backend):
    backend.stop()
    simulator.sim.outage()
    try:
        found = enrolled()
    finally:
        simulator.sim.outage(on=False)
    codes = {name: found[name]["code"] for name in ("backend", "reader", "clock", "database")}
    assert codes == {
        "backend": "backend_unreachable",
        "reader": "stripe_unreachable",
        "clock": "clock_unknown",
        "database": "",
    }


def test_a_token_that_the_backend_refuses(enrolled):
    enrolled.holds(stripe_key=KEY, backend_token="not-this-registers")  # noqa: S106  refused
    assert enrolled[Check.BACKEND].code == "backend_unauthorized"


def test_a_token_of_another_register(enrolled, backend):
    ids = "0193a000-0000-7000-8000-00000000000"
    backend.enrol("another-token", ids + "1", ids + "2", ids + "3")
    enrolled.holds(stripe_key=KEY, backend_token="another-token")  # noqa: S106  a test's own
    assert enrolled[Check.BACKEND].code == "wrong_register"


def test_what_waits_is_counted_with_its_age(enrolled, backend, start):
    backend.stop()
    till = start(enrolled.folder)
    sell(till)
    till.close()
    found = enrolled[Check.OUTBOX]
    assert (found.state, found.found[:9]) == (Trouble.OK, "1 waiting")
    with closing(sqlite3.connect(enrolled.folder / "till.db")) as db, db:
        db.execute("UPDATE outbox SET created_at = '2025-01-01 00:00:00' WHERE sent_at IS NULL")
    assert enrolled[Check.OUTBOX].code == "outbox_waiting"
    with closing(sqlite3.connect(enrolled.folder / "till.db")) as db, db:
        db.execute("UPDATE outbox SET parked_code = 'no' WHERE sent_at IS NULL")
    assert enrolled[Check.OUTBOX].code == "outbox_parked"


def test_a_check_that_gets_no_answer_ends(data, monkeypatch, silence):
    """Somebody takes the call and never says a word."""
    monkeypatch.setattr(examine, "_LIMIT", 1.0)
    secrets = MemorySecrets({BACKEND_TOKEN: "some-token"})
    examination = Examination(Config(data_dir=data, backend_url=silence), secrets)
    began = monotonic()
    found = examination.look(Check.BACKEND)
    assert found.code == "no_answer"
    assert monotonic() - began < 5


@pytest.fixture
def silence():
    """The address of somebody who listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
