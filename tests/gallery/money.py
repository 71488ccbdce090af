"""The checkout, receipts, purchases and refunds."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from pos.ui.screens.checkout import CheckoutScreen
from pos.ui.screens.checkout_words import CardState
from pos.ui.screens.reason_dialog import ReasonDialog
from pos.ui.screens.receipt_preview import SIZE as RECEIPT_SIZE
from pos.ui.screens.receipt_preview import ReceiptDialog
from pos.ui.threads import Calls
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView
from pos.ui.widgets.overlay import PanelSize
from pos.ui.widgets.steps import StepState, StepView
from tests.gallery import long, papers
from tests.gallery.sale import on_sale
from tests.gallery.scene import Make, scene
from tests.ui import fakes

# the checkout


def at_checkout(view: object) -> Make:
    """Build the checkout with a view."""

    def make(_calls: Calls) -> QWidget:
        screen = CheckoutScreen()
        screen.show_view(view)
        return fakes.shell_with("checkout", screen)

    return make


_KNOWN = {
    "waiting": {"since_s": 7, "left_s": 113},
    "unknown": {"since_s": 130, "code": "timeout"},
    "declined": {"reason": "insufficient funds", "code": "card_declined"},
    "failed": {"reason": "The reader does not answer", "code": "reader_offline"},
    "approved": {"card": "Visa ·· 4242"},
}
scene("checkout-cash")(at_checkout(fakes.CASH))


@scene("checkout-cash-given")
def _cash_given(_calls: Calls) -> QWidget:
    screen = CheckoutScreen()
    screen.show_view(long.CASH_GIVEN)
    for key in ("1", "8", "0", "00"):
        screen.cash.pad.pressed.emit(key)
    return fakes.shell_with("checkout", screen)


for _state in CardState:
    scene(f"checkout-card-{_state}")(at_checkout(fakes.card(_state, **_KNOWN.get(_state, {}))))
scene("checkout-done")(at_checkout(fakes.DONE))
scene("checkout-done-trouble")(at_checkout(long.DONE_TROUBLE))
scene("checkout-long-order")(at_checkout(long.LONG_ORDER))


@scene("receipt")
def _receipt(calls: Calls) -> QWidget:
    actions = (("print", "Print"), ("pdf", "Save PDF"), ("text", "Copy as text"))
    dialog = ReceiptDialog("Receipt R1-000482", papers.RECEIPT, actions)
    return on_sale(calls, lambda shell, _screen: shell.open_overlay(dialog, RECEIPT_SIZE))


# purchases


@scene("purchases-none")
def _no_purchases(calls: Calls) -> QWidget:
    screen = fakes.purchases(calls)
    screen.table.rows.show_source(fakes.none, fakes.no_page)
    return fakes.shell_with("purchases", screen)


@scene("purchase")
def _purchase(calls: Calls) -> QWidget:
    screen = fakes.purchases(calls)
    screen.show_detail(fakes.DETAIL)
    return fakes.shell_with("purchases", screen)


@scene("purchase-needs-check")
def _needs_check(calls: Calls) -> QWidget:
    screen = fakes.purchases(calls)
    actions = (("check", "Check again"), ("close", "Close this payment"))
    said = BannerView(
        "We could not confirm this payment. The customer may have been charged.",
        "Do not take another payment for it.",
        "Look for it in the Stripe Dashboard.",
        "needs_check",
        Tone.BAD,
        actions,
    )
    view = replace(fakes.DETAIL, status="Checking payment", tone=Tone.BAD, banner=said)
    screen.show_detail(replace(view, can_refund=False, why_not="Nothing was paid yet."))
    return fakes.shell_with("purchases", screen)


@scene("purchase-reason")
def _reason(calls: Calls) -> QWidget:
    shell = _needs_check(calls)
    dialog = ReasonDialog(
        "Close this payment",
        "Only what needs a check can be closed. The till stops asking Stripe about it.",
        "Close for good",
        "x",
    )
    dialog.accept()
    shell.open_overlay(dialog, PanelSize(520), dialog.reason)
    return shell


@scene("refund")
def _refund(calls: Calls) -> QWidget:
    screen = fakes.purchases(calls)
    screen.show_refund(fakes.REFUND)
    return fakes.shell_with("purchases", screen)


@scene("refund-other-reason")
def _refund_other(calls: Calls) -> QWidget:
    screen = fakes.purchases(calls)
    screen.show_refund(replace(fakes.REFUND, why_not="Say what happened.", can_refund=False))
    screen.refund.reason.choose("other")
    return fakes.shell_with("purchases", screen)


@scene("refund-under-way")
def _refunding(calls: Calls) -> QWidget:
    screen = fakes.purchases(calls)
    steps = (
        StepView("Refund saved on this register", StepState.DONE),
        StepView("Sent to Stripe", StepState.CURRENT),
        StepView("Receipt", StepState.PENDING),
    )
    screen.show_refund(replace(fakes.REFUND, steps=steps, busy=True, can_refund=False, approval=""))
    return fakes.shell_with("purchases", screen)
