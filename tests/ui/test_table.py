"""A long table read anew keeps what was chosen, wherever it stands."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos.ui.models.windowed import FIRST, PAGE
from pos.ui.widgets.table import Col, Table

LONG = 3 * PAGE


@dataclass(frozen=True)
class Row:
    id: str


def rows(count=LONG, newer=0):
    return [Row(f"new{n}") for n in range(newer)] + [Row(f"row{n}") for n in range(count)]


@pytest.fixture
def table(qtbot, calls):
    made = Table(calls, [Col("Id", lambda row: row.id)], "Rows")
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show()
    show(qtbot, made, rows())
    return made


def show(qtbot, table, listed):
    with qtbot.waitSignal(table.rows.ready):
        table.rows.show_source(lambda: len(listed), lambda at, n: listed[at : at + n])


def choose(qtbot, table, at):
    table.choose(at)
    qtbot.waitUntil(lambda: table.current is not None)


@pytest.mark.parametrize("at", [0, FIRST - 1, FIRST, PAGE - 1, PAGE, LONG - 1])
def test_the_choice_stays_on_its_row_when_newer_ones_come(qtbot, table, at):
    choose(qtbot, table, at)
    show(qtbot, table, rows(newer=2))
    assert table.current == Row(f"row{at}")
    assert table.currentIndex().row() == at + 2
    show(qtbot, table, rows())
    assert table.current == Row(f"row{at}")


def test_the_first_is_chosen_where_the_choice_is_gone(qtbot, table):
    choose(qtbot, table, LONG - 1)
    show(qtbot, table, [Row("other"), Row("last")])
    assert table.current == Row("other")


def test_a_row_chosen_before_it_was_read_is_told_once_it_is(qtbot, table):
    told = []
    table.chosen.connect(told.append)
    QTest.keyClick(table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert told == [None]
    qtbot.waitUntil(lambda: len(told) > 1)
    assert told == [None, Row(f"row{LONG - 1}")]


def test_a_row_chosen_before_it_was_read_stays_where_it_is(qtbot, table):
    """The list read anew answers first: who was chosen is not known by then."""
    listed = rows()
    table.rows.show_source(lambda: len(listed), lambda at, n: listed[at : at + n])
    table.choose(LONG - 1)
    with qtbot.waitSignal(table.rows.ready):
        assert table.current is None
    qtbot.waitUntil(lambda: table.current is not None)
    assert table.current == Row(f"row{LONG - 1}")


def test_a_narrow_table_leaves_out_the_same_columns_at_every_resize(qtbot, calls):
    def text(_row):
        return ""

    cols = [Col("Id", text), Col("Most", text, 100, spare=2), Col("Least", text, 200, spare=1)]
    made = Table(calls, cols, "Rows")
    qtbot.addWidget(made)
    made.show()
    seen = {500: [], 300: [], 200: []}
    for width in [500, 501, 300, 301, 300, 301, 200, 201, 200, 300, 500]:
        made.resize(width, 300)
        seen[width // 100 * 100].append([made.isColumnHidden(at) for at in range(3)])
    assert seen[500] == [[False, False, False]] * 3
    assert seen[300] == [[False, False, True]] * 5
    assert seen[200] == [[False, True, True]] * 3
