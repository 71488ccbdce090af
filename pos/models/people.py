"""Customers: Profile and, one to one, ProfilePaymentData."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from pos.models.base import Base, Id, Minor


class Profile(Base):
    """A customer; ``search`` holds the folded words that the chooser looks in.

    ``erased`` means that name, phone and email were blanked while the orders stay.
    """

    __tablename__ = "profile"
    __table_args__ = (
        Index("ix_profile_phone_digits", "phone_digits"),
        Index("ix_profile_email", "email"),
        Index("ix_profile_name", "name"),
    )

    id: Mapped[Id]
    business_id: Mapped[UUID] = mapped_column(ForeignKey("business.id"))
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    phone_digits: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    tax_id: Mapped[str] = mapped_column(default="")
    tax_exempt: Mapped[bool] = mapped_column(default=False)
    search: Mapped[str] = mapped_column(default="")
    erased: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)  # the backend's; 0 until it has answered
    created_at: Mapped[datetime]


class ProfilePaymentData(Base):
    """What a customer has with us, as the backend last told it."""

    __tablename__ = "profile_payment_data"

    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True
    )
    account_balance_minor: Mapped[Minor] = mapped_column(default=0)
    service_credits: Mapped[int] = mapped_column(default=0)
    stripe_customer_id: Mapped[str | None]
