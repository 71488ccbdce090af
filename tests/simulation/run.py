"""One run: a seeded schedule of people and accidents, then quiet, then the verdict."""

from __future__ import annotations

import re
from collections import Counter as Counted
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pos.errors import PosError
from pos.services.checkout import RunView
from pos.terminal.api import Progress
from pos.terminal.attempt import Choice, Situation
from tests.simulation import check
from tests.simulation.accidents import FATES, Fate
from tests.simulation.morning import sold_before
from tests.simulation.outbox import BackendModel
from tests.simulation.people import Cashier, Customer, Manager
from tests.simulation.promises import BrokenPromiseError, must
from tests.simulation.reader_model import Reader
from tests.simulation.stripe_model import ACCOUNT, Stripe
from tests.simulation.till import Counter, Till
from tests.simulation.world import Crash, Universe, some_of

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
READER = "tmr_1"
_QUIET_ROUNDS = 2000
_DARK = (1.0, 5.0, 60.0, 3600.0, 14 * 3600.0, 26 * 3600.0)
_NERVOUS = 0.05
_EMPTY_BATTERY = 0.15
_A_DAY_BACK = timedelta(hours=-26)
_FAR_AHEAD = timedelta(days=400)
_LONG = 2 * 3600.0
"""Seconds to the next look while only Stripe is at work on a pending refund."""
_WEIGHTS = (45, 20, 15, 6, 6, 4, 4)
"""How often, against each other: work, cashier, customer, manager, sync, fate, a power cut."""
_GOOD = {Choice.CANCEL: 9999, Choice.CHECK: 2, Choice.CLOSE: 20}
"""What a patient cashier clicks, and how often, once nothing goes wrong any more."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended; ``broken`` names the promise that did not hold."""

    seed: int
    broken: str
    sales: int
    crashes: int
    story: tuple[str, ...]


