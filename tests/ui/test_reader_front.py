"""Registering a reader by its code and trying it out, through Settings."""

from threading import Event

from pos.services.secrets import STRIPE_KEY, MemorySecrets
from pos.terminal import tryout
from pos.terminal.api import Situation
from pos.ui.widgets.buttons import Button
from tests.support.simulator import KEY, READER
from tests.ui.front_fixture import idle, open_front, till_of, until
from tests.ui.hands import code_of, press, said_by, sell_tea, settings_of

LIVE = "rk_live_" + "a1" * 12


def opened(tmp_path, simulator, key=KEY):
    secrets = MemorySecrets({STRIPE_KEY: key}, problem=None)
    return open_front(tmp_path, secrets=secrets, stripe_url=simulator.url)


def fill(form, code="simulated-wpe"):
    form.code.setText(code)
    form.label.setText("Counter left")
    form.place.choose("new")
    form.name.setText("Pier shop")
    form.street.setText("1 Pier Road")
    form.city.setText("San Francisco")
    form.postal.setText("94111")
    form.country.choose("US")
    form.state.setText("CA")


def test_a_reader_is_registered_chosen_and_tried(tmp_path, simulator):
    with opened(tmp_path, simulator) as front:
        reader = settings_of(front, "reader").reader
        until(lambda: "tml_sim_shop" in reader.form.place._words)
        assert not reader.trial.isVisibleTo(reader), "there is no reader to try yet"
        fill(reader.form)
        press(reader, "Register reader")
        idle(front)
        assert said_by(reader) == "Counter left is registered, and cards are taken on it now."
        shop = till_of(front).shop()
        assert (shop.reader_label, shop.reader_id[:4]) == ("Counter left", "tmr_")
        assert reader.form.code.text() == ""
        assert "In use" in [each.words() for each in reader.findChildren(Button)]
        press(reader, "Make a test payment")
        idle(front)
        assert "approved and let go" in reader.trial._state.text()
        assert sell_tea(front).lines


def test_a_wrong_code_is_said_and_nothing_typed_is_lost(tmp_path, simulator):
    with opened(tmp_path, simulator) as front:
        reader = settings_of(front, "reader").reader
        fill(reader.form, "Red Fox moon")
        press(reader, "Register reader")
        idle(front)
        assert code_of(reader) == "reader_code_unknown"
        assert "new one on the reader" in reader.banner.view.remedy
        assert reader.form.code.text() == "Red Fox moon"
        assert reader.form.street.text() == "1 Pier Road"
        assert reader.form.register.isEnabled()


def test_an_address_without_what_its_country_needs_is_said(tmp_path, simulator):
    with opened(tmp_path, simulator) as front:
        reader = settings_of(front, "reader").reader
        fill(reader.form)
        reader.form.state.clear()
        press(reader, "Register reader")
        idle(front)
        assert code_of(reader) == "reader_no_state"
        fill(reader.form)
        reader.form.code.clear()
        press(reader, "Register reader")
        idle(front)
        assert "Code on the reader is empty" in said_by(reader)


def test_a_registration_whose_answer_was_lost_is_asked_for_again_once(tmp_path, simulator):
    with opened(tmp_path, simulator) as front:
        till = till_of(front)
        reader = settings_of(front, "reader").reader
        before = len(till.gateway.readers().body["data"])
        fill(reader.form)
        simulator.sim.fault("close_after", path=".*terminal/readers$")
        press(reader, "Register reader")
        idle(front)
        assert code_of(reader) == "stripe_unreachable"
        press(reader, "Register reader")
        idle(front)
        assert "is registered" in said_by(reader)
        assert len(till.gateway.readers().body["data"]) == before + 1


def test_a_live_key_asks_no_card_and_says_why(tmp_path, simulator):
    with opened(tmp_path, simulator, LIVE) as front:
        till_of(front).settings.choose_reader(READER, "Front desk")
        front.settings.shop_changed.emit(till_of(front).shop())
        reader = settings_of(front, "reader").reader
        until(lambda: reader.trial.begin.words() == "Show a greeting on the reader")
        assert "real money" in reader.trial._words.text()


