"""The shop: business, location, register, its settings, staff and taxes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pos.models.base import Base, Id, stored_enum
from pos.models.states import Role


class Business(Base):
    """Who sells; every row of money belongs to exactly one."""

    __tablename__ = "business"

    id: Mapped[Id]
    name: Mapped[str]


class Location(Base):
    """Where it is sold: currency, tax mode and the words on the receipt."""

    __tablename__ = "location"
    __table_args__ = (
        CheckConstraint("length(currency) = 3", name="currency"),
        CheckConstraint("tax_rounding IN ('order', 'line')", name="tax_rounding"),
    )

    id: Mapped[Id]
    business_id: Mapped[UUID] = mapped_column(ForeignKey("business.id"))
    name: Mapped[str]
    currency: Mapped[str]  # lower case ISO 4217
    prices_include_tax: Mapped[bool] = mapped_column(default=False)
    tax_rounding: Mapped[str] = mapped_column(default="order")
    address: Mapped[str] = mapped_column(default="")
    receipt_footer: Mapped[str] = mapped_column(default="")


class Register(Base):
    """One till. ``epoch`` grows when a copy is enrolled anew, so that no number repeats."""

    __tablename__ = "register"
    __table_args__ = (
        CheckConstraint("last_receipt >= 0", name="last_receipt"),
        CheckConstraint("scale_percent BETWEEN 50 AND 400", name="scale"),
    )

    id: Mapped[Id]
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"))
    name: Mapped[str]
    number: Mapped[int]
    epoch: Mapped[int] = mapped_column(default=1)
    last_receipt: Mapped[int] = mapped_column(default=0)  # gapless per register and epoch
    theme: Mapped[str] = mapped_column(default="light")
    locale: Mapped[str] = mapped_column(default="en_US")
    scale_percent: Mapped[int] = mapped_column(default=100, server_default="100")


class Setup(Base):
    """How far the first run of a till got that was made empty; no row: there was none.

    ``page`` is where it goes on; ``skipped`` names the pages that were passed by.
    """

    __tablename__ = "setup"

    register_id: Mapped[UUID] = mapped_column(ForeignKey("register.id"), primary_key=True)
    page: Mapped[str]
    skipped: Mapped[list[str]] = mapped_column(JSON)
    finished_at: Mapped[datetime | None]


class PaymentSettings(Base):
    """How this business takes money; secrets are in the keyring, never here."""

    __tablename__ = "payment_settings"

    business_id: Mapped[UUID] = mapped_column(ForeignKey("business.id"), primary_key=True)
    gateway: Mapped[str] = mapped_column(default="stripe")
    reader_id: Mapped[str] = mapped_column(default="")
    reader_label: Mapped[str] = mapped_column(default="")
    refund_policy: Mapped[str] = mapped_column(default="")
    refund_popup: Mapped[bool] = mapped_column(default=False)
    backend_url: Mapped[str] = mapped_column(default="")
    settings_version: Mapped[int] = mapped_column(default=0)  # of the backend's copy


class Staff(Base):
    """Somebody who works here.

    ``pin_hash`` is a salted scrypt, empty without a PIN; ``pin_tries`` counts
    the wrong ones in a row, and none is looked at before ``pin_not_before``.
    """

    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("pin_tries >= 0", name="pin_tries"),)

    id: Mapped[Id]
    business_id: Mapped[UUID] = mapped_column(ForeignKey("business.id"))
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(stored_enum(Role))
    active: Mapped[bool] = mapped_column(default=True)
    pin_hash: Mapped[str] = mapped_column(default="", server_default="")
    pin_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    pin_not_before: Mapped[datetime | None]


class TaxRate(Base):
    """A tax of one location; ``rate_ppm`` is parts per million (88750 is 8.875 %)."""

    __tablename__ = "tax_rate"
    __table_args__ = (
        UniqueConstraint("location_id", "code"),
        CheckConstraint("rate_ppm BETWEEN 0 AND 1000000", name="rate"),
    )

    id: Mapped[Id]
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"))
    code: Mapped[str]  # stable; products name it
    name: Mapped[str]
    rate_ppm: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    applies_to_services: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime]
