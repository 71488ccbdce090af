"""The least a till could do with a scan: look the code up, commit a line, repaint a list.

No scanner's filter, no layers, no taxes, no undo, no thread: a field, bare
sqlite3 with the same durability, and a list that shows the rows as text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QLineEdit, QListView, QVBoxLayout, QWidget

from bench.goods import Good
from bench.wedge import Eye, scan

_SCHEMA = """
CREATE TABLE product (code TEXT PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE line (id INTEGER PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL,
  price INTEGER NOT NULL, quantity INTEGER NOT NULL);
"""


class Floor:
    """A window with a field and a list, on a database of its own."""

    def __init__(self, file: Path, products: Sequence[Good]) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        rows = [(each.code, each.name, each.price_minor) for each in products]
        self._db.executemany("INSERT INTO product VALUES (?, ?, ?)", rows)
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
        self._db.execute("DELETE FROM line")
        self._lines.setStringList([])

    def scan(self, code: str) -> None:
        """Scan a code and wait until its line is painted."""
        self._wanted = self.lines + 1
        scan(self.window.windowHandle(), code)
        self._eye.wait(self._is_shown)

    def close(self) -> None:
        self.window.close()
        self._db.close()

    def _is_shown(self) -> bool:
        return self.lines == self._wanted

    def _entered(self) -> None:
        code = self._field.text()
        self._field.clear()
        find = "SELECT name, price FROM product WHERE code = ?"
        name, price = self._db.execute(find, (code,)).fetchone()
        self._db.execute("BEGIN IMMEDIATE")
        add = "INSERT INTO line (code, name, price, quantity) VALUES (?, ?, ?, 1000)"
        self._db.execute(add, (code, name, price))
        self._db.execute("COMMIT")
        self._lines.setStringList([*self._lines.stringList(), f"{name}  {price / 100:.2f}"])
