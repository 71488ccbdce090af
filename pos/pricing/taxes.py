"""Taxes beside or inside the price; several on one line never compound.

A line's exact share of a tax is a fraction: amount x rate / PPM beside the
price, amount x rate / (PPM + all rates of the line) inside it. All fractions
of an order are brought to one denominator, so nothing is rounded before the
one declared place.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

from pos.money import allocate, round_half_up
from pos.pricing.terms import PPM, Line, Rules, Tax, TaxRounding


def taxes_by_line(rules: Rules, lines: Sequence[Line], amounts: Sequence[int]) -> list[list[int]]:
    """Return for each line its taxes in minor units, in the order of ``line.taxes``.

    ``amounts`` are the lines after discounts. Where the price includes the tax,
    the taxes of a line never exceed its amount.
    """
    denominators = [_denominator(rules, line) for line in lines]
    common = lcm(*denominators)
    room = list(amounts) if rules.prices_include_tax else None
    result = [[0] * len(line.taxes) for line in lines]
    for tax in _distinct(lines):
        places = [(i, line.taxes.index(tax)) for i, line in enumerate(lines) if tax in line.taxes]
        exact = [amounts[i] * tax.rate_ppm * (common // denominators[i]) for i, _ in places]
        parts = _rounded(rules.tax_rounding, exact, common)
        if room is not None:
            parts = _within(parts, exact, [room[i] for i, _ in places])
        for (i, k), part in zip(places, parts, strict=True):
            result[i][k] = part
            if room is not None:
                room[i] -= part
    return result


def _denominator(rules: Rules, line: Line) -> int:
    inside = sum(tax.rate_ppm for tax in line.taxes) if rules.prices_include_tax else 0
    return PPM + inside


def _distinct(lines: Sequence[Line]) -> list[Tax]:
    taxes = {tax for line in lines for tax in line.taxes}
    return sorted(taxes, key=lambda tax: (tax.id, tax.rate_ppm, tax.name))


def _rounded(place: TaxRounding, exact: Sequence[int], common: int) -> list[int]:
    if place is TaxRounding.LINE:
        return [round_half_up(share, common) for share in exact]
    return allocate(round_half_up(sum(exact), common), exact)


def _within(parts: list[int], exact: Sequence[int], room: Sequence[int]) -> list[int]:
    """Move what a line cannot hold to taxed lines that can; what no line can hold is not charged.

    Only amounts of a few minor units under several taxes come here: each tax
    rounds up on its own and together they would exceed the price.
    """
    held = [min(part, space) for part, space in zip(parts, room, strict=True)]
    homeless = sum(parts) - sum(held)
    for i in sorted(range(len(held)), key=lambda i: -exact[i]):
        moved = min(homeless, room[i] - held[i]) if exact[i] else 0
        held[i] += moved
        homeless -= moved
    return held
