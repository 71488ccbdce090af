"""Cancel in every state that offers it while Stripe hangs: how soon does the screen answer?"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from time import perf_counter, thread_time
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from pos.terminal.api import CASH, STRIPE_TERMINAL
from pos.terminal.attempt import Choice, Situation
from pos.ui.widgets.buttons import Button
from pos.ui.widgets.text import Label
from tests.proof.window.stage import Stage
from tests.proof.window.watchdog import Cores
from tests.support.simulator import READER, close_client, stripe_client

_S = Situation
Setup = Callable[[Any], object]
_PROCESS, _LOOK = r"process_payment_intent$", r"/v1/terminal/readers/\w+$"


def _foreign(stage: Stage) -> None:
    """Let another till take the reader."""
    client = stripe_client(stage.orders.stripe)
    try:
        sale = {"amount": 777, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
        made = client.v1.payment_intents.create(sale, {"idempotency_key": "foreign:c1"})
        client.v1.terminal.readers.process_payment_intent(
            READER, {"payment_intent": made.id}, {"idempotency_key": "foreign:p1"}
        )
    finally:
        close_client(client)


BEFORE: dict[Situation, Setup] = {
    _S.NOT_DELIVERED: lambda sim: sim.lose_ack(delivered=False, count=9),
    _S.READER_OFFLINE: lambda sim: sim.unplug(noticed=True),
    _S.READER_BUSY: lambda sim: sim.busy(),
    _S.UNREACHABLE: lambda sim: sim.fault("close_before", path=r"/v1/payment_intents$", count=0),
    _S.KEY_REFUSED: lambda sim: sim.fault("unauthorized", path=r"/v1/payment_intents$", count=0),
    _S.UNKNOWN: lambda sim: (
        sim.fault("close_after", path=_PROCESS),
        sim.fault("close_before", method="GET", path=_LOOK, count=0),
    ),
}
"""What must be wrong before the card is asked for."""
AT_READER: dict[Situation, Setup] = {
    _S.WAITING_FOR_CARD: lambda _sim: None,
    _S.DECLINED: lambda sim: sim.decline(),
    _S.CUSTOMER_CANCELED: lambda sim: sim.customer_cancel(),
    _S.READER_FAILED: lambda sim: (sim.connection_error("not_authorised"), sim.present_card()),
}
"""What happens at the reader."""
STATES = (_S.SENDING, *AT_READER, _S.DISPLACED, *BEFORE)


class Painted(QObject):
    """Notes when the window was painted with other words than before."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self._before = words(page)
        self.at = self.cpu = 0.0
        self._cores = Cores()
        self._cores.waited()
        self._started, self._cpu = perf_counter(), thread_time()
        QApplication.instance().installEventFilter(self)

    def eventFilter(self, watched: QObject, event_: QEvent) -> bool:
        mine = event_.type() is QEvent.Type.Paint and isinstance(watched, QWidget)
        here = mine and not self.at and self._page.isAncestorOf(watched)
        if here and words(self._page) != self._before:
            self.at, self.cpu = perf_counter() - self._started, thread_time() - self._cpu
            self.own = self.at - self._cores.waited()
        return False

    def stop(self) -> tuple[float, float, float]:
        """Return milliseconds in all, without the waits for a core, and of computing."""
        QApplication.instance().removeEventFilter(self)
        self._cores.close()
        return round(1000 * self.at, 1), round(1000 * self.own, 1), round(1000 * self.cpu, 1)


def words(page: QWidget) -> tuple[str, ...]:
    """Read what the page says and offers."""
    labels = [one.text() for one in page.findChildren(Label) if one.isVisible()]
    return (*labels, *(b.words() for b in page.findChildren(Button) if b.isVisible()))


def cancel(stage: Stage) -> None:
    """Go through the states one after another, a sale for each."""
    stage.opened()
    answers: dict[str, tuple[float, float, float]] = {}
    stage.told["answers_ms"] = answers
    for state in _chosen(stage):
        answers[state.value] = _one(stage, state)


def _chosen(stage: Stage) -> tuple[Situation, ...]:
    only = stage.orders.words.get("states")
    return tuple(s for s in STATES if not only or s.value in only.split(","))


def _one(stage: Stage, state: Situation) -> tuple[float, float, float]:
    """Bring a sale into a state, let Stripe hang, press Cancel; see `Painted.stop`."""
    sim, checkout = stage.sim, stage.front.pages.checkout
    if state in BEFORE:
        stage.elsewhere(lambda: (BEFORE[state](sim), None))
    if state is _S.SENDING:
        _freeze(stage, signal.SIGSTOP)
    _ask_for_card(stage)
    if state in AT_READER or state is _S.DISPLACED:
        _reach(stage, _S.WAITING_FOR_CARD)
    if state in AT_READER:
        stage.elsewhere(lambda: (AT_READER[state](sim), None))
    if state is _S.DISPLACED:
        stage.elsewhere(lambda: (_foreign(stage), None))
    if state is not _S.SENDING:
        _reach(stage, state)
    _freeze(stage, signal.SIGSTOP)
    stage.turn(1200)  # the next look at Stripe hangs by now
    taken = _press(stage)
    _freeze(stage, signal.SIGCONT)
    stage.elsewhere(lambda: (_mend(sim), None))
    stage.until(lambda: checkout.run is None or not checkout.run.blocks, what=f"after {state}")
    _leave(stage)
    return taken


def _press(stage: Stage) -> tuple[float, float, float]:
    page = stage.front.pages.checkout_screen
    button = page.card.button("cancel") or page.card.button("other")
    if button is None:
        raise AssertionError(f"no Cancel among {words(page)}")
    painted = Painted(page)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    stage.until(lambda: painted.at, seconds=20, what="for Cancel to answer")
    return painted.stop()


def _ask_for_card(stage: Stage) -> None:
    from tests.proof.window.scenes import begin  # noqa: PLC0415  they name this module

    begin(stage)
    screen = stage.front.pages.checkout_screen
    screen.tender_chosen.emit(STRIPE_TERMINAL)
    stage.until(lambda: screen.card.isVisible() and screen.card.button("cancel"), what="to ask")


def _reach(stage: Stage, state: Situation) -> None:
    checkout = stage.front.pages.checkout

    def there() -> bool:
        at = checkout._at
        offered = at is not None and at.progress is not None and at.progress.situation is state
        return offered and Choice.CANCEL in at.progress.choices

    stage.until(there, seconds=60, what=f"for {state}; it is {checkout._at}")


def _freeze(stage: Stage, number: int) -> None:
    os.kill(stage.orders.sim_pid, number)


def _mend(sim: Any) -> None:
    """Let the reader and the line be well again."""
    sim.clear_faults()
    sim.plug_in()
    sim.busy(on=False)
    sim.call("POST", "reader/tune", {"reader": READER, "lost_acks": 0})


def _leave(stage: Stage) -> None:
    """Take cash for it, so that the next sale begins anew."""
    pages = stage.front.pages
    run = pages.checkout.run
    if run is not None and not run.is_paid:
        pages.checkout_screen.tender_chosen.emit(CASH)
        pages.checkout_screen.cash_given.emit(1_000_000)
        stage.until(lambda: pages.checkout.run and pages.checkout.run.is_paid, what="for the cash")
    pages.checkout.finish()
    stage.until(lambda: pages.sale.cart is not None and not pages.sale.cart.lines)
    stage.until(lambda: not stage.elsewhere(stage.till.stripe.unsettled), what="to put away")
    stage.elsewhere(stage.till.stripe.probe)  # as the window does every 20 seconds
