"""The checkout run: one per cart, resumed at its recovery point, never started twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from pos.errors import CashierError
from pos.logs import without_cards
from pos.models.base import new_id
from pos.models.states import CardPhase, CartStatus, RunState, SessionStatus
from pos.money import Money
from pos.services.checkout.commit import free_of_charge
from pos.services.checkout.opening import (
    payment_ask,
    refuse_left,
    refuse_unpayable,
    session_row,
)
from pos.services.checkout.ports import RivalError, Run, RunStore, RunTx, Session, Taken, Terms
from pos.services.checkout.views import RunProgress, RunView, TenderOffer
from pos.services.journal import Event
from pos.services.shop import Clock
from pos.terminal.api import PaymentProvider, Progress
from pos.terminal.attempt import Choice


class CheckoutService:
    """Drives runs over payment providers.

    `begin`, `pay`, `back` and the like are the cashier's and run on the
    database thread; `advance` is one step of a running tender and runs on the
    payments thread. All raise `CashierError` for what a person can mend.
    """

    def __init__(
        self,
        runs: RunStore,
        providers: Mapping[str, PaymentProvider],
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._providers = providers
        self._clock = clock

    def tenders(self) -> tuple[TenderOffer, ...]:
        """List the ways to pay that are enabled at this location."""
        with self._runs.read() as tx:
            usable = tx.terms().usable_providers
        found = {name: it.availability() for name, it in self._providers.items() if name in usable}
        return tuple(TenderOffer(name, it.ok, it.reason) for name, it in found.items())

    def begin(self, cart_id: UUID) -> RunView:
        """Freeze the totals of a cart; a cart that is being paid shows its running tender."""
        with self._runs.write() as tx:
            run = tx.by_cart(cart_id)
            if run is not None and _is_taken(tx, run):
                return tx.view(run.id)
            priced = tx.price(cart_id)
            refuse_unpayable(priced.status, priced.lines)
            run_id = run.id if run is not None else new_id()
            tx.start(run_id, cart_id, priced.frozen, self._clock())
            tx.set_cart(cart_id, CartStatus.PAYING)
            return tx.view(run_id)

    def pay(self, run_id: UUID, provider_id: str, tendered_minor: int = 0) -> RunView:
        """Open a tender for all that is due; a second call shows the first one's.

        Cash is settled, and the order committed, in the same transaction. Raises
        `CashierError`: ``tender_not_enabled``, ``cash_too_little``,
        ``card_not_available``, ``reader_in_use``, ``nothing_due``.
        """
        try:
            with self._runs.write() as tx:
                self._open_tender(tx, run_id, provider_id, tendered_minor)
                return tx.view(run_id)
        except RivalError as error:
            self._explain_rival(run_id, error)
        return self.view(run_id)

    def complete_free(self, run_id: UUID) -> RunView:
        """Complete a run on which nothing is due; no provider is asked."""
        with self._runs.write() as tx:
            run = tx.get(run_id)
            if _is_taken(tx, run):
                return tx.view(run_id)
            refuse_left(run)
            if run.total_minor != 0:
                raise CashierError("amount_due", "Something is due.", "Choose a tender.")
            self._commit(tx, run, [free_of_charge()])
            return tx.view(run_id)

    def advance(self, session_id: UUID) -> RunProgress:
        """Take one step of a tender and commit the order once its money is taken."""
        with self._runs.read() as tx:
            session = tx.session(session_id)
        progress = self._providers[session.provider_id].authorize_payment(session_id)
        if progress.settled:
            self._settle(session.run_id, progress)
        return RunProgress(self.view(session.run_id), progress)

    def choose(self, run_id: UUID, choice: Choice) -> None:
        """Pass on what the cashier chose; parking also frees the counter for the next sale.

        Closing what needs a check wants a reason: `close_unresolved`.
        """
        if choice is Choice.CLOSE:
            raise CashierError("reason_needed", "A reason is needed.", "Write what was found.")
        if choice is Choice.PARK and not self._park(run_id):
            return  # settled meanwhile: there is nothing to set aside
        self._pass_on(run_id, choice)

    def _pass_on(self, run_id: UUID, choice: Choice) -> None:
        view = self.view(run_id)
        if view.session_id is not None:
            self._providers[view.provider_id].choose(view.session_id, choice)

    def back(self, run_id: UUID) -> None:
        """Return to the cart; raises `CashierError` while a tender may still take money."""
        with self._runs.write() as tx:
            run = tx.get(run_id)
            if run.is_committed:
                return
            if _blocking(tx, run_id) or _authorized(tx, run_id):
                raise CashierError(
                    "payment_running",
                    "A payment for this sale is still open.",
                    "Cancel it and wait until it is canceled.",
                )
            tx.set_state(run_id, RunState.ABANDONED, finished_at=self._clock())
            tx.set_cart(run.cart_id, CartStatus.OPEN)

    def receipt_done(self, run_id: UUID) -> None:
        """Note that the receipt was shown; the run is finished."""
        with self._runs.write() as tx:
            if tx.get(run_id).is_committed:
                tx.set_state(run_id, RunState.FINISHED, finished_at=self._clock())

    def close_unresolved(self, run_id: UUID, reason: str, actor: str) -> None:
        """Record a person's decision to close a payment that needs a check."""
        if not reason.strip():
            raise CashierError("reason_needed", "A reason is needed.", "Write what was found.")
        with self._runs.write() as tx:
            data = {"reason": without_cards(reason).strip()[:500]}
            tx.record(Event("payment_closed", str(run_id), data, actor), self._clock())
        self._pass_on(run_id, Choice.CLOSE)

    def view(self, run_id: UUID) -> RunView:
        """Read a run."""
        with self._runs.read() as tx:
            return tx.view(run_id)

    def at_counter(self) -> RunView | None:
        """Return the run the counter is at: paying, or paid with the receipt not yet shown."""
        with self._runs.read() as tx:
            run_id = tx.at_counter()
            return tx.view(run_id) if run_id else None

    def uncommitted(self) -> list[UUID]:
        """Return the sessions whose money is taken while the order is not on the disk yet."""
        with self._runs.read() as tx:
            return list(tx.uncommitted())

    def recover(self) -> tuple[RunView, ...]:
        """Prepare every unfinished run after a start, and commit what is paid.

        Asks nobody outside: the payments thread goes on from here.
        """
        for provider in self._providers.values():
            provider.recover()
        with self._runs.read() as tx:
            found = list(tx.unfinished())
        for run_id in found:
            self._take_up(run_id)
        with self._runs.read() as tx:
            return tuple(tx.view(run_id) for run_id in found)

    def _open_tender(self, tx: RunTx, run_id: UUID, provider_id: str, tendered: int) -> None:
        run, here = tx.get(run_id), tx.terms()
        if _is_taken(tx, run):
            return  # a second click: the first one's tender is shown
        refuse_left(run)
        provider = self._enabled(here, provider_id)
        ask = payment_ask(run, here, tendered)
        new = provider.create_payment(ask)
        tx.open_session(session_row(ask, provider_id, new, self._clock()))
        tx.set_state(run_id, RunState.SESSIONS_OPEN)
        data = {"provider": provider_id, "amount": run.total_minor, "session": str(ask.session_id)}
        tx.record(Event("tender_opened", str(run_id), data, here.staff_name), self._clock())
        if new.taken is not None:
            self._commit(tx, run, [(ask.session_id, provider_id, new.taken)])

    def _enabled(self, here: Terms, provider_id: str) -> PaymentProvider:
        if provider_id not in here.usable_providers or provider_id not in self._providers:
            raise CashierError(
                "tender_not_enabled",
                "This tender is not enabled at this location.",
                "Choose another one, or enable it in Settings.",
            )
        return self._providers[provider_id]

    def _explain_rival(self, run_id: UUID, error: RivalError) -> None:
        """Tell a second click, which is shown the first one's tender, from a busy reader."""
        with self._runs.read() as tx:
            if _blocking(tx, run_id):
                return
        if "reader_lease" in error.what:
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
        with self._runs.write() as tx:
            run, found = tx.get(run_id), tx.sessions(run_id)
            open_still = any(s.is_live or s.is_authorized for s in found)
            if run.parked_at is None or run.finished_at is not None or open_still:
                return
            closed = any(s.phase == CardPhase.CLOSED for s in found)
            state = RunState.VOIDED if closed else RunState.ABANDONED
            now = self._clock()
            tx.set_state(run_id, state, finished_at=now)
            tx.set_cart(run.cart_id, CartStatus.ABANDONED)
            data = {"total": run.total_minor, "currency": run.currency}
            tx.record(Event(f"sale_{state.value}", str(run_id), data), now)

    def _take_up(self, run_id: UUID) -> None:
        """Go on with an unfinished run where an earlier start of the program stopped."""
        self._commit_if_paid(run_id)
        self._end_parked(run_id)
        view = self.view(run_id)
        if view.parked and view.blocks and view.session_id:
            self._providers[view.provider_id].choose(view.session_id, Choice.PARK)

    def _commit_if_paid(self, run_id: UUID) -> None:
        """Commit a run whose sessions are authorised; does nothing for any other."""
        with self._runs.read() as tx:
            run, sessions = tx.get(run_id), _authorized(tx, run_id)
        if run.is_committed or run.finished_at is not None or not sessions:
            return
        taken = [
            (s.id, s.provider_id, self._providers[s.provider_id].get_payment_data(s.id))
            for s in sessions
        ]
        with self._runs.write() as tx:
            if not tx.get(run_id).is_committed:
                tx.set_state(run_id, RunState.PAYMENT_AUTHORIZED)
        with self._runs.write() as tx:
            run = tx.get(run_id)
            if not run.is_committed:
                self._commit(tx, run, taken)

    def _commit(self, tx: RunTx, run: Run, taken: Sequence[Taken]) -> None:
        paid = sum(facts.amount_minor for _, _, facts in taken)
        if paid != run.total_minor:  # W11: what was taken must be what was due
            raise CashierError(
                "amount_mismatch",
                f"Taken {Money(paid, run.currency).format()}, due"
                f" {Money(run.total_minor, run.currency).format()}. The sale was not closed.",
                "Call the manager. Nothing is refunded by itself.",
            )
        tx.commit(run, taken, self._clock())

    def _park(self, run_id: UUID) -> bool:
        """Set a run aside while its payment is not known; False when it is."""
        with self._runs.write() as tx:
            run = tx.get(run_id)
            if run.parked_at is not None or not _blocking(tx, run_id):
                return run.parked_at is not None
            now = self._clock()
            tx.set_state(run_id, run.state, parked_at=now)
            tx.set_cart(run.cart_id, CartStatus.CHECKING)
            tx.record(Event("payment_parked", str(run_id), {"total": run.total_minor}), now)
            return True


def _authorized(tx: RunTx, run_id: UUID) -> list[Session]:
    """Return the sessions whose money is taken."""
    return [s for s in tx.sessions(run_id) if s.is_authorized]


def _blocking(tx: RunTx, run_id: UUID) -> Session | None:
    """Return the session that forbids any other tender, if there is one."""
    return next((s for s in tx.sessions(run_id) if s.is_live), None)


def _is_taken(tx: RunTx, run: Run) -> bool:
    """Tell whether a run is paid, or a tender of it has taken or may still take the money."""
    held = any(s.is_live or s.is_authorized for s in tx.sessions(run.id))
    return held or run.is_committed
