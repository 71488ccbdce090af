"""What goes back for part of a line, so that all parts together are the whole line."""

from __future__ import annotations

from pos.money import round_half_up


def refund_share(line_amount: int, sold_milli: int, refunded_milli: int, now_milli: int) -> int:
    """Return the minor units of ``line_amount`` that go back for ``now_milli`` more thousandths.

    Use it once for a line's total and once for each of its taxes. The share is
    the difference of two cumulative roundings: however a line is split, its
    refunds sum to exactly its amount. Raises `ValueError` for more than was sold.
    """
    after = refunded_milli + now_milli
    if line_amount < 0 or refunded_milli < 0 or now_milli < 0 or sold_milli <= 0:
        raise ValueError("amounts and quantities of a refund cannot be negative, nor nothing sold")
    if after > sold_milli:
        raise ValueError(f"{after} thousandths refunded of {sold_milli} sold")
    before_minor = round_half_up(line_amount * refunded_milli, sold_milli)
    return round_half_up(line_amount * after, sold_milli) - before_minor
