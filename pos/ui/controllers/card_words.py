"""Every situation of a card payment, put into the words of the checkout (screens.md, D2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pos.services.tenders import brand_name
from pos.terminal.api import Progress
from pos.terminal.attempt import Choice, Situation
from pos.ui.i18n import tr
from pos.ui.screens.checkout_views import CardView
from pos.ui.screens.checkout_words import CardNews, CardState, card_view
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView

_S = Situation
_STATE = {
    _S.SENDING: CardState.SENDING,
    _S.WAITING_FOR_CARD: CardState.WAITING,
    _S.PROCESSING: CardState.PROCESSING,
    _S.CONFIRMING: CardState.PROCESSING,
    _S.APPROVED: CardState.APPROVED,
    _S.DECLINED: CardState.DECLINED,
    _S.CUSTOMER_CANCELED: CardState.CANCELED,
    _S.READER_FAILED: CardState.DECLINED,
    _S.CANCELLING: CardState.CANCELING,
    _S.CANCELED: CardState.CANCELED,
    _S.REFUSED: CardState.FAILED,
    _S.UNKNOWN: CardState.UNKNOWN,
    _S.UNREACHABLE: CardState.OPENING,
    _S.READER_BUSY: CardState.SENDING,
    _S.READER_OFFLINE: CardState.IDLE,
    _S.NOT_DELIVERED: CardState.IDLE,
    _S.DISPLACED: CardState.IDLE,
    _S.RESUME: CardState.IDLE,
    _S.FOREIGN_ACCOUNT: CardState.UNKNOWN,
    _S.NEEDS_CHECK: CardState.UNKNOWN,
}

NEEDS_EYES = frozenset(
    {
        _S.DECLINED,
        _S.CUSTOMER_CANCELED,
        _S.READER_FAILED,
        _S.READER_OFFLINE,
        _S.NOT_DELIVERED,
        _S.DISPLACED,
        _S.REFUSED,
        _S.UNKNOWN,
        _S.UNREACHABLE,
        _S.KEY_REFUSED,
        _S.FOREIGN_ACCOUNT,
        _S.NEEDS_CHECK,
    }
)
"""What a cashier who looks at the customer must hear of."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the words need besides the progress: when this began, the last look, and now."""

    amount: str
    reader: str
    since: datetime
    heard: datetime
    now: datetime


def card_page(progress: Progress, moment: Moment) -> CardView:
    """Say where a card payment stands, and offer exactly what may be done about it."""
    view = card_view(_news(progress, moment))
    banner = _banner(progress) or view.banner
    call = _call(progress.situation) or view.call
    return replace(view, banner=banner, call=call, actions=_actions(progress, moment))


def _call(situation: Situation) -> str:
    said = {
        _S.CONFIRMING: tr("Approved \N{EN DASH} confirming"),
        _S.FOREIGN_ACCOUNT: tr("Needs a check"),
        _S.NEEDS_CHECK: tr("Needs a check"),
    }
    return said.get(situation, "")


def canceled_banner(progress: Progress) -> BannerView:
    """Say after a cancel that nobody was charged, and why it ended."""
    reasons = {
        "no_card_presented": tr("Nobody presented a card for two minutes."),
        "": tr("The card payment was canceled."),
    }
    title = reasons.get(progress.notice.code) or tr("The card payment ended.")
    if progress.situation is _S.REFUSED:
        title = progress.notice.message or tr("Stripe refused the payment.")
    safe = tr("Customer was not charged.")
    code = progress.notice.code
    return BannerView(title, safe, tr("Choose a way to pay."), code, Tone.NEUTRAL)


def decline_reason(code: str, message: str) -> str:
    """Return a decline in words for the counter.

    Lost and stolen read alike: the cashier must not accuse anybody (card networks' rule).
    """
    known = {
        "insufficient_funds": tr("insufficient funds"),
        "lost_card": tr("the bank refused the card"),
        "stolen_card": tr("the bank refused the card"),
        "expired_card": tr("the card has expired"),
        "incorrect_pin": tr("wrong PIN"),
        "pin_try_exceeded": tr("too many wrong PINs"),
        "withdrawal_count_limit_exceeded": tr("the card's limit is reached"),
        "call_issuer": tr("the customer must call their bank"),
        "processing_error": tr("the bank could not process the card"),
        "connection_error": tr("the reader lost its connection"),
    }
    return known.get(code) or message or tr("the bank said no")


