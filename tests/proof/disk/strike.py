"""Does one use of the till again and again, its n-th call to the disk failing; behind the shim.

Answers with a line for every case that went wrong, and one with counts for each use.
"""

from __future__ import annotations

import errno
import gc
import random
import shutil
import sqlite3
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from pos.app.build import Till
from pos.errors import CashierError
from tests.crash.driver import share_what_children_would_make_anew
from tests.proof.disk import audit
from tests.proof.disk.seat import Clock, bring_goods, open_till
from tests.proof.disk.shim import Disk, Job, answer, job
from tests.proof.disk.uses import USES
from tests.support.simulator import SimControl

Fault = tuple[int, bool]
"""An errno, or nought for a lock that another program holds; and whether it stays."""
ERRORS = (errno.ENOSPC, errno.EIO, 0)


class Lock:
    """Another program, which takes the write lock once a number of commits were made."""

    def __init__(self, path: Path, after: int, till: Till | None) -> None:
        self._other = sqlite3.connect(path, timeout=0, isolation_level=None)
        self._after, self.commits = after, 0
        if till is not None:
            event.listen(till.db.engine, "checkout", _hurry)
            event.listen(till.db.engine, "commit", self._count)
            self._commit = till.db.engine.dialect.do_commit
            till.db.engine.dialect.do_commit = self._done  # type: ignore[method-assign]  # the only hook
            self._engine: Engine | None = till.db.engine
        self._writing = False
        self._take()

    def _count(self, connection: Any) -> None:
        self._writing = connection.get_execution_options().get("begin", "IMMEDIATE") != "DEFERRED"

    def _done(self, dbapi: Any) -> None:
        self._commit(dbapi)
        if self._writing:
            self._writing = False
            self.commits += 1
            self._take()

    def _take(self) -> None:
        if self.commits == self._after:
            self._other.execute("BEGIN IMMEDIATE")

    def free(self) -> None:
        if self._engine is not None:
            self._engine.dialect.do_commit = self._commit  # type: ignore[method-assign]  # as it was
            self._engine = None
        self._other.close()


def _hurry(dbapi: Any, *_more: Any) -> None:
    dbapi.execute("PRAGMA busy_timeout=20").close()


