"""A till's totals are checked, not believed: the same pricing runs here."""

from __future__ import annotations

from collections.abc import Iterator

from pos.backend.wire import Discount, PurchaseIn, PurchaseLine
from pos.pricing import Discount as PricedDiscount
from pos.pricing import DiscountKind, Line, LineTotals, Rules, Tax, TaxRounding, Totals, price
from pos.server.answers import Refusal

_SHOWN = 3


def check_totals(sent: PurchaseIn) -> None:
    """Raise 422 ``totals_mismatch``, naming what differs, or ``bad_order``."""
    try:
        derived = price(_rules(sent), [_line(line) for line in sent.lines], _cut(sent))
    except ValueError as error:
        raise Refusal(422, "bad_order", str(error)) from error
    differences = [*_order(sent, derived), *_lines(sent, derived), *_payments(sent)]
    if differences:
        shown = "; ".join(f"{field}: {text}" for field, text in differences[:_SHOWN])
        raise Refusal(422, "totals_mismatch", shown, differences[0][0])


def _rules(sent: PurchaseIn) -> Rules:
    return Rules(sent.currency, sent.prices_include_tax, TaxRounding(sent.tax_rounding))


def _line(line: PurchaseLine) -> Line:
    taxes = tuple(Tax(tax.id, tax.name, tax.rate_ppm) for tax in line.taxes)
    discount = _discount(line.line_discount)
    return Line(str(line.id), line.unit_minor, line.quantity_milli, taxes, discount)


def _cut(sent: PurchaseIn) -> PricedDiscount | None:
    return _discount(sent.order_discount)


def _discount(discount: Discount | None) -> PricedDiscount | None:
    if discount is None:
        return None
    return PricedDiscount(DiscountKind(discount.kind), discount.value)


def _order(sent: PurchaseIn, derived: Totals) -> Iterator[tuple[str, str]]:
    for name in ("subtotal_minor", "discount_minor", "tax_minor", "total_minor"):
        yield from _differ(name, getattr(sent, name), getattr(derived, name))
    said = {(t.id, t.name, t.rate_ppm, t.base_minor, t.tax_minor) for t in sent.taxes}
    found = {
        (t.tax.id, t.tax.name, t.tax.rate_ppm, t.base_minor, t.tax_minor) for t in derived.taxes
    }
    if said != found or len(said) != len(sent.taxes):
        yield "taxes", f"sent {sorted(said)}, expected {sorted(found)}"[:500]


def _lines(sent: PurchaseIn, derived: Totals) -> Iterator[tuple[str, str]]:
    for i, (line, result) in enumerate(zip(sent.lines, derived.lines, strict=True)):
        for name, expected in _columns(result):
            yield from _differ(f"lines[{i}].{name}", getattr(line, name), expected)


def _columns(result: LineTotals) -> tuple[tuple[str, int], ...]:
    return (
        ("subtotal_minor", result.gross_minor),
        ("discount_minor", result.discount_minor),
        ("tax_minor", result.tax_minor),
        ("total_minor", result.total_minor),
    )


def _payments(sent: PurchaseIn) -> Iterator[tuple[str, str]]:
    if len({payment.id for payment in sent.payments}) < len(sent.payments):
        yield "payments", "two payments have the same id"
    yield from _differ("payments", sum(p.amount_minor for p in sent.payments), sent.total_minor)
    for i, payment in enumerate(sent.payments):
        tendered = payment.tendered_minor
        kept = payment.amount_minor if tendered is None else tendered - payment.change_minor
        yield from _differ(f"payments[{i}].amount_minor", payment.amount_minor, kept)


def _differ(field: str, sent: int, expected: int) -> Iterator[tuple[str, str]]:
    if sent != expected:
        yield field, f"sent {sent}, expected {expected}"
