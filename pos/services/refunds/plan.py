"""What a refund comes to: the same sums for the preview and for the real thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pos.errors import CashierError
from pos.models.states import RefundReason
from pos.money import Money, allocate, round_half_up
from pos.pricing import PPM, Discount, DiscountKind, refund_share
from pos.services.refunds.ports import PlannedLine, Refundable, SoldLine


@dataclass(frozen=True, slots=True)
class RefundLineAsk:
    """So much of an order line, in thousandths; ``restock`` puts it back on the shelf."""

    order_line_id: UUID
    quantity_milli: int
    restock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """What is asked: lines, or an amount in minor units when no lines are named.

    ``fee`` is kept by policy, as a percentage (ppm) or a fixed amount
    (seeds.md, C2 and C3).
    """

    order_id: UUID
    lines: tuple[RefundLineAsk, ...] = ()
    amount_minor: int | None = None
    fee: Discount | None = None
    reason: RefundReason = RefundReason.RETURN
    note: str = ""


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """What would be given back, to which payment. Minor units.

    ``remaining_minor`` is what may still be refunded of that payment before this.
    """

    order_id: UUID
    payment_id: UUID
    provider_id: str
    currency: str
    amount_minor: int
    tax_minor: int
    fee_minor: int
    remaining_minor: int
    card_brand: str
    card_last4: str
    lines: tuple[PlannedLine, ...]


def plan_refund(
    ask: RefundRequest, payments: Sequence[Refundable], sold: Mapping[UUID, SoldLine]
) -> RefundPlan:
    """Work a refund out. Pure: the caller reads the rows in the transaction that reserves.

    Raises `CashierError`: ``already_fully_refunded``, ``nothing_to_refund``,
    ``over_refund``, ``refund_quantity``, ``note_needed``.
    """
    payment = _captured(payments)
    remaining = payment.remaining_minor
    if remaining <= 0:
        raise CashierError(
            "already_fully_refunded", "Order already fully refunded.", "There is nothing left."
        )
    _check_reason(ask)
    full = [_line_part(sold.get(line.order_line_id), line) for line in ask.lines]
    gross = sum(line.amount_minor for line in full) if ask.lines else (ask.amount_minor or 0)
    fee = _fee(ask.fee, gross)
    amount, lines = gross - fee, _less_fee(full, fee)
    _check_amount(amount, remaining, payment.currency)
    return RefundPlan(
        order_id=ask.order_id,
        payment_id=payment.id,
        provider_id=payment.provider_id,
        currency=payment.currency,
        amount_minor=amount,
        tax_minor=sum(line.tax_minor for line in lines),
        fee_minor=fee,
        remaining_minor=remaining,
        card_brand=payment.card_brand,
        card_last4=payment.card_last4,
        lines=lines,
    )


def _captured(found: Sequence[Refundable]) -> Refundable:
    """Return the order's captured payment; an uncaptured one is voided, not refunded (W15)."""
    if not found:
        raise CashierError(
            "nothing_to_refund", "No payment amount to refund.", "Nothing was paid for this order."
        )
    open_ones = [p for p in found if p.amount_minor > p.amount_refunded_minor]
    return (open_ones or list(found))[0]


def _line_part(row: SoldLine | None, ask: RefundLineAsk) -> PlannedLine:
    left = row.quantity_milli - row.refunded_milli if row is not None else 0
    if row is None or not 0 < ask.quantity_milli <= left:
        raise CashierError(
            "refund_quantity",
            "More of a line is asked back than can be refunded.",
            "Lower the quantity to what is left of the line.",
        )
    parts = (row.quantity_milli, row.refunded_milli, ask.quantity_milli)
    return PlannedLine(
        row.id,
        row.variant_key,
        ask.quantity_milli,
        refund_share(row.total_minor, *parts),
        refund_share(row.tax_minor, *parts),
        ask.restock and row.tracked,
    )


def _fee(fee: Discount | None, gross: int) -> int:
    if fee is None:
        return 0
    if fee.kind is DiscountKind.FIXED:
        return min(fee.value, gross)
    return round_half_up(gross * fee.value, PPM)


def _less_fee(lines: Sequence[PlannedLine], fee: int) -> tuple[PlannedLine, ...]:
    """Take the fee off the lines in proportion, so that they still sum to the refund.

    The tax within a line shrinks with it: it can never be more than goes back.
    """
    parts = allocate(fee, [line.amount_minor for line in lines])
    return tuple(
        PlannedLine(
            line.order_line_id,
            line.variant_key,
            line.quantity_milli,
            line.amount_minor - part,
            round_half_up(line.tax_minor * (line.amount_minor - part), line.amount_minor or 1),
            line.restock,
        )
        for line, part in zip(lines, parts, strict=True)
    )


def _check_reason(ask: RefundRequest) -> None:
    if ask.reason is RefundReason.OTHER and not ask.note.strip():
        raise CashierError("note_needed", "“Other” needs a note.", "Write why it is refunded.")


def _check_amount(amount: int, remaining: int, currency: str) -> None:
    if amount <= 0:
        raise CashierError(
            "nothing_to_refund", "No payment amount to refund.", "Choose lines or an amount."
        )
    if amount > remaining:
        raise CashierError(
            "over_refund",
            f"Only {Money(remaining, currency).format()} can still be refunded.",
            "Lower the amount.",
        )
