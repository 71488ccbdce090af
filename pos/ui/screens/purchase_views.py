"""What the purchases screen shows and hands back: plain values, amounts ready to read."""

from __future__ import annotations

from dataclasses import dataclass

from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView
from pos.ui.widgets.steps import StepView


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """One row of the list."""

    id: str
    receipt: str
    time: str
    customer: str
    total: str
    paid_with: str
    status: str
    tone: Tone
    backend: str


@dataclass(frozen=True, slots=True)
class PurchaseFilter:
    """What the list is asked for; ``period`` and ``status`` are keys given to the screen."""

    text: str = ""
    period: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class DetailLine:
    """One line of an order, or a refund of it."""

    name: str
    detail: str
    figure: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened to an order, and who did it."""

    time: str
    text: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class PurchaseDetail:
    """The right-hand side for one purchase; ``why_not`` says why Refund is off."""

    id: str
    title: str
    subtitle: str
    status: str
    tone: Tone
    lines: tuple[DetailLine, ...] = ()
    totals: tuple[tuple[str, str], ...] = ()
    total: str = ""
    tenders: tuple[tuple[str, str], ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    can_refund: bool = True
    why_not: str = ""
    banner: BannerView | None = None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """One line that can be given back. Quantities in thousandths; ``can`` is what is left.

    ``amount`` is what the chosen quantity is worth, tax and discount included.
    """

    id: str
    name: str
    detail: str
    sold: int
    refunded: int
    can: int
    chosen: int
    amount: str
    restock: bool = True


@dataclass(frozen=True, slots=True)
class RefundChoice:
    """What a person chose: (line id, thousandths) above zero, which go back to stock, and why.

    ``amount`` and ``fee`` are as typed: an amount instead of lines, and what is
    kept by policy, such as ``10`` or ``50 %``.
    """

    order_id: str
    quantities: tuple[tuple[str, int], ...] = ()
    restock: tuple[str, ...] = ()
    reason: str = ""
    words: str = ""
    amount: str = ""
    fee: str = ""


@dataclass(frozen=True, slots=True)
class RefundView:
    """The refund panel, computed for the last `RefundChoice`.

    ``destinations`` are (words, figure) by tender; ``approval`` asks for a
    manager when not empty; ``why_not`` says why the button is off; ``steps``
    and ``banner`` show a refund under way, and ``busy`` locks the choice.
    """

    order_id: str
    title: str
    subtitle: str
    lines: tuple[RefundLine, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    destinations: tuple[tuple[str, str], ...] = ()
    total: str = ""
    button: str = ""
    can_refund: bool = False
    why_not: str = ""
    approval: str = ""
    busy: bool = False
    steps: tuple[StepView, ...] = ()
    banner: BannerView | None = None
