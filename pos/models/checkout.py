"""Checkout runs, payment sessions and the journal of remote calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pos.models.base import Base, Id, Minor, stored_enum
from pos.models.states import CardPhase, OpKind, OpState, RunState, SessionStatus, Wish


class CheckoutRun(Base):
    """The one way from a cart to an order.

    Its id becomes the order's, and the key under which the backend is told, for ever.
    ``cart_id`` is a plain value, so that history survives the cart's deletion.
    """

    __tablename__ = "checkout_run"
    __table_args__ = (
        CheckConstraint("total_minor >= 0", name="total"),
        Index("ix_checkout_run_unfinished", "state", sqlite_where=text("finished_at IS NULL")),
    )

    id: Mapped[Id]
    cart_id: Mapped[UUID] = mapped_column(unique=True)
    state: Mapped[RunState] = mapped_column(stored_enum(RunState), default=RunState.STARTED)
    currency: Mapped[str]
    total_minor: Mapped[Minor]
    frozen: Mapped[dict[str, Any]] = mapped_column(JSON)  # what the order will say
    policy_accepted_at: Mapped[datetime | None]
    parked_at: Mapped[datetime | None]  # set aside while its payment is not known
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class PaymentProvider(Base):
    """A way to pay that this program knows; kept for history when it is gone."""

    __tablename__ = "payment_provider"

    id: Mapped[str] = mapped_column(primary_key=True)
    is_installed: Mapped[bool] = mapped_column(default=True)


class LocationProvider(Base):
    """A provider enabled at a location; not listed means not usable there."""

    __tablename__ = "location_provider"

    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"), primary_key=True)
    provider_id: Mapped[str] = mapped_column(ForeignKey("payment_provider.id"), primary_key=True)


class PaymentSession(Base):
    """One tender's attempt to be paid, belonging to a checkout run.

    ``is_selected`` marks the one the cashier is at; ``is_live`` stays set until
    the money is known to be taken or not takeable, and fences every other
    tender of the same balance (P2). ``reader_lease`` is held by one session a
    reader (P7). ``data`` has what the provider needs to go on after a crash.
    """

    __tablename__ = "payment_session"
    __table_args__ = (
        Index("uq_session_selected", "run_id", unique=True, sqlite_where=text("is_selected = 1")),
        Index("uq_session_live", "run_id", "tender", unique=True, sqlite_where=text("is_live = 1")),
        Index(
            "uq_session_reader",
            "reader_lease",
            unique=True,
            sqlite_where=text("reader_lease IS NOT NULL"),
        ),
        Index("ix_session_run", "run_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
    )

    id: Mapped[Id]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("checkout_run.id"))
    cart_id: Mapped[UUID]
    provider_id: Mapped[str] = mapped_column(ForeignKey("payment_provider.id"))
    tender: Mapped[int] = mapped_column(default=1)  # 1 unless the tender is split
    amount_minor: Mapped[Minor]
    currency: Mapped[str]
    status: Mapped[SessionStatus] = mapped_column(
        stored_enum(SessionStatus), default=SessionStatus.PENDING
    )
    is_selected: Mapped[bool] = mapped_column(default=True)
    is_live: Mapped[bool] = mapped_column(default=True)
    needs_step: Mapped[bool] = mapped_column(default=False)  # work is left, live or not
    reader_lease: Mapped[str | None]
    phase: Mapped[CardPhase | None] = mapped_column(stored_enum(CardPhase))
    wish: Mapped[Wish | None] = mapped_column(stored_enum(Wish))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    authorized_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class StripeOperation(Base):
    """Write-ahead journal of remote POSTs: committed before the first byte leaves (P3)."""

    __tablename__ = "stripe_operation"
    __table_args__ = (
        UniqueConstraint("owner_id", "kind", "n"),
        CheckConstraint("n >= 1", name="n"),
    )

    key: Mapped[str] = mapped_column(primary_key=True)  # kind:owner:n
    owner_id: Mapped[UUID] = mapped_column(index=True)  # a session, refund or registration
    kind: Mapped[OpKind] = mapped_column(stored_enum(OpKind))
    n: Mapped[int]
    target: Mapped[str]  # the id in the path: reader or PaymentIntent; empty for a create
    params: Mapped[str]  # canonical JSON, frozen
    api_version: Mapped[str]
    account: Mapped[str]  # fingerprint, so that another account's "404" is never believed
    state: Mapped[OpState] = mapped_column(stored_enum(OpState))
    first_sent_at: Mapped[datetime]
    server_at: Mapped[datetime | None]  # Stripe's clock about then, if known
    sends: Mapped[int]
    not_before: Mapped[datetime | None]
    http_status: Mapped[int | None]
    code: Mapped[str | None]
    request_id: Mapped[str | None]
    message: Mapped[str] = mapped_column(default="")