class World:
    """Everything of one run."""

    def __init__(self, seed: int, *, telling: bool = False) -> None:
        self.u = Universe(seed)
        self.u.telling = telling
        rng = self.u.rng
        self.u.hazard = rng.choice((0.0, 0.03, 0.1, 0.3, 0.5))
        self.u.crash_hazard = rng.choice((0.0, 0.0, 0.005, 0.02, 0.08))
        self.stripe = Stripe(self.u)
        self.stripe.readers[READER] = Reader(self.u, READER)
        self.backend = BackendModel(self.u)
        names = ("till 1", "till 2")[: rng.choice((1, 1, 2))]
        self.tills = [Till(name, self.stripe, self.backend) for name in names]
        for till in self.tills:
            sold_before(till, rng.choice((0, 0, 1, 2)))
        self.fates = some_of(rng, FATES)
        self.weights = [weight * rng.choice((0.2, 1, 1, 4)) for weight in _WEIGHTS]
        self.dark = some_of(rng, _DARK)
        self.crashes = 0
        self.patient = rng.random() < 0.25
        self.clicks: Counted[tuple[UUID | None, Choice]] = Counted()

    def play(self) -> None:
        """Let things happen, check after each; then calm, rest and check again."""
        for _ in range(self.u.rng.randrange(20, 70)):
            till = self.u.rng.choice(self.tills)
            self._guarded(till)
            check.always(self.stripe, self.tills, self.backend)
        self._calm()
        check.always(self.stripe, self.tills, self.backend)
        check.at_rest(self.stripe, self.tills, self.backend)
        check.totals(self.tills, self.backend)

    def _guarded(self, till: Till) -> None:
        try:
            if not till.on:
                till.boot()
            self._happen(till)
        except Crash:
            self._crashed(till)

    def _crashed(self, till: Till) -> None:
        till.on = False
        self.crashes += 1
        self.u.tell(till.name, "loses power")
        off = self.u.rng.choice(self.dark)
        self.u.advance(off)
        if self.u.rng.random() < _EMPTY_BATTERY:  # it shows the time at which the power went
            till.set_clock(till.skew - timedelta(seconds=off))
        elif self.u.rng.random() < _EMPTY_BATTERY / 2:
            till.set_clock(_FAR_AHEAD)

    def _happen(self, till: Till) -> None:
        happens: tuple[Callable[[], object], ...] = (
            lambda: self._work(till),
            Cashier(till).act,
            Customer(till).act,
            Manager(till).act,
            till.sync.work,
            Fate(till, self.fates).act,
            self.u.power_cut,
        )
        self.u.rng.choices(happens, self.weights)[0]()
        self.u.advance(self.u.rng.expovariate(1.0))

    def _work(self, till: Till) -> None:
        if self.u.rng.random() < _NERVOUS:
            self._nervous(till)
        for _ in range(self.u.rng.randrange(1, 6)):
            done = till.tick()
            self.u.advance(min(done.delay, 2.0))
            if not (done.runs or done.refunds):
                return

    def _nervous(self, till: Till) -> None:
        """A button is pressed again and again: all that is open has its turn all the same."""
        before = _open(till)
        stepped: set[UUID | None] = set()
        for _ in range(3 * len(before)):
            till.desk.wake()
            done = till.tick()
            if done.trouble is not None:
                return
            stepped |= {moved.progress.session_id for moved in done.runs}
            stepped |= {step.refund_id for step in done.refunds}
        starved = before & _open(till) - stepped
        must(not starved, f"I3b: {starved} had no turn while a button was pressed")

    # quiet

    def _calm(self) -> None:
        self.u.calm = True
        self.stripe.down = self.backend.down = False
        self.u.tell("world", "is calm")
        for reader in self.stripe.readers.values():
            if not reader.powered and self.u.rng.random() < 0.7:  # else it is broken for good
                reader.restart()
        for till in self.tills:
            if not till.on:
                till.boot()
            if till.key != ACCOUNT or _set_aside(till):  # somebody goes through the list
                till.use_key(ACCOUNT)
            if self.u.rng.random() < 0.5:
                till.set_clock(self.u.rng.choice((timedelta(), _A_DAY_BACK)))
        self.u.advance(200)
        for till in self.tills:
            self._rest(till)
        self.u.advance(4 * 86_400)  # what was pending anywhere has ended

    def _rest(self, till: Till) -> None:
        """Work until nothing is left; seven virtual days are plenty."""
        for _ in range(_QUIET_ROUNDS):
            busy = till.tick()
            for moved in busy.runs:
                self._put_away(till, moved.run, moved.progress)
            seen = till.counter
            if seen.run is not None and seen.progress is not None and seen.progress.delay is None:
                self._put_away(till, seen.run, seen.progress)
            cards, refunds = till.card.unsettled(), till.refunds.open_refunds()
            self._sync(till)
            waiting = any(not e.sent for e in till.disk.rows.outbox.values())
            self._approve(till)
            self._right_key(till)
            tidy = not self._counter(till)
            if tidy and not (cards or refunds or waiting):
                return
            only_refunds = tidy and not (cards or waiting)
            self.u.advance(_LONG if only_refunds and not busy.refunds else max(busy.delay, 1.0))
        raise BrokenPromiseError(f"I3b: {till.name} never comes to rest")

    def _put_away(self, till: Till, run: RunView, told: Progress) -> None:
        """Click what ends a payment; one set aside ends by itself unless it needs a check."""
        if self.patient and told.situation is Situation.WAITING_FOR_CARD:
            return
        if not told.blocks and told.situation is Situation.NEEDS_CHECK:
            return  # released: on nobody's screen
        good = _GOOD.keys() - {Choice.CANCEL} if run.parked else _GOOD.keys()
        clicked = [(it, (run.session_id, it)) for it in _GOOD if it in good and it in told.choices]
        for choice, mark in clicked:
            if self.clicks[mark] < _GOOD[choice]:
                self.clicks[mark] += 1
                Cashier(till).pick(run, choice)
                return

    def _sync(self, till: Till) -> None:
        """A manager has what was refused sent again, now that the backend is in order."""
        till.sync.work()
        for entry in list(till.disk.rows.outbox.values()):
            if entry.parked:
                till.sync.retry(entry.seq)

    def _approve(self, till: Till) -> None:
        """A manager allows a refund that went missing to be asked for under a new key."""
        for refund_id in till.refunds.open_refunds():
            attempt = till.disk.rows.refunds[refund_id].attempt
            stuck = attempt.last is not None and attempt.last.replays_an_error
            if stuck and self.u.rng.random() < 0.2:
                try:
                    till.approve(refund_id)
                except PosError:
                    continue
                till.desk.wake()

    def _right_key(self, till: Till) -> None:
        """Enter another account's key again, once all that is left was first sent under it."""
        rows = till.disk.rows
        left: list[Any] = [rows.sessions[name] for name in till.card.unsettled()]
        left += [rows.refunds[name] for name in till.refunds.open_refunds()]
        used = {op.account for row in left for op in row.attempt.ops}
        key = used.pop() if len(used) == 1 else ACCOUNT
        if key != till.key:
            till.use_key(key)

    def _counter(self, till: Till) -> bool:
        """Leave the counter tidy: paid sales get their receipt, unpaid ones are left."""
        run = till.checkout.at_counter()
        if run is None:
            return False
        if run.is_paid:
            till.show(run)
            till.checkout.receipt_done(run.run_id)
        elif not run.blocks:
            till.checkout.back(run.run_id)
        else:
            till.counter = Counter(run, till.counter.progress)
            return True
        till.counter = Counter()
        return True


def _open(till: Till) -> set[UUID]:
    return {*till.card.unsettled(), *till.refunds.open_refunds()}


def _set_aside(till: Till) -> bool:
    attempts = [session.attempt for session in till.disk.rows.sessions.values()]
    return any(a.parked and not a.is_settled for a in attempts if a)


def simulate(seed: int, *, telling: bool = False) -> Verdict:
    """Play one seed; the same seed always plays the same."""
    world = World(seed, telling=telling)
    broken = ""
    try:
        world.play()
    except BrokenPromiseError as error:
        broken = _ID.sub(lambda found: world.u.name(found[0]), str(error))
    sales = sum(len(till.disk.rows.orders) for till in world.tills)
    return Verdict(seed, broken, sales, world.crashes, tuple(world.u.story))
