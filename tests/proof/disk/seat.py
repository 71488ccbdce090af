"""A till to be opened behind the shim, and a cashier at it who can take up anything again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import func, select

from pos.app.build import Till, build
from pos.config import Config
from pos.models.cart import StockLevel
from pos.models.order import Order, Payment, Refund
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.refunds import RefundRequest
from pos.services.secrets import STRIPE_KEY, MemorySecrets
from pos.terminal.api import CASH, STRIPE_TERMINAL
from pos.terminal.attempt import Choice, Situation
from tests.proof.disk.shim import Job
from tests.support.simulator import KEY, READER, SimControl

MAT = "4006381333931"
SHELF = 500_000
"""Mats on the shelf, in thousandths, before anything is sold."""
REFUND_MINOR = 500
_GOODS = "barcode,name,price,stock\n{code},Mat,18.00,{left}\n"
_LIMIT = 60
_ASKS = {
    Situation.RESUME: Choice.RESUME,
    Situation.DECLINED: Choice.RETRY,
    Situation.NOT_DELIVERED: Choice.RETRY,
    Situation.DISPLACED: Choice.RETRY,
}


class Clock:
    """The real time, moved ahead instead of waiting."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def skip(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


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
    bring_goods(job, till)
    Sale(job, clock).act(till)
    till.close()


def bring_goods(job: Job, till: Till) -> None:
    """Import the catalogue, also anew after a failing disk made the till set it aside.

    A file's stock is taken for counted: what is left goes into it, as a person would count.
    """
    goods = Path(job["data"]) / "goods.csv"
    with till.db.reader.begin() as db:
        left = db.execute(select(StockLevel.on_hand_milli)).scalar() or SHELF
    goods.write_text(_GOODS.format(code=MAT, left=left // 1000))
    import_file(goods, "usd", till.catalogue)
    goods.unlink()


class AtTheTill:
    """Something done at an open till; ``act`` raises what the cashier would be shown."""

    opens: ClassVar[bool] = False
    adds: ClassVar[dict[str, int]] = {}
    """How many rows of which table there are more, once it is done."""

    def __init__(self, job: Job, clock: Clock) -> None:
        self._sim = SimControl(job["stripe"], job["token"])
        self._job, self._clock = job, clock
        self._declines = 0
        self._seen: list[str] = []

    def before(self, till: Till) -> None:
        """Do what is taken for granted, on a disk that works."""

    def act(self, till: Till) -> None:
        raise NotImplementedError

    def _attend(self, till: Till) -> None:
        """Let the desk step until nothing is left to do."""
        for _ in range(_LIMIT):
            till.desk.wake()
            tick = till.desk.tick()
            if tick.trouble is not None:
                raise tick.trouble
            if not (tick.runs or tick.refunds):
                return
            for moved in tick.runs:
                self._answer(till, moved)
        raise AssertionError(f"the desk does not come to rest: {self._seen}")

    def _answer(self, till: Till, moved: Any) -> None:
        self._seen.append(str(moved.progress.situation))
        situation = moved.progress.situation
        if situation is Situation.WAITING_FOR_CARD and self._sim.reader()["phase"] == "waiting":
            self._serve()
        elif situation in _ASKS:
            till.checkout.choose(moved.run.run_id, _ASKS[situation])
        elif moved.progress.delay:
            self._clock.skip(moved.progress.delay)

    def _serve(self) -> None:
        if self._declines:
            self._declines -= 1
            self._sim.decline()
        else:
            self._sim.present_card()


class Sale(AtTheTill):
    """A sale for cash."""

    adds: ClassVar = {"order": 1, "order_line": 1, "payment": 1, "outbox": 1}
    tender: ClassVar[str] = CASH
    _orders: int | None = None

    def act(self, till: Till) -> None:
        orders = _count(till, Order.id)
        if self._orders is None:
            self._orders = orders
        run = till.checkout.at_counter()
        if run is None and orders > self._orders:
            return  # paid, and its receipt was shown
        if run is None:
            if not till.cart.current().lines:
                till.cart.scan(MAT)
            run = till.checkout.begin(till.cart.current().cart_id)
        for _ in range(2):  # a restart cancels what was not sent; then it is asked for anew
            if not till.checkout.view(run.run_id).is_paid:
                till.checkout.pay(run.run_id, self.tender, 10_000)
                self._attend(till)
        if not till.checkout.view(run.run_id).is_paid:
            raise AssertionError(f"nothing is left to do, and it is not paid: {self._seen}")
        till.checkout.receipt_done(run.run_id)


class CardSale(Sale):
    """A sale by card, every step of it."""

    tender: ClassVar = STRIPE_TERMINAL


class DeclinedSale(CardSale):
    """A sale by card, of which the first is declined."""

    def act(self, till: Till) -> None:
        self._declines = 1
        super().act(till)


class CartChange(AtTheTill):
    """Three changes of a cart, each whole or not at all."""

    def act(self, till: Till) -> None:
        lines = till.cart.current().lines
        if [each.quantity_milli for each in lines] not in ([], [1000], [3000]):
            raise AssertionError(f"half a change: {lines}")
        if not lines:
            till.cart.scan(MAT)
        (line,) = till.cart.current().lines
        till.cart.set_quantity(line.id, 3000)
        till.cart.remove(line.id)


class PartRefund(AtTheTill):
    """A refund of part of the newest sale of which nothing was given back."""

    def act(self, till: Till) -> None:
        whole = Payment.amount_refunded_minor + Payment.amount_reserved_minor == 0
        newest = select(Payment.order_id).where(whole).order_by(Payment.id.desc()).limit(1)
        with till.db.reader.begin() as db:
            order_id = db.scalar(newest)
        if order_id is not None:
            till.refunds.request(RefundRequest(order_id=order_id, amount_minor=REFUND_MINOR))
            self._attend(till)


class CardRefund(PartRefund):
    """A refund of part of a sale by card, every step of it, once."""

    adds: ClassVar = {"order": 1, "refund": 1, "outbox": 2}

    def before(self, till: Till) -> None:
        CardSale(self._job, self._clock).act(till)

    def act(self, till: Till) -> None:
        if _count(till, Refund.id):
            self._attend(till)
        else:
            super().act(till)


def _count(till: Till, column: Any) -> int:
    with till.db.reader.begin() as db:
        return db.scalar(select(func.count(column))) or 0
