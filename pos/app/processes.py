"""The demo's helpers, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from pos.config import own_command
from pos.errors import CashierError

WITHOUT_CONSOLE: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""Windows would open a black window for a program with standard streams; 0 elsewhere."""
_LONGEST_END = 5


class Process:
    """One verb of this program; ``url`` is where it listens, once it said so."""

    def __init__(self, words: list[str], *, announces: bool = False) -> None:
        self._words = words
        self._announces = announces
        self._child: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        """Start it; raises `CashierError` when it ends instead of listening."""
        self._child = subprocess.Popen(  # noqa: S603  our own program, our own words
            own_command(*self._words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if self._announces else subprocess.DEVNULL,
            text=True,
            creationflags=WITHOUT_CONSOLE,
        )
        if self._child.stdout is not None:
            self.url = self._said_by(self._child.stdout)

    def stop(self) -> None:
        """Ask it to end, then make it."""
        child, self._child = self._child, None
        if child is None:
            return
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(_LONGEST_END)
        if child.poll() is None:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._child is not None:
            self._child.kill()
            self.stop()

    def _said_by(self, stdout: IO[str]) -> str:
        try:
            return str(json.loads(stdout.readline())["url"])
        except (ValueError, KeyError) as error:
            raise CashierError(
                "demo_not_started",
                f"The demo's {self._words[0]} did not start.",
                "Run the command once more; its own message stands above.",
            ) from error


class Elsewhere(Process):
    """What somebody else has started and will stop; it listens at ``url``."""

    def __init__(self, url: str) -> None:
        super().__init__([])
        self.url = url

    def start(self) -> None:
        """Do nothing: it runs."""


def announced(words: list[str]) -> Process:
    """Make a process that prints where it listens."""
    return Process(words, announces=True)


@contextmanager
def running(process: Process) -> Iterator[Process]:
    """Start a process and stop it afterwards."""
    process.start()
    try:
        yield process
    finally:
        process.stop()
