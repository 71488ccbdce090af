"""A refund: chosen line by line, worked out live, asked for once."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from pos.errors import CashierError, PosError
from pos.models.states import RefundReason, RefundState
from pos.pricing import Discount, DiscountKind
from pos.services.cart.typed import discount_from_text, price_from_text
from pos.services.desk import DeskTick
from pos.services.purchases import PurchaseDetail
from pos.services.refunds import RefundLineAsk, RefundPlan, RefundRequest, RefundService
from pos.services.shop import Shop
from pos.terminal.api import CASH, RefundProgress
from pos.ui import sounds, wording
from pos.ui.controllers.card_words import decline_reason
from pos.ui.controllers.purchase_words import destination, reasons, refund_lines
from pos.ui.i18n import tr
from pos.ui.screens.purchase_views import RefundChoice, RefundView
from pos.ui.screens.purchases import PurchasesScreen
from pos.ui.threads import Calls, Latest
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView, banner_for
from pos.ui.widgets.steps import StepState, StepView

_OVER = frozenset({RefundState.SUCCEEDED, RefundState.PENDING, RefundState.FAILED})


class RefundController(QObject):
    """Feeds the refund panel of the purchases screen."""

    work_wanted = Signal()
    changed = Signal()
    receipt_asked = Signal(object, str)

    def __init__(
        self, screen: PurchasesScreen, service: RefundService, threads: tuple[Calls, Calls]
    ) -> None:
        super().__init__(screen)
        self._screen, self._service = screen, service
        self._writes, self._reads = threads
        self._latest = Latest(self._reads)
        self._locale = "en_US"
        self._found: PurchaseDetail | None = None
        self._plan: RefundPlan | None = None
        self._running: UUID | None = None
        screen.refund_changed.connect(self._on_changed)
        screen.refund_asked.connect(self._on_asked)
        screen.refund.acted.connect(self._on_acted)

    def show_shop(self, shop: Shop) -> None:
        """Use this shop's words."""
        self._locale = shop.locale

    def open(self, found: PurchaseDetail) -> None:
        """Begin a refund of an opened purchase."""
        self._found, self._plan, self._running = found, None, None
        self._screen.open_refund(self._view(None, tr("Choose what comes back.")))

    def news(self, tick: DeskTick) -> None:
        """Take in what the payments thread did."""
        for step in tick.refunds:
            if step.refund_id == self._running:
                self._moved(step)

    # what a person chooses

    def _on_changed(self, choice: RefundChoice) -> None:
        if self._found is None or self._running is not None:
            return
        if not choice.quantities and not choice.amount:
            self._plan = None
            self._screen.show_refund(self._view(None, tr("Choose what comes back.")))
            return
        currency = self._found.row.currency
        then = partial(self._worked_out, choice)
        self._latest.ask(self._work_out, choice, currency, then=then)

    def _work_out(self, choice: RefundChoice, currency: str) -> RefundPlan | CashierError:
        """Run on the reading thread; an answer that says why it cannot be is an answer."""
        try:
            return self._service.preview(_request(choice, currency))
        except CashierError as error:
            return error

    def _worked_out(self, choice: RefundChoice, answer: RefundPlan | CashierError) -> None:
        if isinstance(answer, CashierError):
            self._plan = None
            self._screen.show_refund(self._view(None, answer.message))
            return
        self._plan = answer
        missing = "" if choice.reason else tr("Choose a reason.")
        self._screen.show_refund(self._view(answer, missing))

    def _on_asked(self, choice: RefundChoice) -> None:
        if self._found is None or self._running is not None:
            return
        self._screen.show_refund(self._view(self._plan, "", busy=True))
        self._writes.submit(
            self._ask, choice, self._found.row.currency, then=self._requested, failed=self._refused
        )

    def _ask(self, choice: RefundChoice, currency: str) -> UUID:
        return self._service.request(_request(choice, currency))

    def _on_acted(self, key: str) -> None:
        if key == "refund" and self._running is not None:
            self.receipt_asked.emit(self._running, key)

    def _requested(self, refund_id: UUID) -> None:
        self._running = refund_id
        cash = self._plan is not None and self._plan.provider_id == CASH
        state = RefundState.SUCCEEDED if cash else RefundState.PLANNED
        self._moved(RefundProgress(refund_id=refund_id, state=state))
        self.work_wanted.emit()
        self.changed.emit()

    def _refused(self, error: PosError) -> None:
        sounds.bad()
        view = self._view(self._plan, "", banner=banner_for(error))
        self._screen.show_refund(view)

    def _moved(self, step: RefundProgress) -> None:
        banner = _banner(step)
        view = self._view(self._plan, "", busy=True, banner=banner, steps=_steps(step))
        if self._screen.refunding:
            self._screen.show_refund(view)
        if step.state in _OVER:
            (sounds.bad if step.state is RefundState.FAILED else sounds.good)()
            self._running = None if step.state is RefundState.FAILED else self._running
            self.changed.emit()

    def _view(
        self,
        plan: RefundPlan | None,
        why_not: str,
        *,
        busy: bool = False,
        banner: BannerView | None = None,
        steps: tuple[StepView, ...] = (),
    ) -> RefundView:
        found = self._found
        if found is None:
            raise LookupError("no refund is open")
        currency = found.row.currency
        left = wording.money(found.can_refund_minor, currency, self._locale)
        total = wording.money(plan.amount_minor if plan else 0, currency, self._locale)
        words = tr("Refund {amount} to {place}")
        return RefundView(
            order_id=str(found.row.id),
            title=tr("Refund {number}").format(number=found.row.receipt_number),
            subtitle=tr("Refundable {amount} · choose lines or an amount").format(amount=left),
            lines=refund_lines(found, plan, self._locale),
            reasons=reasons(),
            destinations=_destinations(plan, self._locale),
            total=total,
            button=words.format(amount=total, place=destination(plan)) if plan else tr("Refund"),
            can_refund=plan is not None and not why_not and not busy,
            why_not=why_not,
            busy=busy,
            steps=steps,
            banner=banner,
        )


