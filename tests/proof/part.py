"""What one part of the proof measured, ready for docs/PROOF.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: what was claimed, what was measured, and whether it holds."""

    what: str
    measured: str
    goal: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The outcome of a part; ``seeds`` let anyone repeat it, ``notes`` say what is not shown."""

    title: str
    figures: tuple[Figure, ...]
    seeds: str = ""
    notes: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = field(default=())  # first row is the heading

    @property
    def holds(self) -> bool:
        return all(figure.holds for figure in self.figures)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is run: ``share`` 1.0 is the whole proof, tests run a slice; ``work`` is scratch."""

    work: Path
    share: float = 1.0
    seed: int = 1
    progress: Callable[[str], object] = print

    def count(self, whole: int, least: int = 1) -> int:
        """Return this scale's share of a number of runs."""
        return max(least, int(whole * self.share))
