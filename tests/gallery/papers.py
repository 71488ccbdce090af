"""A receipt to look at."""

from __future__ import annotations

from datetime import UTC, datetime

from pos.services.receipts import Receipt, ReceiptKind, ReceiptLine, ReceiptTax, ReceiptTender


def _line(name: str, unit: int, milli: int, option: str = "") -> ReceiptLine:
    return ReceiptLine(
        name=name,
        option_name=option,
        unit_minor=unit,
        quantity_milli=milli,
        amount_minor=unit * milli // 1000,
    )


RECEIPT = Receipt(
    kind=ReceiptKind.SALE,
    shop="Harbour Studio",
    location="Front desk",
    address="12 Quay St\nBrooklyn",
    number="R1-000482",
    at=datetime(2026, 3, 14, 14, 32, tzinfo=UTC),
    cashier="Mina Kang",
    register="Register 1",
    customer="Ji-woo Park",
    currency="usd",
    locale="en_US",
    lines=(
        _line("Yoga mat 5 mm", 4200, 1000, "Ocean blue"),
        _line("Kombucha", 480, 3000),
        _line("10-class pass, to be used within a year by one person", 15000, 1000),
    ),
    subtotal_minor=20640,
    discount_minor=1500,
    taxes=(ReceiptTax("Sales tax", 88_750, 501),),
    prices_include_tax=False,
    total_minor=19641,
    tenders=(
        ReceiptTender(name="Cash", amount_minor=19641, tendered_minor=20000, change_minor=359),
    ),
    footer="Thank you!\nReturns within 14 days with this receipt.",
)
