"""Stock as the backend counts it, less what it has not heard of yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from pos.backend.wire import CatalogueItem
from pos.models.cart import StockLevel
from pos.models.order import OrderLine, Refund, RefundLine
from pos.models.sync import OutboxEntry
from pos.services.sync.outbox import PURCHASE, REFUND
from pos.services.sync.status import WAITING


def apply(connection: Connection, items: Sequence[CatalogueItem], now: datetime) -> None:
    """Set the level of each tracked item; sales that are still waiting are taken off."""
    told = {item.key: item.stock_milli for item in items if item.tracked}
    levels = {key: level for key, level in told.items() if level is not None}
    if not levels:
        return
    sold, returned = _waiting_sales(connection), _waiting_returns(connection)
    for key, level in levels.items():
        here = level - sold.get(key, 0) + returned.get(key, 0)
        values = {"on_hand_milli": here, "updated_at": now}
        row = upsert(StockLevel).values(variant_key=key, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["variant_key"], set_=values))


def _waiting_sales(connection: Connection) -> dict[str, int]:
    query = (
        select(OrderLine.variant_key, func.sum(OrderLine.quantity_milli))
        .join(OutboxEntry, OutboxEntry.aggregate_id == OrderLine.order_id)
        .where(WAITING, OutboxEntry.kind == PURCHASE)
        .group_by(OrderLine.variant_key)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _waiting_returns(connection: Connection) -> dict[str, int]:
    query = (
        select(OrderLine.variant_key, func.sum(RefundLine.quantity_milli))
        .join(RefundLine, RefundLine.order_line_id == OrderLine.id)
        .join(Refund, Refund.id == RefundLine.refund_id)
        .join(OutboxEntry, OutboxEntry.key == Refund.id)
        .where(WAITING, OutboxEntry.kind == REFUND, RefundLine.restock)
        .group_by(OrderLine.variant_key)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
