"""The card reader on the screen: scenarios 2, 11, 12, 20, 22 and 39."""

from PySide6.QtCore import Qt

from pos.terminal.attempt import Situation
from pos.ui.screens.checkout_views import Page
from tests.e2e.books import charges, one_sale
from tests.e2e.counter import CORK, TEA
from tests.ui.front_fixture import until

S = Situation


def test_a_card_sale_from_the_reader_to_the_receipt(tea):
    tea.pay_by_card()
    assert tea.checkout.card._call.text() == "Ask the customer to tap, insert or swipe"
    assert tea.checkout.card._amount.text() == "$5.23"
    assert "Front desk reader" in tea.checkout.card._detail.text()
    tea.sim.present_card()
    tea.paid()
    assert tea.reads("Visa ·· 4242")
    one_sale(tea)
    tea.next_sale()
    until(lambda: tea.sim.reader()["phase"] == "idle")


def test_scenario_2_a_declined_card_leaves_the_cart_as_it_was(tea):
    tea.pay_by_card()
    tea.sim.decline()
    tea.until(S.DECLINED)
    banner = tea.checkout.card.banner
    until(banner.isVisible)
    assert banner.view.title == "Declined \N{EN DASH} insufficient funds."
    assert banner.view.charged == "Customer was not charged."
    assert tea.count("order") == 0
    assert tea.ask("SELECT status FROM payment_session") == [("pending",)]
    tea.tap("Other method")
    until(lambda: tea.checkout.view.page is Page.CASH and not tea.checkout.view.locked)
    tea.press(Qt.Key.Key_Escape)
    until(lambda: tea.shell.page == "sale")
    tea.holds(("Green tea", 1))
    tea.scan(CORK)
    tea.holds(("Green tea", 1), ("Cork block", 1))
    assert charges(tea) == []


def test_scenario_22_a_new_card_after_a_decline_and_the_decline_stays_in_the_history(tea):
    tea.pay_by_card()
    tea.sim.decline()
    tea.until(S.DECLINED)
    tea.touch_twice(tea.button("Try again (same payment)"))
    tea.until(S.WAITING_FOR_CARD)
    tea.sim.present_card()
    tea.paid()
    one_sale(tea)
    assert len(charges(tea, "failed")) == 1
    tea.next_sale()
    tea.open_purchases()
    until(lambda: tea.reads("declined") or tea.reads("Declined"))


def test_a_customer_who_cancels_on_the_reader(tea):
    tea.pay_by_card()
    tea.sim.customer_cancel()
    tea.until(S.CUSTOMER_CANCELED)
    until(tea.checkout.card.banner.isVisible)
    assert tea.checkout.card.banner.view.title == "The customer canceled on the reader."
    assert [b.words() for b in actions(tea)] == ["Try again (same payment)", "Other method"]


def test_cancel_on_the_reader_goes_back_to_the_other_ways_to_pay(tea):
    tea.pay_by_card()
    tea.tap("Cancel on reader")
    assert tea.checkout.card._call.text() == "Canceling on the reader"
    until(lambda: tea.checkout.view.page is Page.CASH and not tea.checkout.view.locked)
    assert tea.checkout.cash.banner.view.charged == "Customer was not charged."
    tea.touch(tea.checkout.cash.exact)
    tea.paid()
    assert tea.ask("SELECT provider_id FROM payment") == [("cash",)]
    assert charges(tea) == []


def actions(counter):
    line = counter.checkout.card._buttons
    return [line.itemAt(at).widget() for at in range(line.count())]


class TestScenario11:
    def test_card_reader_twice_is_one_prompt(self, tea):
        tea.touch_twice(tea.sale.panel.pay)
        until(lambda: tea.shell.page == "checkout" and tea.checkout.view.tenders)
        tea.touch_twice(tea.tender("Card reader"))
        tea.until(S.WAITING_FOR_CARD)
        assert len(tea.sim.ledger()["prompts"]) == 1
        tea.sim.present_card()
        tea.paid()
        one_sale(tea)
        assert tea.count("payment_session") == 1

    def test_the_card_is_chosen_and_cash_is_given_at_once(self, tea):
        tea.charge()
        tea.touch(tea.tender("Card reader"))
        tea.checkout.cash_given.emit(10_000)
        tea.until(S.WAITING_FOR_CARD)
        tea.sim.present_card()
        tea.paid()
        one_sale(tea)


