"""What the counter does with customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from pos.backend.wire import CustomerIn, CustomerOut, CustomersPage, encode
from pos.errors import CashierError
from pos.models.base import new_id, table_of
from pos.models.database import Database
from pos.models.order import Order
from pos.models.people import Profile, ProfilePaymentData
from pos.models.shop import Business
from pos.models.sync import OutboxEntry
from pos.services import fields
from pos.services.customers import finding, mirror
from pos.services.customers.views import SELECT, CustomerView, views
from pos.services.journal import Event, record
from pos.services.shop import Clock

PATH = "/choose_new_customer/"
KIND = "customer"
_LOOKED_AT = 200
_other = table_of(Profile).alias("other")


@dataclass(frozen=True, slots=True)
class DuplicateFound:
    """Nobody was created: these have the same phone number or e-mail address."""

    existing: tuple[CustomerView, ...]


class CustomerService:
    """Reads and writes the mirror of the business's customers; works offline.

    Writing methods are one short transaction each and belong on the database
    thread; reading ones may be called from any.
    """

    def __init__(self, db: Database, clock: Clock, *, actor: str = "") -> None:
        self._db = db
        self._clock = clock
        self._actor = actor

    def search(self, text: str, limit: int = 50) -> tuple[CustomerView, ...]:
        """Find customers from the first character; nothing typed finds nobody."""
        condition = finding.matches(text)
        if condition is None:
            return ()
        query = (
            SELECT.where(Profile.erased.is_(False), condition)
            .order_by(finding.rank(text), Profile.name, Profile.id)
            .limit(limit)
        )
        with self._db.reader.begin() as db:
            return views(db, db.execute(query).all())

    def recent(self, limit: int = 8) -> tuple[CustomerView, ...]:
        """Return who bought or was created last, newest first."""
        with self._db.reader.begin() as db:
            ids = _recent_ids(db, limit)
            rows = {row.id: row for row in db.execute(SELECT.where(Profile.id.in_(ids)))}
            return views(db, [rows[key] for key in ids if key in rows])

    def count(self) -> int:
        """Return how many customers `page` has in all."""
        everybody = select(func.count()).select_from(Profile)
        with self._db.reader.begin() as db:
            gone = db.execute(everybody.where(Profile.erased)).scalar_one()
            return db.execute(everybody).scalar_one() - gone

    def page(self, offset: int, limit: int) -> tuple[CustomerView, ...]:
        """Return part of everybody, those who were added last first."""
        gone = select(_other.c.number).where(_other.c.erased)
        numbers = select(Profile.number).where(Profile.number.not_in(gone))
        part = numbers.order_by(Profile.number.desc()).offset(offset).limit(limit)
        with self._db.reader.begin() as db:
            rows = db.execute(
                SELECT.where(Profile.number.in_(part.correlate(None))).order_by(
                    Profile.number.desc()
                )
            ).all()
            return views(db, rows)

    def get(self, profile_id: UUID) -> CustomerView:
        """Read one customer; raises `CashierError` ``customer_unknown``."""
        with self._db.reader.begin() as db:
            return _get(db, profile_id)

    def create(
        self, name: str, phone: str = "", email: str = "", tax_id: str = "", *, force: bool = False
    ) -> CustomerView | DuplicateFound:
        """Create a customer here and now, and queue the news for the backend.

        Raises `CashierError` for a field that cannot be right: ``field_empty``,
        ``field_too_long``, ``phone_invalid``, ``email_invalid``. Unless
        ``force``, a likely duplicate is shown instead.
        """
        typed = _Typed(
            fields.clean("Name", name, required=True),
            fields.clean_phone(phone),
            fields.clean_email(email),
            fields.clean("Tax id", tax_id, 64),
        )
        existing = () if force else self._duplicates(typed)
        if existing:
            return DuplicateFound(existing)
        with self._db.engine.begin() as db:
            profile_id = _insert(db, typed, self._clock())
            event = Event("customer_created", str(profile_id), {"forced": force}, self._actor)
            record(db, event, self._clock())
            return _get(db, profile_id)

    def _duplicates(self, typed: _Typed) -> tuple[CustomerView, ...]:
        """Look before the write lock is taken."""
        condition = finding.same_person(typed.phone, typed.email)
        if condition is None:
            return ()
        with self._db.reader.begin() as db:
            found = db.execute(SELECT.where(condition).order_by(Profile.name).limit(5)).all()
            return views(db, found)

    def twins(self, phone: str, email: str) -> tuple[CustomerView, ...]:
        """Return who has this phone or email already; half-typed ones match nobody."""
        try:
            typed = _Typed("", fields.clean_phone(phone), fields.clean_email(email), "")
        except CashierError:
            return ()
        return self._duplicates(typed)

    def set_tax_exempt(self, profile_id: UUID, *, exempt: bool) -> CustomerView:
        """Say that a customer pays no tax, or does; carts are priced anew by themselves."""
        with self._db.engine.begin() as db:
            _get(db, profile_id)
            change = update(Profile).where(Profile.id == profile_id)
            db.execute(change.values(tax_exempt=exempt))
            data = {"exempt": exempt}
            event = Event("customer_tax_exempt", str(profile_id), data, self._actor)
            record(db, event, self._clock())
            return _get(db, profile_id)

    def apply_delta(self, items: Sequence[CustomerOut]) -> int:
        """Take over what changed at the backend; returns how many customers differed.

        An older version changes nothing, so a page may be applied twice. A
        customer made here that is still waiting to be sent keeps its words. An
        erased one loses them everywhere, and its orders stay.
        """
        with self._db.engine.begin() as db:
            return mirror.apply(db, items, self._clock())

    def apply_changes(self, page: CustomersPage) -> int:
        """Take over one page of the backend's changes; see `apply_delta`."""
        return self.apply_delta(page.items)


