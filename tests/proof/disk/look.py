"""Opens till after till as power cuts left them; run behind a shim that does not wait.

Answers with one line a cut that went wrong, and a last one with the counts.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

from pos.errors import CashierError
from tests.crash.driver import share_what_children_would_make_anew
from tests.proof.disk import audit, trace
from tests.proof.disk.seat import Clock, Sale, open_till
from tests.proof.disk.shim import Job, answer, job

_TELL_EVERY = 250
_SELL_EVERY = 25
"""Every so many cuts the cashier goes on selling, to see that numbers go on."""


class Looker:
    """Plays a trace once, from cut to cut, and looks at what each would have left."""

    def __init__(self, told: Job) -> None:
        self._job = told
        self._folder = Path(told["data"])
        template = Path(told["template"])
        shutil.copytree(template, self._folder, dirs_exist_ok=True)
        self._ops = trace.read(Path(told["trace"]))
        safe = bytearray((template / "till.db").read_bytes())
        self._disk = trace.Disk(trace.File(safe), trace.File())
        self.lost = self.opened = self.unsynced = 0

    def look(self) -> None:
        """Look at every cut of the job, in the order of the trace."""
        at = 0
        for cut, seed in self._job["cuts"]:
            for op in self._ops[at:cut]:
                self._disk.take(op)
            at = cut
            self._rebuild(random.Random(seed))  # noqa: S311  a case, no secret
            self.unsynced += bool(self._disk.db.pending or self._disk.wal.pending)
            if found := self._open(sells=seed % _SELL_EVERY == 0):
                answer({"cut": cut, "seed": seed, "wrong": found})
            self.opened += 1
            if self.opened == _TELL_EVERY:
                self.tell()

    def tell(self) -> None:
        """Say how many were looked at since the last time."""
        answer({"opened": self.opened, "unsynced": self.unsynced})
        self.opened = self.unsynced = 0

    def _rebuild(self, rng: random.Random) -> None:
        """Write what this cut leaves; the index of the log never survives one."""
        for name in ("till.db", "till.db-wal", "till.db-shm", "till.mark"):
            (self._folder / name).unlink(missing_ok=True)
        for name, file in (("till.db", self._disk.db), ("till.db-wal", self._disk.wal)):
            content = file.after_a_cut(rng)
            if content is not None:
                (self._folder / name).write_bytes(content)
        if self._disk.how_far and rng.random() < 0.5:
            (self._folder / "till.mark").write_bytes(self._disk.how_far)

    def _open(self, *, sells: bool) -> list[str]:
        clock = Clock()
        try:
            till = open_till(self._job, clock)
            till.checkout.recover()
            if sells:
                self._sell(till, clock)
            till.close()
        except CashierError as error:
            return [f"it does not open: {error}"]
        return audit.wrong(self._folder / "till.db", self._disk.acknowledged)

    def _sell(self, till: Any, clock: Clock) -> None:
        """Sell for cash, unless a card payment lies at the counter."""
        run = till.checkout.at_counter()
        if run is not None and run.is_paid:
            till.checkout.receipt_done(run.run_id)
        elif run is None:
            Sale(self._job, clock).act(till)


def main() -> None:
    share_what_children_would_make_anew()
    looker = Looker(job())
    looker.look()
    looker.tell()
