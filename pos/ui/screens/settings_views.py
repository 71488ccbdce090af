"""What the settings show and hand back. A secret goes in and never comes out."""

from __future__ import annotations

from dataclasses import dataclass

from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One tax; ``rate`` as it is written, ``services``: services and passes carry it too."""

    id: str
    name: str
    rate: str
    services: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class TaxInput:
    """A tax as typed; an empty ``id`` is a new one."""

    id: str
    name: str
    rate: str
    services: bool


@dataclass(frozen=True, slots=True)
class PriceSettings:
    """How prices are meant, and the taxes on them."""

    currency: str = "usd"
    tax_inclusive: bool = False
    taxes: tuple[TaxRow, ...] = ()


@dataclass(frozen=True, slots=True)
class TenderRow:
    """A way to pay that is offered at the checkout, or not."""

    id: str
    name: str
    on: bool


@dataclass(frozen=True, slots=True)
class StateView:
    """A state in words, for a key, a reader or the backend."""

    text: str
    tone: Tone = Tone.NEUTRAL
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SecretView:
    """Whether a secret is there, never the secret; ``problem`` says why it may not last."""

    state: StateView
    stored: bool = False
    problem: BannerView | None = None


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """One card reader that can be chosen."""

    id: str
    label: str
    detail: str
    tone: Tone = Tone.NEUTRAL
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A location of the account where a reader can stand."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderInput:
    """A new reader as typed; with an empty ``place`` the location is made of the rest."""

    code: str
    label: str
    place: str
    name: str = ""
    street: str = ""
    city: str = ""
    postal: str = ""
    state: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class TryView:
    """What a try of the reader does and how far one is; no ``button``, no reader to try."""

    button: str = ""
    words: str = ""
    state: str = ""
    tone: Tone = Tone.NEUTRAL
    running: bool = False


@dataclass(frozen=True, slots=True)
class BackendSettings:
    """Where the business backend is; ``hint`` stands in the empty field.

    ``facts`` are (words, figure) pairs: what waits, and when it was last spoken to.
    """

    url: str = ""
    state: StateView = StateView("")
    hint: str = "https://"
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A row of a file as it will be imported, or why it will not."""

    line: int
    name: str
    detail: str
    price: str = ""


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What importing a file would do."""

    file: str
    counts: tuple[tuple[str, str], ...]
    rows: tuple[PreviewLine, ...]
    refused: tuple[PreviewLine, ...] = ()
    note: str = ""
    good: int = 0


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
    """How an import ended; ``notes`` are oddities of rows that were imported all the same."""

    title: str
    counts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    banner: BannerView | None = None
