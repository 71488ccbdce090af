"""Receipts: one frozen document, as plain text here and painted in the UI."""

from pos.services.receipts.bars import code128
from pos.services.receipts.document import (
    Receipt,
    ReceiptKind,
    ReceiptLine,
    ReceiptRefund,
    ReceiptTax,
    ReceiptTender,
)
from pos.services.receipts.layout import Bars, Block, Centre, Gap, Row, Rule, Style, blocks
from pos.services.receipts.refunds import build_refund
from pos.services.receipts.sales import build, reprint
from pos.services.receipts.text import render

__all__ = [
    "Bars",
    "Block",
    "Centre",
    "Gap",
    "Receipt",
    "ReceiptKind",
    "ReceiptLine",
    "ReceiptRefund",
    "ReceiptTax",
    "ReceiptTender",
    "Row",
    "Rule",
    "Style",
    "blocks",
    "build",
    "build_refund",
    "code128",
    "render",
    "reprint",
]
