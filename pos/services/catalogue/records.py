"""CSV records out of lines; a bad one costs only itself."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from pos.services.catalogue.source import LineSource, RowError

MAX_FIELD = 32 * 1024
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Record:
    """A row: where it begins, its fields or else the reason why it has none, its first line."""

    line: int
    fields: list[str]
    reason: str
    excerpt: str


def read_records(lines: LineSource) -> Iterator[Record]:
    """Yield all rows but empty ones, the header first.

    A stray quotation mark would swallow what follows it: after an error only
    the first line is given up, and the next one is read as a row of its own.
    """
    reader = csv.reader(lines, strict=True, delimiter=_delimiter(lines))
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
