"""One property, driven by hypothesis or, where it is there, by atheris.

A property is written once: ``strategy`` makes its input, ``open`` gives the
function that looks at it and raises when it finds something. Hypothesis
chooses at random and shrinks what it finds; atheris watches which lines of
pos/ an input reaches and looks for new ones.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from pos.errors import CashierError

_LONGEST_MESSAGE = 1000
Check = Callable[[Any], object]
_SLOWEST = 10.0
"""Seconds that one input may take: a text that hangs the till is a finding."""


@dataclass(frozen=True, slots=True)
class Raw:
    """How atheris drives a target: bytes to input, where it begins, and how many inputs."""

    made: Callable[[bytes], Any]
    corpus: tuple[bytes, ...]
    runs: int


@dataclass(frozen=True, slots=True)
class Target:
    """``runs`` is how many inputs the whole proof gives it; ``raw`` makes one of atheris' bytes."""

    what: str
    strategy: SearchStrategy[Any]
    open: Callable[[Path], AbstractContextManager[Check]]
    runs: int
    raw: Raw | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many inputs were looked at, in how many seconds, and what was found."""

    inputs: int
    seconds: float
    found: str = ""


def text_of(raw: bytes) -> str:
    """Return any bytes as a text, half surrogate pairs among them."""
    return raw.decode("utf-8", "surrogateescape")


def stateless(check: Check) -> Callable[[Path], AbstractContextManager[Check]]:
    """Wrap a check that needs no place on disk."""

    @contextmanager
    def opened(_: Path):
        yield check

    return opened


def in_words(error: CashierError) -> None:
    """Check that a refusal says what happened and what to do, under a code, on one screen."""
    assert error.code.isidentifier(), error.code
    assert error.message.strip()
    assert error.remedy.strip(), error.code
    assert len(error.message) < _LONGEST_MESSAGE, error.message


class _Timed:
    def __init__(self, check: Check) -> None:
        self._check = check
        self.inputs = 0
        self.bad = ""  # the newest that failed: in the end hypothesis tries the smallest again

    def __call__(self, value: Any) -> None:
        self.inputs += 1
        started = time.process_time()
        try:
            self._check(value)
            took = time.process_time() - started
            assert took < _SLOWEST, f"one input took {took:.1f} s"
        except Exception:
            self.bad = repr(value)[:4000]
            raise


def property_of(target: Target, check: Check, runs: int, number: int) -> Callable[[], None]:
    """Return the property as a test of hypothesis; the same number gives the same inputs."""

    @seed(number)
    @settings(
        max_examples=runs,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.target, Phase.shrink),
    )
    @given(target.strategy)
    def holds(value: Any) -> None:
        check(value)

    return holds


def explore(target: Target, runs: int, number: int, work: Path) -> Outcome:
    """Look at ``runs`` inputs; a finding comes back shrunk, with the input that shows it."""
    started = time.monotonic()
    with target.open(work) as check:
        timed = _Timed(check)
        found = ""
        try:
            property_of(target, timed, runs, number)()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the finding
            lines = traceback.format_exception(error)[-12:]
            found = f"{''.join(lines)}\nwith {timed.bad}"
    return Outcome(timed.inputs, time.monotonic() - started, found)
