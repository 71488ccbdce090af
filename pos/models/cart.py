"""The cart: every change is a committed row, so that a power cut loses nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from pos.models.base import Base, Id, Milli, Minor, stored_enum
from pos.models.states import CartStatus, ProductKind

MAX_QUANTITY_MILLI = 10**9
"""A million pieces; sums of price times quantity stay inside 64 bits."""


class Cart(Base):
    """A sale that is not paid; becomes an Order, in one transaction, and is deleted."""

    __tablename__ = "cart"
    __table_args__ = (
        # the till has one cart at its counter
        Index(
            "uq_cart_register_current",
            "register_id",
            unique=True,
            sqlite_where=text("status IN ('open', 'paying')"),
        ),
        CheckConstraint(
            "discount_kind IS NULL OR discount_kind IN ('percent', 'fixed')", name="discount_kind"
        ),
        CheckConstraint("discount_value >= 0", name="discount_value"),
    )

    id: Mapped[Id]
    register_id: Mapped[UUID] = mapped_column(ForeignKey("register.id"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("profile.id"))
    receipt_email: Mapped[str] = mapped_column(default="")
    status: Mapped[CartStatus] = mapped_column(stored_enum(CartStatus), default=CartStatus.OPEN)
    currency: Mapped[str]
    discount_kind: Mapped[str | None]  # percent (ppm) or fixed (minor units)
    discount_value: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CartLine(Base):
    """One product in a cart, with a snapshot of what the catalogue said when it was added."""

    __tablename__ = "cart_line"
    __table_args__ = (
        CheckConstraint(f"quantity_milli BETWEEN 1 AND {MAX_QUANTITY_MILLI}", name="quantity"),
        CheckConstraint("unit_minor >= 0", name="unit"),
        CheckConstraint(
            "discount_kind IS NULL OR discount_kind IN ('percent', 'fixed')", name="discount_kind"
        ),
        CheckConstraint("discount_value >= 0", name="discount_value"),
        Index("ix_cart_line_cart", "cart_id", "position"),
    )

    id: Mapped[Id]
    cart_id: Mapped[UUID] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"))
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
    tax_ids: Mapped[list[str] | None] = mapped_column(JSON)  # None: every tax that applies
    discount_kind: Mapped[str | None]
    discount_value: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")


class CartUndo(Base):
    """A snapshot taken before a change, so that clearing a cart can be taken back."""

    __tablename__ = "cart_undo"
    __table_args__ = (Index("ix_cart_undo_cart", "cart_id", "seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    cart_id: Mapped[UUID] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"))
    label: Mapped[str]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    header: Mapped[dict[str, Any]] = mapped_column(JSON)


class StockLevel(Base):
    """What is left of a tracked variant, in thousandths; may go below zero (oversold)."""

    __tablename__ = "stock_level"

    variant_key: Mapped[str] = mapped_column(primary_key=True)
    on_hand_milli: Mapped[Milli]
    updated_at: Mapped[datetime]
