"""A walk over every screen of the real window: each control has a name, no text is cut off."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from pos.terminal.attempt import Situation
from pos.ui.screens.checkout_views import Page
from tests.e2e.counter import CORK, GIFT, TEA, UNKNOWN, Counter
from tests.gallery.eyes import cut_off, nameless
from tests.ui.front_fixture import turn, until

SIZES = ((1366, 768), (1920, 1080))
Key = Qt.Key


def sale(counter: Counter) -> Iterator[str]:
    yield "empty sale"
    for code in (TEA, CORK, TEA):
        counter.scan(code)
    counter.holds(("Green tea", 2), ("Cork block", 1))
    counter.pages.sale.set_customer(counter.know_jiwoo().id)
    until(lambda: counter.pages.sale.cart.customer)
    yield "sale"
    counter.scan(UNKNOWN)
    until(counter.sale.panel.notice.isVisible)
    yield "unknown code"
    for key, name in ((Key.Key_F6, "discount"), (Key.Key_F7, "quantity")):
        counter.press(key)
        yield name
        counter.press(Key.Key_Escape)
    counter.tap("Note")
    yield "note"
    counter.press(Key.Key_Escape)


def choosers(counter: Counter) -> Iterator[str]:
    counter.type("yoga")
    counter.enter()
    until(lambda: counter.shell.overlay)
    yield "variants"
    counter.press(Key.Key_Escape)
    counter.scan(GIFT)
    until(lambda: counter.shell.overlay)
    yield "price"
    counter.press(Key.Key_Escape)
    counter.press(Key.Key_F3)
    until(lambda: counter.shell.overlay.content.table.current)
    yield "customer chooser"
    counter.type("Jin Park with a very long family name")
    yield "customer searched for"
    form = counter.shell.overlay.content.form
    counter.touch(counter.shell.overlay.content.new)
    form.phone.setText("+82 10-5550-0199")
    form._look()
    until(form._twin.isVisible)
    yield "new customer"
    counter.press(Key.Key_Escape)


def checkout(counter: Counter) -> Iterator[str]:
    counter.charge()
    yield "cash"
    counter.touch(counter.tender("Card reader"))
    counter.until(Situation.WAITING_FOR_CARD)
    yield "waiting for the card"
    counter.sim.decline()
    counter.until(Situation.DECLINED)
    yield "declined"
    counter.tap("Try again (same payment)")
    counter.until(Situation.WAITING_FOR_CARD)
    counter.sim.outage()
    counter.until(Situation.UNKNOWN)
    yield "unknown payment"
    counter.sim.outage(on=False)
    counter.until(Situation.WAITING_FOR_CARD)
    counter.sim.present_card()
    until(lambda: counter.checkout.view.page is Page.DONE)
    yield "paid"
    counter.tap("Show receipt")
    until(lambda: counter.shell.overlay)
    yield "receipt"
    counter.press(Key.Key_Escape)
    counter.next_sale()


def elsewhere(counter: Counter) -> Iterator[str]:
    counter.open_purchases()
    yield "purchase"
    until(counter.purchases.detail.refund.isEnabled)
    counter.touch(counter.purchases.detail.refund)
    until(lambda: counter.purchases.refunding)
    for line in counter.purchases.refund._lines.values():
        counter.touch(line.stepper.plus)
    counter.purchases.refund._reason_chosen("other")
    counter.rest()
    yield "refund"
    for tab in ("Customers", "Settings"):
        counter.tap(tab)
        counter.rest()
        yield tab.lower()
    settings = counter.front.settings.screen
    for section in settings._names:
        settings.open_section(section)
        counter.rest()
        yield f"settings: {section}"
    for pill in ("sync", "reader"):
        counter.shell._open_status(pill)
        yield f"panel: {pill}"


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_control_has_a_name_and_no_text_is_cut_off(open_counter, simulator, look):
    def wear(till):
        till.settings.set_theme(look)

    counter = open_counter(simulator, before=wear)
    wrong = []
    for part in (sale, choosers, checkout, elsewhere):
        for where in part(counter):
            turn(30)
            wrong += [f"{where}: no name: {name}" for name in nameless(counter.shell)]
            for size in SIZES:
                counter.shell.resize(*size)
                turn(10)
                cut = cut_off(counter.shell).items()
                wrong += [f"{where}, {size[0]}: {text!r} {why}" for text, why in cut]
    assert wrong == [], "\n".join(wrong)
