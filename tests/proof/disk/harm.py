"""Damages a till's file again and again, and looks at what the till makes of it.

The job's template is a closed till with copies, its ``hot`` folder the same
till left by a power cut with sales in its log, ``early`` that till at noon.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from pos.app.build import Till
from pos.config import Config
from pos.errors import CashierError
from pos.services import safety
from tests.crash.driver import share_what_children_would_make_anew
from tests.proof.disk.seat import Clock, open_till
from tests.proof.disk.shim import Job, answer, job

_OFFER_EVERY = 40
"""Every so many refusals the copy that is offered is restored, and the till opened."""

MONEY = {
    "order": "id, receipt_no, receipt_number, epoch, currency, subtotal_minor, discount_minor,"
    " tax_minor, total_minor",
    "order_line": "id, order_id, unit_minor, quantity_milli, subtotal_minor, discount_minor,"
    " tax_minor, total_minor, refunded_milli, refunded_minor",
    "payment": "id, order_id, amount_minor, amount_refunded_minor, amount_reserved_minor,"
    " tendered_minor, change_minor",
    "refund": "id, payment_id, amount_minor, fee_minor, state, is_open",
    "tax_rate": "code, rate_ppm, active, applies_to_services",
    "location": "currency, prices_include_tax, tax_rounding",
    "register": "number, epoch, last_receipt",
    "outbox": "key, CASE WHEN sent_at IS NULL THEN lower(CAST(body AS TEXT))"
    " ELSE json_extract(CAST(body AS TEXT), '$.total_minor', '$.amount_minor', '$.receipt_number',"
    " '$.payments', '$.lines') END",
    "journal": "id, register_id, epoch, seq, kind, subject, data, previous, hash",
}
"""Everything a total is made of, or told by."""

Harm = Callable[[Path, random.Random], None]


def flip(name: str, folder: Path, rng: random.Random) -> None:
    """Turn one bit over."""
    path = folder / name
    content = bytearray(path.read_bytes())
    at = rng.randrange(len(content))
    content[at] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def spoil(name: str, folder: Path, rng: random.Random) -> None:
    """Lose a sector: noughts, noise, or what another sector has."""
    path = folder / name
    content = bytearray(path.read_bytes())
    at, other = (rng.randrange(len(content) // 512) * 512 for _ in range(2))
    noise = rng.choice((bytes(512), rng.randbytes(512), bytes(content[other : other + 512])))
    content[at : at + 512] = noise
    path.write_bytes(content)


def cut(name: str, folder: Path, rng: random.Random) -> None:
    """Lose the end of the file, often at a page, sometimes all of it."""
    path = folder / name
    size = path.stat().st_size
    length = rng.choice((rng.randrange(size), rng.randrange(size // 4096) * 4096, 0))
    path.write_bytes(path.read_bytes()[:length])


def swap(names: Sequence[str], source: Path, folder: Path, _rng: random.Random) -> None:
    """Take these files from an earlier state of the same till."""
    for name in names:
        shutil.copy(source / name, folder / name)


def put_back(folder: Path, _rng: random.Random) -> None:
    """Put the oldest copy in the place of the file, by hand."""
    shutil.copy(min((folder / "backups").glob("*.db")), folder / "till.db")


class Patient:
    """One till, harmed and opened, harmed and opened."""

    def __init__(self, told: Job) -> None:
        self._job = told
        self._folder = Path(told["data"])
        self._rng = random.Random(f"{told['seed']} {told['kind']}")  # noqa: S311  cases, no secret
        self.found: Counter[str] = Counter()
        self._refused = 0

    def suffer(self) -> None:
        """Go through the cases of the job's kind."""
        source, harm = self._harm(self._job["kind"])
        self._put(source)
        self._open().close()
        right = self._money()
        for number in range(self._job["count"]):
            self._put(source)
            harm(self._folder, self._rng)
            came, _, more = self._look(right).partition("|")
            self.found[came] += 1
            if came == "wrong":
                answer({"kind": self._job["kind"], "number": number, "wrong": more})
        answer({"kind": self._job["kind"], "found": dict(self.found)})

    def _harm(self, kind: str) -> tuple[str, Harm]:
        """Return which folder is taken, and what is done to it."""
        early = Path(self._job["early"])
        db, log = "till.db", "till.db-wal"
        harms: dict[str, tuple[str, Harm]] = {
            "a bit turned over": ("template", partial(flip, db)),
            "a sector lost": ("template", partial(spoil, db)),
            "the end cut off": ("template", partial(cut, db)),
            "a bit of the log turned over": ("hot", partial(flip, log)),
            "the end of the log cut off": ("hot", partial(cut, log)),
            "the log of earlier": ("hot", partial(swap, (log,), early)),
            "the file of earlier": ("hot", partial(swap, (db,), early)),
            "file and log of earlier": ("hot", partial(swap, (db, log), early)),
            "an old copy put back": ("template", put_back),
        }
        return harms[kind]

    def _put(self, source: str) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._job[source], self._folder)

    def _open(self) -> Till:
        till = open_till(self._job, Clock())
        till.checkout.recover()
        return till

    def _look(self, right: Any) -> str:
        """Open it, and say what the till made of it."""
        try:
            self._open().close()
        except CashierError as error:
            return self._after_refusal(error)
        except Exception as bug:  # noqa: BLE001  a bug is what this looks for
            return f"wrong|not words but {bug!r}"
        if self._money() == right:
            return "harmless: every figure is as it was"
        if self._found_by_the_days_look():
            return "found by the day's look through the file"
        return f"wrong|unseen in {self._differences(right)}"

    def _after_refusal(self, error: CashierError) -> str:
        self._refused += 1
        if not error.remedy:
            return f"wrong|said without what to do: {error}"
        if error.code not in safety.DAMAGED:
            return f"refused at the start: {error.code}"
        if self._refused % _OFFER_EVERY == 1 and (trouble := self._restored()):
            return f"wrong|{trouble}"
        return f"found at the start: {error.code}"

    def _restored(self) -> str:
        """Do as the window offers; returns what is wrong with it."""
        config = Config(data_dir=self._folder)
        copy = safety.newest_good(config.backups)
        if copy is None:
            return "no copy is offered"
        safety.restore(config, copy, Clock())
        till = self._open()
        till.close()
        numbers = [row[2] for row in self._money()["order"]]
        return "" if len(numbers) == copy.sales else "the copy is not whole"

    def _money(self) -> dict[str, list[Any]]:
        with closing(sqlite3.connect(self._folder / "till.db")) as db:
            db.text_factory = lambda raw: raw.decode("utf-8", "replace")
            return {
                table: sorted(db.execute(f'SELECT {columns} FROM "{table}"'), key=repr)  # noqa: S608  ours
                for table, columns in MONEY.items()
            }

    def _found_by_the_days_look(self) -> bool:
        config = Config(data_dir=self._folder)
        try:
            with safety.opened(config.till_db) as db:
                return bool(safety.look_through(db, config.mark).found)
        except Exception:  # noqa: BLE001  it cannot be read: that is found
            return True

    def _differences(self, right: Any) -> str:
        money = self._money()
        found = [(table, set(right[table]) ^ set(rows)) for table, rows in money.items()]
        return str([(table, rows) for table, rows in found if rows])[:900]


def main() -> None:
    share_what_children_would_make_anew()
    told = job()
    for kind, count in told["kinds"]:
        Patient(told | {"kind": kind, "count": count}).suffer()
