"""Purchases and refunds, put into the words of their screen."""

from __future__ import annotations

from datetime import datetime

from pos.models.states import RefundReason, RefundState
from pos.pricing import ONE
from pos.services.purchases import (
    BackendState,
    PurchaseDetail,
    PurchaseLine,
    PurchaseRefund,
    PurchaseRow,
    PurchaseStatus,
)
from pos.services.refunds import PlannedLine, RefundPlan
from pos.ui import wording
from pos.ui.i18n import tr
from pos.ui.screens import purchase_views as views
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView


def reasons() -> tuple[tuple[str, str], ...]:
    """Return (key, words) of the reasons a refund can have."""
    return (
        (RefundReason.RETURN.value, tr("Return")),
        (RefundReason.DAMAGED.value, tr("Damaged")),
        (RefundReason.MISTAKE.value, tr("Mistake")),
        (RefundReason.DISCOUNT.value, tr("Discount afterwards")),
        (RefundReason.OTHER.value, tr("Other")),
    )


def periods() -> tuple[tuple[str, str], ...]:
    """Return (key, words) of the times the list can be narrowed to."""
    return (("today", tr("Today")), ("week", tr("Last 7 days")), ("all", tr("Any time")))


def statuses() -> tuple[tuple[str, str], ...]:
    """Return (key, words) of what the list can be narrowed to."""
    known = ((status.value, _status(status)[0]) for status in PurchaseStatus)
    return (("", tr("All statuses")), *known, ("unsynced", tr("Not synced")))


def _status(status: PurchaseStatus) -> tuple[str, Tone]:
    match status:
        case PurchaseStatus.PAID:
            return tr("Paid"), Tone.OK
        case PurchaseStatus.PART_REFUNDED:
            return tr("Part refunded"), Tone.WARN
        case PurchaseStatus.REFUNDED:
            return tr("Refunded"), Tone.NEUTRAL
        case PurchaseStatus.REFUND_PENDING:
            return tr("Refund pending"), Tone.WARN
        case PurchaseStatus.CHECKING:
            return tr("Checking payment"), Tone.BAD


def _backend(state: BackendState) -> str:
    match state:
        case BackendState.SYNCED:
            return tr("Synced")
        case BackendState.WAITING:
            return tr("Waiting")
        case BackendState.PARKED:
            return tr("Refused")
        case BackendState.DISCARDED:
            return tr("Discarded")


def _refund_state(state: RefundState) -> str:
    return {
        RefundState.PLANNED: tr("not sent yet"),
        RefundState.SENT: tr("being sent"),
        RefundState.UNKNOWN: tr("checking with Stripe"),
        RefundState.PENDING: tr("pending at Stripe"),
        RefundState.SUCCEEDED: tr("done"),
        RefundState.FAILED: tr("failed"),
        RefundState.CANCELED: tr("withdrawn"),
    }[state]


def row_view(row: PurchaseRow, locale: str, now: datetime) -> views.PurchaseRow:
    """Say what one row of the list shows."""
    words, tone = _status(row.status)
    same_day = wording.day(row.at) == wording.day(now)
    return views.PurchaseRow(
        id=str(row.id),
        receipt=row.receipt_number or "\N{EM DASH}",
        time=wording.clock(row.at) if same_day else wording.short_day(row.at, locale),
        customer=row.customer,
        total=wording.money(row.total_minor, row.currency, locale),
        paid_with=row.paid_with,
        status=words,
        tone=tone,
        backend=_backend(row.backend),
    )


def detail_view(found: PurchaseDetail, locale: str, now: datetime) -> views.PurchaseDetail:
    """Say everything about one purchase."""
    row, currency = found.row, found.row.currency
    words, tone = _status(row.status)
    checking = row.status is PurchaseStatus.CHECKING
    return views.PurchaseDetail(
        id=str(row.id),
        title=row.receipt_number or tr("Checking payment"),
        subtitle=_subtitle(found, now),
        status=words,
        tone=tone,
        lines=tuple(_line(line, found, locale) for line in found.lines)
        + tuple(_refund(refund, currency, locale) for refund in found.refunds),
        totals=_totals(found, locale),
        total=wording.money(found.total_minor, currency, locale),
        tenders=tuple(
            (tender.name, wording.money(tender.amount_minor, currency, locale))
            for tender in found.tenders
        ),
        timeline=tuple(
            views.TimelineEntry(wording.clock(item.at), item.text, item.actor)
            for item in found.timeline
        ),
        can_refund=not checking and found.can_refund_minor > 0,
        why_not=_why_not(found, checking=checking),
        banner=_banner(found, checking=checking),
    )


def _subtitle(found: PurchaseDetail, now: datetime) -> str:
    """Say when it was, who bought, and where a guest's receipt went."""
    row = found.row
    parts = (wording.moment(row.at, now), row.customer, found.customer_email)
    return " · ".join(part for part in parts if part)


