"""What the file of sales tells support: its schema, its counts and the states of its rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, select

from pos.models.base import table_of
from pos.models.checkout import (
    CheckoutRun,
    LocationProvider,
    PaymentProvider,
    PaymentSession,
    StripeOperation,
)
from pos.models.order import Order, Payment, Refund
from pos.models.schema import metadata
from pos.models.shop import Location, PaymentSettings, Register, Staff, TaxRate
from pos.models.sync import JournalEntry, OutboxEntry, SyncCursor
from pos.services.bundle import masking

ENTRIES = 2000
"""Entries of the journal, newest last."""
ROWS = 300
"""Rows of any other table, newest last."""

_SETTINGS = (Register, Location, PaymentSettings, PaymentProvider, LocationProvider, TaxRate, Staff)
_STATES = (CheckoutRun, PaymentSession, StripeOperation, Order, Payment, Refund, OutboxEntry)
_UNSAID = frozenset({"frozen", "params", "body", "data", "account", "cursor", "message"})
"""Whole documents: other columns say what became of them."""


def schema(db: Connection) -> str:
    """Write the statements that made the file; no row's content is in them."""
    rows = db.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    return "".join(f"{row[0]};\n" for row in rows)


def counts(db: Connection) -> str:
    """Count the rows of every table."""
    found: dict[str, Any] = {
        "schema": db.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    }
    for table in metadata.sorted_tables:
        query = f'SELECT count(*) FROM "{table.name}"'  # noqa: S608  a table of ours
        found[table.name] = db.exec_driver_sql(query).scalar()
    return json.dumps(found, indent=1) + "\n"


def settings(db: Connection) -> str:
    """Write how the till is set up; what people named or typed is masked."""
    tables = [table_of(model) for model in (*_SETTINGS, SyncCursor)]
    return json.dumps({table.name: list(_rows(db, table)) for table in tables}, indent=1) + "\n"


def states(db: Connection) -> str:
    """Write where the newest sales, payments, refunds and messages stand."""
    tables = [table_of(model) for model in _STATES]
    lines = (
        json.dumps({"table": table.name, **row}) for table in tables for row in _rows(db, table)
    )
    return "".join(f"{line}\n" for line in lines)


def journal(db: Connection) -> str:
    """Write the newest entries, masked; without the hashes, which would confirm a guess."""
    entries = table_of(JournalEntry)
    query = select(
        entries.c.epoch,
        entries.c.seq,
        entries.c.at,
        entries.c.kind,
        entries.c.subject,
        entries.c.data,
    )  # fmt: skip  a line of columns
    newest = db.execute(query.order_by(entries.c.id.desc()).limit(ENTRIES)).mappings().all()
    shown = (
        {**masking.mapping(dict(row)), "data": _document(row["data"])} for row in reversed(newest)
    )
    return "".join(f"{json.dumps(each)}\n" for each in shown)


def _document(text: str) -> object:
    try:
        return masking.value(json.loads(text))
    except ValueError:
        return masking.value(text)


def _rows(db: Connection, table: Table) -> Iterator[dict[str, object]]:
    columns = [column for column in table.columns if column.name not in _UNSAID]
    key = next(iter(table.primary_key))
    query = select(*columns).order_by(key.desc()).limit(ROWS)
    for row in reversed(db.execute(query).mappings().all()):
        yield masking.mapping(dict(row))
