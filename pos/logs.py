"""The log (JSON lines) and crash reports, with secrets and card numbers taken out.

Everything written passes `redact`, also what libraries log and what exceptions
say. Neither logging nor reporting ever stops a sale: a full disk loses lines,
not money.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import platform
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import structlog

from pos import __version__
from pos.errors import CashierError

FILE = "tillkeep.jsonl"
MAX_BYTES = 2_000_000
KEEP_FILES = 5
KEEP_REPORTS = 20
MASK = "[removed]"
PAN = "[card number]"

Clock = Callable[[], datetime]
Show = Callable[[str], None]
_PRIVATE = 0o600
_QUIET = ("stripe", "httpx", "httpcore", "urllib3", "sqlalchemy", "alembic", "keyring")

_SECRET_WORDS = frozenset(
    {"key", "apikey", "token", "secret", "secrets", "pin", "password", "passphrase"}
    | {"authorization", "cookie", "cvc", "cvv", "pan", "track"}
)
# Names of these are as secret-looking, and their values are what a fault is traced by.
_OPEN_NAMES = frozenset({"idempotency_key", "idempotency-key", "primary_key", "foreign_key"})

_SECRETS = re.compile(
    r"""(?<![A-Za-z0-9])(?:
        (?:rk|sk|pk)_(?:live|test)_\w+      # Stripe's keys
      | (?:rk|sk|pk)_(?=\w*\d)\w{12,}       # and any other shape they may take
      | whsec_\w+ | pst_\w+                 # webhook secrets, connection tokens
    )""",
    re.VERBOSE,
)
_CLIENT_SECRET = re.compile(r"(\w+_secret_)\w+")
_BEARER = re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_USERINFO = re.compile(r"(://[^/\s:@]*):[^/\s@]+@")
_NAMED = re.compile(
    r"""(\b(?:\w*_)?(?:api_?key|token|secret|password|passphrase|pin)["']?\s*[:=]\s*["']?)
        [^\s"'&,;}\]]+""",
    re.IGNORECASE | re.VERBOSE,
)
# 13 to 19 digits in a row wherever they stand, or in groups that are not part of an identifier.
_DIGITS = re.compile(
    r"(?<!\d)\d{13,19}(?!\d)|(?<![0-9A-Za-z])(?<![0-9A-Za-z]-)\d(?:[ -]?\d){12,18}(?!-?[0-9A-Za-z])"
)


def redact(text: str) -> str:
    """Take keys, tokens, passwords and card numbers out of a text for any file or screen."""
    text = _SECRETS.sub(MASK, text)
    text = _CLIENT_SECRET.sub(rf"\1{MASK}", text)
    text = _BEARER.sub(rf"\1 {MASK}", text)
    text = _USERINFO.sub(rf"\1:{MASK}@", text)
    text = _NAMED.sub(rf"\1{MASK}", text)
    return _DIGITS.sub(lambda found: PAN if _luhn(found[0]) else found[0], text)


def without_cards(text: str) -> str:
    """Take card numbers and keys out of what people type and we keep; other words stay."""
    text = _SECRETS.sub(MASK, text)
    return _DIGITS.sub(lambda found: PAN if _luhn(found[0]) else found[0], text)


def _luhn(text: str) -> bool:
    """Check the last digit as card schemes do (ISO/IEC 7812-1, annex B)."""
    digits = [int(char) for char in reversed(text) if char.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_secret_name(name: str) -> bool:
    """Say whether values under this name are never written down."""
    if name.lower() in _OPEN_NAMES:
        return False
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return not _SECRET_WORDS.isdisjoint(re.split(r"[^a-z0-9]+", spaced.lower()))


def _clean(value: object, name: str = "") -> object:
    """Redact one value of an event, however deep it is nested; unknown types become text."""
    if name and is_secret_name(name):
        return MASK
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if redact(str(value)) == str(value) else PAN
    if isinstance(value, Mapping):
        return {redact(str(key)): _clean(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    return redact(value if isinstance(value, str) else str(value))


def redactor(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Structlog processor: stands last before the renderer."""
    return cast("MutableMapping[str, Any]", _clean(event))


class _LogFile(RotatingFileHandler):
    """Files only the owner may read; a failure to write is counted, never raised."""

    lost = 0

    def _open(self) -> TextIOWrapper:
        def private(path: str, flags: int) -> int:
            return os.open(path, flags, _PRIVATE)

        # Path.open takes no opener
        return open(self.baseFilename, "a", encoding="utf-8", opener=private)

    def handleError(self, record: logging.LogRecord) -> None:
        self.lost += 1

    def close(self) -> None:
        with contextlib.suppress(OSError):  # what a full disk did not take is lost
            super().close()


def configure(folder: Path, *, level: int = logging.INFO, clock: Clock | None = None) -> None:
    """Send structlog's and every library's messages to ``folder/tillkeep.jsonl``.

    ``clock`` returns aware UTC. Raises `CashierError` when the folder cannot be
    written. Calling it again replaces what the first call set up.
    """
    close()
    shared = _processors(clock or _utc_now)
    handler = _open_file(folder)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redactor,
                _render,
            ],
        )
    )
    logging.root.addHandler(handler)
    logging.root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger: ``log.info("sale.closed", order=..., minor=...)``; event names are fixed."""
    return structlog.stdlib.get_logger(name)


def close() -> None:
    """Close the log file; for tests and for the last moment of the program."""
    for handler in [one for one in logging.root.handlers if isinstance(one, _LogFile)]:
        logging.root.removeHandler(handler)
        handler.close()


def _processors(clock: Clock) -> list[Any]:
    def stamp(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event["at"] = clock().isoformat(timespec="milliseconds")
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        stamp,
    ]


def _open_file(folder: Path) -> _LogFile:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _LogFile(folder / FILE, maxBytes=MAX_BYTES, backupCount=KEEP_FILES)
    except OSError as error:
        raise CashierError(
            "log_unwritable",
            f"The log folder cannot be written: {error.strerror}.",
            "Make room on the disk, or make the data folder writable for this user.",
        ) from error


def _render(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """Write one line; json escapes every control character but DEL, which terminals obey."""
    return json.dumps(event).replace("\x7f", "\\u007f")


def install_excepthook(folder: Path, show: Show | None = None, clock: Clock | None = None) -> None:
    """Write a crash report for every exception nobody handled, in any thread, and carry on.

    ``show`` gets one plain sentence for the person at the till (call it from
    any thread). Reports hold the traceback without local variables.
    """

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.__excepthook__(kind, error, trace)
            return
        name = write_report(folder, error, (clock or _utc_now)())
        get("crash").error("crash", report=name, kind=kind.__name__)
        if show is not None:
            show(_sentence(error, name))

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            hook(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = hook
    threading.excepthook = thread_hook


def write_report(folder: Path, error: BaseException, now: datetime) -> str | None:
    """Write one crash report and return its file name; None when the disk refuses it."""
    lines = [f"Tillkeep {__version__}", f"Python {platform.python_version()}"]
    lines += [platform.platform(), now.isoformat(), threading.current_thread().name, ""]
    lines += traceback.format_exception(error)
    text = "".join(_plain(redact(line.rstrip("\n"))) + "\n" for line in lines)
    name = f"crash-{now:%Y%m%dT%H%M%S}-{os.urandom(3).hex()}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(folder / name, os.O_CREAT | os.O_WRONLY, _PRIVATE), "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        for old in sorted(folder.glob("crash-*.txt"))[:-KEEP_REPORTS]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return name


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def _sentence(error: BaseException, report: str | None) -> str:
    if isinstance(error, CashierError):
        return redact(f"{error.message} {error.remedy}".strip())
    kept = f"A report was saved as {report}." if report else "No report could be saved."
    return (
        "Something went wrong inside Tillkeep. What you sold is safe: it is stored before it is "
        f"shown. {kept} If the screen does not answer, start Tillkeep again."
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)
