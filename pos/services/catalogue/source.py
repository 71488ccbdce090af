"""An import file as text lines: plain or gzipped, UTF-8 or Windows-1252, a few lines in memory."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from pos.errors import CashierError

MAX_LINE = 256 * 1024
MAX_FIELD = 32 * 1024
MAX_RECORD_LINES = 400
_BLOCK = 256 * 1024
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_LOST = re.compile("[\udc80-\udcff]")  # bytes that Windows-1252 does not have
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class RowError(ValueError):
    """One row cannot be imported; the text says why, for the report."""


class LineSource:
    """Physical lines with their numbers; lines can be given back to be read again.

    Each line is decoded on its own, strict UTF-8 first and Windows-1252 when
    that fails, so that a few spoilt lines do not garble the others. ``foreign``
    counts the latter, ``accented`` the lines with UTF-8 beyond ASCII.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ahead = io.BytesIO()  # a block that was read in vain, to be read by lines
        self._returned: deque[str] = deque()
        self.number = 0
        self.pulled: list[str] = []
        self.accented = 0
        self.foreign: list[int] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.pulled) >= MAX_RECORD_LINES:
            raise RowError("a quotation mark is opened and not closed")
        line = self._returned.popleft() if self._returned else self._read()
        self.number += 1
        self.pulled.append(line)
        if "\0" in line:
            raise RowError("the row holds NUL bytes")
        if len(line) > MAX_LINE:
            raise RowError(f"the line is longer than {MAX_LINE} characters")
        if self.foreign and _LOST.search(line):
            raise RowError("the row is neither UTF-8 nor Windows-1252")
        return line

    def block(self) -> tuple[int, list[str]]:
        """Take many lines at once where that is safe: UTF-8, none too long, no NUL.

        Returns the number of the first line, and no lines where they have to
        be taken one by one. Records must begin with a line of their own.
        """
        if self._returned or self._ahead.tell() < len(self._ahead.getbuffer()):
            return self.number + 1, []
        raw = self._stream.read(_BLOCK)
        if raw and not raw.endswith(b"\n"):
            raw += self._stream.readline(MAX_LINE + 2)
        lines = _plain_lines(raw)
        first = self.number + 1
        if lines:
            self.number += len(lines)
            self.accented += not raw.isascii()
        self._ahead = io.BytesIO(b"" if lines else raw)
        return first, lines

    def give_back_block(self, lines: list[str]) -> None:
        """Read a block again, line by line."""
        self.number -= len(lines)
        self._returned.extend(lines)

    def begin(self) -> int:
        """Start a new record; return the number of its first line."""
        self.pulled.clear()
        return self.number + 1

    def give_back(self, keep: int = 0) -> None:
        """Read the record's lines again, all but the first ``keep``."""
        again = self.pulled[keep:]
        self._returned.extendleft(reversed(again))
        self.number -= len(again)
        del self.pulled[keep:]

    def _read(self) -> str:
        raw = self._readline(MAX_LINE + 2)
        if not raw:
            raise StopIteration
        if len(raw) > MAX_LINE and not raw.endswith(b"\n"):
            self._skip_to_line_end()
            return raw.decode("ascii", errors="replace")
        return self._decode(raw)

    def _skip_to_line_end(self) -> None:
        while (rest := self._readline(MAX_LINE)) and not rest.endswith(b"\n"):
            pass

    def _readline(self, limit: int) -> bytes:
        start = self._ahead.readline(limit)
        if start.endswith(b"\n") or len(start) == limit:
            return start
        return start + self._stream.readline(limit - len(start))

    def _decode(self, raw: bytes) -> str:
        if raw.isascii():
            return raw.decode("ascii")
        if self.number == 0:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        try:
            line = raw.decode("utf-8")
            self.accented += not raw.isascii()
        except UnicodeDecodeError:
            line = raw.decode("cp1252", errors="surrogateescape")
            self.foreign.append(self.number + 1)
        return line


def _plain_lines(raw: bytes) -> list[str]:
    """Decode and split a block, or return nothing if it holds what needs a closer look."""
    if b"\0" in raw:
        return []
    try:
        lines = list(io.StringIO(raw.decode("utf-8"), newline="\n"))
    except UnicodeDecodeError:
        return []
    return lines if max(map(len, lines), default=0) <= MAX_FIELD else []


class CountedFile:
    """An open import file, and how much of it has been read, in bytes as stored."""

    def __init__(self, raw: BinaryIO, lines: LineSource) -> None:
        self._raw = raw
        self.lines = lines
        self.total = os.fstat(raw.fileno()).st_size

    def position(self) -> int:
        return min(self._raw.tell(), self.total)


@contextmanager
def open_source(path: Path) -> Iterator[CountedFile]:
    """Open a file for import; raises `CashierError` for what is no text file or cannot be read."""
    try:
        with path.open("rb") as raw:
            yield CountedFile(raw, LineSource(_text_stream(raw)))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CashierError(
            "import_damaged",
            f"{path.name} is damaged: it ends too early or does not unpack",
            "Nothing was changed. Copy or download the file again.",
        ) from error
    except OSError as error:
        raise CashierError(
            "import_unreadable",
            f"{path.name} cannot be read: {error.strerror or error}",
            "Nothing was changed. Check the path, or copy the file to this computer.",
        ) from error


def _text_stream(raw: BinaryIO) -> BinaryIO:
    head = raw.read(4)
    raw.seek(0)
    if head.startswith(_ZIP):
        raise _not_text("a spreadsheet or an archive")
    if head.startswith(_UTF16):
        raise _not_text("UTF-16 text")
    if head.startswith(_GZIP):
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    return raw


def _not_text(what: str) -> CashierError:
    return CashierError(
        "import_not_text",
        f"The file is {what}, not CSV text",
        "Save it as CSV in UTF-8 and import that.",
    )
