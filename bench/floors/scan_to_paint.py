"""The least a till could do with a scan: look the code up, commit the rows, repaint a list.

No scanner's filter, no layers, no taxes, no thread: a field, bare sqlite3 that
writes the rows the till writes, into the same tables with the same durability,
and a list that shows the lines as text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QLineEdit, QListView, QVBoxLayout, QWidget

from bench.goods import Good
from bench.wedge import Eye, scan

_PRODUCTS = """
CREATE TABLE product (code TEXT PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL)
  WITHOUT ROWID
"""
_CART = """
INSERT INTO cart (id, register_id, receipt_email, status, currency, discount_value, note,
  created_at, updated_at) SELECT :id, id, '', 'open', 'usd', 0, '', :at, :at FROM register
"""
_LINE = """
INSERT INTO cart_line (id, cart_id, position, variant_key, name, option_name, sku, barcode, kind,
  tracked, unit_minor, quantity_milli, tax_ids, discount_value, note)
VALUES (?, ?, ?, ?, ?, '', '', ?, 'goods', 0, ?, 1000, 'null', 0, '')
"""
_UNDO = "INSERT INTO cart_undo (cart_id, label, lines, header) VALUES (?, ?, '[]', ?)"
_HEADER = """{"customer_id": null, "receipt_email": "", "discount": null, "note": "",
 "touched": ["01a20370-0db4-746f-8d15-917ea0424a2f"]}"""
_AT = "2026-01-01 09:00:00.000000"


class Floor:
    """A window with a field and a list over ``till_db``, an empty till's file of its own."""

    def __init__(self, till_db: Path, products: Sequence[Good]) -> None:
        self._db = sqlite3.connect(till_db, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}").close()
        self._cart = uuid4().hex
        self._db.execute(_CART, {"id": self._cart, "at": _AT})
        self._products = sqlite3.connect(till_db.with_name("products.db"))
        self._products.execute(_PRODUCTS)
        rows = sorted((each.code, each.name, each.price_minor) for each in products)
        self._products.executemany("INSERT INTO product VALUES (?, ?, ?)", rows)
        self._products.commit()
        self.window, self._field, self._list = QWidget(), QLineEdit(), QListView()
        self._lines = QStringListModel()
        self._list.setModel(self._lines)
        self._lay_out()
        self._eye = Eye(self._list.viewport())

    def _lay_out(self) -> None:
        line = QVBoxLayout(self.window)
        line.addWidget(self._field)
        line.addWidget(self._list)
        self.window.resize(1366, 768)
        self._field.returnPressed.connect(self._entered)

    @property
    def lines(self) -> int:
        return self._lines.rowCount()

    def empty(self) -> None:
        """Begin a new cart."""
        self._db.execute("DELETE FROM cart_line")
        self._db.execute("DELETE FROM cart_undo")
        self._lines.setStringList([])

    def scan(self, code: str) -> None:
        """Scan a code and wait until its line is painted."""
        self._wanted = self.lines + 1
        scan(self.window.windowHandle(), code)
        self._eye.wait(self._is_shown)

    def close(self) -> None:
        self.window.close()
        self._db.close()
        self._products.close()

    def _is_shown(self) -> bool:
        return self.lines == self._wanted

    def _entered(self) -> None:
        code = self._field.text()
        self._field.clear()
        find = "SELECT name, price FROM product WHERE code = ?"
        name, price = self._products.execute(find, (code,)).fetchone()
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(_UNDO, (self._cart, f"Add {name}", _HEADER))
        line = (uuid4().hex, self._cart, self.lines + 1, f"code:{code}", name, code, price)
        self._db.execute(_LINE, line)
        self._db.execute("UPDATE cart SET updated_at = ? WHERE id = ?", (_AT, self._cart))
        self._db.execute("COMMIT")
        self._lines.setStringList([*self._lines.stringList(), f"{name}  {price / 100:.2f}"])
