"""A receipt as plain text of fixed width, for a printer's own font, a mail or a test."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from pos.services.receipts.document import Receipt
from pos.services.receipts.layout import Bars, Block, Centre, Gap, Row, Rule, blocks

COLUMNS = (32, 42, 48)
"""What printers have: 58 mm paper, and 80 mm paper in two fonts."""

_LEAST_LEFT = 8


def render(receipt: Receipt, columns: int = 42) -> str:
    """Return lines of at most ``columns`` cells, each ended by a newline.

    A wide character (CJK) takes two cells. The barcode is left out; the
    number stands in its place.
    """
    lines = [line for block in blocks(receipt) for line in _lines(block, columns)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def width(text: str) -> int:
    """Return how many cells a text takes."""
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) == "Me":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _lines(block: Block, columns: int) -> Iterator[str]:
    if isinstance(block, Row):
        yield from _row(block, columns)
    elif isinstance(block, Centre):
        yield from (" " * ((columns - width(it)) // 2) + it for it in wrap(block.text, columns))
    elif isinstance(block, Rule):
        yield "-" * columns
    elif isinstance(block, Gap):
        yield ""
    elif isinstance(block, Bars):
        return


def _row(row: Row, columns: int) -> Iterator[str]:
    """Put the figure beside the first line, or below when there is no room for both."""
    room = columns - row.indent
    space = room - width(row.right) - 1
    if not row.right or space < _LEAST_LEFT:
        yield from (" " * row.indent + line for line in wrap(row.left, room))
        yield from (" " * (columns - width(line)) + line for line in wrap(row.right, columns))
        return
    first, *others = wrap(row.left, space) or [""]
    gap = columns - row.indent - width(first) - width(row.right)
    yield " " * row.indent + first + " " * gap + row.right
    yield from (" " * row.indent + line for line in others)


def wrap(text: str, columns: int) -> list[str]:
    """Break at blanks, and inside a word that is wider than a line."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(lines[-1]) + 1 + width(word) <= columns:
            lines[-1] += f" {word}"
        else:
            lines += _pieces(word, columns)
    return lines


def _pieces(word: str, columns: int) -> list[str]:
    pieces: list[str] = []
    for char in word:
        if not pieces or width(pieces[-1]) + _cells(char) > columns:
            pieces.append("")
        pieces[-1] += char
    return pieces
