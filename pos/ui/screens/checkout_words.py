"""The words of a card payment, one place for every state (screens.md D2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pos.ui.i18n import tr
from pos.ui.screens.checkout_views import CardView
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView
from pos.ui.widgets.steps import StepState, StepView

_LONG_S = 120


class CardState(StrEnum):
    """How a card payment stands, as a cashier needs to know it."""

    OPENING = "opening"  # saved here, the payment is being opened
    SENDING = "sending"  # going to the reader
    WAITING = "waiting"  # the reader asks for the card
    PROCESSING = "processing"  # the card was read: no way to cancel
    CANCELING = "canceling"  # cancel was asked, not yet confirmed
    APPROVED = "approved"
    DECLINED = "declined"  # a definite no, nobody was charged
    CANCELED = "canceled"
    UNKNOWN = "unknown"  # asked, no definite answer: never charge again
    FAILED = "failed"  # could not start, nobody was charged
    IDLE = "idle"  # opened with Stripe, but the reader does not ask for a card


@dataclass(frozen=True, slots=True)
class CardNews:
    """What is known of a card payment. Times in seconds; texts may be empty.

    ``reason`` is the decline or failure in plain words, ``code`` what support
    wants to hear, ``since_s`` how long this state has lasted, ``checked_s``
    how long ago Stripe was last asked.
    """

    state: CardState
    amount: str
    reader: str = ""
    reason: str = ""
    code: str = ""
    card: str = ""
    since_s: int = 0
    left_s: int | None = None
    checked_s: int = 0


def card_view(news: CardNews) -> CardView:
    """Say a state in words, steps and what can be pressed."""
    return CardView(
        amount=news.amount,
        call=_call(news),
        detail=_detail(news),
        steps=_steps(news.state),
        banner=_banner(news),
        actions=_actions(news),
        calm=_calm(news.state),
        tone=_TONES.get(news.state, Tone.INFO),
    )


_TONES = {
    CardState.APPROVED: Tone.OK,
    CardState.DECLINED: Tone.BAD,
    CardState.FAILED: Tone.BAD,
    CardState.IDLE: Tone.WARN,
    CardState.CANCELED: Tone.NEUTRAL,
    CardState.UNKNOWN: Tone.WARN,
}


def clock_text(seconds: int) -> str:
    """Write seconds as 0:07."""
    minutes, rest = divmod(max(seconds, 0), 60)
    return f"{minutes}:{rest:02d}"


def _call(news: CardNews) -> str:
    return {
        CardState.OPENING: tr("Opening the payment"),
        CardState.SENDING: tr("Sending to reader"),
        CardState.WAITING: tr("Ask the customer to tap, insert or swipe"),
        CardState.PROCESSING: tr("Processing \N{EN DASH} do not remove card"),
        CardState.CANCELING: tr("Canceling on the reader"),
        CardState.APPROVED: tr("Approved · {card}").format(card=news.card or tr("card")),
        CardState.DECLINED: tr("Declined"),
        CardState.CANCELED: tr("Canceled"),
        CardState.UNKNOWN: tr("Checking with Stripe\N{HORIZONTAL ELLIPSIS}"),
        CardState.FAILED: tr("Not started"),
        CardState.IDLE: tr("The reader is not asking for a card"),
    }[news.state]


def _detail(news: CardNews) -> str:
    parts = [news.reader] if news.reader else []
    if news.state is CardState.WAITING:
        parts.append(tr("waiting {time}").format(time=clock_text(news.since_s)))
        if news.left_s is not None:
            parts.append(tr("{time} left").format(time=clock_text(news.left_s)))
    if news.state is CardState.UNKNOWN:
        parts.append(tr("checked {n} s ago").format(n=news.checked_s))
    return " · ".join(parts)


_AT = {
    CardState.CANCELING: CardState.WAITING,
    CardState.CANCELED: CardState.WAITING,
    CardState.IDLE: CardState.WAITING,
    CardState.DECLINED: CardState.PROCESSING,
    CardState.UNKNOWN: CardState.PROCESSING,
    CardState.FAILED: CardState.OPENING,
}
_ENDED = (CardState.DECLINED, CardState.FAILED, CardState.CANCELED, CardState.IDLE)


def _steps(state: CardState) -> tuple[StepView, ...]:
    at = {"opening": 1, "sending": 2, "waiting": 2, "processing": 3, "approved": 4}
    now = at[_AT.get(state, state)]
    mine = StepState.FAILED if state in _ENDED else StepState.CURRENT
    done, pending = StepState.DONE, StepState.PENDING
    return tuple(
        StepView(text, done if n < now else mine if n == now else pending)
        for n, text in enumerate(_step_words(state, now))
    )


def _step_words(state: CardState, now: int) -> list[str]:
    words = [
        tr("Sale saved on this register"),
        tr("Payment opened with Stripe"),
        tr("Waiting for the card"),
        tr("Payment confirmed"),
        tr("Receipt"),
    ]
    under_way = {
        CardState.OPENING: tr("Opening the payment with Stripe"),
        CardState.SENDING: tr("Sending to reader"),
        CardState.CANCELING: tr("Canceling on the reader"),
        CardState.CANCELED: tr("Canceled before a card was charged"),
        CardState.PROCESSING: tr("Confirming the payment"),
        CardState.UNKNOWN: tr("Checking with Stripe"),
        CardState.DECLINED: tr("Payment declined"),
        CardState.FAILED: tr("Payment not opened"),
        CardState.IDLE: tr("The reader is not asking for a card"),
    }
    words[now] = under_way.get(state, words[now])
    return words


def _banner(news: CardNews) -> BannerView | None:
    safe = tr("Customer was not charged.")
    if news.state is CardState.DECLINED:
        title = tr("Declined \N{EN DASH} {reason}.").format(reason=news.reason.rstrip("."))
        todo = tr("Try again with the same payment, or take another way to pay.")
        return BannerView(title, safe, todo, news.code, Tone.BAD)
    if news.state is CardState.UNKNOWN:
        title = tr("We could not confirm this payment. The customer may have been charged.")
        asked = tr("We are checking with Stripe \N{EN DASH} please do not take another payment.")
        return BannerView(title, asked, "", news.code, Tone.WARN)
    if news.state is CardState.CANCELED:
        return BannerView(tr("Canceled on the reader."), safe, news.reason, news.code, Tone.NEUTRAL)
    if news.state is CardState.FAILED:
        return BannerView(news.reason or tr("The payment did not start."), safe, "", news.code)
    return None


def _actions(news: CardNews) -> tuple[tuple[str, str], ...]:
    cancel = ("cancel", tr("Cancel on reader"))
    again = ("!retry", tr("Try again (same payment)"))
    other = ("other", tr("Other method"))
    if news.state is CardState.WAITING:
        return cancel, ("switch", tr("Switch reader"))
    if news.state in (CardState.OPENING, CardState.SENDING):
        return (cancel,)
    if news.state in _ENDED:
        return again, other
    if news.state is CardState.UNKNOWN and news.since_s >= _LONG_S:
        return ("!check", tr("Keep checking")), ("park", tr("Park as unresolved sale"))
    return ()


def _calm(state: CardState) -> str:
    if state in (*_ENDED, CardState.APPROVED):
        return ""
    return tr(
        "If this register loses power now, the sale continues from the highlighted step. "
        "The customer cannot be charged twice."
    )
