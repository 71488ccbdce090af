"""Uses the till on a disk that has room for so many pages more, and then for none.

``way`` is ``full``, a real file system that is filled up, or ``limit``, a
process whose files may not grow.
"""

from __future__ import annotations

import gc
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.crash.driver import share_what_children_would_make_anew
from tests.proof.disk.shim import answer, job
from tests.proof.disk.strike import Fault, Strike

PAGE = 4096
USES = ("cash sale", "card sale", "cart change", "refund", "start-up", "daily copy")
_MOST_PAGES = 160
"""More than the longest of the uses writes."""


class Crowded(Strike):
    """A disk with hardly any room."""

    def everywhere(self) -> None:
        """Leave room for none, one and more pages, in steps as long as the share asks for."""
        step = max(1, int(4 / self._job["share"]))
        for pages in range(0, _MOST_PAGES, step):
            self._case((-1, True), pages + 1)
        said = {"use": self._name, "calls": 0, "cases": self.cases, "codes": dict(self.codes)}
        answer(said)

    @contextmanager
    def failing(self, fault: Fault, nth: int, till: Any) -> Iterator[None]:
        """Leave room for ``nth`` pages less one."""
        way = self._filled if self._job["way"] == "full" else self._limited
        with way((nth - 1) * PAGE):
            yield

    @contextmanager
    def _filled(self, room: int) -> Iterator[None]:
        filler = self.folder.parent / "filler"
        free = os.statvfs(self.folder)
        left = max(0, free.f_bavail * free.f_frsize - room)
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, left or 1)
        yield
        filler.unlink()

    @contextmanager
    def _limited(self, room: int) -> Iterator[None]:
        """No file may grow beyond what the log has now, and so many pages."""
        log = self.folder / "till.db-wal"
        size = log.stat().st_size if log.exists() else 0
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, before[1]))
        yield
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def main() -> None:
    share_what_children_would_make_anew()
    told = job()
    gc.collect()
    gc.freeze()
    for name in told["uses"]:
        Crowded(told, name).everywhere()
