"""Receipts: any names and amounts give lines of the paper's width without control bytes."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

from hypothesis import strategies as st

from pos.models.states import RefundState
from pos.services.receipts.bars import code128
from pos.services.receipts.document import (
    Receipt,
    ReceiptKind,
    ReceiptLine,
    ReceiptRefund,
    ReceiptTax,
    ReceiptTender,
)
from pos.services.receipts.layout import Bars, Centre, Row, blocks
from pos.services.receipts.text import COLUMNS, render
from tests.proof.fuzz.engine import Target, stateless
from tests.proof.fuzz.texts import any_text

_AMOUNTS = st.one_of(st.integers(-(10**15), 10**15), st.integers(0, 10_000))
_RATES = st.integers(0, 10**7)
_TEXT = st.one_of(any_text, st.text(max_size=200))
_MOMENTS = st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - drawn beside
_LINES = st.builds(
    ReceiptLine,
    name=_TEXT,
    option_name=_TEXT,
    unit_minor=_AMOUNTS,
    quantity_milli=st.integers(1, 10**9),
    amount_minor=_AMOUNTS,
    discount_minor=_AMOUNTS,
    discount_ppm=_RATES,
    note=_TEXT,
)
_TENDERS = st.builds(
    ReceiptTender,
    name=_TEXT,
    amount_minor=_AMOUNTS,
    tendered_minor=_AMOUNTS,
    change_minor=_AMOUNTS,
    card=st.lists(st.tuples(st.sampled_from(("AID", "Approval")), _TEXT), max_size=3).map(tuple),
)
_REFUNDS = st.builds(ReceiptRefund, _MOMENTS, _TEXT, _AMOUNTS, st.sampled_from(RefundState))
RECEIPTS = st.builds(
    Receipt,
    kind=st.sampled_from(ReceiptKind),
    shop=_TEXT,
    location=_TEXT,
    address=_TEXT,
    number=_TEXT,
    at=_MOMENTS,
    cashier=_TEXT,
    register=_TEXT,
    customer=_TEXT,
    currency=st.sampled_from(("usd", "krw", "kwd", "eur", "jpy", "chf")),
    locale=st.sampled_from(
        ("en_US", "de_DE", "ko_KR", "fr_FR", "ar_EG", "he_IL", "hi_IN", "fa_IR")
    ),
    lines=st.lists(_LINES, max_size=3).map(tuple),
    subtotal_minor=_AMOUNTS,
    discount_minor=_AMOUNTS,
    taxes=st.lists(st.builds(ReceiptTax, _TEXT, _RATES, _AMOUNTS), max_size=2).map(tuple),
    prices_include_tax=st.booleans(),
    total_minor=_AMOUNTS,
    tenders=st.lists(_TENDERS, max_size=2).map(tuple),
    refunds=st.lists(_REFUNDS, max_size=2).map(tuple),
    note=_TEXT,
    notice=_TEXT,
    policy=_TEXT,
    footer=_TEXT,
    copy=st.integers(0, 3),
)
_HARMFUL = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def harmless(text: str) -> bool:
    """Say whether a printer takes a text for words only: no ESC, no cut, no drawer kick."""
    return not any(unicodedata.category(char) in _HARMFUL or char in _TURNING for char in text)


def cells(text: str) -> int:
    """Count the cells of a printer's line by the standard alone (UAX 11), not by the program."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    marks = sum(unicodedata.category(char) in {"Mn", "Me", "Mc"} for char in text)
    return len(text) + wide - marks


def _receipt(receipt: Receipt) -> None:
    """Lay a receipt out and render it at every width."""
    for block in blocks(receipt):
        texts = {Row: ("left", "right"), Centre: ("text",)}.get(type(block), ())
        for name in texts:
            assert harmless(getattr(block, name)), (block, name)
        if isinstance(block, Bars):
            assert all(bar > 0 for bar in code128(block.value))
    for columns in COLUMNS:
        text = render(receipt, columns)
        assert text.endswith("\n")
        for line in text.removesuffix("\n").split("\n"):
            assert cells(line) <= columns, (line, columns)
            assert harmless(line), line
        text.encode("utf-8")


TARGETS = {
    "receipt": Target("receipts: any names and amounts", RECEIPTS, stateless(_receipt), 6_000),
}
