"""What was sold and given back so far, kept up with every sale: the sums of a day's report."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pos.models.base import Base, Minor, stored_enum
from pos.models.states import TotalKind

QUARTER_S = 900


class RunningTotal(Base):
    """The sum of one kind in one quarter of an hour of one register.

    ``quarter`` counts quarters of an hour since 1970 in UTC: they make up the
    shop's day in every time zone, also where its clock changes. ``name`` is the
    tender's or the tax's id, else empty; ``count`` is of sales, refunds, payments
    or lines that were taxed.
    """

    __tablename__ = "running_total"

    register_id: Mapped[UUID] = mapped_column(ForeignKey("register.id"), primary_key=True)
    quarter: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[TotalKind] = mapped_column(stored_enum(TotalKind), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    amount_minor: Mapped[Minor]
