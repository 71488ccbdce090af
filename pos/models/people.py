"""Customers: Profile and, one to one, ProfilePaymentData."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from pos.models.base import Base, Id, Minor

PHONE_MARK = "\ue000"
"""Begins a phone number in ``Profile.search``: a private use character, which no query may hold."""


class Profile(Base):
    """A customer; ``search`` holds the folded words that the chooser looks in.

    ``number`` counts them in the order in which this till learned of them; it
    ties them to their index, as a rowid may change when a file is vacuumed.
    ``erased`` means that name, phone and email were blanked while the orders stay.
    """

    __tablename__ = "profile"
    __table_args__ = (
        Index("ix_profile_phone_digits", "phone_digits"),
        Index("ix_profile_email", "email"),
        Index("ix_profile_name", "name"),
        Index("ix_profile_erased", "number", sqlite_where=text("erased = 1")),
    )

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(
        unique=True, default=text("(SELECT ifnull(max(number), 0) + 1 FROM profile)")
    )
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


# Every blank-separated word is one token, signs included, so that what is typed is
# looked up as it is stored; folding has been done. Not in the metadata: Alembic
# knows no virtual tables. A migration that rebuilds ``profile`` makes the triggers anew.
PROFILE_SEARCH = """
CREATE VIRTUAL TABLE profile_search USING fts5(
  search, content='profile', content_rowid='number', columnsize=0, detail=none,
  prefix='1 2 3 4 5',
  tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'")
"""
_ADD = "INSERT INTO profile_search(rowid, search) VALUES (new.number, new.search);"
_TAKE = """INSERT INTO profile_search(profile_search, rowid, search)
  VALUES ('delete', old.number, old.search);"""
PROFILE_TRIGGERS = (
    f"CREATE TRIGGER profile_search_add AFTER INSERT ON profile BEGIN {_ADD} END",
    f"CREATE TRIGGER profile_search_put AFTER UPDATE OF search ON profile BEGIN {_TAKE} {_ADD} END",
    f"CREATE TRIGGER profile_search_take AFTER DELETE ON profile BEGIN {_TAKE} END",
)
