"""A receipt as blocks from top to bottom: what text, preview and PDF share."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from babel.numbers import format_decimal

from pos.models.states import RefundState
from pos.money import format_minor
from pos.pricing import ONE, PPM
from pos.services.receipts.document import (
    Receipt,
    ReceiptKind,
    ReceiptLine,
    ReceiptRefund,
    ReceiptTax,
    ReceiptTender,
)

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_TIMES = "\N{MULTIPLICATION SIGN}"
_PENDING = frozenset({RefundState.PLANNED, RefundState.SENT, RefundState.UNKNOWN})


class Style(StrEnum):
    """How loud a block speaks."""

    NORMAL = "normal"
    SMALL = "small"
    STRONG = "strong"
    TOTAL = "total"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Row:
    """Words on the left, a figure on the right; ``indent`` in characters."""

    left: str
    right: str = ""
    style: Style = Style.NORMAL
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Centre:
    """Words in the middle."""

    text: str
    style: Style = Style.NORMAL


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty line."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A barcode of this value."""

    value: str


Block = Row | Centre | Rule | Gap | Bars


def plain(text: str) -> str:
    """Keep what may be printed: no control bytes, nothing invisible that changes the order."""
    shown = (char for char in " ".join(text.split()) if unicodedata.category(char) not in _DROPPED)
    return "".join(shown)


def blocks(receipt: Receipt) -> list[Block]:
    """Lay a receipt out; every text in it is safe to print."""
    sold = receipt.kind is ReceiptKind.SALE
    parts = [_head(receipt), _lines(receipt), _totals(receipt) if sold else _refunded(receipt)]
    parts += [_tenders(receipt) if sold else iter(()), _returned(receipt), _foot(receipt)]
    return [block for part in parts for block in part]


def _head(receipt: Receipt) -> Iterator[Block]:
    yield Centre(plain(receipt.shop), Style.TITLE)
    if receipt.location != receipt.shop:
        yield from _centred(receipt.location)
    yield from _centred(receipt.address)
    yield Gap()
    if receipt.kind is ReceiptKind.REFUND:
        yield Centre("REFUND", Style.STRONG)
    if receipt.copy:
        yield Centre(f"COPY {receipt.copy}", Style.STRONG)
    if receipt.notice:
        yield Centre(plain(receipt.notice), Style.STRONG)
    yield Row(plain(receipt.number), f"{receipt.at:%Y-%m-%d %H:%M}")
    yield Row(plain(receipt.cashier), plain(receipt.register), Style.SMALL)
    if receipt.customer:
        yield Row(f"Customer: {plain(receipt.customer)}")
    yield Rule()


def _lines(receipt: Receipt) -> Iterator[Block]:
    for line in receipt.lines:
        yield Row(plain(line.name), _money(receipt, line.amount_minor))
        yield from _details(receipt, line)
    if receipt.lines:
        yield Rule()


def _details(receipt: Receipt, line: ReceiptLine) -> Iterator[Block]:
    if line.option_name:
        yield Row(plain(line.option_name), style=Style.SMALL, indent=2)
    if line.quantity_milli != ONE:
        each = f" {_TIMES} {_money(receipt, line.unit_minor)}" if _priced(receipt) else " returned"
        quantity = _number(line.quantity_milli, ONE, receipt.locale)
        yield Row(f"{quantity}{each}", style=Style.SMALL, indent=2)
    if line.discount_minor:
        rate = f" {_percent(receipt, line.discount_ppm)}" if line.discount_ppm else ""
        off = f"Discount{rate}: {_money(receipt, -line.discount_minor)}"
        yield Row(off, style=Style.SMALL, indent=2)
    if line.note:
        yield Row(plain(line.note), style=Style.SMALL, indent=2)


def _priced(receipt: Receipt) -> bool:
    """Say whether unit prices stand: a refund's line holds discount and tax already."""
    return receipt.kind is ReceiptKind.SALE


def _totals(receipt: Receipt) -> Iterator[Block]:
    included = receipt.prices_include_tax
    if receipt.discount_minor or (receipt.taxes and not included):
        yield Row("Subtotal", _money(receipt, receipt.subtotal_minor))
    if receipt.discount_minor:
        yield Row("Discounts", _money(receipt, -receipt.discount_minor))
    if not included:
        yield from (_tax(receipt, tax) for tax in receipt.taxes)
    yield Row("TOTAL", _money(receipt, receipt.total_minor), Style.TOTAL)
    if included:
        yield from (_tax(receipt, tax) for tax in receipt.taxes)
    yield Gap()


def _tax(receipt: Receipt, tax: ReceiptTax) -> Row:
    rate = f" {_percent(receipt, tax.rate_ppm)}" if tax.rate_ppm else ""
    amount = _money(receipt, tax.tax_minor)
    if receipt.prices_include_tax:
        return Row(f"incl. {plain(tax.name)}{rate}", amount, Style.SMALL)
    return Row(f"{plain(tax.name)}{rate}", amount)


def _refunded(receipt: Receipt) -> Iterator[Block]:
    if receipt.discount_minor:
        yield Row("Fee kept", _money(receipt, -receipt.discount_minor))
    yield Row("REFUND", _money(receipt, receipt.total_minor), Style.TOTAL)
    yield from (_tax(receipt, tax) for tax in receipt.taxes)
    yield Gap()
    for tender in receipt.tenders:
        yield Row(f"To {plain(tender.name)}", _money(receipt, tender.amount_minor))
    yield Row(f"Reason: {plain(receipt.note)}", style=Style.SMALL)


def _tenders(receipt: Receipt) -> Iterator[Block]:
    for tender in receipt.tenders:
        yield from _tender(receipt, tender)
    if receipt.note:
        yield Gap()
        yield from (Row(text) for text in _split(receipt.note))


def _tender(receipt: Receipt, tender: ReceiptTender) -> Iterator[Block]:
    yield Row(plain(tender.name), _money(receipt, tender.tendered_minor))
    if tender.change_minor:
        yield Row("Change", _money(receipt, tender.change_minor), Style.STRONG)
    for label, value in tender.card:
        yield Row(plain(label), plain(value), Style.SMALL, indent=2)


def _returned(receipt: Receipt) -> Iterator[Block]:
    if receipt.refunds:
        yield Rule()
    for refund in receipt.refunds:
        yield Row(_refund_words(refund), _money(receipt, -refund.amount_minor))


def _refund_words(refund: ReceiptRefund) -> str:
    words = "Refunded"
    if refund.state is RefundState.PENDING:
        words = "Refund pending"
    elif refund.state in _PENDING:
        words = "Refund not confirmed"
    return f"{words} {refund.at:%Y-%m-%d} to {plain(refund.to)}"


def _foot(receipt: Receipt) -> Iterator[Block]:
    yield Gap()
    for text in (receipt.policy, receipt.footer):
        yield from _centred(text, Style.SMALL)
    yield Bars(receipt.number)
    yield Centre(plain(receipt.number))


def _centred(text: str, style: Style = Style.NORMAL) -> Iterator[Block]:
    return (Centre(line, style) for line in _split(text))


def _split(text: str) -> list[str]:
    return [plain(line) for line in text.splitlines() if plain(line)]


def _money(receipt: Receipt, minor: int) -> str:
    return format_minor(minor, receipt.currency, receipt.locale)


def _percent(receipt: Receipt, ppm: int) -> str:
    return f"{_number(ppm * 100, PPM, receipt.locale)}%"


def _number(count: int, parts: int, locale: str) -> str:
    exact = Decimal(count) / Decimal(parts)
    text: str = format_decimal(exact, format="#,##0.######", locale=locale)
    return text
