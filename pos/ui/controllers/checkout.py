"""The checkout: one run at the counter, whatever is clicked however often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from pos.errors import PosError
from pos.services.checkout import CheckoutService, RunProgress, RunView, TenderOffer
from pos.services.desk import DeskTick
from pos.services.shop import Shop
from pos.terminal.api import CASH, STRIPE_TERMINAL, Progress
from pos.terminal.attempt import Choice
from pos.terminal.card_answers import PAID_ANYWAY
from pos.ui import sounds, wording
from pos.ui.controllers.card_words import NEEDS_EYES, Moment, canceled_banner, card_page
from pos.ui.controllers.counter import Counter, canceling, opening
from pos.ui.controllers.run_words import done_view, order_card, tender_views
from pos.ui.i18n import tr
from pos.ui.screens.checkout import CheckoutScreen
from pos.ui.screens.checkout_views import CardView, CashView, CheckoutView, DoneView, Page
from pos.ui.threads import Calls
from pos.ui.widgets.banner import banner_for

_CHOICES = {
    "retry": Choice.RETRY,
    "resume": Choice.RESUME,
    "check": Choice.CHECK,
    "cancel": Choice.CANCEL,
    "other": Choice.CANCEL,
    "park": Choice.PARK,
}


class CheckoutController(QObject):
    """Drives the checkout screen; every decision is the service's.

    ``entered`` when a run begins, ``left`` when the counter goes back to the
    sale: with the codes' owner told by ``finished`` after a paid one.
    """

    entered = Signal()
    left = Signal()
    paid = Signal(object)
    work_wanted = Signal()
    reader_used = Signal(object)
    receipt_asked = Signal(object, str)
    failed = Signal(object)

    def __init__(
        self,
        screen: CheckoutScreen,
        service: CheckoutService,
        writes: Calls,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(screen)
        self._screen, self._service, self._writes, self._clock = screen, service, writes, clock
        self._at: Counter | None = None
        self._shop: Shop | None = None
        self._beat = QTimer(self, interval=1000)
        self._beat.timeout.connect(self._show)
        screen.tender_chosen.connect(self._on_tender)
        screen.cash_given.connect(self._on_cash)
        screen.card_acted.connect(self._on_card)
        screen.banner_acted.connect(self._on_card)
        screen.done_acted.connect(self._on_done)
        screen.back_asked.connect(self._on_back)
        screen.new_sale.connect(self.finish)

    @property
    def run(self) -> RunView | None:
        """The run at the counter, if there is one."""
        return self._at.run if self._at else None

    def show_shop(self, shop: Shop) -> None:
        """Use this shop's words."""
        self._shop = shop

    def begin(self, cart_id: UUID) -> None:
        """Freeze a cart's totals and show the ways to pay; a second call shows the same run."""
        if self._at is None or self._at.run.cart_id != cart_id:
            self._writes.submit(
                self._service.begin, cart_id, then=self.resume, failed=self._refused
            )

    def resume(self, run: RunView) -> None:
        """Show a run, as it is after `begin` or as an earlier start of the program left it."""
        if self._at is not None and self._at.run.run_id == run.run_id:
            return  # a second touch on Charge, answered: the counter stands where it stood
        self._at = Counter(run, run.provider_id if run.blocks else CASH)
        self.entered.emit()
        self._writes.submit(self._service.tenders, then=self._offer, failed=self._refused)
        if run.blocks or run.is_paid:
            self.work_wanted.emit()
        if run.is_free and not run.is_paid:
            self._submit(self._service.complete_free, run.run_id)
        self._show()

    def news(self, tick: DeskTick) -> None:
        """Take in what the payments thread did."""
        for moved in tick.runs:
            self._moved(moved)

    def look_again(self) -> None:
        """Offer the ways to pay anew: a reader came back, or went."""
        if self._at is not None and not self._at.run.is_paid:
            self._writes.submit(self._service.tenders, then=self._offer, failed=self._refused)

    def finish(self) -> None:
        """Put a paid run away: its receipt was shown, the next sale begins."""
        at = self._at
        if at is None or not at.run.is_paid:
            return
        self._leave()
        self._writes.submit(self._service.receipt_done, at.run.run_id, failed=self._refused)

    # what a person does

    def _on_tender(self, provider_id: str) -> None:
        at = self._at
        if at is None or at.run.blocks or at.run.is_paid or at.busy:
            return
        at.tender, at.banner, at.progress = provider_id, None, None
        if provider_id == CASH:
            self._show()
        else:
            self._submit(self._service.pay, at.run.run_id, provider_id)

    def _on_cash(self, minor: object) -> None:
        if self._at is not None and not self._at.busy and not self._at.run.is_paid:
            self._submit(self._service.pay, self._at.run.run_id, CASH, minor)

    def _on_card(self, key: str) -> None:
        at = self._at
        if at is None or at.busy or key not in _CHOICES:
            return
        if not at.run.blocks:  # that attempt is over: a new one, or another way to pay
            self._on_tender(STRIPE_TERMINAL if key == "retry" else CASH)
            return
        if _CHOICES[key] is Choice.CANCEL:
            at.progress = canceling(_progress(at))
        self._show()
        call = (self._service.choose, at.run.run_id, _CHOICES[key])
        then = self._parked if key == "park" else self._chosen
        self._writes.submit(*call, then=then, failed=self._refused)

    def _on_done(self, key: str) -> None:
        if self._at is not None and self._at.run.order_id is not None:
            self.receipt_asked.emit(self._at.run.order_id, key)

    def _on_back(self) -> None:
        at = self._at
        if at is None or at.busy:
            return
        if at.run.blocks:
            self._on_card("cancel")
            return
        at.busy = True
        self._writes.submit(
            self._service.back, at.run.run_id, then=self._back, failed=self._refused
        )

    # what the service answers

    def _submit(self, fn: Callable[..., RunView], *args: object) -> None:
        if self._at is not None:
            self._at.busy = True
            self._writes.submit(fn, *args, then=self._opened, failed=self._refused)
            self._show()

    def _opened(self, run: RunView) -> None:
        if self._at is None or self._at.run.run_id != run.run_id:
            return
        self._at.run, self._at.busy = run, False
        if run.is_paid:
            self._paid()
        else:
            self._at.since = self._clock()
            self.work_wanted.emit()
        self._show()

    def _offer(self, offers: tuple[TenderOffer, ...]) -> None:
        if self._at is not None:
            self._at.offers = offers
            self._show()

    def _moved(self, moved: RunProgress) -> None:
        at = self._at
        if at is None or moved.run.run_id != at.run.run_id or _is_of_another(moved):
            return
        if at.progress is None or at.progress.situation is not moved.progress.situation:
            at.since = self._clock()
            if moved.progress.situation in NEEDS_EYES:
                sounds.bad()
        at.heard = self._clock()
        was_paid, at.run, at.progress = at.run.is_paid, moved.run, moved.progress
        self.reader_used.emit(moved.progress.situation)
        if at.run.is_paid and not was_paid:
            self._paid()
        elif not at.run.blocks and not at.run.is_paid:
            at.banner, at.tender = canceled_banner(moved.progress), CASH
        self._show()

    def _paid(self) -> None:
        if self._at is not None:
            self.paid.emit(self._at.run)

    def _chosen(self, _: object) -> None:
        self.work_wanted.emit()

    def _parked(self, _: object) -> None:
        self.work_wanted.emit()
        self._leave()

    def _back(self, _: object) -> None:
        self._leave()

    def _leave(self) -> None:
        self._at = None
        self._beat.stop()
        self.reader_used.emit(None)
        self.left.emit()

    def _refused(self, error: PosError) -> None:
        sounds.bad()
        at = self._at
        if at is None:
            self.failed.emit(error)
            return
        at.busy, at.banner = False, banner_for(error)
        if not at.run.blocks:
            at.tender = CASH
        self._show()

    # what is shown

    def _show(self) -> None:
        at = self._at
        if at is None:
            return
        self._screen.show_view(self._view(at))
        waiting = at.run.blocks and not at.run.is_paid
        if waiting != self._beat.isActive():
            (self._beat.start if waiting else self._beat.stop)()

    def _view(self, at: Counter) -> CheckoutView:
        locked = at.busy or at.run.blocks
        page = Page.DONE if at.run.is_paid else Page.CASH
        if page is Page.CASH and (at.run.blocks or at.tender == STRIPE_TERMINAL):
            page = Page.CARD
        stuck = at.run.blocks and not self._may_cancel(at)
        return CheckoutView(
            order=order_card(at.run, self._locale, locked=at.busy or stuck),
            page=page,
            tenders=tender_views(at.offers),
            tender=at.run.provider_id if at.run.blocks else at.tender,
            locked=locked,
            cash=self._cash(at),
            card=self._card(at),
            done=self._done(at) if at.run.is_paid else None,
        )

    def _done(self, at: Counter) -> DoneView:
        despite = at.progress is not None and at.progress.notice == PAID_ANYWAY
        return done_view(at.run, self._locale, despite_cancel=despite)

    def _may_cancel(self, at: Counter) -> bool:
        return Choice.CANCEL in _progress(at).choices

    def _cash(self, at: Counter) -> CashView:
        return CashView(
            at.run.total_minor, at.run.currency, self._locale, busy=at.busy, banner=at.banner
        )

    def _card(self, at: Counter) -> CardView:
        now = self._clock()
        amount = wording.money(at.run.total_minor, at.run.currency, self._locale)
        reader = self._shop.reader_label if self._shop else ""
        times = (at.since or now, at.heard or now, now)
        moment = Moment(amount, tr("{name} reader").format(name=reader), *times)
        return card_page(_progress(at), moment)

    @property
    def _locale(self) -> str:
        return self._shop.locale if self._shop else "en_US"


def _is_of_another(moved: RunProgress) -> bool:
    """Tell news of an attempt that is being put away from those of the one that runs."""
    return moved.run.blocks and moved.progress.session_id != moved.run.session_id


def _progress(at: Counter) -> Progress:
    """Return the newest news, or what stands in for it while the first step has no answer."""
    return at.progress or opening(at.run, journalled=at.run.blocks and not at.busy)
