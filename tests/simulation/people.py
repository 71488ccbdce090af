"""The people: cashiers, customers and managers."""

from __future__ import annotations

from uuid import UUID

from pos.errors import CashierError, PosError
from pos.models.base import new_id
from pos.models.states import CartStatus, RefundState
from pos.services.checkout import RunView
from pos.services.refunds import RefundRequest
from pos.terminal.api import CASH, STRIPE_TERMINAL
from pos.terminal.attempt import Choice
from tests.simulation.disk import Cart
from tests.simulation.till import Counter, Till

_AGREES = {Choice.RETRY, Choice.RESUME}


class Cashier:
    """Clicks what the screen offers, sometimes twice, sometimes the wrong thing."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.u = till.u

    def act(self) -> None:
        """Do one thing."""
        run = self.till.counter.run
        try:
            if run is not None and self.u.rng.random() < 0.04:
                self._wrong(run)
            elif run is None:
                self._new_sale()
            elif run.is_paid:
                self._next_customer(run)
            elif run.blocks:
                self._choose(run)
            else:
                self._tender(run)
        except PosError as error:
            self.u.tell(self.till.name, f"is told {getattr(error, 'code', error)}")

    def _new_sale(self) -> None:
        cart = self._open_cart()
        self.till.counter = Counter(self.till.checkout.begin(cart))
        self.u.tell(self.till.name, "begins", run=self.till.counter.run.run_id)  # type: ignore[union-attr]  # just begun

    def _open_cart(self) -> UUID:
        carts = self.till.disk.rows.carts.values()
        found = next((c.id for c in carts if c.status is CartStatus.OPEN), None)
        if found is None:
            found = new_id()
        with self.till.disk.transaction() as rows:  # a new cart, or one more thing in the old
            rows.carts[found] = Cart(id=found, total=self.u.rng.randrange(100, 20_000))
        return found

    def _next_customer(self, run: RunView) -> None:
        self.till.show(run)
        self.till.checkout.receipt_done(run.run_id)
        self.till.counter = Counter()

    def _tender(self, run: RunView) -> None:
        draw = self.u.rng.random()
        if draw < 0.1:
            self.till.checkout.back(run.run_id)
            self.till.counter = Counter()
            return
        provider = CASH if draw < 0.25 else STRIPE_TERMINAL
        for _ in range(1 + (draw > 0.8)):  # a nervous finger
            paid = self.till.checkout.pay(run.run_id, provider, run.total_minor)
            self._opened(paid)

    def _opened(self, run: RunView) -> None:
        self.till.counter = Counter(run)
        self.till.show(run)
        if run.session_id is not None:
            self.till.watch.agree(run.session_id)
        self.till.desk.wake()
        self.u.tell(self.till.name, f"takes {run.provider_id}", run=run.run_id)

    def _choose(self, run: RunView) -> None:
        progress, before = self.till.counter.progress, self.till.counter.before
        if progress is None or not progress.choices or self.u.rng.random() < 0.3:
            if self.u.rng.random() < 0.3:
                self._wrong(run)
            return
        if before is not None and before.choices and self.u.rng.random() < 0.3:
            progress = before  # the finger is slower than the screen
        for _ in range(1 + (self.u.rng.random() < 0.15)):  # two clicks before anything moves
            self.pick(run, self.u.rng.choice(progress.choices))

    def _wrong(self, run: RunView) -> None:
        """Try what must be refused while a payment is open (P2, P8), here or in an old window."""
        old = self.u.rng.choice([run, *self._old_views()])
        wrong = (self._other_tender, self._leave, self._close, self._begin_again)
        self.u.rng.choice(wrong)(old)

    def _old_views(self) -> list[RunView]:
        return [self.till.checkout.view(run_id) for run_id in sorted(self.till.disk.rows.runs)[-3:]]

    def _other_tender(self, run: RunView) -> None:
        self.till.show(self.till.checkout.pay(run.run_id, CASH, run.total_minor))

    def _leave(self, run: RunView) -> None:
        if run.parked:
            return  # its window offers no way back
        self.till.checkout.back(run.run_id)

    def _close(self, run: RunView) -> None:
        self.till.checkout.close_unresolved(run.run_id, "a stale window", "Mina")

    def _begin_again(self, run: RunView) -> None:
        if run.cart_id in self.till.disk.rows.carts:
            self.till.checkout.begin(run.cart_id)

    def pick(self, run: RunView, choice: Choice) -> None:
        """Click one of the offered buttons."""
        now = self.till.counter.progress
        offered = now is not None and choice in now.choices
        if choice in _AGREES and offered and run.session_id is not None:
            self.till.watch.agree(run.session_id)
        self.till.watch.mood += 1
        self.u.tell(self.till.name, f"clicks {choice.value}", run=run.run_id)
        if choice is Choice.CLOSE:
            self.till.checkout.close_unresolved(run.run_id, "looked it up", "Mina")
        else:
            self.till.checkout.choose(run.run_id, choice)
        self.till.desk.wake()
        if choice is Choice.PARK and self.till.checkout.view(run.run_id).parked:
            self.till.counter = Counter()


class Manager:
    """Refunds part of something that was paid, sometimes twice at once."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.u = till.u

    def act(self) -> None:
        orders = sorted(self.till.disk.rows.orders)
        if not orders:
            return
        order = self.till.disk.rows.orders[self.u.rng.choice(orders)]
        part = self.u.rng.choice((order.total, order.total // 2, order.total // 3 + 1, 1))
        for _ in range(self.u.rng.choice((1, 1, 2))):
            self._refund(order.id, part)
        if self.u.rng.random() < 0.2:
            self._second_thoughts()
        self.till.desk.wake()

    def _refund(self, order_id: UUID, amount: int) -> None:
        try:
            asked = self.till.refunds.request(RefundRequest(order_id=order_id, amount_minor=amount))
        except CashierError as error:
            self.u.tell(self.till.name, f"refund refused: {error.code}", order=order_id)
        else:
            self.u.tell(self.till.name, f"refunds {amount}", refund=asked)

    def _second_thoughts(self) -> None:
        refunds = sorted(self.till.disk.rows.refunds)
        if not refunds:
            return
        failed = [it for it in refunds if self._failed(it)]
        chosen = failed if failed and self.u.rng.random() < 0.5 else refunds
        row = self.till.disk.rows.refunds[self.u.rng.choice(chosen)]
        try:
            if not failed and self.u.rng.random() < 0.5:
                self.till.refunds.withdraw(row.id)
            elif row.provider_id == STRIPE_TERMINAL:
                self.till.approve(row.id)
        except PosError as error:
            self.u.tell(self.till.name, f"is told {getattr(error, 'code', error)}")

    def _failed(self, refund_id: UUID) -> bool:
        return self.till.disk.rows.refunds[refund_id].attempt.state is RefundState.FAILED


class Customer:
    """Stands at a reader."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.u = till.u

    def act(self) -> None:
        reader = self.u.rng.choice(sorted(self.till.stripe.readers))
        at = self.till.stripe.readers[reader]
        if self.u.rng.random() < 0.12:
            at.customer_cancels()
        else:
            outcomes = ("approve", "approve", "approve", "decline", "hidden", "error")
            at.present(self.u.rng.choice(outcomes))
