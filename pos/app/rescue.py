"""What can be done about a till.db that cannot be used, under the till's own lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pos.app.build import hold, utc_now
from pos.config import Config
from pos.errors import CashierError
from pos.services import safety
from pos.ui.trouble import Rescue


def rescue_for(error: CashierError, config: Config) -> Rescue | None:
    """Return what helps against this error, if a copy does."""
    if error.code not in safety.DAMAGED:
        return None

    def find() -> safety.Copy | None:
        return safety.newest_good(config.backups)

    def restore(copy: safety.Copy) -> None:
        with _alone(config):
            safety.restore(config, copy, utc_now)

    def go_on() -> None:
        with _alone(config):
            safety.go_on_with(config, utc_now)

    return Rescue(find, restore, go_on if error.code == "database_older" else None)


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    lock = hold(config)
    try:
        yield
    finally:
        lock.release()
