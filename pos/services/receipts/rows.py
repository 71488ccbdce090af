"""What both kinds of receipt read from the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from pos.errors import CashierError
from pos.models.base import table_of
from pos.models.order import Order, OrderLine, Payment
from pos.models.shop import Business, Location, PaymentSettings, Register, Staff
from pos.pricing import Discount, DiscountKind
from pos.pricing.discounts import reduction
from pos.services.receipts.document import ReceiptLine, ReceiptTender
from pos.services.tenders import brand_name, tender_name

order = table_of(Order)
line = table_of(OrderLine)
payment = table_of(Payment)

_EMV = {
    "application_preferred_name": "Application",
    "dedicated_file_name": "AID",
    "authorization_code": "Approval",
    "authorization_response_code": "Response",
    "application_cryptogram": "Cryptogram",
    "terminal_verification_results": "TVR",
    "transaction_status_information": "TSI",
    "account_type": "Account",
    "cardholder_verification_method": "Verified by",
}
"""The fields the card schemes want on a receipt, by Stripe's names."""


def get_order(db: Connection, order_id: UUID) -> Any:
    """Return an order's row; raises `CashierError` (``purchase_unknown``)."""
    found = db.execute(select(order).where(order.c.id == order_id)).first()
    if found is None:
        raise CashierError(
            "purchase_unknown", "This purchase is not on this till.", "Search for its number."
        )
    return found


def header(db: Connection, row: Any, at: Any, zone: tzinfo | None) -> dict[str, Any]:
    """Return the fields that say who sold, where and when."""
    place = db.execute(
        select(
            Business.name.label("shop"),
            Location.name.label("location"),
            Location.address,
            Register.name.label("register"),
            Register.locale,
            PaymentSettings.refund_policy.label("policy"),
            Location.receipt_footer.label("footer"),
        )
        .join(Location, Location.business_id == Business.id)
        .join(Register, Register.location_id == Location.id)
        .join(PaymentSettings, PaymentSettings.business_id == Business.id)
        .where(Register.id == row.register_id)
    ).one()
    return place._asdict() | {
        "number": row.receipt_number,
        "at": at.astimezone(zone),
        "customer": row.customer_name,
        "currency": row.currency,
        "prices_include_tax": row.prices_include_tax,
    }


def staff_name(db: Connection, staff_id: UUID | None) -> str:
    """Return a name, or nothing for nobody."""
    return str(db.scalar(select(Staff.name).where(Staff.id == staff_id)) or "")


def sold_line(row: Any) -> ReceiptLine:
    """Show a line at its full price, with its own discount beside it."""
    percent = row.discount_kind == DiscountKind.PERCENT
    return ReceiptLine(
        name=row.name,
        option_name=row.option_name,
        unit_minor=row.unit_minor,
        quantity_milli=row.quantity_milli,
        amount_minor=row.subtotal_minor,
        discount_minor=reduction(_discount(row), row.subtotal_minor),
        discount_ppm=row.discount_value if percent else 0,
        note=row.note,
    )


def _discount(row: Any) -> Discount | None:
    if row.discount_kind is None:
        return None
    return Discount(DiscountKind(row.discount_kind), row.discount_value)


def tender(row: Any) -> ReceiptTender:
    """Show how it was paid, with what the card scheme wants to see printed."""
    return ReceiptTender(
        name=card_name(row),
        amount_minor=row.amount_minor,
        tendered_minor=row.tendered_minor,
        change_minor=row.change_minor,
        card=_card_fields(row.data),
    )


def card_name(row: Any) -> str:
    """Return ``Visa ·· 4242``; other tenders by their name."""
    if row.card_brand and row.card_last4:
        return f"{brand_name(row.card_brand)} ·· {row.card_last4}"
    return tender_name(row.provider_id, row.card_last4)


def _card_fields(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    fields = data.get("receipt") or {}
    read = str(data.get("read_method") or "")
    entry = [("Entry", _READ.get(read, read.replace("_", " ")))] if read else []
    said = [(words, str(fields[name])) for name, words in _EMV.items() if fields.get(name)]
    return tuple(entry + said)


_READ = {
    "contact_emv": "chip",
    "contactless_emv": "contactless",
    "contactless_magstripe_mode": "contactless",
    "magnetic_stripe_fallback": "stripe",
    "magnetic_stripe_track2": "stripe",
}
