"""Product names in words as uneven as those of a real catalogue, the same at every run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from bench.goods import ean

_STARTS = ("b", "br", "c", "ch", "d", "f", "fr", "g", "k", "l", "m", "n", "p", "pr", "s", "t", "v")
_VOWELS = ("a", "e", "i", "o", "u", "é", "ai", "ou")
_ENDS = ("", "", "l", "n", "r", "s", "t")
_WORDS = 50_000
"""So many words of two letters and more does a catalogue of this size use more than once."""


class Names:
    """Makes names; the n-th most usual word comes 1/n as often as the first (Zipf)."""

    def __init__(self, seed: int = 1) -> None:
        self._dice = random.Random(seed)  # noqa: S311  made-up names, nothing secret
        self.words = list(dict.fromkeys(self._word() for _ in range(_WORDS)))
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))

    def name(self) -> str:
        """Make a name of two to seven words."""
        chosen = self._dice.choices(
            self.words, cum_weights=self._weights, k=self._dice.randint(2, 7)
        )
        return " ".join(chosen).capitalize()

    def _word(self) -> str:
        draw = self._dice.choice
        return "".join(
            draw(_STARTS) + draw(_VOWELS) + draw(_ENDS) for _ in range(self._dice.randint(1, 4))
        )


def rows(count: int) -> Iterator[tuple[str, str, str]]:
    """Yield code, name and price of ``count`` products."""
    names = Names()
    for number in range(1, count + 1):
        yield ean(number), names.name(), f"{1 + number * 7 % 99}.{number % 100:02d}"


def write_csv(path: Path, count: int) -> Path:
    """Write a file to import; returns its path."""
    with path.open("w", encoding="utf-8") as file:
        file.write("barcode,name,price\n")
        file.writelines(f"{code},{name},{price}\n" for code, name, price in rows(count))
    return path
