"""The Stripe Terminal provider: runs the pure machines, one bounded step at a time.

`step` = read the row, at most one outside call, one short write. Start-up
recovery calls the same lines. Only the service thread steps; a choice of the
cashier is dropped into a mailbox that the next step empties, so that a button
never waits for the network.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock
from uuid import UUID

from pos.errors import CashierError
from pos.models.states import CardPhase, RefundState, SessionStatus, Wish
from pos.terminal import card_answers, card_machine
from pos.terminal.api import (
    STRIPE_TERMINAL,
    Availability,
    NewSession,
    PaymentAsk,
    PaymentFacts,
    Progress,
    RefundProgress,
)
from pos.terminal.attempt import (
    STATUS,
    Action,
    CardAttempt,
    Choice,
    Context,
    LookIntent,
    LookList,
    LookReader,
    Pause,
    Send,
    Situation,
    Turn,
    View,
)
from pos.terminal.card_paying import CARD_TIMEOUT
from pos.terminal.minimums import refusal
from pos.terminal.operations import Answer
from pos.terminal.ports import AttemptStore, StripePort
from pos.terminal.refund_driver import RefundDriver
from pos.terminal.session_row import data_of

_TURNS = 4
"""Decisions in one step that ask nobody; more than two in a row have no meaning."""


class StripeTerminal:
    """One reader of one account. ``reader`` names it, or is empty when none was chosen."""

    id = STRIPE_TERMINAL

    def __init__(
        self,
        store: AttemptStore,
        stripe: StripePort,
        clock: Callable[[], datetime],
        reader: Callable[[], str],
    ) -> None:
        self._store = store
        self._stripe = stripe
        self._clock = clock
        self._reader = reader
        self._refunds = RefundDriver(store, stripe, self._context)
        self._views: dict[UUID, View] = {}
        self._shown: dict[UUID, Pause] = {}
        self._lock = Lock()
        self._chosen: defaultdict[UUID, list[Choice]] = defaultdict(list)
        self._reachable = True
        self._key_refused = False

    def availability(self) -> Availability:
        if not self._stripe.account:
            return Availability(ok=False, reason="No Stripe key is stored. See Settings.")
        if not self._reader():
            return Availability(ok=False, reason="No card reader is chosen. See Settings.")
        if self._key_refused:
            return Availability(ok=False, reason="Stripe refuses the stored key. See Settings.")
        if not self._reachable:
            return Availability(
                ok=False,
                reason="Card reader needs the internet. Take cash meanwhile.",
            )
        return Availability(ok=True)

    def probe(self) -> bool:
        """Ask for the reader once, so that the screen knows whether Stripe answers."""
        reader = self._reader()
        if not (self._stripe.account and reader):
            return False
        self._heard(self._stripe.reader(reader))
        return self._reachable and not self._key_refused

    def create_payment(self, ask: PaymentAsk) -> NewSession:
        """Describe the session; raises `CashierError` when a card cannot be taken for this."""
        found = self.availability()
        reason = found.reason or refusal(ask.amount)
        if reason:
            raise CashierError("card_not_available", reason, "Choose another tender.")
        attempt = CardAttempt(
            id=ask.session_id,
            run_id=ask.run_id,
            amount_minor=ask.amount.minor,
            currency=ask.amount.currency,
            reader_id=self._reader(),
            metadata=(
                ("business", ask.business),
                ("cart", str(ask.cart_id)),
                ("register", ask.register),
            ),
            created_at=self._clock(),
        )
        return NewSession(
            status=SessionStatus.PENDING,
            data=data_of(attempt),
            phase=CardPhase.INTENT,
            wish=Wish.PAY,
            reader_lease=attempt.reader_id,
        )

    def authorize_payment(self, session_id: UUID) -> Progress:
        attempt, action = self._decide(self._load(session_id))
        match action:
            case Send():
                attempt = self._send(attempt, action)
            case LookIntent() | LookReader() | LookList():
                attempt = self._look(attempt, action)
            case Pause():
                attempt = card_answers.rested(attempt)
        return self._report(attempt, action)

    def choose(self, session_id: UUID, choice: Choice) -> None:
        with self._lock:
            self._chosen[session_id].append(choice)

    def get_status(self, session_id: UUID) -> SessionStatus:
        return STATUS[self._store.load(session_id).phase]

    def get_payment_data(self, session_id: UUID) -> PaymentFacts:
        a = self._store.load(session_id)
        return PaymentFacts(
            amount_minor=a.amount_minor,
            tendered_minor=a.amount_minor,
            reference=a.intent_id,
            card_brand=a.card.brand,
            card_last4=a.card.last4,
            data={"read_method": a.card.read_method, "receipt": dict(a.card.receipt)},
        )

    def refund_payment(self, refund_id: UUID) -> RefundProgress:
        return self._refunds.step(refund_id)

    def approve_refund_again(self, refund_id: UUID) -> RefundState:
        """Let a person allow one more key for a refund; see `refund_machine.approve_again`."""
        return self._refunds.approve_again(refund_id)

    def recover(self) -> None:
        """After a start: what was wanted is asked again, no reader is woken by itself."""
        for session_id in self._store.unsettled():
            attempt = self._store.load(session_id)
            woken = card_answers.recovered(attempt)
            if woken != attempt:
                self._store.save(attempt, woken)

    def unsettled(self) -> list[UUID]:
        """Return the sessions on which work is left, the released ones among them."""
        return self._store.unsettled()

    def _context(self) -> Context:
        stripe = self._stripe
        return Context(self._clock(), stripe.account, stripe.api_version, stripe.server_now)

    def _heard(self, answer: Answer) -> None:
        """Learn from any answer whether a card can be offered now."""
        self._reachable = answer.status is not None
        self._key_refused = answer.status in {401, 403}

    def _load(self, session_id: UUID) -> CardAttempt:
        """Read the attempt and do what was chosen; a view that a failed step left is not used."""
        attempt = self._store.load(session_id)
        with self._lock:
            choices = tuple(self._chosen.get(session_id, ()))
        chosen = replace(attempt, view=self._views.pop(session_id, View()))
        fitting = [choice for choice in choices if self._fits(session_id, choice)]
        for choice in fitting:
            chosen = card_answers.choose(chosen, choice)
        if chosen != attempt:
            chosen = self._store.save(attempt, chosen)
        if _WAKES_THE_READER & set(fitting):
            self._shown.pop(session_id, None)  # what a person was asked is answered
        with self._lock:  # only now: a choice that could not be saved is tried again
            del self._chosen[session_id][: len(choices)]
        return chosen

    def _fits(self, session_id: UUID, choice: Choice) -> bool:
        """Wake the reader only where that was offered: of two quick clicks the second was not."""
        shown = self._shown.get(session_id)
        return choice not in _WAKES_THE_READER or (shown is not None and choice in shown.choices)

    def _decide(self, attempt: CardAttempt) -> tuple[CardAttempt, Action]:
        action = card_machine.decide(attempt, self._context())
        for _ in range(_TURNS):
            if not isinstance(action, Turn):
                break
            attempt = self._store.save(attempt, action.attempt)
            action = card_machine.decide(attempt, self._context())
        return attempt, action

    def _send(self, attempt: CardAttempt, action: Send) -> CardAttempt:
        journalled = card_answers.sending(attempt, action.op, self._context())
        journalled = self._store.save(attempt, journalled)  # P3: no row, no send
        key = action.op.key
        self._views.clear()  # what others saw of the reader is not so any more
        answer = self._stripe.post(next(op for op in journalled.ops if op.key == key))
        self._heard(answer)
        answered = card_answers.absorb_post(journalled, key, answer, self._context())
        return self._store.save(journalled, answered)

    def _look(
        self, attempt: CardAttempt, action: LookIntent | LookReader | LookList
    ) -> CardAttempt:
        match action:
            case LookIntent():
                answer = self._stripe.intent(attempt.intent_id)
                seen = card_answers.absorb_intent(attempt, answer)
            case LookReader():
                self._views.clear()  # what others saw of the reader is older
                answer = self._stripe.reader(attempt.reader_id)
                seen = card_answers.absorb_reader(attempt, answer)
            case LookList(since):
                known = self._stripe.server_now
                answer = self._stripe.intents_since(since)
                blind = known is None and self._stripe.server_now is not None
                seen = card_answers.absorb_list(attempt, answer, blind=blind)
        self._heard(answer)
        if seen == attempt:  # most looks change nothing that has to last
            return seen
        return replace(self._store.save(attempt, seen), view=seen.view)

    def _report(self, attempt: CardAttempt, action: Action) -> Progress:
        settled = attempt.is_settled and not attempt.strays
        if settled:
            shown = Pause(card_machine.DONE[attempt.phase])
        elif isinstance(action, Pause):
            shown = action
        else:
            shown = self._meanwhile(attempt)
        self._remember(attempt, shown, settled=settled)
        waiting = shown.situation is Situation.WAITING_FOR_CARD and attempt.dispatched_at
        return Progress(
            session_id=attempt.id,
            status=SessionStatus.CANCELED if attempt.released else STATUS[attempt.phase],
            situation=shown.situation,
            choices=shown.choices,
            delay=shown.seconds if settled or isinstance(action, Pause) else 0.0,
            notice=attempt.notice,
            blocks=attempt.blocks,
            settled=settled,
            deadline=waiting + CARD_TIMEOUT if waiting else None,
            card=attempt.card,
        )

    def _remember(self, attempt: CardAttempt, shown: Pause, *, settled: bool) -> None:
        self._views[attempt.id] = attempt.view
        self._shown[attempt.id] = shown
        if settled:
            for table in (self._views, self._shown, self._chosen):
                table.pop(attempt.id, None)

    def _meanwhile(self, attempt: CardAttempt) -> Pause:
        """Between two waits the screen keeps what it said, so that nothing flickers."""
        if attempt.wish is Wish.CANCEL:
            return Pause(Situation.CANCELLING)
        if shown := self._shown.get(attempt.id):
            return shown
        if attempt.wish is Wish.ASK and attempt.reader_was_asked:  # the first look after a start
            return Pause(Situation.UNKNOWN)
        return Pause(Situation.SENDING, (Choice.CANCEL,))


_WAKES_THE_READER = frozenset({Choice.RETRY, Choice.RESUME})
"""Asks the customer for a card: never done on a click that nobody was offered."""
