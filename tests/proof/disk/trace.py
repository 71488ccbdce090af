"""What the disk was told, and every state in which a power cut may leave it.

What was written before the last sync of a file is there. Each later write is
there, missing, or there in part, in units of a sector and in any order.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

SECTOR = 512
WRITE, TRUNCATE, SYNC, UNLINK, MARK = 1, 2, 3, 4, 5
_TOLD = frozenset({"till.db", "till.db-wal", "till.mark.new"})
_HEAD = struct.Struct("<IIQQ")


@dataclass(frozen=True, slots=True)
class Op:
    """One call, or a mark: then ``data`` is what was said."""

    what: int
    name: str
    at: int
    data: bytes = b""


def read(path: Path) -> list[Op]:
    """Read a trace; only what concerns till.db, its log and how far it has come, and the marks."""
    raw = path.read_bytes()
    return [op for op in _ops(raw) if op.what == MARK or op.name in _TOLD]


def _ops(raw: bytes) -> Iterator[Op]:
    place = 0
    while place < len(raw):
        what, name, at, size = _HEAD.unpack_from(raw, place)
        place += _HEAD.size
        path = raw[place : place + name].decode()
        place += name
        data = raw[place : place + size] if what in {WRITE, MARK} else b""
        place += len(data)
        yield Op(what, Path(path).name, at, data)


@dataclass
class File:
    """One file: what is safe, what was told since, and what it was before it was deleted."""

    safe: bytearray | None = None
    pending: list[Op] = field(default_factory=list)
    before: File | None = None

    def take(self, op: Op) -> None:
        """Be told one thing."""
        if op.what == SYNC:
            for each in self.pending:
                self.safe = _applied(self.safe, each)
            self.pending, self.before = [], None
        elif op.what == UNLINK:
            self.before = File(self.safe, self.pending)
            self.safe, self.pending = None, []
        else:
            self.pending.append(op)

    def after_a_cut(self, rng: random.Random) -> bytearray | None:
        """Return one of the contents that the file may have now; None: it is not there."""
        if self.before is not None and rng.random() < 0.5:  # the deletion did not last
            return self.before.after_a_cut(rng)
        content = None if self.safe is None else bytearray(self.safe)
        for op in _survivors(self.pending, rng):
            content = _applied(content, op)
        return content


def _applied(content: bytearray | None, op: Op) -> bytearray:
    content = bytearray() if content is None else content
    end = op.at if op.what == TRUNCATE else op.at + len(op.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if op.what == TRUNCATE:
        del content[op.at :]
    else:
        content[op.at : end] = op.data
    return content


def _survivors(pending: list[Op], rng: random.Random) -> Iterator[Op]:
    """Choose what came through: all, a beginning, single writes, or single sectors."""
    way, last = rng.randrange(6), rng.randint(0, len(pending))
    for number, op in enumerate(pending):
        if way == 0 or (way == 1 and number < last) or (way == 2 and number == last - 1):
            yield op
        elif way in {1, 3} and number == last:
            yield from _torn(op, rng, 0.5)
        elif way == 4 and rng.random() < 0.5:
            yield op
        elif way == 5:
            yield from _torn(op, rng, rng.choice((0.1, 0.5, 0.9)))


def _torn(op: Op, rng: random.Random, chance: float) -> Iterator[Op]:
    if op.what != WRITE:
        if rng.random() < chance:
            yield op
        return
    edges = [op.at, *range(op.at - op.at % SECTOR + SECTOR, op.at + len(op.data), SECTOR)]
    edges.append(op.at + len(op.data))
    for start, end in pairwise(edges):
        if rng.random() < chance:
            yield Op(WRITE, op.name, start, op.data[start - op.at : end - op.at])


@dataclass
class Disk:
    """till.db and its log while a trace is played."""

    db: File
    wal: File
    acknowledged: list[str] = field(default_factory=list)
    how_far: bytes = b""
    """The newest till.mark: no sync, but no cut is obliged to take it away either."""

    def take(self, op: Op) -> None:
        """Be told one thing; a mark is an acknowledgement."""
        if op.what == MARK:
            self.acknowledged.append(op.data.decode())
        elif op.name == "till.mark.new":
            self.how_far = op.data if op.what == WRITE else self.how_far
        else:
            (self.db if op.name == "till.db" else self.wal).take(op)