class Strike:
    """One use of the till, struck everywhere."""

    def __init__(self, told: Job, name: str) -> None:
        self._job, self._name = told, name
        self.folder = Path(told["data"])
        self._disk = Disk()
        self._sim = SimControl(told["stripe"], told["token"])
        self._rng = random.Random(f"{told['seed']} {name}")  # noqa: S311  a choice of cases
        self.codes: Counter[str] = Counter()
        self.cases = self.calls = 0

    def everywhere(self) -> None:
        """Strike each call once, the share of them that the job asks for, or one case again."""
        if again := self._job.get("again"):
            error, stays, nth = again
            self._case((error, stays), nth)
            return
        for error in ERRORS:
            if error == 0 and USES[self._name].opens:
                continue  # a lock at the start is a case of its own, it waits 5 s
            total = self._case((error, False), 0)
            self.calls = max(self.calls, total)
            for nth in self._chosen(total):
                self._case((error, self._rng.random() < 0.5), nth)
        said = {"use": self._name, "calls": self.calls, "cases": self.cases}
        answer(said | {"codes": dict(self.codes)})

    def _chosen(self, total: int) -> Iterator[int]:
        for nth in range(1, total + 1):
            if self._rng.random() < self._job["share"]:
                yield nth

    def _case(self, fault: Fault, nth: int) -> int:
        """Fail the n-th call, look, do it again on a disk that works; returns the calls made."""
        self._fresh()
        clock, before = Clock(), self._books()
        use = USES[self._name](self._job, clock)
        found: list[str] = []
        till = None
        if not use.opens:
            till = self._open(clock)
            use.before(till)
        calls = self._struck(use, till, fault, nth, found)
        found += self._unjournalled()
        if till is not None and nth % 2:  # every other time the program ends here
            till.close()
            till = self._open(clock)
        found += self._again(use, till, clock)
        try:
            found += self._after(use, before)
        except sqlite3.Error as error:
            found.append(f"the file cannot be read: {error}")
        self.cases += 1
        if found:
            answer({"use": self._name, "fault": fault, "nth": nth, "wrong": found})
        return calls

    def _fresh(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._job["template"], self.folder)
        if not USES[self._name].opens:
            self._sim.reset()

    def _open(self, clock: Clock) -> Till:
        till = open_till(self._job, clock)
        if till.catalogue.opened.set_aside:  # SQLite calls a page that cannot be read damaged
            bring_goods(self._job, till)
        till.checkout.recover()
        return till

    def _books(self) -> audit.Books:
        return audit.Books(self.folder / "till.db")

    def _struck(self, use: Any, till: Any, fault: Fault, nth: int, found: list[str]) -> int:
        """Do it while the disk fails; what comes of it must be done, or said with what to do."""
        self.made = 0
        with self.failing(fault, nth, till):
            try:
                use.act(till)
            except CashierError as said:
                self.codes[said.code] += 1
                if self._job.get("again"):
                    answer({"uses": 1, "said": _told(said), "why": _told(said.__cause__ or said)})
                if not (nth and said.message and said.remedy):
                    found.append(f"said without what to do: {said}")
            except Exception as bug:  # noqa: BLE001  anything else is what this looks for
                found.append(f"a bug, not words: {_told(bug)}")
        return self.made

    @contextmanager
    def failing(self, fault: Fault, nth: int, till: Any) -> Iterator[None]:
        """Let the disk fail inside, and count the calls to it, or the commits."""
        error, stays = fault
        if not error:
            lock = Lock(self.folder / "till.db", nth - 1, till)
            yield
            self.made = lock.commits
            lock.free()
            return
        self._disk.fail(nth, error, stays=stays)
        yield
        self.made = self._disk.calls()
        self._disk.heal()

    def _unjournalled(self) -> list[str]:
        """Nothing was sent without its row."""
        if USES[self._name].opens:
            return []
        with closing(sqlite3.connect(self.folder / "till.db")) as db:
            known = {key for (key,) in db.execute("SELECT key FROM stripe_operation")}
        sent = {request["key"] for request in self._sim.requests()}
        return [f"P3: sent without a row: {sent - known}"] if sent - known else []

    def _again(self, use: Any, till: Any, clock: Clock) -> list[str]:
        try:
            use.act(till)
        except Exception as bug:  # noqa: BLE001  whatever it is, it does not work again
            return [f"it does not work again: {_told(bug)}"]
        finally:
            if till is not None:
                till.close()
        return []

    def _after(self, use: Any, before: audit.Books) -> list[str]:
        found = audit.wrong(self.folder / "till.db")
        after = self._books()
        for table, more in use.adds.items():
            added = len(after.rows(table)) - len(before.rows(table))
            if added != more:
                found.append(f"{added} rows of {table} instead of {more}")
        return found if use.opens else found + self._money(after)

    def _money(self, books: audit.Books) -> list[str]:
        """What Stripe took is what the books say was taken by card."""
        by_card = books.rows("payment", provider_id="stripe_terminal")
        here = [sum(row[f"amount{part}_minor"] for row in by_card) for part in ("", "_refunded")]
        ledger = self._sim.ledger()
        taken = sum(charge["amount"] for charge in ledger["charges"] if charge["paid"])
        there = [taken, sum(refund["amount"] for refund in ledger["refunds"])]
        return [] if here == there else [f"taken and given back: here {here}, at Stripe {there}"]


def _told(bug: BaseException) -> str:
    where = [
        f"{Path(each.filename).name}:{each.lineno}"
        for each in traceback.extract_tb(bug.__traceback__)
    ]
    return f"{bug!r} at {' '.join(where[-12:])}"


def main() -> None:
    share_what_children_would_make_anew()
    told = job()
    gc.collect()
    gc.freeze()  # a collection that looks at the whole program takes as long as a case
    for name in told["uses"]:
        Strike(told, name).everywhere()
