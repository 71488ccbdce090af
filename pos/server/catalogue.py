"""The catalogue as a list of changes: a till asks for what came after its cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from pos.backend.wire import PAGE, CatalogueDone, CatalogueIn, CatalogueItem, encode
from pos.server.answers import Answer, ok
from pos.server.calls import Call
from pos.server.database import take_numbers
from pos.server.tables import catalogue

_BATCH = 500
_decoder = msgspec.json.Decoder(CatalogueItem)


def get_catalogue(call: Call) -> Answer:
    """``GET /catalogue/?after=``: changes in their order; the last cursor repeats when done."""
    limit, after = call.limit(PAGE), call.after()
    columns = (catalogue.c.seq, catalogue.c.tracked, catalogue.c.stock_milli, catalogue.c.item)
    query = (
        select(*columns)
        .where(catalogue.c.business_id == call.business, catalogue.c.seq > after)
        .order_by(catalogue.c.seq)
        .limit(limit + 1)
    )
    with call.store.read.connect() as connection:
        rows = connection.execute(query).all()
    shown = rows[:limit]
    page = {
        "items": [_item(row) for row in shown],
        "next_cursor": str(shown[-1].seq if shown else after),
        "more": len(rows) > limit,
    }
    return ok(page)


def _item(row: Row[*tuple[Any, ...]]) -> msgspec.Raw | CatalogueItem:
    """Pass the stored bytes on; only a moved stock has to be written in."""
    if not row.tracked:
        return msgspec.Raw(bytes(row.item))
    return msgspec.structs.replace(_decoder.decode(bytes(row.item)), stock_milli=row.stock_milli)


def post_catalogue(call: Call) -> Answer:
    """``POST /catalogue/``: upsert; repeating it changes nothing, so it needs no key."""
    sent: CatalogueIn = call.message
    changed = 0
    with call.store.write.begin() as connection:
        take_numbers(connection, call.business, "catalogue", 0)  # one writer at a time
        for start in range(0, len(sent.items), _BATCH):
            batch = sent.items[start : start + _BATCH]
            changed += upsert(connection, call.business, batch)
    return ok(CatalogueDone(changed=changed))


def upsert(connection: Connection, business: str, items: Sequence[CatalogueItem]) -> int:
    """Write what is new or different; returns how many. The last of equal keys wins."""
    latest = {item.key: item for item in items}
    ours = (catalogue.c.business_id == business) & catalogue.c.key.in_(latest)
    query = select(catalogue.c.key, catalogue.c.item, catalogue.c.stock_milli).where(ours)
    stored = {row.key: row for row in connection.execute(query)}
    changed = [item for item in latest.values() if _differs(stored.get(item.key), item)]
    if not changed:
        return 0
    seq = take_numbers(connection, business, "catalogue", len(changed)) - len(changed)
    rows = [_row(business, seq + i, item) for i, item in enumerate(changed, 1)]
    if fresh := [row for row in rows if row["key"] not in stored]:
        connection.execute(insert(catalogue), fresh)
    for row in rows:
        if row["key"] in stored:
            mine = (catalogue.c.business_id == business) & (catalogue.c.key == row["key"])
            connection.execute(update(catalogue).where(mine).values(row))
    return len(changed)


def _differs(row: Row[*tuple[Any, ...]] | None, item: CatalogueItem) -> bool:
    if row is None:
        return True
    return bytes(row.item) != encode(item) or row.stock_milli != item.stock_milli


def _row(business: str, seq: int, item: CatalogueItem) -> dict[str, Any]:
    return {
        "business_id": business,
        "key": item.key,
        "seq": seq,
        "tracked": item.tracked,
        "stock_milli": item.stock_milli,
        "item": encode(item),
    }
