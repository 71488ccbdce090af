"""What the first run shows and hands back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Passed(StrEnum):
    """How a page of the first run stands."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class PageView:
    """A page in the list at the left."""

    name: str
    words: str
    passed: Passed = Passed.OPEN


@dataclass(frozen=True, slots=True)
class RateRow:
    """A tax as proposed or typed; ``rate`` as it is written, in percent.

    ``code`` is what products name one by that is set already; empty for a proposal.
    ``services``: services and passes carry it too.
    """

    name: str
    rate: str
    on: bool
    code: str = ""
    services: bool = False


@dataclass(frozen=True, slots=True)
class TermsView:
    """Currency, tax mode and rates; ``note`` is what is peculiar to the country."""

    currency: str
    inclusive: bool
    rates: tuple[RateRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A page at the end: what was answered, or that it was passed by."""

    page: str
    words: str
    answer: str
    skipped: bool = False
