"""Card attempts and card refunds as rows of till.db; a save that returned is on the disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from pos.errors import CashierError, IllegalTransitionError
from pos.models.base import table_of
from pos.models.checkout import PaymentSession, StripeOperation
from pos.models.database import Database
from pos.models.states import OpKind, OpState, RefundState
from pos.terminal.api import STRIPE_TERMINAL
from pos.terminal.attempt import CardAttempt
from pos.terminal.operations import Operation
from pos.terminal.refund_machine import RefundAttempt
from pos.terminal.refund_rows import book, read_refund
from pos.terminal.session_row import attempt_of, columns_of

Watch = Callable[[Connection, CardAttempt, CardAttempt], None]
"""Told of every change inside its own transaction: the journal."""
RefundWatch = Callable[[Connection, UUID, RefundState, datetime], None]
"""Told when a refund's state changes, inside the transaction that changes it."""

_session = table_of(PaymentSession)
_operation = table_of(StripeOperation)
_OP_FIELDS = tuple(field.name for field in fields(Operation) if field.name != "owner")


class SqlAttempts:
    """The till's database as an `AttemptStore`."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        watch: Watch,
        refund_watch: RefundWatch,
    ) -> None:
        self._db = db
        self._clock = clock
        self._watch = watch
        self._refund_watch = refund_watch

    def load(self, session_id: UUID) -> CardAttempt:
        with self._db.reader.begin() as connection:
            row = connection.execute(select(_session).where(_session.c.id == session_id)).one()
            return attempt_of(row, operations_of(connection, session_id))

    def save(self, before: CardAttempt, after: CardAttempt) -> CardAttempt:
        with self._db.engine.begin() as connection:
            save_operations(connection, before.ops, after.ops)
            changed = connection.execute(
                update(_session)
                .where(_session.c.id == after.id, _session.c.version == before.version)
                .values(columns_of(after, self._clock()) | {"version": _session.c.version + 1})
            )
            if changed.rowcount != 1:
                raise IllegalTransitionError(f"payment session {after.id} was changed meanwhile")
            self._watch(connection, before, after)
        return _versioned(after, before.version + 1)

    def unsettled(self) -> list[UUID]:
        with self._db.reader.begin() as connection:
            rows = connection.execute(
                select(_session.c.id)
                .where(_session.c.provider_id == STRIPE_TERMINAL)
                .where(or_(_session.c.is_live, _session.c.needs_step))
                .order_by(_session.c.id)
            )
            return list(rows.scalars())

    def load_refund(self, refund_id: UUID) -> RefundAttempt:
        with self._db.reader.begin() as connection:
            return read_refund(connection, refund_id, operations_of(connection, refund_id))

    def save_refund(self, before: RefundAttempt, after: RefundAttempt) -> None:
        try:
            with self._db.engine.begin() as connection:
                self._book(connection, before, after)
        except IntegrityError as error:
            raise CashierError(
                "refund_no_room",
                "That amount can no longer be refunded.",
                "Look at the order: another refund of it is running or done.",
            ) from error

    def _book(self, connection: Connection, before: RefundAttempt, after: RefundAttempt) -> None:
        now = self._clock()
        save_operations(connection, before.ops, after.ops)
        book(connection, before, after, now)
        if before.state is not after.state:
            self._refund_watch(connection, after.id, after.state, now)


def _versioned(a: CardAttempt, version: int) -> CardAttempt:
    values = {field.name: getattr(a, field.name) for field in fields(a)}
    return CardAttempt(**(values | {"version": version}))


def operations_of(connection: Connection, owner: UUID) -> tuple[Operation, ...]:
    """Read the remote POSTs of a session, a refund or a registration, in their order."""
    rows = connection.execute(
        select(_operation)
        .where(_operation.c.owner_id == owner)
        .order_by(_operation.c.n, _operation.c.kind)  # by number: a clock may run backwards
    ).mappings()
    return tuple(_read(row) for row in rows)


def open_operations(connection: Connection, kind: OpKind) -> tuple[Operation, ...]:
    """Read the POSTs of a kind that have no definite answer, the newest first."""
    rows = connection.execute(
        select(_operation)
        .where(_operation.c.kind == kind)
        .where(_operation.c.state.in_([OpState.SENT, OpState.UNKNOWN, OpState.HELD]))
        .order_by(_operation.c.first_sent_at.desc())
    ).mappings()
    return tuple(_read(row) for row in rows)


def reader_in_use(connection: Connection) -> bool:
    """Say whether a sale holds the reader."""
    held = select(_session.c.id).where(_session.c.reader_lease.is_not(None)).limit(1)
    return connection.execute(held).first() is not None


def _read(row: Any) -> Operation:
    values = {name: row[name] for name in _OP_FIELDS} | _kind(row)
    return Operation(owner=row["owner_id"], **values)


def _kind(row: Any) -> dict[str, Any]:
    return {"kind": OpKind(row["kind"])}


def save_operations(
    connection: Connection, before: tuple[Operation, ...], after: tuple[Operation, ...]
) -> None:
    """Write what is new or changed inside the caller's transaction."""
    known = {op.key: op for op in before}
    for op in after:
        if op.key not in known:
            connection.execute(insert(_operation).values(_op_columns(op)))
        elif known[op.key] != op:
            connection.execute(
                update(_operation).where(_operation.c.key == op.key).values(_op_columns(op))
            )


def _op_columns(op: Operation) -> dict[str, Any]:
    columns = {name: getattr(op, name) for name in _OP_FIELDS}
    return columns | {"key": op.key, "owner_id": op.owner}