def _request(choice: RefundChoice, currency: str) -> RefundRequest:
    back = set(choice.restock)
    return RefundRequest(
        order_id=UUID(choice.order_id),
        lines=tuple(
            RefundLineAsk(UUID(line), milli, restock=line in back)
            for line, milli in choice.quantities
        ),
        amount_minor=price_from_text(choice.amount, currency) if choice.amount else None,
        fee=_fee(choice.fee, currency) if choice.fee else None,
        reason=RefundReason(choice.reason or "return"),
        note=choice.words,
    )


def _fee(text: str, currency: str) -> Discount:
    kind = DiscountKind.PERCENT if text.endswith("%") else DiscountKind.FIXED
    return discount_from_text(kind, text.removesuffix("%").strip(), currency)


def _destinations(plan: RefundPlan | None, locale: str) -> tuple[tuple[str, str], ...]:
    if plan is None:
        return ()
    rows = [(tr("To {place}").format(place=destination(plan)), plan.amount_minor)]
    if plan.fee_minor:
        rows.insert(0, (tr("Fee kept"), plan.fee_minor))
    if plan.tax_minor:
        rows.append((tr("Tax included"), plan.tax_minor))
    return tuple((words, wording.money(minor, plan.currency, locale)) for words, minor in rows)


def _steps(step: RefundProgress) -> tuple[StepView, ...]:
    done, current, pending = StepState.DONE, StepState.CURRENT, StepState.PENDING
    ended = StepState.FAILED if step.state is RefundState.FAILED else done
    over = step.state in _OVER
    return (
        StepView(tr("Refund saved on this register"), done),
        StepView(tr("Sent to Stripe"), done if over else current),
        StepView(tr("Confirmed"), ended if over else pending),
    )


def _banner(step: RefundProgress) -> BannerView | None:
    if step.state is RefundState.SUCCEEDED:
        return BannerView(tr("Refunded."), tone=Tone.OK, actions=_receipt())
    if step.state is RefundState.PENDING:
        return BannerView(
            tr("Refund pending."),
            tr("Stripe has it and will finish it."),
            tone=Tone.INFO,
            actions=_receipt(),
        )
    if step.state is RefundState.FAILED:
        why = decline_reason(step.notice.code, step.notice.message)
        return BannerView(
            tr("The refund failed: {why}.").format(why=why.rstrip(".")),
            tr("The customer did not get the money."),
            tr("Go back and try again, or refund another way."),
            step.notice.code,
            Tone.BAD,
        )
    if step.code in {"unknown", "key_refused", "needs_manager", "foreign_account"}:
        return BannerView(
            tr("We could not confirm this refund yet."),
            tr("The customer may have got the money. Please do not refund again."),
            tr("It is checked by itself; this screen can be left."),
            step.code,
        )
    return None


def _receipt() -> tuple[tuple[str, str], ...]:
    return (("refund", tr("Show refund receipt")),)