def _why_not(found: PurchaseDetail, *, checking: bool) -> str:
    if checking:
        return tr("The payment is still being checked.")
    if found.can_refund_minor > 0:
        return ""
    return tr("Nothing was paid.") if not found.total_minor else tr("Already fully refunded.")


def _banner(found: PurchaseDetail, *, checking: bool) -> BannerView | None:
    if checking:
        return BannerView(
            tr("This payment is not known yet."),
            tr("The customer may have been charged."),
            tr("It is checked by itself. Do not take another payment for it."),
            actions=(("check", tr("Check now")), ("close", tr("Close with a reason"))),
        )
    open_ones = [refund for refund in found.refunds if refund.state in _UNSETTLED]
    if open_ones:
        return refund_banner(open_ones[-1])
    if found.parked:
        return BannerView(
            tr("The backend refused this record."),
            found.parked[0].message,
            code=found.parked[0].code,
        )
    return None


_UNSETTLED = frozenset(
    {RefundState.PLANNED, RefundState.SENT, RefundState.UNKNOWN, RefundState.PENDING}
)


def refund_banner(refund: PurchaseRefund) -> BannerView:
    """Say where a refund stands that is not settled."""
    if refund.state is RefundState.PENDING:
        return BannerView(
            tr("A refund is pending at Stripe."),
            tr("The customer gets the money in some days; do not repeat it."),
            tone=Tone.INFO,
        )
    if refund.state is RefundState.PLANNED:
        return BannerView(
            tr("A refund is saved but not sent yet."),
            tr("The customer has not got the money back."),
            tr("It is sent as soon as Stripe can be reached."),
            actions=(("withdraw", tr("Withdraw it")),),
        )
    return BannerView(
        tr("We could not confirm a refund yet."),
        tr("The customer may have got the money. Please do not refund again."),
        tr("It is checked by itself."),
        refund.code,
        actions=(("check", tr("Check now")),),
    )


def _line(line: PurchaseLine, found: PurchaseDetail, locale: str) -> views.DetailLine:
    currency = found.row.currency
    each = wording.money(line.unit_minor, currency, locale)
    count = wording.quantity(line.sold_milli)
    shown = line.total_minor - (0 if found.prices_include_tax else line.tax_minor)
    price = "" if line.unit_minor == shown else each  # said once
    parts = [f"{count} × {each}" if line.sold_milli != ONE else price, line.option_name]  # noqa: RUF001  a times sign
    if line.refunded_milli:
        parts.append(tr("{n} refunded").format(n=wording.quantity(line.refunded_milli)))
    return views.DetailLine(
        line.name,
        " · ".join(part for part in (*parts, line.note) if part),
        wording.money(shown, currency, locale),
    )


def _refund(refund: PurchaseRefund, currency: str, locale: str) -> views.DetailLine:
    state = _refund_state(refund.state)
    detail = f"{wording.day(refund.at)} · {tr('to')} {refund.to} · {state}"
    words = tr("Refund") if not refund.note else f"{tr('Refund')} · {refund.note}"
    return views.DetailLine(words, detail, wording.money(-refund.amount_minor, currency, locale))


def _totals(found: PurchaseDetail, locale: str) -> tuple[tuple[str, str], ...]:
    currency = found.row.currency
    rows = [(tr("Subtotal"), found.subtotal_minor)]
    if found.discount_minor:
        rows.append((tr("Discount"), -found.discount_minor))
    for name, rate, tax in found.taxes:
        rows.append((f"{name} {wording.percent(rate)}", tax))
    if found.refunded_minor:
        rows.append((tr("Refunded"), -found.refunded_minor))
    return tuple((words, wording.money(minor, currency, locale)) for words, minor in rows)


def refund_lines(
    found: PurchaseDetail, plan: RefundPlan | None, locale: str
) -> tuple[views.RefundLine, ...]:
    """Say what of each line can be given back, and what the choice is worth."""
    planned = {line.order_line_id: line for line in plan.lines} if plan else {}
    return tuple(_refund_line(line, planned.get(line.id), found, locale) for line in found.lines)


def _refund_line(
    line: PurchaseLine, part: PlannedLine | None, found: PurchaseDetail, locale: str
) -> views.RefundLine:
    amount = part.amount_minor if part else 0
    return views.RefundLine(
        id=str(line.id),
        name=line.name,
        detail=line.option_name,
        sold=line.sold_milli,
        refunded=line.refunded_milli,
        can=line.can_refund_milli,
        chosen=part.quantity_milli if part else 0,
        amount=wording.money(amount, found.row.currency, locale),
        restock=line.tracked,
    )


def destination(plan: RefundPlan) -> str:
    """Name where the money goes: ``Card ·· 4242``."""
    return wording.tender(plan.provider_id, plan.card_last4)
