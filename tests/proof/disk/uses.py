"""What is done at a till while its disk fails; each can be done again from wherever it stopped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import ClassVar

from pos.app.build import Till
from pos.config import Config
from pos.errors import CashierError
from pos.models import migrate
from pos.services import safety
from pos.services.safety import copies
from tests.db.conftest import MIGRATIONS, NEXT
from tests.proof.disk import seat
from tests.proof.disk.shim import Job


class Start:
    """Opening the till in the morning."""

    opens: ClassVar[bool] = True
    adds: ClassVar[dict[str, int]] = {}

    def __init__(self, job: Job, clock: seat.Clock) -> None:
        self._job, self._clock = job, clock

    def act(self, _till: Till | None = None) -> None:
        till = seat.open_till(self._job, self._clock)
        try:
            till.checkout.recover()
        finally:
            till.close()


class FirstStart(Start):
    """Opening a till for the first time, in an empty folder."""

    def __init__(self, job: Job, clock: seat.Clock) -> None:
        super().__init__(job, clock)
        for path in Path(job["data"]).iterdir():
            path.unlink()


class Migration(Start):
    """Bringing the file to the next version of the program."""

    def __init__(self, job: Job, clock: seat.Clock) -> None:
        super().__init__(job, clock)
        scripts = Path(job["program"]) / "migrations"
        if not scripts.exists():
            shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
            script = NEXT.format(head=migrate.HEAD, body="    pass")
            (scripts / "versions" / "9999_next.py").write_text(script)
        self._program = str(scripts.parent / "migrate.py")

    def act(self, _till: Till | None = None) -> None:
        real = migrate.__file__, migrate.HEAD
        migrate.__file__, migrate.HEAD = self._program, "9999"
        try:
            super().act()
        finally:
            migrate.__file__, migrate.HEAD = real


class DailyCopy(seat.AtTheTill):
    """The copy of the day, made while the till is open."""

    def act(self, till: Till) -> None:
        copies.make(till.config.till_db, till.config.backups, till.clock())


class Rescue(Start):
    """Finding that the file is damaged, and putting the newest good copy in its place."""

    def __init__(self, job: Job, clock: seat.Clock) -> None:
        super().__init__(job, clock)
        self._config = Config(data_dir=Path(job["data"]))
        copies.make(self._config.till_db, self._config.backups, clock())
        os.truncate(self._config.till_db, 8192)

    def act(self, _till: Till | None = None) -> None:
        try:
            super().act()
        except CashierError as error:
            if error.code not in safety.DAMAGED:
                raise
            self._restore()
            super().act()

    def _restore(self) -> None:
        copy = safety.newest_good(self._config.backups)
        if copy is None:  # the window says so, and that the folder goes to support
            raise CashierError("no_copy", "There is no copy that could be trusted.", "Look again.")
        safety.restore(self._config, copy, self._clock)


USES: dict[str, type[seat.AtTheTill | Start]] = {
    "first start": FirstStart,
    "card sale": seat.CardSale,
    "cash sale": seat.Sale,
    "migration": Migration,
    "cart change": seat.CartChange,
    "refund": seat.CardRefund,
    "daily copy": DailyCopy,
    "start-up": Start,
    "restore": Rescue,
}
"""Every second one makes about half of the work."""
