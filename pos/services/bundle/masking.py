"""What may leave this computer of a value, a log line or a traceback; everything else is masked.

It is a list of what may pass, never of what may not: numbers, times, ids that
the program made, and the program's own words. `pos.logs.redact` comes last all
the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pos.logs import is_secret_name, redact
from pos.services.bundle.own_words import OwnWords, own_words

_LARGEST = 10**9
"""A whole number beyond this may be a telephone's or a card's; amounts stay below it."""
_FREE = frozenset(
    {"name", "note", "email", "phone", "address", "search", "label", "footer", "text", "actor"}
)
"""Last words of names whose values people type: never shown, whatever they look like."""
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?")
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STRIPE = re.compile(r"(pi|re|ch|py|tmr|tml|req|evt)_[A-Za-z0-9_]{3,80}")
_RECEIPT = re.compile(r"R\d{1,6}(-\d{1,9}){1,2}")
_REPORT = re.compile(r"crash-\d{8}T\d{6}-[0-9a-f]{6}\.txt")
_KIND = re.compile(r"([a-z_]+\.)*[A-Z][A-Za-z]{2,40}(Error|Exception|Warning|Timeout|Exit)")
_FRAME = re.compile(r'\s*File "(?P<path>[^"]+)", line (?P<line>\d+), in (?P<name>\S+)')
_CHAINED = (
    "Traceback (most recent call last):",
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_HEAD = re.compile(r"(Tillkeep|Python) \d+(\.\d+)+")


def value(given: object, key: str = "") -> object:
    """Return what may be shown of a value that stands under ``key``."""
    if key and is_secret_name(key):
        return "[removed]"
    match given:
        case None | bool():
            return given
        case int() | float():
            return _number(given)
        case datetime() | UUID():
            return str(given)
        case bytes() | bytearray() | memoryview():
            return f"[{len(given)} bytes]"
        case Mapping():
            return mapping(given)
        case list() | tuple():
            return [value(each, key) for each in given]
    return _text(str(given), key)


def _number(given: float) -> object:
    return given if abs(given) < _LARGEST else "[number]"


def mapping(given: Mapping[Any, object]) -> dict[str, object]:
    """Mask the values of a mapping, and every key that is not the program's own."""
    words = own_words()
    shown: dict[str, object] = {}
    for number, (key, each) in enumerate(given.items(), 1):
        known = str(key) if words.has(str(key)) else f"[key {number}]"
        shown[known] = value(each, known)
    return shown


def log_line(line: str) -> str:
    """Mask one line of the log; what is no line of ours becomes its length."""
    try:
        event = json.loads(line)
    except ValueError:
        return json.dumps({"line": _length(line)})
    if not isinstance(event, dict):
        return json.dumps({"line": _length(line)})
    trace = event.pop("exception", None)
    logger = str(event.pop("logger", ""))
    shown = mapping(event)
    shown["logger"] = logger if logger in own_words().modules else "[library]"
    if trace is not None:
        shown["exception"] = list(traceback_lines(str(trace)))
    return json.dumps(shown)


def report(text: str) -> str:
    """Mask a crash report: versions, time, thread, and the traceback without its messages."""
    return "\n".join(traceback_lines(text)) + "\n"


def traceback_lines(text: str) -> Iterator[str]:
    """Yield where it happened and what kind of error it was; neither source nor message."""
    words = own_words()
    for line in text.splitlines():
        frame = _FRAME.fullmatch(line)
        kind, _, said = line.partition(":")
        if frame is not None:
            yield _frame(frame, words)
        elif line.strip() in _CHAINED or _HEAD.fullmatch(line) or _TIME.fullmatch(line):
            yield line.strip()
        elif _KIND.fullmatch(kind):
            yield f"{kind}: {_length(said.strip())}" if said.strip() else kind


def _frame(frame: re.Match[str], words: OwnWords) -> str:
    path = frame["path"].replace("\\", "/")
    module = "pos/" + path.rpartition("/pos/")[2]
    if module.removesuffix(".py").replace("/", ".") not in words.modules:
        return f"  [library], line {frame['line']}"
    name = frame["name"] if frame["name"] in words.functions else "[function]"
    return f"  {module}, line {frame['line']}, in {name}"


def _text(text: str, key: str) -> str:
    last = key.lower().rpartition("_")[2]
    if not text or text in {"[removed]", "[card number]"}:
        return text
    if last in _FREE:
        return _length(text)
    if _TIME.fullmatch(text) or _RECEIPT.fullmatch(text) or _REPORT.fullmatch(text):
        return text
    if _ID.fullmatch(text) and last in _ID_KEYS:
        return text
    if _STRIPE.fullmatch(text) and "_secret" not in text and last in _ID_KEYS:
        return text
    return text if own_words().has(text) or _KIND.fullmatch(text) else _length(text)


_ID_KEYS = frozenset(
    {"id", "key", "subject", "session", "refund", "order", "run", "intent", "reader", "reference"}
    | {"register", "target", "cart"}
)


def _length(text: str) -> str:
    return f"[text, {len(text)} characters]"


def last_look(text: str) -> str:
    """Take out what looks like a secret, a card or an address of anybody, whoever let it in."""
    return _MAIL.sub("[address]", redact(text))


_MAIL = re.compile(r"[^\s\"'<>\[\]]+@[^\s\"'<>\[\]]+")
