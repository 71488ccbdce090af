"""A scripted cashier with a scripted customer: does the same at the till every time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pos.app.build import Till
from pos.models.order import Order
from pos.services.checkout import RunProgress
from pos.services.refunds import RefundRequest
from pos.terminal.api import CASH, STRIPE_TERMINAL
from pos.terminal.attempt import Choice, Situation
from tests.support.simulator import SimControl
from tests.support.witness import Witness

MAT = "4006381333931"
SHELF = 50_000
"""Mats on the shelf, in thousandths, before anything is sold."""
REFUND_MINOR = 500
_LIMIT = 200
"""Ticks until a till that does not get anywhere is given up."""
_STOP_AT = {
    Situation.RESUME: Choice.RESUME,
    Situation.DECLINED: Choice.RETRY,
    Situation.NOT_DELIVERED: Choice.RETRY,
    Situation.DISPLACED: Choice.RETRY,
}


class Stuck(Exception):  # noqa: N818  a state, not an error
    """The till waits for somebody and nobody knows for whom."""


class Cashier:
    """``policy``: ``resume`` goes on after a restart, ``cancel`` cancels whatever can be."""

    def __init__(
        self, till: Till, outside: tuple[SimControl, Witness], clock: Any, policy: str
    ) -> None:
        self._till = till
        self._sim, self._witness = outside
        self._clock = clock
        self._policy = policy
        self._declines = 0

    def before(self, flow: str) -> None:
        """Do what a flow takes for granted; not counted."""
        if flow == "refund":
            self.card()

    def play(self, flow: str) -> None:
        flows: dict[str, Callable[[], None]] = {
            "cash": self.cash,
            "cash_sync": self.cash_and_sync,
            "card": self.card,
            "decline": self.declined_card,
            "refund": self.refund,
        }
        flows[flow]()

    def cash(self) -> None:
        self._fill()
        run = self._till.checkout.begin(self._till.cart.current().cart_id)
        self._pay(run.run_id, CASH)
        self._till.checkout.receipt_done(run.run_id)

    def cash_and_sync(self) -> None:
        self.cash()
        self.sync()

    def card(self) -> None:
        self._fill()
        run = self._till.checkout.begin(self._till.cart.current().cart_id)
        self._pay(run.run_id, STRIPE_TERMINAL)
        self._attend()
        self._till.checkout.receipt_done(run.run_id)

    def declined_card(self) -> None:
        self._declines = 1
        self.card()

    def refund(self) -> None:
        with self._till.db.reader.begin() as db:
            order_id = db.scalar(select(Order.id).order_by(Order.receipt_no.desc()).limit(1))
        self._till.refunds.request(RefundRequest(order_id=order_id, amount_minor=REFUND_MINOR))
        self._attend()

    def sync(self) -> None:
        """Talk to the backend until it was told everything."""
        self._till.link.connect(self._till.sync)
        for _ in range(_LIMIT):
            status = self._till.sync.tick()
            if status.parked or status.code:
                raise Stuck(f"sync: {status}")
            if status.online and not status.waiting:
                return
            self._clock.skip(status.delay)
        raise Stuck("sync")

    def recover(self, flow: str) -> None:
        """Do as after a start: recover, let the desk resolve, end the sale at the counter."""
        self._declines = int(flow == "decline")
        self._witness.fall_asleep()
        self._till.checkout.recover()
        self._attend()
        self._end_sale(CASH if flow.startswith("cash") else STRIPE_TERMINAL)

    def _end_sale(self, tender: str) -> None:
        """Finish what lies at the counter, or leave it clean and unpaid."""
        run = self._till.checkout.at_counter()
        if run is not None and run.is_paid:
            self._till.checkout.receipt_done(run.run_id)
            return
        if run is not None and self._policy == "cancel":
            self._till.checkout.back(run.run_id)
        cart = self._till.cart.current()
        if not cart.lines or self._policy == "cancel":
            self._clear()
            return
        run = self._till.checkout.begin(cart.cart_id)
        self._pay(run.run_id, tender)
        self._attend()
        self._till.checkout.receipt_done(run.run_id)

    def _clear(self) -> None:
        """Show that an unpaid cart can be edited, and leave the counter empty."""
        for line in self._till.cart.current().lines:
            self._till.cart.remove(line.id)

    def _pay(self, run_id: UUID, tender: str) -> None:
        self._witness.wake(self._till.checkout.pay(run_id, tender, 5000).session_id)

    def _fill(self) -> None:
        self._till.cart.scan(MAT)

    def _attend(self) -> None:
        """Let the desk step until nothing is left to do, answering whatever it asks."""
        for _ in range(_LIMIT):
            self._till.desk.wake()
            tick = self._till.desk.tick()
            if tick.trouble is not None:
                raise Stuck("the desk") from tick.trouble
            if not (tick.runs or tick.refunds):
                return
            for moved in tick.runs:
                self._answer(moved)
            if any(step.delay is None for step in tick.refunds) and self._idle():
                return
            self._clock.skip(min((step.delay for step in tick.refunds if step.delay), default=0))
        raise Stuck("the desk")

    def _idle(self) -> bool:
        return not self._till.refunds.open_refunds()

    def _answer(self, moved: RunProgress) -> None:
        progress = moved.progress
        if progress.situation is Situation.WAITING_FOR_CARD and Choice.CANCEL in progress.choices:
            self._serve_customer(moved)
        elif progress.situation in _STOP_AT:
            self._choose(moved, _STOP_AT[progress.situation])
        elif progress.delay is None and not progress.settled:
            raise Stuck(f"{progress}")
        elif progress.delay:
            self._clock.skip(progress.delay)

    def _serve_customer(self, moved: RunProgress) -> None:
        if self._policy == "cancel":
            self._choose(moved, Choice.CANCEL)
        elif self._sim.reader()["phase"] == "waiting":
            if self._failed_charges() < self._declines:
                self._sim.decline()
            else:
                self._sim.present_card()

    def _choose(self, moved: RunProgress, choice: Choice) -> None:
        self._witness.wake(moved.run.session_id)
        canceling = self._policy == "cancel"
        self._till.checkout.choose(moved.run.run_id, Choice.CANCEL if canceling else choice)

    def _failed_charges(self) -> int:
        return sum(not charge["paid"] for charge in self._sim.ledger()["charges"])
