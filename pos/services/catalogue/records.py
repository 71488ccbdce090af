"""CSV records out of lines; a bad one costs only itself."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice, repeat
from typing import NamedTuple

from pos.services.catalogue.source import MAX_FIELD, LineSource, RowError

_DELIMITERS = ",;\t"
_FEW = 4_000


class Record(NamedTuple):
    """A row: where it begins, its fields or else the reason why it has none, its first line."""

    line: int
    fields: list[str]
    reason: str
    excerpt: str


def read_records(lines: LineSource) -> Iterator[Record]:
    """Yield all rows but empty ones, the header first."""
    for batch in read_batches(lines):
        yield from batch


def read_batches(lines: LineSource) -> Iterator[list[Record]]:
    """Yield the rows some thousands at a time, the header alone before them.

    A block of lines that are a row each is parsed at once; any other goes
    line by line.
    """
    delimiter = _delimiter(lines)
    one_by_one = _one_by_one(lines, delimiter)
    batch = list(islice(one_by_one, 1))
    while batch:
        yield batch
        first, block = lines.block()
        rows = _at_once(block, delimiter)
        if rows:
            numbers = range(first, first + len(rows))
            made = map(Record, numbers, rows, repeat(""), block)
            batch = [record for record in made if any(record[1])]
        else:
            lines.give_back_block(block)
        if not rows or not batch:
            batch = list(islice(one_by_one, _FEW))


def _at_once(block: list[str], delimiter: str) -> list[list[str]]:
    """Parse lines that are a row each; none if a row is bad or longer than its line."""
    try:
        rows = list(csv.reader(block, strict=True, delimiter=delimiter))
    except csv.Error:
        return []
    return rows if len(rows) == len(block) else []


def _one_by_one(lines: LineSource, delimiter: str) -> Iterator[Record]:
    """Yield records with their own lines.

    A stray quotation mark would swallow what follows it: after an error only
    the first line is given up, and the next one is read as a row of its own.
    """
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    while True:
        start = lines.begin()
        try:
            fields = _sized(next(reader))
        except StopIteration:
            return
        except (csv.Error, RowError) as error:
            lines.give_back(keep=1)
            yield Record(start, [], _plain(error), lines.pulled[0])
            continue
        if any(fields):
            yield Record(start, fields, "", lines.pulled[0])


def _delimiter(lines: LineSource) -> str:
    """Take the separator that the header uses most: spreadsheets in Europe write semicolons."""
    lines.begin()
    try:
        header = next(lines)
    except (StopIteration, RowError):
        header = ""
    lines.give_back()
    return max(_DELIMITERS, key=header.count)


def _sized(fields: list[str]) -> list[str]:
    if any(len(field) > MAX_FIELD for field in fields):
        raise RowError(f"a field is longer than {MAX_FIELD} characters")
    return fields


_SAID = {
    "unexpected end of data": "a quotation mark is opened and not closed",
    "field larger than field limit": "a field is too long",
    "new-line character seen": "the row holds a carriage return outside quotation marks",
    "expected after": "text follows a closing quotation mark",
}


def _plain(error: Exception) -> str:
    text = str(error)
    return next((said for raw, said in _SAID.items() if raw in text), text)
