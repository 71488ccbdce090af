"""A checkout run, put into the words of the checkout screen."""

from __future__ import annotations

from pos.pricing import ONE
from pos.services.checkout import RunView, TenderOffer
from pos.services.tenders import brand_name
from pos.terminal.api import CASH, STRIPE_TERMINAL
from pos.ui import wording
from pos.ui.i18n import tr
from pos.ui.screens.checkout_views import DoneView, OrderCardView, TenderView
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView


def tender_views(offers: tuple[TenderOffer, ...]) -> tuple[TenderView, ...]:
    """Offer the enabled ways to pay, the card first, as in the pictures."""
    ordered = sorted(offers, key=lambda offer: offer.provider_id == CASH)
    return tuple(_tender(offer) for offer in ordered)


def _tender(offer: TenderOffer) -> TenderView:
    card = offer.provider_id == STRIPE_TERMINAL
    words = tr("Card reader") if card else wording.tender(offer.provider_id)
    reason = "" if offer.available else offer.reason
    return TenderView(offer.provider_id, words, _short(reason), reason)


def _short(reason: str) -> str:
    """Say in two words why a way to pay is off; the whole sentence is beside it."""
    said = {"internet": tr("needs internet"), "key": tr("not set up"), "reader": tr("not set up")}
    return next((words for word, words in said.items() if word in reason), reason)


def order_card(run: RunView, locale: str, *, locked: bool) -> OrderCardView:
    """Say what is being paid for, at the left of the checkout."""
    who = run.customer_name or tr("Walk-in customer")
    lines = [
        (_line_words(line.quantity_milli, line.name), _money(line.total_minor, run, locale))
        for line in run.lines
    ]
    if run.tax_minor:
        lines.append((tr("Tax"), _money(run.tax_minor, run, locale)))
    return OrderCardView(
        title=tr("Order · {who}").format(who=who),
        lines=tuple(lines),
        total=_money(run.total_minor, run, locale),
        due=_money(0 if run.is_paid else run.total_minor, run, locale),
        can_leave=not locked,
        leave_words=tr("New sale (Enter)") if run.is_paid else tr("Back to cart (Esc)"),
    )


def done_view(run: RunView, locale: str, *, despite_cancel: bool = False) -> DoneView:
    """Say how a sale ended; ``despite_cancel``: the charge came before the cancel."""
    paid = [(_paid_words(run), _money(run.total_minor, run, locale))]
    cash = run.provider_id == CASH
    if cash:
        paid = [(tr("Cash received"), _money(run.tendered_minor, run, locale))]
    return DoneView(
        title=tr("Paid {amount}").format(amount=_money(run.total_minor, run, locale)),
        receipt=tr("Receipt {number}").format(number=run.receipt_number),
        change=_money(run.change_minor, run, locale) if cash else "",
        paid=tuple(paid),
        banner=_despite_cancel() if despite_cancel else None,
        actions=(("receipt", tr("Show receipt")), ("pdf", tr("Save as PDF"))),
    )


def _despite_cancel() -> BannerView:
    return BannerView(
        tr("The customer paid before the payment could be canceled."),
        tr("The customer was charged, once."),
        tr("If the sale is not wanted, refund it in Purchases."),
        "paid_before_cancel",
        Tone.WARN,
    )


def _paid_words(run: RunView) -> str:
    if run.is_free:
        return tr("No charge")
    if run.card_last4:
        return f"{brand_name(run.card_brand)} ·· {run.card_last4}"
    return wording.tender(run.provider_id)


def _line_words(milli: int, name: str) -> str:
    return name if milli == ONE else f"{wording.quantity(milli)} × {name}"  # noqa: RUF001  a times sign


def _money(minor: int, run: RunView, locale: str) -> str:
    return wording.money(minor, run.currency, locale)
