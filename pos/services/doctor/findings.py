"""The checks by name, and what one of them found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Lock


class Check(StrEnum):
    """One thing that is looked at."""

    SETTINGS = "settings_file"
    FOLDER = "data_folder"
    SPACE = "disk_space"
    DATABASE = "database"
    JOURNAL = "journal"
    TOTALS = "running_totals"
    BACKUP = "backup"
    KEYRING = "keyring"
    CLOCK = "clock"
    READER = "reader"
    BACKEND = "backend"
    OUTBOX = "outbox"
    VERSIONS = "versions"


CHECKS = tuple(Check)
"""In the order in which they are made: what the others stand on first."""


class Trouble(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    NOT_SET_UP = "not_set_up"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, in plain words, and one sentence on what to do.

    ``found`` may name this computer's folders, addresses and devices;
    ``told`` is the same for support, without them, where that differs.
    ``code`` is stable, for support as well.
    """

    check: Check
    state: Trouble
    found: str
    remedy: str = ""
    code: str = ""
    told: str = ""

    @property
    def for_support(self) -> str:
        """What may leave this computer."""
        return self.told or self.found


def worst(findings: Iterable[Finding]) -> Trouble:
    """Return the worst state among them; what is not set up is no trouble."""
    states = {finding.state for finding in findings}
    return next((one for one in (Trouble.BAD, Trouble.WARN) if one in states), Trouble.OK)


class Stop:
    """Ends one check from another thread: whoever waits outside is told to hang up."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ended = Event()
        self._acts: list[Callable[[], object]] = []

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def end(self) -> None:
        """Stop the check; from any thread, at any time, more than once."""
        with self._lock:
            self._ended.set()
            acts = list(self._acts)
        for act in acts:
            act()

    @contextmanager
    def calling(self, act: Callable[[], object]) -> Iterator[None]:
        """Call ``act`` when the check is ended while the block runs, or was before."""
        with self._lock:
            self._acts.append(act)
        try:
            if self.ended:
                act()
            yield
        finally:
            with self._lock, suppress(ValueError):
                self._acts.remove(act)
