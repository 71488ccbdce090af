"""Playing seeds against a mutant until a promise breaks, and many mutants on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from random import Random
from statistics import median

from tests.simulation.many import hurry
from tests.simulation.mutants.catalogue import MUTANTS
from tests.simulation.mutants.engine import UnfitError, applied
from tests.simulation.run import simulate

BOUND = 20_000
"""Runs after which a mutant counts as a survivor."""
_NAME = 12  # letters of a promise's name, as in "I3b" or "case 41"

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kill:
    """How a hunt ended; ``promise`` is empty for a survivor, ``error`` when it only fell over."""

    names: Names
    first: int
    runs: int
    promise: str = ""
    error: bool = False

    @property
    def killed(self) -> bool:
        return bool(self.promise)


@dataclass(frozen=True, slots=True)
class Row:
    """All hunts of one mutant, or of one pair."""

    names: Names
    kills: tuple[Kill, ...]

    @property
    def equivalent(self) -> str:
        """Return the argument, when nothing in it can be killed."""
        arguments = [MUTANTS[name].equivalent for name in self.names]
        return " ".join(arguments) if all(arguments) else ""

    @property
    def killed(self) -> bool:
        return all(kill.killed for kill in self.kills)

    @property
    def as_told(self) -> bool:
        """Killed, or a survivor that was documented as equivalent."""
        alive = not any(kill.killed for kill in self.kills)
        return alive if self.equivalent else self.killed

    @property
    def runs(self) -> float:
        return median(kill.runs for kill in self.kills)

    @property
    def promises(self) -> str:
        """Name the promises that broke, most telling first."""
        found = {kill.promise.split(":")[0][:_NAME]: kill.error for kill in self.kills}
        return ", ".join(sorted(found, key=lambda name: (found[name], name)))


def hunt(names: Names, first: int, bound: int = BOUND) -> Kill:
    """Play seeds from ``first`` on until a promise breaks; an unexpected error counts apart."""
    with applied(*(MUTANTS[name] for name in names)):
        for seed in range(first, first + bound):
            try:
                broken, error = simulate(seed).broken, False
            except Exception as raised:  # noqa: BLE001  a mutant may raise anything
                broken, error = f"{type(raised).__name__}: {raised}", True
            if broken:
                return Kill(names, first, seed - first + 1, broken, error)
    return Kill(names, first, bound)


def hunt_all(
    wanted: Sequence[Names],
    offsets: Sequence[int],
    bound: int = BOUND,
    progress: Callable[[int, int], object] = lambda _done, _of: None,
) -> list[Row]:
    """Hunt every one of them from every offset; the outcome does not depend on the cores."""
    tasks = [(names, first) for names in wanted for first in offsets]
    found: dict[tuple[Names, int], Kill] = {}
    with ProcessPoolExecutor(max_workers=os.cpu_count(), initializer=hurry) as pool:
        waiting = [pool.submit(hunt, names, first, _bound(names, bound)) for names, first in tasks]
        for done in as_completed(waiting):
            kill = done.result()
            found[kill.names, kill.first] = kill
            progress(len(found), len(tasks))
    return [Row(names, tuple(found[names, first] for first in offsets)) for names in wanted]


def _bound(names: Names, bound: int) -> int:
    """Give an equivalent mutant a share: it is played to notice when it is not one any more."""
    return bound // 20 if all(MUTANTS[name].equivalent for name in names) else bound


def pairs(count: int, seed: int) -> list[Names]:
    """Draw pairs of mutants that can be applied at once and are not both equivalent."""
    return [names for names, _ in zip(_pairs(Random(seed)), range(count), strict=False)]  # noqa: S311  a sample


def _pairs(rng: Random) -> Iterator[Names]:
    seen: set[Names] = set()
    while True:
        names = tuple(sorted(rng.sample(sorted(MUTANTS), 2)))
        if names not in seen and _fit(names):
            yield names
        seen.add(names)


def _fit(names: Names) -> bool:
    if all(MUTANTS[name].equivalent for name in names):
        return False
    try:
        with applied(*(MUTANTS[name] for name in names)):
            return True
    except UnfitError:
        return False
