"""Running totals: added to in the transaction of each sale and refund, so that a report only reads.

They equal a recount from the lines at any time; nothing else writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert

from pos.models.base import table_of
from pos.models.order import Order, OrderLine, Refund, RefundLine
from pos.models.prepared import Db, Prepared
from pos.models.states import TotalKind
from pos.models.totals import QUARTER_S, RunningTotal
from pos.money import round_half_up

_total = table_of(RunningTotal)
_order, _line = table_of(Order), table_of(OrderLine)
_refund, _back = table_of(Refund), table_of(RefundLine)

_new = upsert(_total)
_ADD = Prepared(
    _new.on_conflict_do_update(
        index_elements=list(_total.primary_key),
        set_={
            "count": _total.c.count + _new.excluded.count,
            "amount_minor": _total.c.amount_minor + _new.excluded.amount_minor,
        },
    ),
    _total.columns.keys(),
)
_REFUND = Prepared(
    select(_order.c.register_id, _order.c.currency, _refund.c.provider_id, _refund.c.amount_minor)
    .join(_order, _order.c.id == _refund.c.order_id)
    .where(_refund.c.id == bindparam("refund_id"))
)
_BACK = Prepared(
    select(_back.c.tax_minor, _line.c.taxes)
    .join(_line, _line.c.id == _back.c.order_line_id)
    .where(_back.c.refund_id == bindparam("refund_id"))
)

Amount = tuple[TotalKind, str, int]
"""Of what, whose, and how much in minor units."""


def add_sale(
    db: Db, order: Mapping[str, Any], lines: Iterable[Any], paid: Iterable[tuple[str, int]]
) -> None:
    """Count a sale: the columns of its order, its lines as frozen, its tenders with amounts."""
    amounts: list[Amount] = [(TotalKind.SALE, "", order["total_minor"])]
    amounts += [(TotalKind.TENDER, name, minor) for name, minor in paid]
    for line in lines:
        amounts += [(TotalKind.TAX, tax["id"], tax["tax"]) for tax in line["taxes"]]
    _add(db, (order["register_id"], order["currency"]), amounts, order["created_at"])


def add_refund(db: Db, refund_id: UUID, at: datetime) -> None:
    """Count a refund that succeeded just now."""
    refund = _REFUND.one(db, refund_id=refund_id)
    minor = refund["amount_minor"]
    amounts: list[Amount] = [
        (TotalKind.REFUND, "", minor),
        (TotalKind.REFUND_TENDER, refund["provider_id"], minor),
    ]
    for line in _BACK.all(db, refund_id=refund_id):
        amounts += _returned_taxes(line["tax_minor"], line["taxes"])
    _add(db, (refund["register_id"], refund["currency"]), amounts, at)


def _returned_taxes(back_minor: int, taxes: Sequence[Mapping[str, Any]]) -> list[Amount]:
    """Split what went back of a line's tax by cumulative roundings, so that it all adds up."""
    whole, seen, told = sum(tax["tax"] for tax in taxes), 0, 0
    parts: list[Amount] = []
    for tax in taxes if whole else ():
        seen += tax["tax"]
        upto = round_half_up(back_minor * seen, whole)
        parts.append((TotalKind.REFUND_TAX, tax["id"], upto - told))
        told = upto
    return parts


def _add(db: Db, place: tuple[UUID, str], amounts: Iterable[Amount], at: datetime) -> None:
    sums: dict[tuple[TotalKind, str], tuple[int, int]] = {}
    for kind, name, minor in amounts:
        count, total = sums.get((kind, name), (0, 0))
        sums[kind, name] = count + 1, total + minor
    key = {
        "register_id": place[0],
        "currency": place[1],
        "quarter": int(at.timestamp()) // QUARTER_S,
    }
    _ADD.run_many(
        db,
        [
            key | {"kind": kind, "name": name, "count": count, "amount_minor": total}
            for (kind, name), (count, total) in sums.items()
        ],
    )
