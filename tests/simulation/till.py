"""One till: the real services over the simulated disk, dead and booted again at will."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pos.models.states import RefundState, SessionStatus
from pos.services.checkout import CheckoutService, RunProgress, RunView
from pos.services.desk import DeskTick, PaymentDesk
from pos.services.refunds import RefundService
from pos.services.sync.conversation import Conversation
from pos.terminal.api import (
    CASH,
    Availability,
    NewSession,
    PaymentAsk,
    PaymentFacts,
    PaymentProvider,
    Progress,
    RefundProgress,
)
from pos.terminal.attempt import Choice, Situation
from pos.terminal.stripe_terminal import StripeTerminal
from tests.simulation.disk import Disk, Rows
from tests.simulation.line import Line
from tests.simulation.outbox import BackendModel, Nothing, Queue
from tests.simulation.promises import BrokenPromiseError
from tests.simulation.refund_stores import Refunds
from tests.simulation.stores import Attempts, Runs
from tests.simulation.stripe_model import ACCOUNT, Stripe
from tests.simulation.watch import Watch


class Drawer:
    """Cash: settled at once."""

    id = CASH

    def availability(self) -> Availability:
        return Availability(ok=True)

    def create_payment(self, ask: PaymentAsk) -> NewSession:
        minor = ask.amount.minor
        taken = PaymentFacts(amount_minor=minor, tendered_minor=minor)
        return NewSession(status=SessionStatus.AUTHORIZED, data={}, taken=taken)

    def authorize_payment(self, session_id: UUID) -> Progress:
        return Progress(
            session_id=session_id,
            status=SessionStatus.AUTHORIZED,
            situation=Situation.APPROVED,
            settled=True,
        )

    def choose(self, session_id: UUID, choice: Choice) -> None: ...

    def get_status(self, session_id: UUID) -> SessionStatus:
        return SessionStatus.AUTHORIZED

    def get_payment_data(self, session_id: UUID) -> PaymentFacts:
        raise BrokenPromiseError("cash was authorised and not committed in one transaction")

    def refund_payment(self, refund_id: UUID) -> RefundProgress:
        return RefundProgress(refund_id=refund_id, state=RefundState.SUCCEEDED)

    def approve_refund_again(self, refund_id: UUID) -> RefundState:
        return RefundState.SUCCEEDED

    def recover(self) -> None: ...

    def unsettled(self) -> list[UUID]:
        return []


class Card(StripeTerminal):
    """``stepping`` is the session whose turn it is: a listing is made for one."""

    stepping: UUID | None = None

    def authorize_payment(self, session_id: UUID) -> Progress:
        self.stepping = session_id
        return super().authorize_payment(session_id)


@dataclass(slots=True)
class Counter:
    """What the cashier sees; gone after a crash."""

    run: RunView | None = None
    progress: Progress | None = None
    before: Progress | None = None


class Till:
    """``name`` and ``reader`` are for ever; everything else dies with the power."""

    def __init__(self, name: str, stripe: Stripe, backend: BackendModel) -> None:
        universe = stripe.u
        self.u, self.name, self.stripe, self.backend = universe, name, stripe, backend
        self.disk = Disk(universe)
        self.skew = timedelta()
        self.shown_paid: set[UUID] = set()
        self.checked: Rows | None = None
        self.watch = Watch(universe)
        self.key = ACCOUNT
        self.on = False

    def clock(self) -> datetime:
        """Tell the till's own time, which may be wrong."""
        return self.u.now + self.skew

    def boot(self) -> None:
        """Start the program: recovery first, then the counter shows what it finds."""
        self.watch.boots(self.disk.rows)
        self.counter = Counter()
        line = Line(self.stripe, self)
        store = Attempts(self.disk, self.watch)
        self.card = Card(store, line, self.clock, self._reader)
        providers: dict[str, PaymentProvider] = {CASH: Drawer(), self.card.id: self.card}
        self.checkout = CheckoutService(Runs(self.disk), providers, self.clock)
        self.refunds = RefundService(Refunds(self.disk), providers, self.clock)
        self.desk = PaymentDesk(self.checkout, self.refunds, providers, self._ticks)
        self.sync = Conversation(Queue(self.disk, self.clock), Nothing(), self.clock, lambda: 0.5)
        self.sync.connect(self.backend)  # type: ignore[arg-type]  # the model speaks what is needed
        self.sync._introduced = True  # who we are is not in question in this world
        self.checkout.recover()
        self.counter.run = self.checkout.at_counter()
        self.on = True
        self.u.tell(self.name, "boots")

    def _reader(self) -> str:
        """Name the reader; another account has none of ours."""
        return next(iter(self.stripe.readers)) if self.key == ACCOUNT else ""

    def set_clock(self, skew: timedelta) -> None:
        """Put the till's clock wrong, or right."""
        self.skew = skew
        self.watch.mood += 1
        self.watch.clock_doubted = True

    def use_key(self, account: str) -> None:
        """Enter the key of an account, or none."""
        self.key = account
        self.watch.mood += 1
        self.desk.wake()

    def approve(self, refund_id: UUID) -> None:
        """Let a person allow one more key for a refund."""
        before = self.disk.rows.refunds[refund_id].attempt.approved_n
        try:
            self.refunds.approve_again(refund_id)
        finally:  # the power may go once it is on the disk
            if self.disk.rows.refunds[refund_id].attempt.approved_n > before:
                self.watch.approved.add(refund_id)

    def _ticks(self) -> float:
        return self.u.now.timestamp()

    def tick(self) -> DeskTick:
        """Let the payments desk take a step; the cashier sees its news."""
        done = self.desk.tick()
        for moved in done.runs:
            self._news(moved)
        for step in done.refunds:
            self.u.tell(self.name, f"refund {step.state.value}", code=step.code)
        return done

    def _news(self, moved: RunProgress) -> None:
        said = moved.progress
        self.u.tell(self.name, f"shows {said.situation.value}", run=moved.run.run_id)
        run = self.counter.run
        other = moved.run.blocks and said.session_id != moved.run.session_id
        if run is not None and run.run_id == moved.run.run_id and not other:
            self.counter = Counter(moved.run, said, self._earlier(said))
        self.show(moved.run)

    def _earlier(self, said: Progress) -> Progress | None:
        """Return the last screen that offered something else: a slow finger is still on it."""
        last = self.counter.progress
        changed = last is not None and last.choices and last.choices != said.choices
        return last if changed else self.counter.before

    def show(self, run: RunView) -> None:
        """Remember what was shown as paid: from here on it must never be lost (I3)."""
        if run.is_paid:
            self.shown_paid.add(run.run_id)

    def keys(self) -> dict[str, str]:
        """Return every journalled operation: key to frozen parameters."""
        rows = self.disk.rows
        owners = [*rows.sessions.values(), *rows.refunds.values()]
        return {op.key: op.params for o in owners if o.attempt for op in o.attempt.ops}

    def receipts(self) -> list[int]:
        """Return the receipt numbers that were given."""
        return sorted(order.number for order in self.disk.rows.orders.values())
