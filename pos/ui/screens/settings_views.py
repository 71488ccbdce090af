"""What the settings show and hand back. A secret goes in and never comes out."""

from __future__ import annotations

from dataclasses import dataclass

from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """The shop and this register; ``currency`` is fixed once something was sold."""

    name: str = ""
    address: str = ""
    location: str = ""
    register: str = ""
    currency: str = "usd"
    currency_fixed: bool = False
    tax_inclusive: bool = False
    theme: str = "light"


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One tax; the rate in parts per million (88750 is 8.875 %)."""

    id: str
    name: str
    ppm: int


@dataclass(frozen=True, slots=True)
class StateView:
    """A state in words, for a key, a reader or the backend."""

    text: str
    tone: Tone = Tone.NEUTRAL
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """One card reader that can be chosen."""

    id: str
    label: str
    detail: str
    tone: Tone = Tone.NEUTRAL
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class BackendSettings:
    """Where the business backend is; its token is written, never shown."""

    url: str = ""
    state: StateView = StateView("")


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import got; ``total`` 0 means that is not known yet."""

    done: int
    total: int
    words: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was left out: its line in the file, why, and how it begins."""

    line: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How an import ended."""

    title: str
    counts: tuple[tuple[str, str], ...] = ()
    rejected: tuple[Rejected, ...] = ()
    rejected_total: int = 0
    banner: BannerView | None = None
