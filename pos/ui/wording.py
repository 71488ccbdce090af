"""How figures are written on every screen: one place for money, quantities and rates."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_skeleton

from pos.money import format_minor
from pos.pricing import ONE, PPM, Discount, DiscountKind
from pos.services.tenders import tender_name
from pos.ui.i18n import tr


def money(minor: int, currency: str, locale: str = "en_US") -> str:
    """Write an amount of minor units."""
    return format_minor(minor, currency, locale)


def quantity(milli: int) -> str:
    """Write thousandths without idle zeros: 1500 is ``1.5``."""
    return f"{Decimal(milli) / ONE:f}".rstrip("0").rstrip(".") if milli % ONE else str(milli // ONE)


def percent(ppm: int) -> str:
    """Write parts per million: 88750 is ``8.875 %``."""
    text = f"{Decimal(ppm) * 100 / PPM:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def discount(given: Discount, taken_minor: int, currency: str, locale: str) -> str:
    """Write a discount and what it took off: rate and amount."""
    off = money(-taken_minor, currency, locale)
    if given.kind is DiscountKind.PERCENT:
        return tr("{rate} discount {off}").format(rate=percent(given.value), off=off)
    return tr("Discount {off}").format(off=off)


def tender(provider_id: str, last4: str = "") -> str:
    """Name a way to pay: ``Card ·· 4242``, ``Cash``; an unknown one is made readable."""
    known = {"cash": tr("Cash"), "stripe_terminal": tr("Card"), "no_charge": tr("No charge")}
    name = known.get(provider_id) or tender_name(provider_id)
    return f"{name} ·· {last4}" if last4 else name


def clock(at: datetime) -> str:
    """Write a moment of today in this computer's zone: ``14:32``."""
    return f"{at.astimezone():%H:%M}"


def moment(at: datetime, now: datetime) -> str:
    """Write a moment as a person would: ``Today 14:32``, else ``2026-11-20 14:32``."""
    return f"{tr('Today') if day(at) == day(now) else day(at)} {clock(at)}"


def short_day(at: datetime, locale: str) -> str:
    """Write a day of this or last year in little room: ``Nov 21``."""
    return _month_and_day(at.astimezone().date(), locale)


@lru_cache(maxsize=512)
def _month_and_day(at: date, locale: str) -> str:
    """Remember the days of a list: Babel takes as long for one as a row is painted."""
    return format_skeleton("MMMd", datetime.combine(at, time.min), locale=locale)


def day(at: datetime) -> str:
    """Write a day in this computer's zone: ``2026-11-21``."""
    return f"{at.astimezone():%Y-%m-%d}"
