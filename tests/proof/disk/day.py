"""A till's day behind the shim: sells, declines, refunds and restarts, by seed.

What the cashier is shown as done is marked in the trace at the moment it is shown.
"""

from __future__ import annotations

import json
import random
from typing import Any

from pos.app.build import Till
from pos.models import database
from pos.models.states import RefundState
from pos.services.checkout import RunView
from tests.proof.disk import seat
from tests.proof.disk.shim import Disk, Job
from tests.proof.disk.shim import job as told

_STEPS = (*("cash",) * 6, *("card",) * 3, "decline", "refund", "refund", "cart", "restart")
_USES: dict[str, type[seat.AtTheTill]] = {
    "cash": seat.Sale,
    "card": seat.CardSale,
    "decline": seat.DeclinedSale,
    "refund": seat.PartRefund,
    "cart": seat.CartChange,
}


class Watched:
    """Marks what the screen would say is done: a paid order, a refund that was given."""

    def __init__(self, till: Till, disk: Disk) -> None:
        self._disk = disk
        self._said: set[str] = set()
        checkout, refunds = till.checkout, till.refunds
        pay, advance = checkout.pay, checkout.advance
        request, refund = refunds.request, refunds.advance
        checkout.pay = lambda *a: self._paid(pay(*a))  # type: ignore[method-assign]  # to look over its shoulder
        checkout.advance = lambda key: self._moved(advance(key))  # type: ignore[method-assign]  # likewise
        refunds.request = lambda ask: self._asked(till, request(ask))  # type: ignore[method-assign]  # likewise
        refunds.advance = lambda key: self._refunded(refund(key))  # type: ignore[method-assign]  # likewise

    def _moved(self, moved: Any) -> Any:
        self._paid(moved.run)
        return moved

    def _paid(self, view: RunView) -> RunView:
        if view.is_paid:
            self._mark("order", view.order_id, view.receipt_number, view.total_minor)
        return view

    def _asked(self, till: Till, refund_id: Any) -> Any:
        if refund_id not in till.refunds.open_refunds():  # in cash: given
            self._mark("refund", refund_id, "", seat.REFUND_MINOR)
        return refund_id

    def _refunded(self, step: Any) -> Any:
        if step.state is RefundState.SUCCEEDED:
            self._mark("refund", step.refund_id, "", seat.REFUND_MINOR)
        return step

    def _mark(self, what: str, key: Any, number: str, minor: int) -> None:
        if key.hex not in self._said:
            self._said.add(key.hex)
            self._disk.mark(json.dumps([what, key.hex, number, minor]))


class Day:
    """Plays the steps; a restart closes the till and opens it again."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._clock = seat.Clock()
        self._rng = random.Random(job["seed"])  # noqa: S311  a script, no secret
        self.till = self._open()

    def _open(self) -> Till:
        till = seat.open_till(self._job, self._clock)
        Watched(till, Disk())
        till.checkout.recover()
        return till

    def play(self, steps: int) -> None:
        for _ in range(steps):
            step = self._rng.choice(_STEPS)
            if step == "restart":
                self.till.close()
                self.till = self._open()
            else:
                _USES[step](self._job, self._clock).act(self.till)
                self.till.keeper.mark()
        self.till.close()


def use_normal() -> None:
    """Give up full durability, to see that what it is for is seen when it is missing."""
    database._assert_durable = lambda dbapi: dbapi.execute("PRAGMA synchronous=NORMAL").close()


def main() -> None:
    job = told()
    if job["role"] == "prepare":
        seat.prepare(job)
        return
    if job.get("normal"):
        use_normal()
    Day(job).play(job["steps"])
