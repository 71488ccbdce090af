"""What was sold and paid: append-only; corrections are refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pos.models.base import Base, Id, Milli, Minor, stored_enum
from pos.models.states import ProductKind, RefundReason, RefundState


class Order(Base):
    """A paid sale. Its receipt number is for people: gapless per register and epoch."""

    __tablename__ = "order"
    __table_args__ = (
        UniqueConstraint("register_id", "epoch", "receipt_no"),
        Index("ix_order_created", "created_at"),
        Index("ix_order_customer", "customer_id"),
        # what a person types into Purchases: an amount, a guest's address
        Index("ix_order_total", "total_minor"),
        Index("ix_order_email", "customer_email", sqlite_where=text("customer_email <> ''")),
    )

    id: Mapped[Id]  # the checkout run's
    cart_id: Mapped[UUID] = mapped_column(unique=True)
    business_id: Mapped[UUID] = mapped_column(ForeignKey("business.id"))
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"))
    register_id: Mapped[UUID] = mapped_column(ForeignKey("register.id"))
    epoch: Mapped[int]
    receipt_no: Mapped[int]
    receipt_number: Mapped[str] = mapped_column(index=True)  # as printed: R1-000481
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    customer_id: Mapped[UUID | None]
    customer_name: Mapped[str] = mapped_column(default="")
    customer_email: Mapped[str] = mapped_column(default="")
    currency: Mapped[str]
    prices_include_tax: Mapped[bool]
    tax_rounding: Mapped[str]
    discount_kind: Mapped[str | None]
    discount_value: Mapped[int] = mapped_column(default=0)
    subtotal_minor: Mapped[Minor]
    discount_minor: Mapped[Minor]
    tax_minor: Mapped[Minor]
    total_minor: Mapped[Minor]
    taxes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # id, name, rate_ppm, base, tax
    note: Mapped[str] = mapped_column(default="")
    policy_accepted_at: Mapped[datetime | None]
    oversold: Mapped[bool] = mapped_column(default=False)
    reprints: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class OrderLine(Base):
    """One line as it was sold; ``refunded_milli`` counts reserved refunds too."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("refunded_milli BETWEEN 0 AND quantity_milli", name="refunded"),
        CheckConstraint("refunded_minor BETWEEN 0 AND total_minor", name="refunded_minor"),
        Index("ix_order_line_order", "order_id", "position"),
    )

    id: Mapped[Id]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("order.id"))
    position: Mapped[int]
    variant_key: Mapped[str]
    name: Mapped[str]
    option_name: Mapped[str] = mapped_column(default="")
    sku: Mapped[str] = mapped_column(default="")
    barcode: Mapped[str] = mapped_column(default="")
    kind: Mapped[ProductKind] = mapped_column(stored_enum(ProductKind))
    tracked: Mapped[bool] = mapped_column(default=False)
    unit_minor: Mapped[Minor]
    quantity_milli: Mapped[Milli]
    discount_kind: Mapped[str | None]
    discount_value: Mapped[int] = mapped_column(default=0)
    subtotal_minor: Mapped[Minor]  # unit times quantity
    discount_minor: Mapped[Minor]  # own and allocated order discount
    tax_minor: Mapped[Minor]
    total_minor: Mapped[Minor]  # what the customer paid for this line, tax included
    taxes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(default="")
    refunded_milli: Mapped[Milli] = mapped_column(default=0)
    refunded_minor: Mapped[Minor] = mapped_column(default=0)


TOUCHED = "amount_refunded_minor + amount_reserved_minor > 0"
"""Payments of which something went back or is about to; queries must say it in these words."""


class Payment(Base):
    """Money taken for an order by one provider; Medusa's fields."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("amount_refunded_minor BETWEEN 0 AND amount_minor", name="refunded"),
        CheckConstraint(
            "amount_reserved_minor >= 0"
            " AND amount_refunded_minor + amount_reserved_minor <= amount_minor",
            name="reserved",
        ),
        Index("ix_payment_order", "order_id"),
        Index("ix_payment_reference", "reference"),
        Index("ix_payment_last4", "card_last4", sqlite_where=text("card_last4 <> ''")),
        Index("ix_payment_touched", "order_id", sqlite_where=text(TOUCHED)),
    )

    id: Mapped[Id]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("order.id"))
    session_id: Mapped[UUID | None] = mapped_column(unique=True)  # None: no charge
    provider_id: Mapped[str] = mapped_column(ForeignKey("payment_provider.id"))
    currency: Mapped[str]
    amount_minor: Mapped[Minor]
    amount_refunded_minor: Mapped[Minor] = mapped_column(default=0)
    amount_reserved_minor: Mapped[Minor] = mapped_column(default=0)
    tendered_minor: Mapped[Minor]
    change_minor: Mapped[Minor] = mapped_column(default=0)
    reference: Mapped[str] = mapped_column(default="")  # the PaymentIntent
    card_brand: Mapped[str] = mapped_column(default="")
    card_last4: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)  # EMV receipt fields
    captured_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Refund(Base):
    """Money given back for one payment; reserved before anything is asked of anyone.

    While ``is_open`` its outcome is not known and no other refund of the same
    payment may start (cases 56 and 57 of the failure matrix).
    """

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("reason <> 'other' OR length(note) > 0", name="other_needs_a_note"),
        Index("uq_refund_open", "payment_id", unique=True, sqlite_where=text("is_open = 1")),
        Index("ix_refund_order", "order_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("order.id"))
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"))
    provider_id: Mapped[str]
    currency: Mapped[str]
    amount_minor: Mapped[Minor]
    fee_minor: Mapped[Minor] = mapped_column(default=0)  # kept by policy
    state: Mapped[RefundState] = mapped_column(stored_enum(RefundState))
    is_open: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[RefundReason] = mapped_column(stored_enum(RefundReason))
    note: Mapped[str] = mapped_column(default="")
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reference: Mapped[str] = mapped_column(default="")  # Stripe's refund id
    code: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class RefundLine(Base):
    """What came back of one order line."""

    __tablename__ = "refund_line"
    __table_args__ = (
        CheckConstraint("quantity_milli > 0", name="quantity"),
        Index("ix_refund_line_refund", "refund_id"),
    )

    id: Mapped[Id]
    refund_id: Mapped[UUID] = mapped_column(ForeignKey("refund.id"))
    order_line_id: Mapped[UUID] = mapped_column(ForeignKey("order_line.id"))
    quantity_milli: Mapped[Milli]
    amount_minor: Mapped[Minor]
    tax_minor: Mapped[Minor]
    restock: Mapped[bool] = mapped_column(default=False)
