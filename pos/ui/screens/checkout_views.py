"""What the checkout shows: plain values, every amount ready to read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView
from pos.ui.widgets.steps import StepView


class Page(StrEnum):
    """Which page the right-hand side shows."""

    CASH = "cash"
    CARD = "card"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class TenderView:
    """A way to pay; ``reason`` disables it and says why ("needs internet"), ``detail`` in full."""

    key: str
    words: str
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OrderCardView:
    """The left-hand card. ``applied`` are tenders already taken, as (words, figure)."""

    title: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    total: str = ""
    applied: tuple[tuple[str, str], ...] = ()
    due: str = ""
    can_leave: bool = True
    leave_words: str = ""
    can_split: bool = False


@dataclass(frozen=True, slots=True)
class CashView:
    """The cash page. Amounts in minor units.

    ``partial``: less than is due may be taken and the rest paid otherwise.
    ``busy``: the sale is being completed; nothing can be pressed twice.
    """

    due_minor: int
    currency: str
    locale: str = "en_US"
    partial: bool = False
    busy: bool = False
    banner: BannerView | None = None


@dataclass(frozen=True, slots=True)
class CardView:
    """The card page: amount, what the customer must do, the steps and what can be pressed.

    ``actions`` are (key, words); a key starting with ``!`` is the primary one.
    """

    amount: str
    call: str
    detail: str = ""
    steps: tuple[StepView, ...] = ()
    banner: BannerView | None = None
    actions: tuple[tuple[str, str], ...] = ()
    calm: str = ""
    tone: Tone = Tone.INFO


@dataclass(frozen=True, slots=True)
class DoneView:
    """The end of a sale. ``change`` is empty when there is none."""

    title: str
    receipt: str
    change: str = ""
    paid: tuple[tuple[str, str], ...] = ()
    banner: BannerView | None = None
    actions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckoutView:
    """Everything at once; the page's own view must be given for the page shown."""

    order: OrderCardView
    page: Page
    tenders: tuple[TenderView, ...] = ()
    tender: str = ""
    locked: bool = False
    cash: CashView | None = None
    card: CardView | None = None
    done: DoneView | None = None
