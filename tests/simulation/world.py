"""Time, chance and history: the three things every model shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import TypeVar

T = TypeVar("T")
DAWN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Crash(BaseException):
    """The power is gone at this very point; only what was committed is left."""


@dataclass(slots=True)
class Universe:
    """True time, one stream of chance, and what happened, in order.

    ``hazard`` is the chance that a call goes wrong; ``calm`` ends all faults.
    """

    seed: int
    rng: Random = field(init=False)
    now: datetime = DAWN
    hazard: float = 0.0
    crash_hazard: float = 0.0
    calm: bool = False
    story: list[str] = field(default_factory=list)
    telling: bool = False
    _later: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)  # noqa: S311  a schedule, no secret

    def chance(self, probability: float) -> bool:
        """Draw, unless all is calm."""
        return not self.calm and self.rng.random() < probability

    def wrong(self) -> bool:
        """Tell whether the next call goes wrong."""
        return self.chance(self.hazard)

    def power_cut(self) -> None:
        """Maybe crash here."""
        if self.chance(self.crash_hazard):
            raise Crash

    def at(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something later, in true time."""
        heappush(self._later, (self.now + timedelta(seconds=seconds), next(self._order), do))

    def advance(self, seconds: float) -> None:
        """Let time pass; what was due happens in its order."""
        until = self.now + timedelta(seconds=seconds)
        while self._later and self._later[0][0] <= until:
            self.now, _, do = heappop(self._later)
            do()
        self.now = max(self.now, until)

    def tell(self, who: str, what: str, **facts: object) -> None:
        """Write a line of the story; the checker reads models, people read this."""
        if self.telling:
            said = " ".join(f"{name}={self.name(value)}" for name, value in facts.items())
            self.story.append(f"{self.now:%d %H:%M:%S} {who:<9} {what} {said}".rstrip())

    def name(self, value: object) -> str:
        """Give an id a short name, the same in every replay of a seed."""
        text = str(value)
        if len(text) == 36 and text.count("-") == 4:
            text = self._names.setdefault(text, f"#{len(self._names) + 1}")
        return text


def some_of(rng: Random, kinds: Sequence[T]) -> tuple[T, ...]:
    """Draw the kinds of trouble of this run: a few kinds meet each other more often than all."""
    if rng.random() < 0.3:
        return tuple(kinds)
    return tuple(rng.choice(kinds) for _ in range(rng.randrange(1, 4)))
