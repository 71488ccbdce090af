"""The virtual reader's window against a real simulator."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from pos.ui.tokens import TOUCH
from pos.ui.virtual_reader import VirtualReader
from pos.ui.virtual_reader_link import ReaderLink
from pos.ui.virtual_reader_view import ALL_HANDS, screen_of
from tests.support.simulator import READER, ROOT, close_client
from tests.support.simulator_fixture import _shared_simulator, fresh_simulator, simulator

__all__ = ["_shared_simulator", "fresh_simulator", "simulator"]
ALWAYS = {"power", "network"}


@pytest.fixture
def client(simulator):
    made = simulator.client()
    yield made
    close_client(made)


@pytest.fixture
def window(qtbot, simulator):
    made = VirtualReader(ReaderLink(simulator.url, simulator.token, READER))
    qtbot.addWidget(made)
    made.resize(380, 700)
    made.show()
    qtbot.waitUntil(lambda: made.screen_shown.title == "Welcome", timeout=5000)
    return made


def ask_for_payment(client, amount=17141):
    intent = client.v1.payment_intents.create(
        {
            "amount": amount,
            "currency": "usd",
            "allowed_payment_method_types": ["card_present"],
            "capture_method": "automatic",
        }
    )
    client.v1.terminal.readers.process_payment_intent(READER, {"payment_intent": intent.id})
    return intent.id


def shows(window, qtbot, title):
    qtbot.waitUntil(lambda: window.screen_shown.title == title, timeout=5000)
    return window.screen_shown


def enabled(window):
    return {hand for hand in ALL_HANDS if window.button(hand).isEnabled()}


def test_a_card_is_tapped_and_the_intent_is_paid(window, client, qtbot):
    assert enabled(window) == ALWAYS
    intent = ask_for_payment(client)
    screen = shows(window, qtbot, "Total")
    assert (screen.amount, screen.hint) == ("$171.41", "Tap, insert or swipe")
    assert enabled(window) == set(ALL_HANDS)
    window.button("tap").click()
    assert shows(window, qtbot, "Approved").amount == "$171.41"
    assert enabled(window) == ALWAYS
    assert client.v1.payment_intents.retrieve(intent).status == "succeeded"


def test_an_inserted_card_is_processed_before_it_is_approved(window, client, qtbot, simulator):
    simulator.sim.hold()
    ask_for_payment(client)
    shows(window, qtbot, "Total")
    window.button("insert").click()
    assert shows(window, qtbot, "Processing").hint == "Do not remove the card"
    assert enabled(window) == ALWAYS
    simulator.sim.finish_authorisation()
    shows(window, qtbot, "Approved")


def test_a_card_without_funds_and_a_customer_who_leaves(window, client, qtbot):
    intent = ask_for_payment(client)
    shows(window, qtbot, "Total")
    window.button("decline").click()
    assert shows(window, qtbot, "Declined").hint == "Your card has insufficient funds."
    client.v1.terminal.readers.process_payment_intent(READER, {"payment_intent": intent})
    shows(window, qtbot, "Total")
    window.button("cancel").click()
    shows(window, qtbot, "Cancelled")
    assert client.v1.payment_intents.retrieve(intent).status == "requires_payment_method"


def test_the_plug_and_the_network_can_be_pulled_and_put_back(window, client, qtbot):
    window.button("network").click()
    assert shows(window, qtbot, "Offline").link == "No network"
    assert window.button("network").words() == "Restore network"
    assert client.v1.terminal.readers.retrieve(READER).status == "offline"
    window.button("network").click()
    shows(window, qtbot, "Welcome")
    window.button("power").click()
    shows(window, qtbot, "No power")
    assert (enabled(window), window.button("power").words()) == ({"power"}, "Plug in")
    window.button("power").click()
    shows(window, qtbot, "Welcome")


def test_a_result_leaves_the_screen_after_a_while(window, client, qtbot, simulator):
    ask_for_payment(client)
    shows(window, qtbot, "Total")
    window.button("tap").click()
    shows(window, qtbot, "Approved")
    simulator.sim.advance(10)
    shows(window, qtbot, "Welcome")


def test_without_a_simulator_it_waits_and_then_goes_on(qtbot, fresh_simulator):
    link = ReaderLink(fresh_simulator.url, fresh_simulator.token, READER)
    made = VirtualReader(link)
    qtbot.addWidget(made)
    shows(made, qtbot, "Welcome")
    fresh_simulator.kill()
    shows(made, qtbot, "Starting")
    assert enabled(made) == set()
    fresh_simulator.start()
    shows(made, qtbot, "Welcome")


def test_a_hand_that_comes_too_late_is_told_so(window, qtbot):
    def told():
        return any("not waiting" in label.text() for label in window.findChildren(QLabel))

    assert not told()
    window._tap()
    qtbot.waitUntil(told, timeout=5000)


def test_every_label_is_plain_and_every_button_fits_a_finger(window):
    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
    for hand in ALL_HANDS:
        button = window.button(hand)
        assert min(button.width(), button.height()) >= TOUCH
        assert button.width() >= button.sizeHint().width()


def test_a_refund_and_a_forbidden_cancel_are_shown(simulator):
    state = simulator.sim.reader() | {
        "phase": "waiting",
        "shown_amount": 500,
        "shown_currency": "jpy",
        "action": {
            "type": "refund_payment",
            "refund_payment": {"refund_payment_config": {"enable_customer_cancellation": False}},
        },
    }
    screen = screen_of(state)
    assert screen.title == "Refund"
    assert screen.amount.endswith("500")
    assert "cancel" not in screen.hands


def test_it_starts_as_a_program_of_its_own(simulator):
    command = [sys.executable, "-m", "pos.ui.virtual_reader", "--url", simulator.url]
    with subprocess.Popen([*command, "--token", simulator.token], cwd=ROOT) as running:
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(1.5)
        running.terminate()