@dataclass(frozen=True, slots=True)
class _Typed:
    """A customer as typed, cleaned and checked."""

    name: str
    phone: str
    email: str
    tax_id: str


def _get(db: Connection, profile_id: UUID) -> CustomerView:
    rows = db.execute(SELECT.where(Profile.id == profile_id)).all()
    if not rows:
        raise CashierError(
            "customer_unknown", "This customer no longer exists.", "Choose another one."
        )
    return views(db, rows)[0]


def _insert(db: Connection, typed: _Typed, now: datetime) -> UUID:
    profile_id = new_id()
    business_id = db.execute(select(Business.id)).scalar_one()
    db.execute(
        insert(Profile).values(
            id=profile_id,
            business_id=business_id,
            name=typed.name,
            phone=typed.phone,
            phone_digits=fields.digits(typed.phone),
            email=typed.email,
            tax_id=typed.tax_id,
            search=finding.search_text(typed.name, typed.email, typed.tax_id, typed.phone),
            created_at=now,
        )
    )
    db.execute(insert(ProfilePaymentData).values(profile_id=profile_id))
    _tell(db, profile_id, business_id, typed, now)
    return profile_id


def _tell(
    db: Connection, profile_id: UUID, business_id: UUID, typed: _Typed, now: datetime
) -> None:
    message = CustomerIn(
        id=profile_id,
        business_id=business_id,
        name=typed.name,
        phone=typed.phone,
        email=typed.email,
        tax_id=typed.tax_id,
    )
    db.execute(
        insert(OutboxEntry).values(
            key=profile_id,
            aggregate_id=profile_id,
            kind=KIND,
            path=PATH,
            body=encode(message),
            label="New customer",  # a name here would outlive an erasure
            not_before=now,
            created_at=now,
        )
    )


def _recent_ids(db: Connection, limit: int) -> list[UUID]:
    """Merge the newest orders' customers with the newest customers, by time."""
    bought = (
        select(Order.customer_id, Order.created_at)
        .where(Order.customer_id.is_not(None))
        .order_by(Order.created_at.desc())
        .limit(_LOOKED_AT)
    )
    alive = Profile.erased.is_(False)
    made = select(Profile.id, Profile.created_at).where(alive).order_by(Profile.number.desc())
    found: list[Any] = [*db.execute(bought).all(), *db.execute(made.limit(limit)).all()]
    candidates = Profile.id.in_([row[0] for row in found])
    gone = set(db.scalars(select(Profile.id).where(candidates, Profile.erased)))
    found.sort(key=lambda row: row[1], reverse=True)
    newest: dict[UUID, None] = dict.fromkeys(row[0] for row in found if row[0] not in gone)
    return list(newest)[:limit]
