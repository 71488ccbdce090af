"""Where this till keeps things and how it starts; no secrets.

With `pos.look` the only module that reads the environment or decides about paths.
"""

from __future__ import annotations

import os
import sys
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from pos import look
from pos.errors import CashierError

_ENV = "TILLKEEP_"
APP = "Tillkeep"
CONSOLE = "tillkeep-console"
"""Beside the window on Windows: the same program with standard streams."""
_LARGEST = 8192
"""Bytes of a configuration file: there are five settings, and reading takes longer than linear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Read once at start; everything that can change while selling is in the database.

    ``data_dir`` holds till.db, catalogue.db, backups/ and logs/. ``backend_url``
    and ``stripe_url`` are empty unless set: no backend, and Stripe's own address.
    """

    data_dir: Path
    backend_url: str = ""
    stripe_url: str = ""
    locale: str = "en_US"
    training: bool = False

    @property
    def till_db(self) -> Path:
        return self.data_dir / "till.db"

    @property
    def catalogue_db(self) -> Path:
        return self.data_dir / "catalogue.db"

    @property
    def settings_file(self) -> Path:
        return self.data_dir / "tillkeep.toml"

    @property
    def backups(self) -> Path:
        return self.data_dir / "backups"

    @property
    def mark(self) -> Path:
        """How far the till has come, beside its file."""
        return self.data_dir / "till.mark"

    @property
    def set_aside(self) -> Path:
        """Damaged files that a copy took the place of."""
        return self.data_dir / "set-aside"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @property
    def lock(self) -> Path:
        return self.data_dir / "till.lock"


def shipped(*parts: str) -> Path:
    """Return a file or folder that comes with the program: in a checkout, installed or frozen.

    PyInstaller keeps this module's place among the data it unpacked, so one rule serves all.
    """
    return Path(__file__).resolve().parent.parent.joinpath(*parts)


def resources() -> Path:
    """Return the folder of icons, fonts, translations and the demo catalogue."""
    return shipped("resources")


def migrations() -> Path:
    """Return the folder of Alembic's scripts, which are read as files."""
    return shipped("pos", "models", "migrations")


def is_frozen() -> bool:
    """Say whether this is the packaged program, without a Python beside it."""
    return bool(getattr(sys, "frozen", False))


def own_command(*words: str) -> list[str]:
    """Return the command line that runs another verb of this very program.

    On Windows the packaged window has no console, so its twin that has one is used.
    """
    if not is_frozen():
        return [sys.executable, "-m", "pos", *words]
    program = Path(sys.executable)
    twin = program.with_name(f"{CONSOLE}{program.suffix}")
    return [str(twin if twin.exists() else program), *words]


def told_command(verb: str) -> str:
    """Return what a person types to run a verb: only a package of Linux is called ``tillkeep``."""
    names = {"win32": CONSOLE, "darwin": "/Applications/Tillkeep.app/Contents/MacOS/Tillkeep"}
    return f"{names.get(sys.platform, 'tillkeep') if is_frozen() else 'tillkeep'} {verb}"


def demo_backend() -> tuple[str, str]:
    """Return address and token of a backend that the demo shall use; empty without one.

    The packaged program carries no backend of its own. The token is that of a
    demo business and opens the backend's fault plane, too.
    """
    return os.environ.get(f"{_ENV}DEMO_BACKEND", ""), os.environ.get(f"{_ENV}DEMO_TOKEN", "")


def default_folder() -> Path:
    """Return where the data are when nobody says another place."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


def bare(data_dir: Path | None = None) -> Config:
    """Only where the data folder is; for what must work when the settings cannot be read."""
    return Config(data_dir=look.told_folder(data_dir) or default_folder())


class SettingsFileError(CashierError):
    """tillkeep.toml cannot be used; ``config`` is what counts without it."""

    def __init__(self, config: Config, error: CashierError) -> None:
        super().__init__(error.code, error.message, error.remedy)
        self.config = config


def load(data_dir: Path | None = None) -> Config:
    """Defaults, then ``tillkeep.toml`` in the data folder, then ``TILLKEEP_*`` variables.

    Raises `SettingsFileError` for a file that cannot be read or names an unknown setting.
    """
    config = bare(data_dir)
    try:
        written = _from_file(config.settings_file)
    except CashierError as error:
        raise SettingsFileError(config, error) from error
    spoken = {
        name: value
        for name in ("backend_url", "stripe_url", "locale")
        if (value := os.environ.get(_ENV + name.upper()))
    }
    changes: dict[str, Any] = {**written, **spoken}
    return replace(config, **changes)


def _from_file(path: Path) -> dict[str, str | bool]:
    try:
        if not path.exists():
            return {}
        values = tomllib.loads(_text_of(path))
    except OSError as error:
        raise CashierError(
            "config_unreadable",
            f"{path.name} cannot be read: {error.strerror or type(error).__name__}.",
            "Give this user the right to read the data folder, or start Tillkeep as the user it"
            " belongs to.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise CashierError(
            "config_unreadable", f"{path.name} cannot be read: {error}", "Correct or remove it."
        ) from error
    return _checked(path, values)


def _text_of(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        raise ValueError(f"it is larger than {_LARGEST} bytes")
    return path.read_text("utf-8")


def _checked(path: Path, values: dict[str, Any]) -> dict[str, str | bool]:
    """Return what a file says, if it names known settings with values of their types."""
    known = {field.name for field in fields(Config)} - {"data_dir"}
    if unknown := sorted(set(values) - known):
        raise CashierError(
            "config_unknown_setting",
            f"{path.name} names an unknown setting: {', '.join(unknown)}",
            f"Use only {', '.join(sorted(known))}.",
        )
    for name, value in values.items():
        good, kind = _suits(name, value)
        if not good:
            raise CashierError(
                "config_wrong_value", f"{path.name}: {name} must be {kind}.", "Correct the line."
            )
    return values


def _suits(name: str, value: object) -> tuple[bool, str]:
    """Say whether a value is what a setting takes, and what that is."""
    if name == "training":
        return isinstance(value, bool), "true or false"
    if not (isinstance(value, str) and value.isprintable()):
        return False, "a text in quotation marks"
    return not name.endswith("_url") or _parses(value), "an address like https://pos.example.com"


def _parses(address: str) -> bool:
    """Refuse what no library takes for an address: it would fail at every call, as a bug."""
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False