def test_scenario_12_approved_while_the_window_was_closed(open_counter, simulator):
    counter = open_counter(simulator)
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.pay_by_card()
    counter.close()
    simulator.sim.present_card()
    again = open_counter(simulator)
    until(lambda: again.shell.page == "checkout")
    again.paid()
    assert again.checkout.done._title.text() == "Paid $5.23"
    one_sale(again)
    assert len(again.sim.ledger()["prompts"]) == 1
    again.next_sale()
    again.scan(CORK)
    again.holds(("Cork block", 1))


def test_a_payment_found_waiting_at_start_asks_before_it_wakes_the_reader(open_counter, simulator):
    counter = open_counter(simulator)
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.pay_by_card()
    counter.close()
    simulator.sim.customer_cancel()
    again = open_counter(simulator)
    until(lambda: again.situation in {S.CUSTOMER_CANCELED, S.RESUME, S.DECLINED})
    assert len(again.sim.ledger()["prompts"]) == 1, "the reader slept on"
    until(lambda: actions(again))
    again.touch(actions(again)[0])
    again.until(S.WAITING_FOR_CARD)
    again.sim.present_card()
    again.paid()
    one_sale(again)


def test_scenario_20_stripe_cannot_be_reached(open_counter, fresh_simulator):
    fresh_simulator.kill()
    counter = open_counter(fresh_simulator)
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    until(lambda: counter.shell.header.pill("reader").text() == "Reader offline")
    counter.charge()
    card = counter.tender("Card reader")
    assert card.isVisible()
    assert not card.isEnabled()
    assert card.text() == "Card reader\nneeds internet"
    assert card.accessibleDescription() == ("Card reader needs the internet. Take cash meanwhile.")
    counter.touch(card)
    counter.rest()
    assert counter.checkout.view.page is Page.CASH
    assert counter.count("payment_session") == 0, "no queued charge"
    counter.touch(counter.checkout.cash.exact)
    counter.paid()


def test_a_card_can_be_taken_as_soon_as_stripe_answers_again(open_counter, fresh_simulator):
    fresh_simulator.kill()
    counter = open_counter(fresh_simulator)
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    until(lambda: counter.shell.header.pill("reader").text() == "Reader offline")
    counter.charge()
    assert not counter.tender("Card reader").isEnabled()
    fresh_simulator.start()
    counter.front.background.reconnect()  # else it looks every 20 s
    until(lambda: counter.tender("Card reader").isEnabled())
    counter.touch(counter.tender("Card reader"))
    counter.until(S.WAITING_FOR_CARD)


def test_the_network_goes_while_the_way_to_pay_is_chosen(tea):
    tea.charge()
    tea.sim.outage()
    tea.touch(tea.tender("Card reader"))
    tea.until(S.UNREACHABLE)
    until(tea.checkout.card.banner.isVisible)
    assert tea.checkout.card.banner.view.title == "Stripe cannot be reached."
    tea.tap("Cancel payment")
    until(lambda: tea.checkout.view.page is Page.CASH and not tea.checkout.view.locked)
    tea.touch(tea.checkout.cash.exact)
    tea.paid()
    tea.sim.outage(on=False)
    assert charges(tea) == []


def test_scenario_39_no_key_is_stored(open_counter, simulator):
    counter = open_counter(simulator, key="")
    counter.scan(TEA)
    counter.holds(("Green tea", 1))
    counter.charge()
    card = counter.tender("Card reader")
    assert card.isVisible()
    assert not card.isEnabled()
    assert card.text() == "Card reader\nnot set up"
    assert card.accessibleDescription() == "No Stripe key is stored. See Settings."
    counter.touch(counter.checkout.cash.exact)
    counter.paid()
    assert counter.sim.requests() == []


def test_a_card_that_comes_before_the_cancel_is_paid_and_that_is_said(tea):
    tea.pay_by_card()
    tea.sim.fault("delay", path="cancel", count=0, seconds=0.5)
    tea.tap("Cancel on reader")
    tea.sim.present_card()
    tea.paid()
    assert (
        tea.checkout.done.banner.view.title
        == "The customer paid before the payment could be canceled."
    )
    one_sale(tea)
