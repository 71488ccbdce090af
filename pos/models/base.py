"""Declarative base, shared column types and constraint names of till.db."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, cast
from uuid import UUID

import uuid6
from sqlalchemy import BigInteger, DateTime, Enum, MetaData, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in Python, naive UTC text in SQLite; naive input is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def new_id() -> UUID:
    """Make a time-ordered identity (UUIDv7), so that inserts go to the end of their tables."""
    return UUID(int=uuid6.uuid7().int)


Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
Minor = Annotated[int, mapped_column(BigInteger)]
"""Minor units of the row's currency."""
Milli = Annotated[int, mapped_column(BigInteger)]
"""Thousandths of a piece."""


def stored_enum(kind: type[StrEnum]) -> Enum:
    """Store an enum by value, with its CHECK in the database."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=kind.__name__.lower(),
        values_callable=lambda e: [member.value for member in e],
    )


class Base(DeclarativeBase):
    """Constraint names are fixed so that batch migrations can find them."""

    type_annotation_map = {datetime: UtcDateTime}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table_of(model: type[Base]) -> Table:
    """Return the Core table of a model, for the hot paths that make no objects."""
    return cast("Table", model.__table__)
