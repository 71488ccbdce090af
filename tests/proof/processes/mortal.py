"""A witness that kills its process, for real, around a chosen POST."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from pos.app.build import Till
from pos.models.states import OpKind
from tests.crash.diary import Diary

AFTER_COMMIT = "after_commit"
"""The answer to a POST has just reached the disk."""


class Mortal(Diary):
    """``at`` arms one deed at one point of the next POST of a kind."""

    def __init__(self, folder: Any) -> None:
        super().__init__(folder)
        self._deeds: dict[tuple[str, OpKind], Callable[[], object]] = {}
        self._answered: OpKind | None = None

    def at(self, when: str, kind: OpKind, deed: Callable[[], object]) -> None:
        self._deeds[when, kind] = deed

    def watch(self, till: Till) -> None:
        super().watch(till)
        store = till.stripe._store
        store.save, store.save_refund = self._then(store.save), self._then(store.save_refund)

    def _then(self, save: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def saved(before: Any, after: Any) -> Any:
            done = save(before, after)
            if self._answered is not None:
                self._pull(AFTER_COMMIT, self._answered)
            return done

        return saved

    def _note(self, what: str, about: str, answer: Any) -> None:
        super()._note(what, about, answer)
        if what == "post":
            self._answered = OpKind(about.partition(":")[0])

    def _pull(self, when: str, kind: OpKind) -> None:
        deed = self._deeds.pop((when, kind), None)
        if deed is not None:
            deed()


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def unplug(pid: int, url: str) -> None:
    """Kill Stripe's process, and go on when its port refuses every connection."""
    os.kill(pid, signal.SIGKILL)
    place = urlsplit(url)
    while True:
        try:
            socket.create_connection((place.hostname, place.port), timeout=1).close()
        except ConnectionRefusedError:
            return
        except OSError:
            continue  # reset while it dies
