"""What a cashier hears while looking at the customer."""

import pytest

from pos.terminal.attempt import Situation
from pos.ui import sounds
from tests.e2e.counter import TEA, UNKNOWN
from tests.ui.front_fixture import until


@pytest.fixture
def beeps(monkeypatch):
    heard = []
    monkeypatch.setattr(sounds, "good", lambda: heard.append("good"))
    monkeypatch.setattr(sounds, "bad", lambda: heard.append("bad"))
    return heard


def test_an_unknown_code_is_heard(counter, beeps):
    counter.scan(UNKNOWN)
    until(counter.sale.panel.notice.isVisible)
    assert beeps == ["bad"]


def test_money_is_heard_once(counter, beeps):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    assert beeps == []
    counter.pay_exactly()
    assert beeps == ["good"]


def test_a_declined_card_is_heard_once_and_then_the_money(card_counter, beeps):
    card_counter.scan(TEA)
    card_counter.holds(("Green tea", 1))
    card_counter.pay_by_card()
    assert beeps == []
    card_counter.sim.decline()
    card_counter.until(Situation.DECLINED)
    card_counter.rest()
    assert beeps == ["bad"]
    card_counter.tap("Try again (same payment)")
    card_counter.until(Situation.WAITING_FOR_CARD)
    card_counter.sim.present_card()
    card_counter.paid()
    assert beeps == ["bad", "good"]


def test_a_scan_that_waits_is_heard(counter, beeps):
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.charge()
    counter.scan(TEA)
    until(lambda: counter.said)
    assert beeps == ["bad"]
