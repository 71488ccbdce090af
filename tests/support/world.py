"""A real till against a real simulator process, stepped in virtual time.

The till is what `build()` makes of a real folder; only its clock, its timer
and its keyring are the test's. A *crash* is an exception at the edge of a
commit or of a sending, followed by `restart`, which builds a new till on the
same folder.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import update

from pos.app.build import Till, build
from pos.config import Config
from pos.models.shop import PaymentSettings
from pos.models.states import OpKind, RefundState
from pos.services import shop
from pos.services.checkout import RunView
from pos.services.desk import DeskTick
from pos.services.refunds import RefundRequest
from pos.services.secrets import STRIPE_KEY, MemorySecrets
from pos.terminal.api import CASH, STRIPE_TERMINAL, Progress, RefundProgress
from pos.terminal.attempt import Choice, Situation
from tests.support.catalogue import Item
from tests.support.simulator import KEY, READER, SimulatorProcess
from tests.support.till import FakeClock
from tests.support.witness import Crash, Witness

PRICE = 1960
_MINUTE = 60.0
_PRESET = shop.Preset(business="Harbour Studio", location="Front desk", owner="Mina Kang")
_WAKING = frozenset({Choice.RETRY, Choice.RESUME})
_ENDED = frozenset({RefundState.SUCCEEDED, RefundState.FAILED, RefundState.CANCELED})

__all__ = ["PRICE", "Crash", "World", "make_template"]


def make_template(folder: Path) -> Path:
    """Set up a data folder with a shop and a reader, to be copied for every test."""
    till = build(Config(data_dir=folder), secrets=MemorySecrets(), preset=_PRESET)
    with till.db.engine.begin() as db:
        db.execute(update(PaymentSettings).values(reader_id=READER, reader_label="Front desk"))
    till.close()
    return folder


class World:
    """One till, its cashier, the simulator, and a witness at the till's edge."""

    def __init__(self, template: Path, folder: Path, simulator: SimulatorProcess) -> None:
        shutil.copytree(template, folder)
        self.folder = folder
        self.simulator = simulator
        self.sim = simulator.sim
        self.clock = FakeClock(datetime.now(UTC))
        self.secrets = MemorySecrets({STRIPE_KEY: KEY})
        self.witness = Witness(folder / "till.db")
        self.last: dict[UUID, Progress] = {}
        self.refunded: dict[UUID, RefundProgress] = {}
        self.troubles: list[str] = []
        self._elapsed = self._behind = 0.0
        self.till = self._open()
        self.till.stripe.probe()  # as the program does while no payment runs

    def _open(self) -> Till:
        till = build(
            Config(data_dir=self.folder, stripe_url=self.simulator.url),
            secrets=self.secrets,
            clock=self.clock,
            timer=lambda: self._elapsed,
        )
        self.witness.watch(till)
        return till

    def close(self) -> None:
        self.till.close()

    def restart(self) -> tuple[RunView, ...]:
        """Start the program again on the same folder, as after a crash."""
        self.close()
        self.last.clear()
        self.refunded.clear()
        self.till = self._open()
        self.witness.fall_asleep()
        return self.till.checkout.recover()

    # the cashier

    def cart(self, price: int = PRICE, name: str = "Drop-in class") -> UUID:
        """Put one thing into the cart at the counter."""
        return self.till.cart.add_variant(Item(name, name, price)).cart_id

    def begin(self, price: int = PRICE) -> UUID:
        """Begin the checkout of a new cart; the run's id."""
        return self.till.checkout.begin(self.cart(price)).run_id

    def pay_cash(self, run: UUID, tendered: int = PRICE) -> RunView:
        return self.till.checkout.pay(run, CASH, tendered)

    def pay_card(self, run: UUID) -> RunView:
        view = self.till.checkout.pay(run, STRIPE_TERMINAL)
        self.witness.wake(view.session_id)
        self.till.desk.wake()
        return view

    def card_sale(self, price: int = PRICE) -> UUID:
        """Begin a sale and go as far as the reader asking for the card."""
        run = self.begin(price)
        self.pay_card(run)
        self.until(run, Situation.WAITING_FOR_CARD)
        return run

    def paid_by_card(self, price: int = PRICE) -> UUID:
        """Make a whole card sale."""
        run = self.card_sale(price)
        self.sim.present_card()
        assert self.settle(run).situation is Situation.APPROVED
        self.till.checkout.receipt_done(run)
        return run

    def choose(self, run: UUID, choice: Choice) -> None:
        if choice in _WAKING:
            self.witness.wake(self.till.checkout.view(run).session_id)
        self.till.checkout.choose(run, choice)
        self.till.desk.wake()

    def cancel(self, run: UUID) -> Progress:
        """Cancel and wait for what comes of it."""
        self.choose(run, Choice.CANCEL)
        return self.settle(run)

    def request_refund(self, run: UUID, amount: int) -> UUID:
        refund = self.till.refunds.request(RefundRequest(order_id=run, amount_minor=amount))
        self.till.desk.wake()
        return refund

    def refund(self, run: UUID, amount: int) -> RefundProgress:
        """Refund an amount of a sale and wait until that is settled."""
        return self.settle_refund(self.request_refund(run, amount))

    # time

    def pass_time(self, seconds: float) -> None:
        """Let virtual time pass at the till, and at Stripe once a minute of it has.

        A clock that is wrong is `clock.advance` or `sim.advance` alone.
        """
        self._elapsed += seconds
        self.clock.advance(seconds=seconds)
        self._behind += seconds
        if self._behind >= _MINUTE:
            self.sim.advance(self._behind)
            self._behind = 0.0

    def tick(self) -> DeskTick:
        """Let the desk take one step, or wait (virtually) until it has one to take."""
        done = self.till.desk.tick()
        for step in done.runs:
            self.last[step.run.run_id] = step.progress
        for refund in done.refunds:
            self.refunded[refund.refund_id] = refund
        if done.trouble is not None:
            self.troubles.append(str(done.trouble))
        if not done.runs and not done.refunds and done.delay > 0:
            self.pass_time(done.delay)
            time.sleep(0.002)  # noqa: TID251 - lets real time pass for a slow answer
        return done

    def ticks(self, count: int) -> None:
        for _ in range(count):
            self.tick()

    def drive(self, done: Callable[[], bool], what: str) -> None:
        """Tick until ``done``; fails after 10 real seconds or 4,000 ticks."""
        deadline, left = time.monotonic() + 10, 4000
        while not done():
            self.tick()
            left -= 1
            if not left or time.monotonic() > deadline:
                raise AssertionError(f"never {what}; last {self.last}, {self.refunded}")

    def until(self, run: UUID, *situations: Situation) -> Progress:
        """Tick until a run's screen says one of these."""
        self.last.pop(run, None)
        self.drive(
            lambda: run in self.last and self.last[run].situation in situations,
            f"in {situations}",
        )
        return self.last[run]

    def settle(self, run: UUID) -> Progress:
        """Tick until a run's tender is settled."""
        self.drive(lambda: run in self.last and self.last[run].settled, f"settled: {run}")
        return self.last[run]

    def rest(self) -> None:
        """Tick until no session or refund wants a step now or later by itself."""
        self.drive(lambda: not self._work_left(), "at rest")

    def _work_left(self) -> bool:
        return bool(
            self.till.stripe.unsettled()
            or self.till.checkout.uncommitted()
            or self.till.refunds.open_refunds()
        )

    def settle_refund(self, refund: UUID) -> RefundProgress:
        self.drive(
            lambda: refund in self.refunded and self.refunded[refund].state in _ENDED,
            f"refunded: {refund}",
        )
        return self.refunded[refund]

    def refund_until(self, refund: UUID, code: str) -> RefundProgress:
        """Tick until a refund waits for this."""
        self.refunded.pop(refund, None)
        self.drive(
            lambda: refund in self.refunded and self.refunded[refund].code == code,
            f"waiting for {code}",
        )
        return self.refunded[refund]

    # what happened

    def view(self, run: UUID) -> RunView:
        return self.till.checkout.view(run)

    def posts(self, kind: OpKind | None = None) -> list[dict]:
        """The POSTs that reached the simulator, of one kind or all."""
        found = self.sim.requests()
        return [r for r in found if kind is None or r["key"].startswith(f"{kind}:")]

    def intents(self) -> list[dict]:
        return self.sim.ledger()["payment_intents"]

    def charges(self, status: str = "succeeded") -> list[dict]:
        return [c for c in self.sim.ledger()["charges"] if c["status"] == status]

    def prompts(self) -> list[dict]:
        """How often the reader asked for a card."""
        return self.sim.ledger()["prompts"]

    def crash_while(self, act: Callable[[], object]) -> tuple[RunView, ...]:
        """Do something that ends in the crash that was armed, then start again."""
        try:
            act()
        except Crash:
            return self.restart()
        raise AssertionError("it did not crash")
