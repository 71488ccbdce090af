"""Remote POSTs outside a sale: journalled like a sale's, sent again as they first left.

A registration that was cut off is asked for again with the key and the bytes it
had, so that Stripe answers what it answered before, and nothing is made twice.
A key that may have been pruned is not sent again: what it made is looked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pos.models.base import new_id
from pos.models.database import Database
from pos.models.states import OpKind, OpState
from pos.terminal.operations import Answer, Operation, Outcome, freeze, is_old
from pos.terminal.store import open_operations, operations_of, reader_in_use, save_operations

MARK = "registration"
"""The name of the metadata that ties what Stripe made to the operation that asked for it."""


class Gateway(Protocol):
    """The part of Stripe's gateway that is spoken to outside a sale."""

    api_version: str

    @property
    def account(self) -> str: ...

    @property
    def server_now(self) -> datetime | None: ...

    def post(self, op: Operation) -> Answer: ...

    def intent(self, intent_id: str) -> Answer: ...

    def reader(self, reader_id: str) -> Answer: ...

    def readers(self) -> Answer: ...

    def locations(self) -> Answer: ...


Clock = Callable[[], datetime]


class Posts:
    """Sends POSTs whose keys are on the disk before the first byte leaves."""

    def __init__(self, db: Database, gateway: Gateway, clock: Clock) -> None:
        self._db = db
        self._gateway = gateway
        self._clock = clock

    def make(self, kind: OpKind, params: Mapping[str, Any], listed: Callable[[], Answer]) -> Answer:
        """Have something made once, whatever happens on the way.

        The same wish again, after no definite answer, is the same operation.
        ``listed`` lists what there is, to find what a pruned key made.
        """
        before = self._unanswered(kind, params)
        if before is None:
            return self.send(_marked(self._new(kind, "", params)))
        if not self._must_look(before):
            return self.send(before)
        return self._found(before, listed()) or self.send(_marked(self._new(kind, "", params)))

    def once(
        self, kind: OpKind, target: str, params: Mapping[str, Any], owner: UUID, n: int = 1
    ) -> Answer:
        """Send one POST that belongs to ``owner``, such as a step of a test payment."""
        return self.send(replace(self._new(kind, target, params), owner=owner, n=n))

    def send(self, op: Operation) -> Answer:
        """Commit, ask, commit what came back."""
        sent = op.sent(self._clock(), self._gateway.server_now)
        self._save(sent)
        answer = self._gateway.post(sent)
        self._save(sent.answered(answer, self._clock()))
        return answer

    def reader_in_use(self) -> bool:
        """Say whether a sale of this till holds the reader, or is about to."""
        with self._db.reader.begin() as connection:
            return reader_in_use(connection)

    def _must_look(self, op: Operation) -> bool:
        """Its key was perhaps pruned and would run again, or only repeats a stored error."""
        return op.replays_an_error or is_old(op, self._clock(), self._gateway.server_now)

    def _new(self, kind: OpKind, target: str, params: Mapping[str, Any]) -> Operation:
        account, version = self._gateway.account, self._gateway.api_version
        return Operation(new_id(), kind, 1, target, freeze(params), account, version)

    def _unanswered(self, kind: OpKind, params: Mapping[str, Any]) -> Operation | None:
        with self._db.reader.begin() as connection:
            found = open_operations(connection, kind)
        account = self._gateway.account
        return next((op for op in found if _wished(op) == params and op.account == account), None)

    def _found(self, op: Operation, listed: Answer) -> Answer | None:
        """Return what an old operation made, or None; raises nothing, changes only its row."""
        if listed.outcome is not Outcome.OK or listed.body is None:
            return listed
        mine = [one for one in listed.body["data"] if _mark_of(one) == str(op.owner)]
        settled = replace(op, state=OpState.OK if mine else OpState.NO, not_before=None)
        self._save(settled)
        return replace(listed, body=mine[0]) if mine else None

    def _save(self, op: Operation) -> None:
        with self._db.engine.begin() as connection:
            save_operations(connection, operations_of(connection, op.owner), (op,))


def _marked(op: Operation) -> Operation:
    """Write the operation's own id into what it asks for, so that it can be found again."""
    wished = json.loads(op.params)
    return replace(op, params=freeze({**wished, "metadata": {MARK: str(op.owner)}}))


def _wished(op: Operation) -> dict[str, Any]:
    wished: dict[str, Any] = json.loads(op.params)
    return {name: value for name, value in wished.items() if name != "metadata"}


def _mark_of(made: Any) -> str | None:
    metadata = made.get("metadata") if isinstance(made, Mapping) else None
    return metadata.get(MARK) if isinstance(metadata, Mapping) else None
