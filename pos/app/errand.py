"""A piece of work handed to a thread that has another job, by somebody who waits for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from typing import Generic, TypeVar

T = TypeVar("T")


class Errand(Generic[T]):
    """Done at most once; given up by whoever waits, it is not begun any more."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done: Future[T | None] = Future()

    def run(self, *, refused: bool = False) -> None:
        """Do it here and now, or say that it cannot be done now."""
        if not self._done.set_running_or_notify_cancel():
            return
        result: T | None = None
        try:
            result = None if refused else self._work()
        finally:
            self._done.set_result(result)

    def outcome(self, patience: float) -> T | None:
        """Wait for the result; None when it was refused, failed, or took too long to begin.

        Once begun it is waited for as long as it takes: it bounds itself.
        """
        try:
            return self._done.result(patience)
        except Late:
            return None if self._done.cancel() else self._done.result()
