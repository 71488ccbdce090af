"""Registering a reader by its code and trying it out, through Settings."""

from pos.app import reader_desk
from pos.services.secrets import STRIPE_KEY, MemorySecrets
from pos.terminal import tryout
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


def test_no_try_while_a_sale_holds_the_reader(tmp_path, simulator, monkeypatch):
    with opened(tmp_path, simulator) as front:
        till_of(front).settings.choose_reader(READER, "Front desk")
        front.settings.shop_changed.emit(till_of(front).shop())
        reader = settings_of(front, "reader").reader
        monkeypatch.setattr(reader_desk, "reader_in_use", lambda _db: True)
        press(reader, "Make a test payment")
        idle(front)
        assert code_of(reader) == "reader_in_use"