def _news(progress: Progress, moment: Moment) -> CardNews:
    brand, last4 = brand_name(progress.card.brand), progress.card.last4
    left = progress.deadline - moment.now if progress.deadline else None
    seconds = max(0, int(left.total_seconds())) if left else None
    return CardNews(
        state=_STATE.get(progress.situation, CardState.FAILED),
        amount=moment.amount,
        reader=moment.reader,
        reason=decline_reason(progress.notice.code, progress.notice.message),
        code=progress.notice.code,
        card=f"{brand} ·· {last4}" if last4 else "",
        since_s=int((moment.now - moment.since).total_seconds()),
        left_s=seconds,
        checked_s=max(0, int((moment.now - moment.heard).total_seconds())),
    )


def _banner(progress: Progress) -> BannerView | None:
    safe, code = tr("Customer was not charged."), progress.notice.code
    said = {
        _S.UNREACHABLE: (
            tr("Stripe cannot be reached."),
            safe,
            tr("Wait, or cancel and take cash."),
        ),
        _S.READER_BUSY: (
            tr("The reader is busy with another payment."),
            safe,
            tr("It is asked again by itself as soon as it is free."),
        ),
        _S.READER_OFFLINE: (
            tr("The reader is offline."),
            safe,
            tr("Check its power and network, then try again."),
        ),
        _S.NOT_DELIVERED: (tr("The reader did not get the payment."), safe, tr("Try again.")),
        _S.DISPLACED: (
            tr("Another payment took the reader."),
            safe,
            tr("Try again when the reader is free."),
        ),
        _S.CUSTOMER_CANCELED: (
            tr("The customer canceled on the reader."),
            safe,
            tr("Try again, or choose another way to pay."),
        ),
        _S.RESUME: (
            tr("This payment was interrupted."),
            tr("The customer was not charged; the reader is not asking for a card."),
            tr("Continue on the reader, or cancel the payment."),
        ),
        _S.KEY_REFUSED: (
            tr("Stripe refused this register's key."),
            tr("Nothing was sent to the reader."),
            tr("Have the key replaced in Settings; cash can be taken meanwhile."),
        ),
        _S.FOREIGN_ACCOUNT: (
            tr("This payment was begun with another Stripe account."),
            tr("The customer may have been charged there."),
            tr("Put the former key back in Settings, then check again."),
        ),
        _S.NEEDS_CHECK: (
            tr("This payment needs a check by a manager."),
            tr("The customer may have been charged. {said}").format(said=progress.notice.message),
            tr("Look at the payment in Stripe. Nothing is refunded by itself."),
        ),
    }.get(progress.situation)
    return BannerView(*said, code, Tone.WARN) if said else None


_FIRST = (Choice.RETRY, Choice.RESUME, Choice.CHECK, Choice.CANCEL, Choice.PARK)
_PARK_AFTER_S = 120


def _actions(progress: Progress, moment: Moment) -> tuple[tuple[str, str], ...]:
    patience = (moment.now - moment.since).total_seconds() < _PARK_AFTER_S
    hidden = {Choice.PARK} if patience and progress.situation is _S.UNKNOWN else set()
    offered = [c for c in _FIRST if c in progress.choices and c not in hidden]
    return tuple(_action(choice, progress) for choice in offered)


def _action(choice: Choice, progress: Progress) -> tuple[str, str]:
    if choice is not Choice.CANCEL:
        return _choices()[choice]
    on_reader = progress.situation is _S.WAITING_FOR_CARD
    if on_reader:
        return "cancel", tr("Cancel on reader")
    asked = Choice.RETRY in progress.choices
    return ("other", tr("Other method")) if asked else ("cancel", tr("Cancel payment"))


def _choices() -> dict[Choice, tuple[str, str]]:
    return {
        Choice.RETRY: ("!retry", tr("Try again (same payment)")),
        Choice.RESUME: ("!resume", tr("Continue on the reader")),
        Choice.CHECK: ("!check", tr("Check again")),
        Choice.PARK: ("park", tr("Set aside as unresolved")),
    }
