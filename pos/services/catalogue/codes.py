"""Barcodes: any printable string is one, and a wrong check digit is no reason to refuse a sale."""

from __future__ import annotations

_SHORTEST, _LONGEST = 8, 14
_WITH_CHECK_DIGIT = frozenset({8, 12, 13, 14})
MAX_CODE = 64


def gtin14(code: str) -> int | None:
    """Return the number that equal GTINs share whatever their length, or None for other codes.

    Codes of 8 to 14 digits qualify, the odd lengths too: spreadsheets drop leading zeros.
    """
    if _SHORTEST <= len(code) <= _LONGEST and code.isascii() and code.isdigit():
        return int(code)
    return None


def check_digit_is_wrong(code: str) -> bool:
    """Tell whether a code of a GTIN's length fails its check digit (GS1 7.9)."""
    if len(code) not in _WITH_CHECK_DIGIT or not (code.isascii() and code.isdigit()):
        return False
    digits = code.encode()  # "0" counts 48 in every place
    odd, even = digits[::-2], digits[-2::-2]
    return (sum(odd) + 3 * sum(even) - 48 * (len(odd) + 3 * len(even))) % 10 != 0


def clean_code(text: str) -> str:
    """Trim a code as typed, scanned or exported (spreadsheets put an apostrophe in front).

    Raises `ValueError` for one that cannot be printed or is longer than `MAX_CODE`.
    """
    code = text.strip().removeprefix("'")
    if not code.isprintable():
        raise ValueError("the code has characters that cannot be printed")
    if len(code) > MAX_CODE:
        raise ValueError(f"the code is longer than {MAX_CODE} characters")
    return code
