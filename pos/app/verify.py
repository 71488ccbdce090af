"""Look through a till's whole file from the command line; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from pos.config import Config
from pos.errors import CashierError
from pos.models.database import Database
from pos.services import safety


def verify(config: Config, say: Callable[[str], object]) -> int:
    """Walk the journal and compare every sale with it; returns 0 when all of it holds, else 1.

    May run beside the open till. Raises `CashierError` where there is no till.
    """
    if not config.till_db.exists():
        raise CashierError(
            "no_till", "There is no till in this data folder.", "Name its folder with --data-dir."
        )
    db = Database(config.till_db)
    try:
        with db.reader.begin() as connection:
            looked = safety.look_through(connection, config.mark)
    except (SQLAlchemyError, CashierError, ValueError, LookupError) as error:
        say(f"The file cannot be read: {error}")
        return 1
    finally:
        db.close()
    say(f"{looked.entries:,} journal entries, {looked.sales:,} sales.")
    say(looked.found or "Everything agrees.")
    return 1 if looked.found else 0
