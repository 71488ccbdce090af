"""CSV records: the numbers of their lines, and recovery after any damage."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from pos.services.catalogue.records import read_records
from pos.services.catalogue.source import MAX_RECORD_LINES, LineSource

cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)
rows = st.lists(st.lists(cells, min_size=2, max_size=4), max_size=12)


def read(data):
    return list(read_records(LineSource(io.BytesIO(data))))


@given(rows)
def test_what_csv_wrote_is_read_back_with_its_line_numbers(table):
    text, lines = io.StringIO(newline=""), []
    writer = csv.writer(text, lineterminator="\n")
    for row in [["a", "b"], *table]:
        lines.append(text.getvalue().count("\n") + 1)
        writer.writerow(row)
    found = read(text.getvalue().encode())
    expected = [(n, row) for n, row in zip(lines, [["a", "b"], *table], strict=True) if any(row)]
    assert [(record.line, record.fields) for record in found] == expected


@given(st.binary(max_size=400))
def test_any_bytes_end_in_rows_or_reasons(data):
    for record in read(b"a,b\n" + data):
        assert bool(record.fields) != bool(record.reason)
        assert 1 <= record.line <= data.count(b"\n") + 2


def test_a_quote_that_never_closes_costs_one_line_wherever_the_file_ends():
    for after in (0, 1, MAX_RECORD_LINES - 1, MAX_RECORD_LINES, 3 * MAX_RECORD_LINES):
        found = read(b'a,b\n1,"x\n' + b"2,y\n" * after)
        assert [record.line for record in found if record.reason] == [2]
        assert [record.line for record in found if record.fields] == [1, *range(3, after + 3)]


def test_quotes_inside_unquoted_cells_are_text():
    assert read(b'a,b\n5" pipe,6" pipe\n')[1].fields == ['5" pipe', '6" pipe']


def test_the_last_line_needs_no_end():
    assert read(b"a,b\n1,2")[1].fields == ["1", "2"]


def test_tabs_and_semicolons():
    for mark in (";", "\t"):
        assert read(f"a{mark}b\n1,5{mark}2\n".encode())[1].fields == ["1,5", "2"]
