"""One till: the real services over the simulated disk, dead and booted again at will."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pos.models.states import OpKind, RefundState, SessionStatus
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
from pos.terminal.operations import Answer, Operation
from pos.terminal.stripe_terminal import StripeTerminal
from tests.simulation.disk import Disk
from tests.simulation.outbox import BackendModel, Nothing, Queue
from tests.simulation.refund_stores import Refunds
from tests.simulation.stores import Attempts, Runs
from tests.simulation.stripe_model import ACCOUNT, LOST, Stripe, ok

API = "2026-10-28.endive"


class BrokenPromiseError(AssertionError):
    """An invariant does not hold; the message says which."""


class Line:
    """`StripePort` of one till; checks at the wire that every POST was journalled (P3, P4)."""

    api_version = API

    def __init__(self, stripe: Stripe, disk: Disk, till: Till) -> None:
        self._stripe, self._disk, self._till = stripe, disk, till
        self._known: datetime | None = None

    @property
    def account(self) -> str:
        return ACCOUNT

    @property
    def server_now(self) -> datetime | None:
        return self._stripe.u.now if self._known else None

    def post(self, op: Operation) -> Answer:
        self._check(op)
        return self._heard(self._stripe.post(op))

    def intent(self, intent_id: str) -> Answer:
        return self._look(lambda: ok(self._stripe.intents[intent_id].body(), self._stripe.u.now))

    def reader(self, reader_id: str) -> Answer:
        return self._look(self._stripe.readers[reader_id].read)

    def refund(self, refund_id: str) -> Answer:
        return self._look(lambda: ok(self._stripe.refunds[refund_id].body(), self._stripe.u.now))

    def intents_since(self, since: datetime) -> Answer:
        window = since - timedelta(hours=1)
        found = [i.body() for i in self._stripe.intents.values() if i.created >= window]
        return self._look(lambda: ok({"data": found}, self._stripe.u.now))

    def refunds_of(self, intent_id: str) -> Answer:
        found = [r.body() for r in self._stripe.refunds.values() if r.intent == intent_id]
        return self._look(lambda: ok({"data": found}, self._stripe.u.now))

    def _look(self, read: object) -> Answer:
        u = self._stripe.u
        u.power_cut()
        if self._stripe.down or u.wrong():
            return LOST
        answer = self._heard(read())  # type: ignore[operator]  # one of the reads above
        u.power_cut()
        return answer

    def _heard(self, answer: Answer) -> Answer:
        if answer.status is not None:
            self._known = self._stripe.u.now
        return answer

    def _check(self, op: Operation) -> None:
        rows = self._disk.rows
        owner = rows.sessions.get(op.owner) or rows.refunds.get(op.owner)
        attempt = owner.attempt if owner else None
        stored = next((o for o in attempt.ops if o.key == op.key), None) if attempt else None
        if stored is None or stored.params != op.params or not stored.sends:
            raise BrokenPromiseError(f"P3: {op.key} left without its journal row")
        self._till.check_age(op)
        if op.kind is OpKind.PROCESS and op.owner not in self._till.agreed:
            raise BrokenPromiseError(f"P7: {op.key} woke the reader without a person's click")


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


@dataclass(slots=True)
class Counter:
    """What the cashier sees; gone after a crash."""

    run: RunView | None = None
    progress: Progress | None = None


class Till:
    """``name`` and ``reader`` are for ever; everything else dies with the power."""

    def __init__(self, name: str, stripe: Stripe, backend: BackendModel) -> None:
        universe = stripe.u
        self.u, self.name, self.stripe, self.backend = universe, name, stripe, backend
        self.disk = Disk(universe)
        self.skew = timedelta()
        self.shown_paid: set[UUID] = set()
        self.first_sent: dict[str, datetime] = {}
        self.agreed: set[UUID] = set()
        self.on = False

    def clock(self) -> datetime:
        """Tell the till's own time, which may be wrong."""
        return self.u.now + self.skew

    def boot(self) -> None:
        """Start the program: recovery first, then the counter shows what it finds."""
        self.agreed.clear()
        self.counter = Counter()
        line = Line(self.stripe, self.disk, self)
        reader = next(iter(self.stripe.readers))
        self.card = StripeTerminal(Attempts(self.disk), line, self.clock, lambda: reader)
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
            self.counter = Counter(moved.run, said)
        self.show(moved.run)

    def show(self, run: RunView) -> None:
        """Remember what was shown as paid: from here on it must never be lost (I3)."""
        if run.is_paid:
            self.shown_paid.add(run.run_id)

    def check_age(self, op: Operation) -> None:
        """Refuse a key that Stripe may have forgotten, by true time (P4)."""
        first = self.first_sent.setdefault(op.key, self.u.now)
        if self.u.now - first > timedelta(hours=24):
            raise BrokenPromiseError(f"P4: {op.key} sent again after {self.u.now - first}")

    def keys(self) -> dict[str, str]:
        """Return every journalled operation: key to frozen parameters."""
        rows = self.disk.rows
        owners = [*rows.sessions.values(), *rows.refunds.values()]
        return {op.key: op.params for o in owners if o.attempt for op in o.attempt.ops}

    def receipts(self) -> list[int]:
        """Return the receipt numbers that were given."""
        return sorted(order.number for order in self.disk.rows.orders.values())
