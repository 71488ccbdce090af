"""How much the backend has not confirmed, for whoever is about to remove the program."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

from pos.config import Config
from pos.errors import CashierError

WAITS = 1
"""The exit code while something is still to be sent."""

_WAITING = "SELECT count(*) FROM outbox WHERE sent_at IS NULL AND discarded_at IS NULL"
_ADDRESS = "SELECT backend_url FROM payment_settings WHERE backend_url <> ''"


def unsent(config: Config, say: Callable[[str], object]) -> int:
    """Count sales, refunds and customers that wait for the backend; 0 for none, else `WAITS`.

    Read from the file as it lies there, whatever version wrote it; nothing is
    changed. Raises `CashierError` where the file cannot be read.
    """
    if not config.till_db.exists():
        say("There is no till in this data folder.")
        return 0
    waiting, sends = _look(config)
    if not sends:
        say("No backend is set up: nothing is sent from this till.")
        return 0
    say(f"{waiting} records wait to be sent to the backend.")
    return WAITS if waiting else 0


def _look(config: Config) -> tuple[int, bool]:
    address = f"{config.till_db.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as db:
            waiting = int(db.execute(_WAITING).fetchone()[0])
            return waiting, bool(config.backend_url or db.execute(_ADDRESS).fetchone())
    except sqlite3.Error as error:
        raise CashierError(
            "till_unreadable",
            f"The till's file cannot be read: {error}.",
            "Keep the data folder, save a support file and send that to support.",
        ) from error
