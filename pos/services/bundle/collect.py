"""The files of a support bundle as text, and the archive made of them."""

from __future__ import annotations

import json
import re
import stat
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from pos import logs
from pos.config import Config
from pos.errors import CashierError
from pos.services.bundle import masking, tables
from pos.services.doctor import Finding, Stop, report
from pos.services.doctor.file import UNREADABLE, Condition, condition, reading

LINES = 3000
"""Lines of the log, newest last."""
REPORTS = 5

_README = """Tillkeep support file

doctor.txt, doctor.json   what "Check this till" found, without names of folders or devices
versions.json             of the program and its parts
settings.json             how the till is set up; whatever people typed is masked
journal.jsonl             what happened: kinds, times, ids and amounts
states.jsonl              where the newest sales, payments, refunds and messages stand
counts.json, schema.sql   how many rows each table has, and how it is made
files.json                what is in the data folder, and how large it is
logs/                     the log and crash reports: where it happened, not what was said

Not in it: names, e-mail addresses, telephone numbers, addresses, notes, what was sold, card
numbers and their last digits, keys, tokens, PINs, and the name of this computer or its user.
Amounts of money and times are in it. Texts that are not this program's own stand as their length.
"""
_PARTS: dict[str, Callable[[Connection], str]] = {
    "settings.json": tables.settings,
    "journal.jsonl": tables.journal,
    "states.jsonl": tables.states,
    "counts.json": tables.counts,
    "schema.sql": tables.schema,
}
_OURS = re.compile(
    r"till\.(lock|mark(\.new)?|db(\.restoring)?(-wal|-shm|-journal)?)|tillkeep\.toml"
    r"|catalogue(-\d{1,6}|-import|-new|-set-aside)?\.db(-wal|-shm|-journal|\.damaged)?"
    r"|backups/till-(daily|\d{4})-\d{8}T\d{6}Z\.(db|part)(-wal|-shm|-journal)?"
    r"|logs/tillkeep\.jsonl(\.\d)?"
)
"""The names that this program gives; any other is somebody's own, and may name somebody."""
_DATED = (1980, 1, 1, 0, 0, 0)  # the oldest an archive knows: the same files make the same bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """What would be sent, by name; ``made_at`` names the archive."""

    files: Mapping[str, str]
    made_at: datetime

    @property
    def name(self) -> str:
        return f"tillkeep-support-{self.made_at:%Y%m%d-%H%M}.zip"


def collect(
    config: Config, findings: Iterable[Finding], versions: Mapping[str, str], now: datetime
) -> Bundle:
    """Gather everything, whatever state the till is in; what cannot be read is left out."""
    listed = list(findings)
    files = {
        "README.txt": _README,
        "doctor.txt": "".join(f"{report.line(each, support=True)}\n" for each in listed),
        "doctor.json": report.as_json(listed, support=True) + "\n",
        "versions.json": json.dumps(dict(versions), indent=1) + "\n",
        "files.json": _folder(config),
        **dict(_from_rows(config)),
        **dict(_logged(config.logs) if _seen(config.logs) else ()),
    }
    return Bundle({name: masking.last_look(text) for name, text in files.items()}, now)


def save(bundle: Bundle, path: Path) -> None:
    """Write the archive; raises `CashierError` (``support_not_saved``) and leaves nothing half."""
    part = path.parent / f"{path.name}.part"
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in bundle.files.items():
                archive.writestr(zipfile.ZipInfo(name, _DATED), text, zipfile.ZIP_DEFLATED)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):  # where nothing can be written, nothing was
            part.unlink()
        raise CashierError(
            "support_not_saved",
            f"The support file could not be saved: {error.strerror or type(error).__name__}.",
            "Choose another place, or make room on the disk.",
        ) from error


def _from_rows(config: Config) -> Iterator[tuple[str, str]]:
    if condition(config)[0] is not Condition.CURRENT:
        return
    for name, write in _PARTS.items():
        try:
            with reading(config, Stop()) as db:
                yield name, write(db)
        except UNREADABLE as error:
            yield name, f"could not be read ({type(error).__name__})\n"


def _folder(config: Config) -> str:
    """List the files this program makes, with their sizes; others are counted."""
    sizes = dict(_sizes(config.data_dir))
    shown: dict[str, int] = {name: size for name, size in sizes.items() if _OURS.fullmatch(name)}
    others = len(sizes) - len(shown)
    return json.dumps({**shown, "other files": others}, indent=1) + "\n"


def _sizes(folder: Path) -> Iterator[tuple[str, int]]:
    """Name every file below; one that goes away meanwhile, as the till works, is left out."""
    for path in _below(folder):
        with suppress(OSError):
            seen = path.stat()
            if stat.S_ISREG(seen.st_mode):
                yield path.relative_to(folder).as_posix(), seen.st_size


def _below(folder: Path) -> list[Path]:
    try:
        return sorted(folder.rglob("*"))
    except OSError:
        return []


def _seen(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:  # this user may not look
        return False


def _logged(folder: Path) -> Iterator[tuple[str, str]]:
    newest: deque[str] = deque(maxlen=LINES)
    for path in sorted(folder.glob(f"{logs.FILE}*"), key=_age, reverse=True):
        newest.extend(_text(path).splitlines())
    if newest:
        yield f"logs/{logs.FILE}", "".join(f"{masking.log_line(line)}\n" for line in newest)
    for number, path in enumerate(sorted(folder.glob("crash-*.txt"))[-REPORTS:], 1):
        yield f"logs/crash-{number}.txt", masking.report(_text(path))


def _age(path: Path) -> int:
    """Read which of the rotated files it is: the highest is the oldest."""
    suffix = path.name.removeprefix(f"{logs.FILE}.")
    return int(suffix) if suffix.isdecimal() else 0


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
