"""The checkout run: one per cart, resumed at its recovery point, never started twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from pos.errors import CashierError
from pos.models.base import new_id
from pos.models.database import Database
from pos.models.states import CardPhase, CartStatus, RunState, SessionStatus
from pos.money import Money
from pos.services import shop
from pos.services.cart.pricing import price_cart
from pos.services.checkout import runs
from pos.services.checkout.commit import Taken, commit_order, free_of_charge
from pos.services.checkout.frozen import freeze
from pos.services.checkout.opening import (
    payment_ask,
    refuse_left,
    refuse_unpayable,
    session_row,
)
from pos.services.checkout.views import RunProgress, RunView, TenderOffer
from pos.services.journal import Event, record
from pos.services.shop import Clock
from pos.terminal.api import PaymentProvider, Progress
from pos.terminal.attempt import Choice

Enqueue = Callable[[Connection, UUID, Clock], None]


class CheckoutService:
    """Drives runs over payment providers.

    `begin`, `pay`, `back` and the like are the cashier's and run on the
    database thread; `advance` is one step of a running tender and runs on the
    payments thread. All raise `CashierError` for what a person can mend.
    """

    def __init__(
        self,
        db: Database,
        providers: Mapping[str, PaymentProvider],
        clock: Clock,
        enqueue: Enqueue,
    ) -> None:
        self._db = db
        self._providers = providers
        self._clock = clock
        self._enqueue = enqueue

    def tenders(self) -> tuple[TenderOffer, ...]:
        """List the ways to pay that are enabled at this location."""
        usable = shop.current(self._db).usable_providers
        found = {name: it.availability() for name, it in self._providers.items() if name in usable}
        return tuple(TenderOffer(name, it.ok, it.reason) for name, it in found.items())

    def begin(self, cart_id: UUID) -> RunView:
        """Freeze the totals of a cart; a cart that is being paid shows its running tender."""
        with self._db.engine.begin() as db:
            run = runs.by_cart(db, cart_id)
            if run is not None and runs.is_taken(db, run):
                return runs.view(db, run.id)
            priced = price_cart(db, cart_id)
            refuse_unpayable(priced.cart.status, len(priced.lines))
            run_id = run.id if run is not None else new_id()
            runs.start(db, run_id, cart_id, freeze(priced), self._clock())
            runs.set_cart(db, cart_id, CartStatus.PAYING)
            return runs.view(db, run_id)

    def pay(self, run_id: UUID, provider_id: str, tendered_minor: int = 0) -> RunView:
        """Open a tender for all that is due; a second call shows the first one's.

        Cash is settled, and the order committed, in the same transaction. Raises
        `CashierError`: ``tender_not_enabled``, ``cash_too_little``,
        ``card_not_available``, ``reader_in_use``, ``nothing_due``.
        """
        try:
            with self._db.engine.begin() as db:
                self._open_tender(db, run_id, provider_id, tendered_minor)
        except IntegrityError as error:
            self._explain_rival(run_id, error)
        return self.view(run_id)

    def complete_free(self, run_id: UUID) -> RunView:
        """Complete a run on which nothing is due; no provider is asked."""
        with self._db.engine.begin() as db:
            run = runs.get(db, run_id)
            if runs.is_taken(db, run):
                return runs.view(db, run_id)
            refuse_left(run)
            if run.total_minor != 0:
                raise CashierError("amount_due", "Something is due.", "Choose a tender.")
            self._commit(db, run, [free_of_charge()])
        return self.view(run_id)

    def advance(self, session_id: UUID) -> RunProgress:
        """Take one step of a tender and commit the order once its money is taken."""
        with self._db.reader.begin() as db:
            session = runs.session(db, session_id)
        progress = self._providers[session.provider_id].authorize_payment(session_id)
        if progress.settled:
            self._settle(session.run_id, progress)
        return RunProgress(self.view(session.run_id), progress)

    def choose(self, run_id: UUID, choice: Choice) -> None:
        """Pass on what the cashier chose; parking also frees the counter for the next sale."""
        if choice is Choice.PARK and not self._park(run_id):
            return  # settled meanwhile: there is nothing to set aside
        view = self.view(run_id)
        if view.session_id is not None:
            self._providers[view.provider_id].choose(view.session_id, choice)

    def back(self, run_id: UUID) -> None:
        """Return to the cart; raises `CashierError` while a tender may still take money."""
        with self._db.engine.begin() as db:
            run = runs.get(db, run_id)
            if run.state in runs.COMMITTED:
                return
            if runs.blocking(db, run_id) or runs.authorized(db, run_id):
                raise CashierError(
                    "payment_running",
                    "A payment for this sale is still open.",
                    "Cancel it and wait until it is canceled.",
                )
            runs.set_state(db, run_id, RunState.ABANDONED, finished_at=self._clock())
            runs.set_cart(db, run.cart_id, CartStatus.OPEN)

    def receipt_done(self, run_id: UUID) -> None:
        """Note that the receipt was shown; the run is finished."""
        with self._db.engine.begin() as db:
            if runs.get(db, run_id).state in runs.COMMITTED:
                runs.set_state(db, run_id, RunState.FINISHED, finished_at=self._clock())

    def close_unresolved(self, run_id: UUID, reason: str, actor: str) -> None:
        """Record a person's decision to close a payment that needs a check."""
        if not reason.strip():
            raise CashierError("reason_needed", "A reason is needed.", "Write what was found.")
        with self._db.engine.begin() as db:
            data = {"reason": reason.strip()[:500]}
            record(db, Event("payment_closed", str(run_id), data, actor), self._clock())
        self.choose(run_id, Choice.CLOSE)

    def view(self, run_id: UUID) -> RunView:
        """Read a run."""
        with self._db.reader.begin() as db:
            return runs.view(db, run_id)

    def at_counter(self) -> RunView | None:
        """Return the run the counter is at: paying, or paid with the receipt not yet shown."""
        with self._db.reader.begin() as db:
            run_id = runs.at_counter(db)
            return runs.view(db, run_id) if run_id else None

    def uncommitted(self) -> list[UUID]:
        """Return the sessions whose money is taken while the order is not on the disk yet."""
        with self._db.reader.begin() as db:
            return runs.uncommitted(db)

    def recover(self) -> tuple[RunView, ...]:
        """Prepare every unfinished run after a start, and commit what is paid.

        Asks nobody outside: the payments thread goes on from here.
        """
        for provider in self._providers.values():
            provider.recover()
        with self._db.reader.begin() as db:
            found = [run.id for run in runs.unfinished(db)]
        for run_id in found:
            self._take_up(run_id)
        with self._db.reader.begin() as db:
            return tuple(runs.view(db, run_id) for run_id in found)

    def _open_tender(self, db: Connection, run_id: UUID, provider_id: str, tendered: int) -> None:
        run, here = runs.get(db, run_id), shop.load(db)
        if runs.is_taken(db, run):
            return  # a second click: the first one's tender is shown
        refuse_left(run)
        provider = self._enabled(here, provider_id)
        ask = payment_ask(run, here, tendered)
        new = provider.create_payment(ask)
        runs.open_session(db, session_row(ask, provider_id, new, self._clock()))
        runs.set_state(db, run_id, RunState.SESSIONS_OPEN)
        data = {"provider": provider_id, "amount": run.total_minor, "session": str(ask.session_id)}
        record(db, Event("tender_opened", str(run_id), data, here.staff_name), self._clock())
        if new.taken is not None:
            self._commit(db, run, [(ask.session_id, provider_id, new.taken)])

    def _enabled(self, here: shop.Shop, provider_id: str) -> PaymentProvider:
        if provider_id not in here.usable_providers or provider_id not in self._providers:
            raise CashierError(
                "tender_not_enabled",
                "This tender is not enabled at this location.",
                "Choose another one, or enable it in Settings.",
            )
        return self._providers[provider_id]

    def _explain_rival(self, run_id: UUID, error: IntegrityError) -> None:
        """Tell a second click, which is shown the first one's tender, from a busy reader."""
        with self._db.reader.begin() as db:
            if runs.blocking(db, run_id):
                return
        if "reader_lease" in str(error.orig):
            raise CashierError(
                "reader_in_use",
                "The reader still holds another payment that is being put away.",
                "Wait a moment and try again, or take cash.",
            ) from error
        raise error

    def _settle(self, run_id: UUID, progress: Progress) -> None:
        if progress.status is SessionStatus.AUTHORIZED:
            self._commit_if_paid(run_id)
        else:
            self._end_parked(run_id)

    def _end_parked(self, run_id: UUID) -> None:
        """End a run that was set aside and turned out not to be paid."""
        with self._db.engine.begin() as db:
            run, found = runs.get(db, run_id), runs.sessions(db, run_id)
            open_still = any(s.is_live or s.status == SessionStatus.AUTHORIZED for s in found)
            if run.parked_at is None or run.finished_at is not None or open_still:
                return
            closed = any(s.phase == CardPhase.CLOSED for s in found)
            state = RunState.VOIDED if closed else RunState.ABANDONED
            now = self._clock()
            runs.set_state(db, run_id, state, finished_at=now)
            runs.set_cart(db, run.cart_id, CartStatus.ABANDONED)
            data = {"total": run.total_minor, "currency": run.currency}
            record(db, Event(f"sale_{state.value}", str(run_id), data), now)

    def _take_up(self, run_id: UUID) -> None:
        """Go on with an unfinished run where an earlier start of the program stopped."""
        self._commit_if_paid(run_id)
        self._end_parked(run_id)
        view = self.view(run_id)
        if view.parked and view.blocks and view.session_id:
            self._providers[view.provider_id].choose(view.session_id, Choice.PARK)

    def _commit_if_paid(self, run_id: UUID) -> None:
        """Commit a run whose sessions are authorised; does nothing for any other."""
        with self._db.reader.begin() as db:
            run, sessions = runs.get(db, run_id), runs.authorized(db, run_id)
        if run.state in runs.COMMITTED or run.finished_at is not None or not sessions:
            return
        taken = [
            (s.id, s.provider_id, self._providers[s.provider_id].get_payment_data(s.id))
            for s in sessions
        ]
        with self._db.engine.begin() as db:
            if runs.get(db, run_id).state not in runs.COMMITTED:
                runs.set_state(db, run_id, RunState.PAYMENT_AUTHORIZED)
        with self._db.engine.begin() as db:
            run = runs.get(db, run_id)
            if run.state not in runs.COMMITTED:
                self._commit(db, run, taken)

    def _commit(self, db: Connection, run: Any, taken: list[Taken]) -> None:
        paid = sum(facts.amount_minor for _, _, facts in taken)
        if paid != run.total_minor:  # W11: what was taken must be what was due
            raise CashierError(
                "amount_mismatch",
                f"Taken {Money(paid, run.currency).format()}, due"
                f" {Money(run.total_minor, run.currency).format()}. The sale was not closed.",
                "Call the manager. Nothing is refunded by itself.",
            )
        self._enqueue(db, commit_order(db, run, taken, self._clock()), self._clock)

    def _park(self, run_id: UUID) -> bool:
        """Set a run aside while its payment is not known; False when it is."""
        with self._db.engine.begin() as db:
            run = runs.get(db, run_id)
            if run.parked_at is not None or not runs.blocking(db, run_id):
                return run.parked_at is not None
            now = self._clock()
            runs.set_state(db, run_id, RunState(run.state), parked_at=now)
            runs.set_cart(db, run.cart_id, CartStatus.CHECKING)
            record(db, Event("payment_parked", str(run_id), {"total": run.total_minor}), now)
            return True
