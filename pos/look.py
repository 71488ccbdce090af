"""What the window wears, kept in a tiny file beside the till's data.

The settings are in the database; this is their copy for the first paint, which comes
before any library is loaded. With `pos.config` the only reader of the environment, and
it imports nothing that Qt's bindings have not imported before.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pos.errors import CashierError

NAME = "look"
SMALLEST, LARGEST = 90, 200
"""Bounds of the scale in percent."""
GROUNDS = {
    "light": ("#f4f5f7", "#16191d", "#5d6673"),
    "dark": ("#0f1216", "#eef1f5", "#a6b0bd"),
    "high-contrast": ("#ffffff", "#000000", "#262626"),
}
"""Background, text and soft text of each theme; the rest is in `pos.ui.tokens`."""
_MOST = 200  # bytes that are read
_FACTOR = "QT_SCALE_FACTOR"
_given_factor = os.environ.get(_FACTOR)


class Look(NamedTuple):
    """Theme (or ``system``), scale in percent, and language like ``en_US``."""

    theme: str = "light"
    scale: int = 100
    locale: str = "en_US"


def told_folder(given: Path | None = None) -> Path | None:
    """Return the data folder that the command line or the environment names, if one does."""
    told = os.environ.get("TILLKEEP_DATA_DIR")
    return given or (Path(told) if told else None)


def read(folder: Path) -> Look:
    """Return what was kept; anything missing or damaged means the plain look."""
    with suppress(OSError, ValueError):
        with (folder / NAME).open("rb") as file:
            words = file.read(_MOST).decode("ascii").split()
        theme, scale, locale = words
        known = theme in {*GROUNDS, "system"} and locale.replace("_", "").isalnum()
        if known and SMALLEST <= int(scale) <= LARGEST:
            return Look(theme, int(scale), locale)
    return Look()


def write(folder: Path, look: Look) -> None:
    """Keep a look for the next start, all of it or nothing; raises `CashierError`."""
    if read(folder) == look and (folder / NAME).exists():
        return
    fresh = folder / f"{NAME}.new"
    try:
        fresh.write_text(f"{look.theme} {look.scale} {look.locale}\n", "ascii")
        fresh.replace(folder / NAME)
    except OSError as error:
        raise CashierError(
            "look_not_kept",
            "The look of the window could not be kept for the next start.",
            "Look whether the disk is full or the data folder cannot be written to.",
        ) from error


def magnify(percent: int) -> None:
    """Have Qt draw everything larger; counts for the `QApplication` made next."""
    if percent != Look().scale:
        os.environ[_FACTOR] = f"{percent / 100:g}"
    elif _given_factor is None:
        os.environ.pop(_FACTOR, None)
    else:
        os.environ[_FACTOR] = _given_factor
