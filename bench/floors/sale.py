"""The least a till could do with a sale: write its rows with bare sqlite3, and wait for the disk.

The tables, indexes and triggers are the till's own, and so are the rows: those of
a sale that the till made, under new ids. Nothing is read, priced or built.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import uuid6

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
_SALE = ("payment_session", "order", "order_line", "payment", "outbox")
_REFERENCES = ("id", "run_id", "order_id", "session_id", "cart_id", "key", "aggregate_id")

Row = dict[str, Any]


class Floor:
    """Writes sales like the newest one of a till's file, again and again."""

    def __init__(self, till_db: Path) -> None:
        self._db = sqlite3.connect(till_db, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        for pragma in _PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}").close()
        self._like = {table: self._newest(table) for table in _SALE}
        self._run = self._rows("SELECT * FROM checkout_run ORDER BY id DESC LIMIT 1")[0]
        self._journal = self._rows("SELECT * FROM journal ORDER BY id DESC LIMIT 2")[::-1]
        self._totals = self._rows("SELECT * FROM running_total ORDER BY quarter DESC LIMIT 3")
        self._register = self._rows("SELECT id, last_receipt FROM register")[0]
        self._ready: list[tuple[str, list[Any]]] = []

    def prepare(self) -> None:
        """Lay out the next sale: its cart and run are on the disk, its rows are made."""
        new = _NewIds()
        run = new.row(self._run) | {"state": "started", "finished_at": None}
        self._write("cart", self._cart(run["cart_id"]))
        for line in self._like["order_line"]:
            self._write("cart_line", _cart_line(new.row(line), run["cart_id"]))
        self._write("checkout_run", run)
        self._ready = list(self._statements(new, run))

    def sell(self) -> None:
        """Write the sale that was laid out, durably."""
        self._db.execute("BEGIN IMMEDIATE")
        for sql, values in self._ready:
            self._db.execute(sql, values)
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()

    def _statements(self, new: _NewIds, run: Row) -> Iterator[tuple[str, list[Any]]]:
        self._register["last_receipt"] += 1
        number = self._register["last_receipt"]
        said = {"receipt_no": number, "receipt_number": f"R1-{number:06}"}
        yield "UPDATE payment_session SET is_selected = 0 WHERE run_id = ?", [run["id"]]
        yield from self._inserts(_SALE[0], new, {})
        yield "UPDATE checkout_run SET state = 'sessions_open' WHERE id = ?", [run["id"]]
        yield self._entry(0, run["id"])
        yield "UPDATE register SET last_receipt = ? WHERE id = ?", [number, self._register["id"]]
        for table in _SALE[1:]:
            yield from self._inserts(table, new, said if table == "order" else {})
        for total in self._totals:
            yield _ADD_TOTAL, list(total.values())
        yield "UPDATE checkout_run SET state = 'order_committed' WHERE id = ?", [run["id"]]
        yield "DELETE FROM cart WHERE id = ?", [run["cart_id"]]
        yield self._entry(1, run["id"])

    def _inserts(self, table: str, new: _NewIds, said: Row) -> Iterator[tuple[str, list[Any]]]:
        for row in self._like[table]:
            values = new.row(row) | said
            values.pop("seq", None)
            yield _insert(table, values), list(values.values())

    def _entry(self, which: int, subject: str) -> tuple[str, list[Any]]:
        row = self._journal[which]
        row["seq"] += 2
        values = {key: value for key, value in row.items() if key != "id"}
        return _insert("journal", values), list((values | {"subject": subject}).values())

    def _newest(self, table: str) -> list[Row]:
        """Return the rows of the newest sale."""
        by = {"order": "id", "outbox": "key", "payment_session": "run_id"}.get(table, "order_id")
        newest = 'SELECT id FROM "order" ORDER BY id DESC LIMIT 1'
        return self._rows(f'SELECT * FROM "{table}" WHERE "{by}" = ({newest})')  # noqa: S608  # names of ours

    def _cart(self, cart_id: str) -> Row:
        at = self._run["created_at"]
        return {
            "id": cart_id,
            "register_id": self._register["id"],
            "status": "paying",
            "currency": "usd",
            "receipt_email": "",
            "discount_value": 0,
            "note": "",
            "created_at": at,
            "updated_at": at,
        }

    def _write(self, table: str, row: Row) -> None:
        self._db.execute(_insert(table, row), list(row.values()))

    def _rows(self, query: str) -> list[Row]:
        return [dict(row) for row in self._db.execute(query)]


class _NewIds:
    """Gives each id of the old sale one new, time-ordered id."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def row(self, row: Row) -> Row:
        """Copy a row under new ids."""
        return {
            key: self._new(value) if key in _REFERENCES else value for key, value in row.items()
        }

    def _new(self, old: str) -> str:
        if old not in self._given:
            self._given[old] = UUID(int=uuid6.uuid7().int).hex
        return self._given[old]


_ADD_TOTAL = (
    "INSERT INTO running_total VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " count = count + excluded.count, amount_minor = amount_minor + excluded.amount_minor"
)
_SOLD = ("variant_key", "name", "option_name", "sku", "barcode", "kind", "tracked", "position")


def _cart_line(sold: Row, cart_id: str) -> Row:
    row = {name: sold[name] for name in (*_SOLD, "unit_minor", "quantity_milli", "note")}
    return row | {"id": sold["id"], "cart_id": cart_id, "discount_value": 0}


def _insert(table: str, row: Row) -> str:
    names = ", ".join(f'"{name}"' for name in row)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(row))})'  # noqa: S608  # names of ours
