"""Valid orders and refunds for the backend, priced by the program's own pricing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import uuid6

from pos.pricing import Discount, DiscountKind, Line, Rules, Tax, TaxRounding, price
from pos.server.seed import BUSINESS_ID, LOCATION_ID, REGISTER_ID

TAX = {"id": "sales", "name": "Tax", "rate_ppm": 88_750}
WHEN = datetime(2025, 3, 14, 9, 30, tzinfo=UTC).isoformat()


def new_id() -> str:
    return str(uuid6.uuid7())


def make_order(*lines: tuple[int, int], **changes: Any) -> dict[str, Any]:
    """An order of ``(unit_minor, quantity_milli)`` lines, paid in cash; ``changes`` win."""
    discount = changes.pop("order_discount", None)
    taxes = changes.pop("line_taxes", [TAX])
    asked = [
        Line(new_id(), unit, milli, tuple(Tax(**tax) for tax in taxes))
        for unit, milli in lines or [(1000, 1000)]
    ]
    rules = Rules("usd", prices_include_tax=False, tax_rounding=TaxRounding.ORDER)
    cut = Discount(DiscountKind(discount["kind"]), discount["value"]) if discount else None
    totals = price(rules, asked, cut)
    rows = [
        _line(i, line, result, taxes)
        for i, (line, result) in enumerate(zip(asked, totals.lines, strict=True))
    ]
    sums = ("subtotal_minor", "discount_minor", "tax_minor", "total_minor")
    order = {
        "id": new_id(),
        "register_id": str(REGISTER_ID),
        "location_id": str(LOCATION_ID),
        "business_id": str(BUSINESS_ID),
        "cart_id": new_id(),
        "receipt_number": "R1-000001",
        "created_at": WHEN,
        "currency": "usd",
        "prices_include_tax": False,
        "tax_rounding": "order",
        "customer_name": "Ada Lovelace",
        "lines": rows,
        "order_discount": discount,
        "taxes": [_tax(total) for total in totals.taxes],
        "payments": [_payment(totals.total_minor)],
        "staff_name": "Mina Kang",
    }
    return order | {name: getattr(totals, name) for name in sums} | changes


def _line(position: int, line: Line, result: Any, taxes: list[dict]) -> dict[str, Any]:
    return {
        "id": line.id,
        "position": position,
        "variant_key": f"key-{position}",
        "name": f"Thing {position}",
        "unit_minor": line.unit_minor,
        "quantity_milli": line.quantity_milli,
        "taxes": taxes,
        "subtotal_minor": result.gross_minor,
        "discount_minor": result.discount_minor,
        "tax_minor": result.tax_minor,
        "total_minor": result.total_minor,
    }


def _tax(total: Any) -> dict[str, Any]:
    names = {"id": total.tax.id, "name": total.tax.name, "rate_ppm": total.tax.rate_ppm}
    return names | {"base_minor": total.base_minor, "tax_minor": total.tax_minor}


def _payment(amount: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "provider_id": "cash",
        "amount_minor": amount,
        "tendered_minor": amount + 500,
        "change_minor": 500,
        "captured_at": WHEN,
    }


def make_refund(order: dict[str, Any], amount: int, **changes: Any) -> dict[str, Any]:
    """A refund of ``amount`` on the order's first payment, without lines."""
    payment = order["payments"][0]
    part = {
        "payment_id": payment["id"],
        "provider_id": payment["provider_id"],
        "amount_minor": amount,
    }
    refund = {
        "id": new_id(),
        "purchase_id": order["id"],
        "register_id": order["register_id"],
        "created_at": WHEN,
        "reason": "return",
        "currency": order["currency"],
        "amount_minor": amount,
        "payments": [part] if amount > 0 else [],
    }
    return refund | changes


def refund_line(line: dict[str, Any], milli: int, amount: int, tax: int = 0) -> dict[str, Any]:
    """Part of an order line for `make_refund`."""
    return {
        "id": new_id(),
        "line_id": line["id"],
        "quantity_milli": milli,
        "amount_minor": amount,
        "tax_minor": tax,
        "restock": True,
    }


def frozen(message: Any) -> bytes:
    """The bytes that are sent, and sent again."""
    return json.dumps(message).encode()
