"""A till's day behind the shim: sells, declines, refunds and restarts, by seed.

    python -m tests.proof.disk.day JOB    (a line of JSON)

What the cashier is shown as done is marked in the trace at the moment it is shown.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from pos.app.build import Till, build
from pos.config import Config
from pos.models import database
from pos.models.cart import StockLevel
from pos.models.order import Payment
from pos.models.states import RefundState
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.checkout import RunView
from pos.services.refunds import RefundRequest
from pos.services.secrets import STRIPE_KEY, MemorySecrets
from tests.crash.cashier import MAT, REFUND_MINOR, SHELF, Cashier
from tests.crash.driver import GOODS, Clock
from tests.proof.disk.shim import Disk, Job
from tests.proof.disk.shim import job as told
from tests.support.simulator import KEY, READER, SimControl

_STEPS = ("cash",) * 6 + ("card",) * 3 + ("decline", "refund", "refund", "cart", "restart")


def open_till(job: Job, clock: Clock) -> Till:
    """Open the job's data folder against its simulator; there is no backend."""
    config = Config(data_dir=Path(job["data"]), stripe_url=job["stripe"])
    secrets = MemorySecrets({STRIPE_KEY: KEY})
    return build(config, secrets=secrets, clock=clock, preset=shop.DEMO)


def prepare(job: Job) -> None:
    """Set up a shop with a reader, goods on the shelf and one sale behind it."""
    clock = Clock()
    till = open_till(job, clock)
    till.settings.choose_reader(READER, "Front desk")
    goods = Path(job["data"]) / "goods.csv"
    goods.write_text(GOODS)
    import_file(goods, "usd", till.catalogue)
    goods.unlink()
    with till.db.engine.begin() as db:
        key = till.catalogue.lookup(MAT)[0].key
        level = {"variant_key": key, "on_hand_milli": SHELF, "updated_at": till.clock()}
        db.execute(insert(StockLevel).values(level))
    cashier_of(till, job, clock).cash()
    till.close()


def cashier_of(till: Till, job: Job, clock: Clock) -> Cashier:
    """Seat a cashier with a customer at a till."""
    return Cashier(till, SimControl(job["stripe"], job["token"]), clock, "resume")


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
            self._mark("refund", refund_id, "", REFUND_MINOR)
        return refund_id

    def _refunded(self, step: Any) -> Any:
        if step.state is RefundState.SUCCEEDED:
            self._mark("refund", step.refund_id, "", REFUND_MINOR)
        return step

    def _mark(self, what: str, key: Any, number: str | None, minor: int) -> None:
        if key.hex not in self._said:
            self._said.add(key.hex)
            self._disk.mark(json.dumps([what, key.hex, number, minor]))


class Day:
    """Plays the steps; a restart closes the till and opens it again."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._clock = Clock()
        self._rng = random.Random(job["seed"])  # noqa: S311  a script, no secret
        self._open()

    def _open(self) -> None:
        self.till = open_till(self._job, self._clock)
        self._cashier = cashier_of(self.till, self._job, self._clock)
        Watched(self.till, Disk())
        self.till.checkout.recover()

    def play(self, steps: int) -> None:
        for _ in range(steps):
            step = self._rng.choice(_STEPS)
            getattr(self, f"_{step}", lambda step=step: self._cashier.play(step))()
        self.till.close()

    def _restart(self) -> None:
        self.till.close()
        self._open()

    def _cart(self) -> None:
        """Change a cart that nobody buys."""
        self.till.cart.scan(MAT)
        (line,) = self.till.cart.current().lines
        self.till.cart.set_quantity(line.id, 3000)
        self.till.cart.remove(line.id)

    def _refund(self) -> None:
        """Give something back of a sale of which nothing was given back yet."""
        whole = Payment.amount_refunded_minor + Payment.amount_reserved_minor == 0
        with self.till.db.reader.begin() as db:
            orders = list(db.scalars(select(Payment.order_id).where(whole).order_by(Payment.id)))
        if orders:
            ask = RefundRequest(order_id=self._rng.choice(orders), amount_minor=REFUND_MINOR)
            self.till.refunds.request(ask)
            self._cashier._attend()


def use_normal() -> None:
    """Give up full durability, to see that what it is for is seen when it is missing."""
    database._assert_durable = lambda dbapi: dbapi.execute("PRAGMA synchronous=NORMAL").close()


def main() -> None:
    job = told()
    if job["role"] == "prepare":
        prepare(job)
        return
    if job["normal"]:
        use_normal()
    Day(job).play(job["steps"])


if __name__ == "__main__":
    main()
