"""What sells is counted from the lines sold lately."""

from __future__ import annotations

from dataclasses import replace

from pos.services.popularity import sold_lately
from tests.support.orders import MAT, TEA, add_order


def test_each_line_counts_once_whatever_its_quantity(db, clock):
    tea, mat = replace(TEA, key="tea"), replace(MAT, key="mat")
    assert sold_lately(db) == []
    add_order(db, clock, items=(tea, mat))
    add_order(db, clock, items=(tea,))
    assert dict(sold_lately(db)) == {"tea": 2, "mat": 1}


def test_only_the_latest_lines_count(db, clock, monkeypatch):
    monkeypatch.setattr("pos.services.popularity._LATELY", 2)
    for key in ("old", "new", "newer"):
        add_order(db, clock, items=(replace(TEA, key=key),))
    assert dict(sold_lately(db)) == {"new": 1, "newer": 1}
