"""Take a lost PIN away, for whoever may use this computer's account."""

from __future__ import annotations

from collections.abc import Callable

from pos.app.build import build
from pos.config import Config
from pos.errors import CashierError
from pos.services.secrets import MemorySecrets


def reset_pin(config: Config, say: Callable[[str], object]) -> int:
    """Remove the owner's PIN and journal it; returns 0.

    Raises `CashierError` where there is no till, and while it is running.
    """
    if not config.till_db.exists():
        raise CashierError(
            "no_till", "There is no till in this data folder.", "Name its folder with --data-dir."
        )
    till = build(config, secrets=MemorySecrets())
    try:
        there = till.pins.forget()
    finally:
        till.close()
    say(
        "The PIN is removed. Set a new one in Settings, Owner and PIN."
        if there
        else "No PIN is set."
    )
    return 0
