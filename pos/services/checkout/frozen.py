"""The totals of a cart, frozen when its checkout begins: exactly what the order will say."""

from __future__ import annotations

from typing import Any

from pos.pricing import Discount, Line, LineTotals
from pos.services.cart.pricing import PricedCart
from pos.services.cart.rows import LineRow

Frozen = dict[str, Any]
"""JSON: integers in minor units, thousandths and parts per million; ids as text."""


def freeze(priced: PricedCart) -> Frozen:
    """Turn a priced cart into the JSON a checkout run keeps."""
    totals, customer = priced.totals, priced.customer
    lines = zip(priced.lines, priced.priced, totals.lines, strict=True)
    return {
        "customer_id": str(customer.id) if customer else None,
        "customer_name": customer.name if customer else "",
        "customer_email": priced.receipt_email,
        "currency": priced.rules.currency,
        "prices_include_tax": priced.rules.prices_include_tax,
        "tax_rounding": priced.rules.tax_rounding.value,
        "note": priced.cart.note,
        **_discount(priced.cart.discount),
        "subtotal_minor": totals.subtotal_minor,
        "discount_minor": totals.discount_minor,
        "tax_minor": totals.tax_minor,
        "total_minor": totals.total_minor,
        "taxes": [
            {
                "id": tax.tax.id,
                "name": tax.tax.name,
                "rate_ppm": tax.tax.rate_ppm,
                "base": tax.base_minor,
                "tax": tax.tax_minor,
            }
            for tax in totals.taxes
        ],
        "lines": [_line(row, line, total) for row, line, total in lines],
    }


def _line(row: LineRow, line: Line, total: LineTotals) -> Frozen:
    return {
        "id": str(row.id),
        "position": row.position,
        "variant_key": row.variant_key,
        "name": row.name,
        "option_name": row.option_name,
        "sku": row.sku,
        "barcode": row.barcode,
        "kind": row.kind.value,
        "tracked": row.tracked,
        "unit_minor": row.unit_minor,
        "quantity_milli": row.quantity_milli,
        **_discount(row.discount),
        "subtotal_minor": total.gross_minor,
        "discount_minor": total.discount_minor,
        "tax_minor": total.tax_minor,
        "total_minor": total.total_minor,
        "taxes": [_line_tax(line, tax_id, minor) for tax_id, minor in total.taxes],
        "note": row.note,
    }


def _line_tax(line: Line, tax_id: str, minor: int) -> Frozen:
    tax = next(tax for tax in line.taxes if tax.id == tax_id)
    return {"id": tax.id, "name": tax.name, "rate_ppm": tax.rate_ppm, "tax": minor}


def _discount(discount: Discount | None) -> Frozen:
    return {
        "discount_kind": discount.kind.value if discount else None,
        "discount_value": discount.value if discount else 0,
    }
