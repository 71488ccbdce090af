"""Customers as screens see them, and the one statement that reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from pos.models.order import Order
from pos.models.people import Profile, ProfilePaymentData
from pos.services.fields import masked


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerView:
    """A customer; ``credit_minor`` is in the business's currency and may be negative.

    ``is_synced``: the backend knows this customer. An erased one has no name.
    """

    id: UUID
    name: str
    phone: str
    phone_masked: str
    email: str
    tax_id: str
    tax_exempt: bool
    credit_minor: int
    service_credits: int
    is_synced: bool
    is_erased: bool
    last_purchase_at: datetime | None


SELECT = select(
    Profile.id,
    Profile.name,
    Profile.phone,
    Profile.email,
    Profile.tax_id,
    Profile.tax_exempt,
    Profile.erased,
    Profile.version,
    func.coalesce(ProfilePaymentData.account_balance_minor, 0).label("credit_minor"),
    func.coalesce(ProfilePaymentData.service_credits, 0).label("service_credits"),
).outerjoin(ProfilePaymentData, ProfilePaymentData.profile_id == Profile.id)


def views(db: Session | Connection, rows: Sequence[Any]) -> tuple[CustomerView, ...]:
    """Make views of rows of `SELECT`, with one more look for the last purchases."""
    bought = _last_purchases(db, [row.id for row in rows])
    return tuple(_view(row, bought.get(row.id)) for row in rows)


def _last_purchases(db: Session | Connection, ids: Iterable[UUID]) -> dict[UUID, datetime]:
    query = (
        select(Order.customer_id, func.max(Order.created_at))
        .where(Order.customer_id.in_(list(ids)))
        .group_by(Order.customer_id)
    )
    return {customer: at for customer, at in db.execute(query) if customer is not None}


def _view(row: Any, bought: datetime | None) -> CustomerView:
    return CustomerView(
        id=row.id,
        name=row.name,
        phone=row.phone,
        phone_masked=masked(row.phone),
        email=row.email,
        tax_id=row.tax_id,
        tax_exempt=row.tax_exempt,
        credit_minor=row.credit_minor,
        service_credits=row.service_credits,
        is_synced=row.version > 0,
        is_erased=row.erased,
        last_purchase_at=bought,
    )
