"""From a filter to a query that stays fast at a million orders.

Pages go by offset over the index of times alone: SQLite skips rowids there,
and only the rows of one page are read (measured at a million orders: 4 ms at
the top, 26 ms at the end; a text 10 ms, a status 0.3 s when 5 % were
refunded). A keyset would be faster far down, but a scroll bar jumps. What is
typed is looked up in one index for each kind of thing it can be, and the ids
are united.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal_column,
    select,
    text,
    union,
)

from pos.models.base import table_of
from pos.models.order import TOUCHED, Order, Payment
from pos.models.people import Profile
from pos.models.shop import Register
from pos.models.sync import OutboxEntry
from pos.money import exponent, parse_minor
from pos.services.customers import finding as customers
from pos.services.fields import sayable
from pos.services.purchases.views import Period, PurchaseFilter, PurchaseStatus
from pos.services.shop import Shop, load
from pos.services.sync.status import WAITING

SEARCH_LIMIT = 1000
"""Orders that one kind of match brings; whoever needs more types more."""
_PEOPLE = 200
_MAX_TEXT = 80

_LAST4 = re.compile(r"(?:^|[^\w.,-])(\d{4})$")
_FILLING = re.compile(r"[^\d.,-]")

order = table_of(Order)
payment = table_of(Payment)
rowid: ColumnElement[int] = literal_column('"order".rowid')

_touched = (
    select(
        payment.c.order_id,
        func.sum(payment.c.amount_refunded_minor).label("refunded"),
        func.sum(payment.c.amount_reserved_minor).label("reserved"),
    )
    .where(text(TOUCHED))
    .group_by(payment.c.order_id)
    .subquery("touched")
)
_open = and_(_touched.c.reserved == 0, _touched.c.refunded > 0)
_STATUS: dict[PurchaseStatus, ColumnElement[bool]] = {
    PurchaseStatus.REFUND_PENDING: _touched.c.reserved > 0,
    PurchaseStatus.REFUNDED: and_(_open, _touched.c.refunded >= order.c.total_minor),
    PurchaseStatus.PART_REFUNDED: and_(_open, _touched.c.refunded < order.c.total_minor),
}


def days(chosen: PurchaseFilter, now: datetime, zone: tzinfo | None) -> tuple[date, date] | None:
    """Return the first and the last local day to show; None: all of them."""
    today = now.astimezone(zone).date()
    if chosen.period is Period.TODAY:
        return today, today
    if chosen.period is Period.WEEK:
        return today - timedelta(days=6), today
    if chosen.period is Period.RANGE:
        return chosen.first or date.min, chosen.last or date.max
    return None


def within(
    column: ColumnElement[datetime], span: tuple[date, date] | None, zone: tzinfo | None
) -> list[ColumnElement[bool]]:
    """Return the conditions of a span of local days."""
    if span is None:
        return []
    first, last = span
    found = [] if first == date.min else [column >= _midnight(first, zone)]
    if last < date.max:
        found.append(column < _midnight(last + timedelta(days=1), zone))
    return found


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone()


def conditions(
    db: Connection,
    chosen: PurchaseFilter,
    span: tuple[date, date] | None,
    zone: tzinfo | None,
) -> list[ColumnElement[bool]]:
    """Return what an order must meet, but for its status."""
    found = within(order.c.created_at, span, zone)
    if chosen.text.strip():
        found.append(order.c.id.in_(_matches(db, chosen.text)))
    if chosen.unsynced:
        waiting = select(OutboxEntry.aggregate_id).where(WAITING)
        found.append(order.c.id.in_(waiting))
    return found


def with_status(status: PurchaseStatus | None) -> list[ColumnElement[bool]]:
    """Return the conditions of a status; few orders are anything but paid."""
    if status is None:
        return []
    if status is PurchaseStatus.PAID:
        return [rowid.not_in(touched_rows())]
    return [rowid.in_(touched_rows().where(_STATUS[status]))]


def touched_rows() -> Select[Any]:
    """Select the orders of which anything went back or is about to."""
    return select(rowid).join_from(_touched, order, order.c.id == _touched.c.order_id)


def _matches(db: Connection, typed: str) -> Any:
    wanted = " ".join(sayable(typed).split())[:_MAX_TEXT]
    epoch = db.execute(select(Register.epoch)).scalar_one()
    ways = [query.subquery() for query in _ways(wanted, load(db), epoch)]
    return union(*(select(way.c[0]) for way in ways))


def _ways(wanted: str, here: Shop, epoch: int) -> Iterator[Select[Any]]:
    newest = select(order.c.id).limit(SEARCH_LIMIT)
    yield newest.where(_begins(order.c.receipt_number, wanted.upper())).order_by(
        order.c.receipt_number.desc()
    )
    if wanted.isascii() and wanted.isdigit():
        yield newest.where(_numbered(wanted[:18], here, epoch))
    if four := _LAST4.search(wanted):
        by_card = select(payment.c.order_id).where(payment.c.card_last4 == four[1])
        yield by_card.where(text("card_last4 <> ''")).limit(SEARCH_LIMIT)
    for amount in _amounts(wanted, here.currency):
        yield newest.where(order.c.total_minor == amount).order_by(rowid.desc())
    people = customers.matches(wanted)
    if people is not None:
        ids = select(Profile.id).where(people).limit(_PEOPLE)
        yield newest.where(order.c.customer_id.in_(ids)).order_by(rowid.desc())
    address = _begins(order.c.customer_email, wanted.lower())
    yield newest.where(address, text("customer_email <> ''"))


def _begins(column: ColumnElement[str], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + "\U0010ffff")


def _numbered(number: str, here: Shop, epoch: int) -> ColumnElement[bool]:
    """Name the register's epochs one by one, so that the index of numbers serves."""
    return and_(
        order.c.register_id == here.register_id,
        order.c.epoch.in_(range(1, epoch + 1)),
        order.c.receipt_no == int(number),
    )


def _amounts(wanted: str, currency: str) -> list[int]:
    """Read ``$1,196.41``, ``196,41`` and ``196`` as amounts; nothing else."""
    plain = _FILLING.sub("", wanted)
    if len(wanted) - len(plain) > 4:  # noqa: PLR2004  more than a currency sign or code: a name
        return []
    try:
        minor = parse_minor(_pointed(plain, exponent(currency)), currency)
    except ValueError:
        return []
    return [minor] if minor > 0 else []


def _pointed(plain: str, decimals: int) -> str:
    """Take the last mark as the decimal one, unless three digits follow it as in 1,250."""
    whole, mark, rest = plain.rpartition(max(",.", key=plain.rfind))
    digits = whole.replace(",", "").replace(".", "")
    grouped = len(rest) == 3 and decimals != 3  # noqa: PLR2004  a group of thousands
    return f"{digits}.{rest}" if mark and not grouped else digits + rest