def test_a_reader_that_is_off_is_said(tmp_path, simulator, monkeypatch):
    monkeypatch.setattr(tryout, "PATIENCE_S", 1)
    with opened(tmp_path, simulator) as front:
        till_of(front).settings.choose_reader(READER, "Front desk")
        front.settings.shop_changed.emit(till_of(front).shop())
        reader = settings_of(front, "reader").reader
        simulator.sim.unplug(noticed=True)
        try:
            press(reader, "Make a test payment")
            idle(front)
        finally:
            simulator.sim.plug_in()
        assert code_of(reader) == "terminal_reader_offline"
        assert reader.trial.begin.isEnabled()


def with_reader(front):
    till_of(front).settings.choose_reader(READER, "Front desk")
    front.settings.shop_changed.emit(till_of(front).shop())
    return settings_of(front, "reader").reader


def sell_by_card(front, cart):
    """Ask for a card, as a cashier does."""
    checkout = till_of(front).checkout
    run = checkout.begin(cart.cart_id)
    checkout.pay(run.run_id, "stripe_terminal")
    front.background.wake_payments()
    return run


def test_no_try_while_a_sale_holds_the_reader(tmp_path, simulator):
    with opened(tmp_path, simulator) as front:
        reader = with_reader(front)
        run = sell_by_card(front, sell_tea(front))
        until(lambda: simulator.sim.reader()["phase"] == "waiting")
        press(reader, "Make a test payment")
        idle(front)
        assert code_of(reader) == "reader_in_use"
        pay_the_sale(front, simulator, run)


def asked_for(simulator):
    """The payment that the reader asks a card for."""
    action = simulator.sim.reader()["action"] or {}
    return action.get("process_payment_intent", {}).get("payment_intent")


def pay_the_sale(front, simulator, run, tried=None):
    until(lambda: asked_for(simulator) not in {None, tried})
    simulator.sim.present_card()
    until(lambda: till_of(front).checkout.view(run.run_id).is_paid)


def test_a_sale_takes_the_reader_from_a_try_and_keeps_it(tmp_path, simulator):
    with opened(tmp_path, simulator) as front:
        cart, reader = sell_tea(front), with_reader(front)
        simulator.sim.fault("forbidden", path=".*present_payment_method$")  # a reader of flesh
        press(reader, "Make a test payment")
        until(lambda: simulator.sim.reader()["phase"] == "waiting")
        tried, run = asked_for(simulator), sell_by_card(front, cart)
        until(lambda: code_of(reader) == "reader_in_use")
        pay_the_sale(front, simulator, run, tried)


def test_stop_counts_while_the_try_waits_its_turn(tmp_path, simulator):
    with opened(tmp_path, simulator) as front:
        reader = with_reader(front)
        held = Event()
        front.settings.away.submit(held.wait, 10)
        prompts = simulator.sim.reader()["prompts"]
        press(reader, "Make a test payment")
        press(reader, "Stop")
        held.set()
        idle(front)
        assert "stopped" in reader.trial._state.text()
        assert simulator.sim.reader()["prompts"] == prompts, "the reader was left alone"


def test_a_key_without_a_right_is_told_which(tmp_path, simulator):
    with opened(tmp_path, simulator) as front:
        reader = with_reader(front)
        simulator.sim.fault("forbidden", path=".*payment_intents$")
        press(reader, "Make a test payment")
        idle(front)
        assert code_of(reader) == "stripe_key_lacks"
        assert "PaymentIntents" in reader.banner.view.remedy


def test_a_key_and_a_reader_that_change_while_a_card_is_asked_for_lose_no_sale(tmp_path, simulator):
    with opened(tmp_path, simulator) as front:
        cart, _ = sell_tea(front), with_reader(front)
        run = sell_by_card(front, cart)
        until(lambda: simulator.sim.reader()["phase"] == "waiting")
        told = []
        front.background.desk_moved.connect(
            lambda tick: told.extend(each.progress.situation for each in tick.runs)
        )
        key = settings_of(front, "key").key
        press(key, "Remove key")
        idle(front)
        till_of(front).settings.choose_reader("tmr_another", "Back room")
        front.settings.shop_changed.emit(till_of(front).shop())
        until(lambda: told and told[-1] is Situation.KEY_REFUSED)
        simulator.sim.present_card()
        key.secret.edit.setText(KEY)
        press(key, "Save")
        idle(front)
        until(lambda: till_of(front).checkout.view(run.run_id).is_paid, seconds=8)
        taken = [each for each in simulator.sim.ledger()["charges"] if each["captured"]]
        paid = [each for each in taken if each["metadata"].get("cart") == str(cart.cart_id)]
        assert len(paid) == 1, "charged once"
