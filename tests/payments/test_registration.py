"""A reader registered at the simulator: once, whatever happens on the way; and tried out."""

from __future__ import annotations

from threading import Event

import pytest
from sqlalchemy import text

from pos.app.build import build, utc_now
from pos.app.reader_desk import TillReaderDesk
from pos.config import Config
from pos.models.base import new_id
from pos.models.states import OpKind
from pos.services import shop
from pos.services.secrets import STRIPE_KEY, MemorySecrets
from pos.terminal import stripe_gateway, tryout
from pos.terminal.operations import Outcome
from pos.terminal.posting import Posts
from pos.terminal.registration import SIMULATED, NewPlace, Registration
from pos.terminal.tryout import Tried, Tryout
from tests.support.simulator import KEY
from tests.support.till import FakeClock

PLACE = NewPlace("Front desk", "1 Pier Road", "San Francisco", "US", "94111", "CA")


@pytest.fixture
def clock():
    return FakeClock(utc_now())


@pytest.fixture
def till(tmp_path, simulator, clock, monkeypatch):
    monkeypatch.setattr(stripe_gateway, "TIMEOUT", (2, 0.5))
    config = Config(data_dir=tmp_path / "till", stripe_url=simulator.url)
    secrets = MemorySecrets({STRIPE_KEY: KEY})
    made = build(config, secrets=secrets, preset=shop.DEMO, clock=clock)
    yield made
    simulator.sim.clear_faults()
    made.close()


@pytest.fixture
def posts(till):
    return Posts(till.db, till.gateway, till.clock)


@pytest.fixture
def desk(till, posts):
    return Registration(posts, till.gateway)


def journal(till):
    with till.db.reader.begin() as connection:
        rows = connection.execute(text("SELECT kind, state, sends FROM stripe_operation"))
        return [tuple(row) for row in rows]


def register(desk, label="Counter 1"):
    place = desk.make_place(PLACE)
    return desk.register(SIMULATED, label, place.body["id"])


def test_a_reader_is_registered_and_tried_out(till, posts, desk):
    made = register(desk)
    assert (made.outcome, made.body["label"]) == (Outcome.OK, "Counter 1")
    assert made.body["id"] in {one["id"] for one in till.gateway.readers().body["data"]}
    tried = Tryout(posts, till.gateway, made.body["id"]).pay("usd", Event())
    assert tried.tried is Tried.APPROVED
    intent = newest_intent(till)
    assert (intent["status"], intent["amount_received"]) == ("canceled", 0), "nothing is taken"
    assert {state for _, state, _ in journal(till)} == {"ok"}


@pytest.mark.parametrize("currency", ["usd", "dkk", "sek", "krw", "jpy"])
def test_what_is_asked_for_is_not_below_the_least_of_a_currency(till, posts, desk, currency):
    reader = register(desk).body["id"]
    assert Tryout(posts, till.gateway, reader).pay(currency, Event()).tried is Tried.APPROVED


def test_what_another_till_put_on_the_reader_stays_there(till, posts, desk):
    reader, stop = register(desk).body["id"], Event()
    trying = Tryout(posts, till.gateway, reader)
    theirs = {}

    def another_till(_what):
        theirs["id"] = sell_at_another_till(posts, reader)
        stop.set()

    trying._present_if_simulated = lambda _intent: None  # a reader of flesh
    assert trying.pay("usd", stop, another_till).tried is Tried.STOPPED
    assert on_reader(till, reader) == theirs["id"]
    for again in (trying.pay, trying.show):
        words = () if again == trying.pay else ("Hello",)
        assert again(*words, "usd", Event()).tried is Tried.TAKEN
        assert on_reader(till, reader) == theirs["id"]


