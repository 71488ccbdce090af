"""What people type into fields: cleaned, bounded, or refused with words they can act on."""

from __future__ import annotations

import re
import unicodedata

from pos.errors import CashierError
from pos.logs import without_cards

SHORT = 255
"""Longest name, address line or e-mail; the wire's bound too."""
LONG = 4000
MIN_PHONE_DIGITS = 5
MAX_PHONE_DIGITS = 15  # E.164
_PHONE = re.compile(r"\+?[\d\s()./\-]*(\s*(x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s,;<>\"()]+@[^@\s,;<>\"()]+\.[^@\s.,;<>\"()]+")
_SHOWN_DIGITS = 4


def clean(label: str, text: str, longest: int = SHORT, *, required: bool = False) -> str:
    """Return one line without control characters and doubled blanks.

    Raises `CashierError`: ``field_empty`` where something is required,
    ``field_too_long`` beyond ``longest`` characters.
    """
    visible = "".join(" " if _is_control(char) else char for char in text)
    cleaned = " ".join(unicodedata.normalize("NFC", visible).split())
    return _checked(label, cleaned, longest, required=required)


def clean_lines(label: str, text: str, longest: int = LONG) -> str:
    """Like `clean`, but keeps line breaks."""
    lines = (clean(label, line, longest) for line in text.splitlines())
    return _checked(label, "\n".join(lines).strip(), longest, required=False)


def clean_note(text: str, longest: int = LONG) -> str:
    """Return free text without the card numbers and keys that should never have been typed.

    A till keeps neither (PCI DSS 3.3, and scenario 38).
    """
    return without_cards(clean_lines("Note", text, longest))


def clean_email(text: str) -> str:
    """Return an address in lower case, or nothing; raises `CashierError` ``email_invalid``."""
    cleaned = clean("E-mail", text, 254).lower()
    if cleaned and not _EMAIL.fullmatch(cleaned):
        raise CashierError(
            "email_invalid", "This is not an e-mail address.", "Write it like name@example.com."
        )
    return cleaned


def clean_phone(text: str) -> str:
    """Return a number as typed, or nothing; raises `CashierError` ``phone_invalid``."""
    cleaned = clean("Phone", text, 64)
    count = len(digits(cleaned))
    right_length = MIN_PHONE_DIGITS <= count <= MAX_PHONE_DIGITS
    if cleaned and not (right_length and _PHONE.fullmatch(cleaned)):
        raise CashierError(
            "phone_invalid",
            "This is not a phone number.",
            f"Use {MIN_PHONE_DIGITS} to {MAX_PHONE_DIGITS} digits, like +1 415 555 0142.",
        )
    return cleaned


def digits(text: str) -> str:
    """Return the ASCII digits of a text; digits of other scripts count as theirs."""
    return "".join(str(unicodedata.digit(char)) for char in text if char.isdigit())


def masked(phone: str) -> str:
    """Hide all but the last four digits, for lists that others can see."""
    shown = len(digits(phone)) - _SHOWN_DIGITS
    result = []
    for char in phone:
        hide = char.isdigit() and shown > 0
        shown -= char.isdigit()
        result.append("\N{BULLET}" if hide else char)
    return "".join(result)


def folded(text: str) -> str:
    """Return text without case and accents, so that ``müller`` finds ``MULLER``.

    Letters that are composed of parts (Hangul) stay whole; half a surrogate
    pair, which a paste can bring and UTF-8 cannot hold, is dropped.
    """
    parts = unicodedata.normalize("NFKD", text)
    bare = (char for char in parts if not unicodedata.combining(char) and not _is_half(char))
    return unicodedata.normalize("NFC", "".join(bare).casefold())


def sayable(text: str) -> str:
    """Return a search text without half surrogate pairs; see `folded`."""
    return "".join(char for char in text if not _is_half(char))


def _is_half(char: str) -> bool:
    return "\ud800" <= char <= "\udfff"


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs"} or char in _TURNING


_TURNING = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Line ends, and the direction marks that could show 10.00 for 00.01."""


def _checked(label: str, cleaned: str, longest: int, *, required: bool) -> str:
    if required and not cleaned:
        raise CashierError("field_empty", f"{label} is empty.", f"Fill in {label.lower()}.")
    if len(cleaned) > longest:
        raise CashierError(
            "field_too_long",
            f"{label} is longer than {longest} characters.",
            "Shorten it and try again.",
        )
    return cleaned
