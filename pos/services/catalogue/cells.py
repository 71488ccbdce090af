"""What both CSV formats share: columns by name, and cells turned into exact values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pos.money import parse_minor
from pos.services.catalogue.codes import MAX_CODE, clean_code
from pos.services.catalogue.source import RowError
from pos.services.catalogue.text import clean_words

MAX_PRICE_MINOR = 10**11
MAX_STOCK_MILLI = 10**12
MAX_WORDS = 255
OPEN_PRICE = "open"
_YES, _NO = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})


class Columns:
    """Finds cells by any of a column's names; a column or cell that is not there is empty."""

    def __init__(self, header: Sequence[str]) -> None:
        self._at: dict[str, int] = {}
        for index, name in enumerate(header):
            self._at.setdefault(name.strip().lower(), index)
        self.width = len(header)

    def __contains__(self, name: str) -> bool:
        return name in self._at

    def find(self, *names: str) -> int:
        """Return the place of the first name that exists, or one that no row has."""
        return next((self._at[name] for name in names if name in self._at), -1)

    def check_width(self, fields: Sequence[str]) -> None:
        """Refuse a row with more cells than the header: an unquoted separator moved them."""
        if len(fields) > self.width and any(fields[self.width :]):
            raise RowError(f"the row has {len(fields)} cells, the header {self.width}")


def cell(fields: Sequence[str], place: int) -> str:
    """Return a trimmed cell; short rows end in empty ones."""
    return fields[place].strip() if 0 <= place < len(fields) else ""


@lru_cache(maxsize=10_000)
def price(text: str, currency: str) -> int:
    """Read a price into minor units; raises `RowError` for none, negative and absurd ones.

    Remembered: a supermarket has few prices.
    """
    if not text:
        raise RowError("the price is missing")
    try:
        minor = parse_minor(text, currency)
    except ValueError as error:
        raise RowError(f"the price {error}") from None
    if minor < 0:
        raise RowError(f"the price {text!r} is negative")
    if minor > MAX_PRICE_MINOR:
        raise RowError(f"the price {text!r} is absurdly high")
    return minor


def stock(text: str) -> int:
    """Read a quantity, at most three decimals, into thousandths; it may be negative."""
    try:
        milli = parse_minor(text, "kwd")  # three decimals, like thousandths
    except ValueError:
        raise RowError(f"the stock {text[:40]!r} is not a quantity") from None
    if abs(milli) > MAX_STOCK_MILLI:
        raise RowError(f"the stock {text!r} is absurdly high")
    return milli


def code(text: str) -> str:
    """Clean a barcode or SKU; raises `RowError` for one that no scanner could print."""
    if text.isdecimal() and text.isascii() and len(text) <= MAX_CODE:
        return text
    try:
        return clean_code(text)
    except ValueError as error:
        raise RowError(str(error)) from None


def words(text: str) -> str:
    """Clean an option, category or handle; raises `RowError` for an endless one."""
    if not text:
        return ""
    cleaned = clean_words(text)
    if len(cleaned) > MAX_WORDS:
        raise RowError(f"{cleaned[:40]!r}... is longer than {MAX_WORDS} characters")
    return cleaned


def yes(text: str, *, default: bool) -> bool:
    """Read a true or false cell."""
    word = text.lower()
    if word in _YES or word in _NO:
        return word in _YES
    if word:
        raise RowError(f"{text[:40]!r} is neither true nor false")
    return default