def sell_at_another_till(posts, reader):
    sale = {"amount": 480, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
    owner = new_id()
    intent = posts.once(OpKind.CREATE, "", sale, owner).body["id"]
    asked = {"payment_intent": intent, "process_config": {}}
    assert posts.once(OpKind.PROCESS, reader, asked, owner).outcome is Outcome.OK
    return intent


def on_reader(till, reader):
    action = till.gateway.reader(reader).body["action"]
    assert action["status"] == "in_progress"
    return action["process_payment_intent"]["payment_intent"]


def newest_intent(till):
    found = till.gateway.intents_since(utc_now()).body["data"]
    return next(one for one in found if "tryout" in one["metadata"])


def test_a_location_that_there_is_is_not_made_twice(desk):
    first = desk.make_place(PLACE).body["id"]
    assert desk.make_place(PLACE).body["id"] == first


def test_a_wrong_code_is_a_definite_no(till, desk):
    place = desk.make_place(PLACE)
    answer = desk.register("red-wombat-carrot", "Counter", place.body["id"])
    assert (answer.outcome, answer.code) == (Outcome.NO, "resource_missing")
    assert ("reader", "no", 1) in journal(till)


@pytest.mark.parametrize("kind", ["close_after", "close_before", "error_500_executed", "html_502"])
def test_an_answer_that_was_lost_registers_nothing_twice(till, desk, simulator, kind):
    known = len(till.gateway.readers().body["data"])
    place = desk.make_place(PLACE).body["id"]
    simulator.sim.fault(kind, path=".*terminal/readers$")
    assert desk.register(SIMULATED, "Twice", place).outcome is Outcome.UNKNOWN
    assert desk.register(SIMULATED, "Twice", place).outcome is Outcome.OK
    assert len(till.gateway.readers().body["data"]) == known + 1
    tries = 1 if kind == "error_500_executed" else 2  # Stripe would only repeat that error
    assert ("reader", "ok", tries) in journal(till)


def test_an_error_that_stripe_stored_is_not_asked_for_again(till, desk, simulator):
    place = desk.make_place(PLACE).body["id"]
    simulator.sim.fault("error_500_stored", path=".*terminal/readers$")
    assert desk.register(SIMULATED, "Stored", place).outcome is Outcome.UNKNOWN
    assert desk.register(SIMULATED, "Stored", place).outcome is Outcome.OK
    assert [row for row in journal(till) if row[0] == "reader"] == [
        ("reader", "no", 1),
        ("reader", "ok", 1),
    ]


def test_a_key_that_may_be_pruned_is_not_sent_again(till, desk, simulator, clock):
    known = len(till.gateway.readers().body["data"])
    place = desk.make_place(PLACE).body["id"]
    simulator.sim.fault("close_after", path=".*terminal/readers$")
    desk.register(SIMULATED, "Found", place)
    clock.advance(hours=21)
    found = desk.register(SIMULATED, "Found", place)
    assert found.body["label"] == "Found"
    assert len(till.gateway.readers().body["data"]) == known + 1
    assert ("reader", "ok", 1) in journal(till)


def test_a_card_that_nobody_holds_to_it_ends_the_test_with_an_idle_reader(
    till, posts, desk, monkeypatch
):
    monkeypatch.setattr(tryout, "PATIENCE_S", 1)
    reader = register(desk).body["id"]
    trying = Tryout(posts, till.gateway, reader)
    monkeypatch.setattr(trying, "_present_if_simulated", lambda _intent: None)  # a reader of flesh
    assert trying.pay("usd", Event()).tried is Tried.NO_CARD
    assert newest_intent(till)["status"] == "canceled"
    assert till.gateway.reader(reader).body["action"] is None


def test_stopping_leaves_nothing_behind(till, posts, desk, monkeypatch):
    reader = register(desk).body["id"]
    trying, stop = Tryout(posts, till.gateway, reader), Event()
    monkeypatch.setattr(trying, "_present_if_simulated", lambda _intent: stop.set())
    assert trying.pay("usd", stop).tried is Tried.STOPPED
    assert newest_intent(till)["status"] == "canceled"


def test_words_on_the_screen_ask_for_no_card(till, posts, desk, monkeypatch):
    monkeypatch.setattr(tryout, "_SHOWN_S", 0)
    reader = register(desk).body["id"]
    assert Tryout(posts, till.gateway, reader).show("Hello", "usd", Event()).tried is Tried.SHOWN
    assert {kind for kind, _, _ in journal(till)} == {
        "location",
        "reader",
        "display",
        "cancel_action",
    }


def test_a_live_key_moves_no_money_at_all(tmp_path, simulator, monkeypatch):
    """Nothing but the reader's screen is asked for, whatever the till is told to try."""
    monkeypatch.setattr(tryout, "_SHOWN_S", 0)
    config = Config(data_dir=tmp_path / "live", stripe_url=simulator.url)
    secrets = MemorySecrets({STRIPE_KEY: "rk_live_tillkeep"})
    made = build(config, secrets=secrets, preset=shop.DEMO)
    try:
        reader = register(Registration(Posts(made.db, made.gateway, made.clock), made.gateway))
        assert reader.outcome is Outcome.OK, reader
        made.settings.choose_reader(reader.body["id"], "Counter")
        said = TillReaderDesk(made).try_out(str)
        assert "no card was charged" in said
        assert {kind for kind, _, _ in journal(made)} == {
            "location",
            "reader",
            "display",
            "cancel_action",
        }
        assert made.gateway.intents_since(utc_now()).body["data"] == []
    finally:
        made.close()
