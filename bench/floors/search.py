"""The least a till could do with what is typed: one full-text query, and a list of what it found.

Bare sqlite3, one table of code, name and price with an index like the till's; no categories,
variants, stock, codes in other lengths, counting, threads or tiles.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QListView

from bench.floors.load import load_single
from bench.wedge import Eye

ROWS = 30
_FIND = f"""SELECT p.id, p.name, p.price FROM product_search s JOIN product p ON p.id = s.rowid
WHERE product_search MATCH ? ORDER BY s.rowid LIMIT {ROWS}"""  # noqa: S608 - a constant


class Floor:
    """A list in a window of its own, over a file of its own."""

    def __init__(self, source: Path, target: Path) -> None:
        load_single(source, target)
        self._db = sqlite3.connect(target, isolation_level=None)
        self.window, self._lines = QListView(), QStringListModel()
        self.window.setModel(self._lines)
        self.window.resize(1366, 768)
        self.window.show()
        self._eye = Eye(self.window.viewport())

    def query(self, text: str) -> list[tuple[int, str, int]]:
        """Find the first rows that hold all words, the last one as a beginning."""
        match = " ".join(f'"{word}"' for word in text.split()) + "*"
        return self._db.execute(_FIND, (match,)).fetchall()

    def find(self, text: str) -> None:
        """Show what is found; return when it is painted."""
        rows = self.query(text)
        self._lines.setStringList([f"{name}  {price / 100:.2f}" for _, name, price in rows])
        self.window.viewport().update()
        self._eye.wait(self._shown)

    def close(self) -> None:
        self.window.close()
        self._db.close()

    def _shown(self) -> bool:
        return True
