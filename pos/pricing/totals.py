"""From lines and rules to totals whose parts always sum to the whole."""

from __future__ import annotations

from collections.abc import Sequence

from pos.money import MAX_MINOR, allocate, round_half_up
from pos.pricing.discounts import reduction
from pos.pricing.taxes import taxes_by_line
from pos.pricing.terms import ONE, Discount, Line, LineTotals, Rules, Tax, TaxTotal, Totals


def price(rules: Rules, lines: Sequence[Line], order_discount: Discount | None = None) -> Totals:
    """Price an order; the result keeps the order of ``lines``.

    Odd minor units go by largest remainder, ties by line id, so that moving
    lines about changes no total. Raises `ValueError` for two lines with one id
    and for an order beyond `MAX_MINOR`.
    """
    ordered = sorted(lines, key=lambda line: line.id)
    if len({line.id for line in ordered}) < len(ordered):
        raise ValueError("two lines have the same id")
    priced = {line.id: line for line in _priced(rules, ordered, order_discount)}
    totals = _totals(tuple(lines), tuple(priced[line.id] for line in lines))
    _bounded(totals.total_minor)
    return totals


def _priced(rules: Rules, lines: Sequence[Line], discount: Discount | None) -> list[LineTotals]:
    gross = [round_half_up(line.unit_minor * line.quantity_milli, ONE) for line in lines]
    _bounded(sum(gross))
    own = [reduction(line.discount, amount) for line, amount in zip(lines, gross, strict=True)]
    after = [amount - off for amount, off in zip(gross, own, strict=True)]
    shared = allocate(reduction(discount, sum(after)), after)
    amounts = [amount - off for amount, off in zip(after, shared, strict=True)]
    taxes = taxes_by_line(rules, lines, amounts)
    columns = zip(lines, gross, own, shared, taxes, strict=True)
    return [_line(rules, *column) for column in columns]


def _bounded(total_minor: int) -> None:
    if total_minor > MAX_MINOR:
        raise ValueError(f"an order of {total_minor} minor units is beyond {MAX_MINOR}")


def _line(
    rules: Rules, line: Line, gross: int, own: int, shared: int, taxes: list[int]
) -> LineTotals:
    amount, tax = gross - own - shared, sum(taxes)
    net = amount - tax if rules.prices_include_tax else amount
    named = tuple((tax.id, minor) for tax, minor in zip(line.taxes, taxes, strict=True))
    return LineTotals(line.id, gross, own, shared, named, net, net + tax)


def _totals(lines: tuple[Line, ...], priced: tuple[LineTotals, ...]) -> Totals:
    return Totals(
        lines=priced,
        taxes=_tax_totals(lines, priced),
        subtotal_minor=sum(line.gross_minor for line in priced),
        discount_minor=sum(line.discount_minor for line in priced),
        net_minor=sum(line.net_minor for line in priced),
        tax_minor=sum(line.tax_minor for line in priced),
        total_minor=sum(line.total_minor for line in priced),
    )


def _tax_totals(lines: tuple[Line, ...], priced: tuple[LineTotals, ...]) -> tuple[TaxTotal, ...]:
    sums: dict[Tax, tuple[int, int]] = {}
    for line, result in zip(lines, priced, strict=True):
        for tax, (_, minor) in zip(line.taxes, result.taxes, strict=True):
            base, total = sums.get(tax, (0, 0))
            sums[tax] = (base + result.net_minor, total + minor)
    return tuple(TaxTotal(tax, base, total) for tax, (base, total) in sums.items())
