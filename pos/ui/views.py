"""What the window's frame shows: plain values, no rows of a database."""

from __future__ import annotations

from dataclasses import dataclass

from pos.ui.i18n import tr
from pos.ui.tokens import Tone


@dataclass(frozen=True, slots=True)
class ShopView:
    """Who and where: the left end of the header and the round badge."""

    shop: str
    place: str
    initials: str
    person: str = ""
    training: bool = False


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """Something the backend refused, with its own words."""

    id: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class StatusView:
    """One pill, and the panel it opens.

    ``key`` is ``sync``, ``reader`` or another; ``text`` stands in the pill,
    ``detail`` and ``lines`` in the panel, ``parked`` offers Retry and Discard.
    """

    key: str
    text: str
    tone: Tone = Tone.NEUTRAL
    detail: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    parked: tuple[ParkedItem, ...] = ()


def sync_status(*, online: bool, waiting: int, parked: tuple[ParkedItem, ...] = ()) -> StatusView:
    """Return the sync pill in the words every screen uses."""
    if parked:
        text, tone = tr("%n needs attention", len(parked)), Tone.BAD
        detail = tr("The backend refused some of this register's records. Nothing is lost.")
    elif not online:
        text = tr("Offline · %n waiting", waiting) if waiting else tr("Offline")
        tone = Tone.WARN
        detail = tr("Offline \N{EN DASH} sales are saved on this computer (%n waiting)", waiting)
    elif waiting:
        text, tone = tr("Syncing · %n waiting", waiting), Tone.INFO
        detail = tr("Online. %n waiting to be sent.", waiting)
    else:
        text, tone = tr("All synced"), Tone.OK
        detail = tr("Everything on this register has reached the backend.")
    return StatusView("sync", text, tone, detail, (), parked)
