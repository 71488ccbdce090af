"""A card attempt as the columns of its PaymentSession, and back. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pos.models.states import CardPhase, SessionStatus, Wish
from pos.terminal.attempt import STATUS, CardAttempt, Notice
from pos.terminal.facts import CardFacts
from pos.terminal.operations import Operation


def columns_of(a: CardAttempt, now: datetime) -> dict[str, Any]:
    """Return what of the row follows from the attempt; the version is the store's."""
    holds = a.blocks and not a.parked
    columns = {
        "phase": a.phase,
        "wish": a.wish,
        "status": SessionStatus.CANCELED if a.released else STATUS[a.phase],
        "is_live": a.blocks,
        "is_selected": holds or a.phase is CardPhase.SUCCEEDED,
        "needs_step": not a.is_settled or bool(a.strays),
        "reader_lease": a.reader_id if holds else None,
        "data": data_of(a),
    }
    if a.phase is CardPhase.SUCCEEDED:
        columns["authorized_at"] = now
    return columns


def data_of(a: CardAttempt) -> dict[str, Any]:
    """Return the ``data`` column: JSON, without secrets."""
    return {
        "reader_id": a.reader_id,
        "intent_id": a.intent_id,
        "metadata": dict(a.metadata),
        "asked": a.asked,
        "released": a.released,
        "parked": a.parked,
        "notice": asdict(a.notice),
        "declined_charge": a.declined_charge,
        "dispatched_at": a.dispatched_at.isoformat() if a.dispatched_at else None,
        "looks": a.looks,
        "strays": list(a.strays),
        "card": asdict(a.card),
    }


def attempt_of(row: Any, ops: tuple[Operation, ...]) -> CardAttempt:
    """Read an attempt from a row with these columns and its operations."""
    data = row.data
    at = data["dispatched_at"]
    return CardAttempt(
        id=row.id,
        run_id=row.run_id,
        amount_minor=row.amount_minor,
        currency=row.currency,
        reader_id=data["reader_id"],
        metadata=tuple(sorted(data["metadata"].items())),
        created_at=row.created_at,
        phase=CardPhase(row.phase),
        wish=Wish(row.wish),
        asked=data["asked"],
        released=data["released"],
        parked=data["parked"],
        intent_id=data["intent_id"],
        notice=Notice(**data["notice"]),
        declined_charge=data["declined_charge"],
        dispatched_at=datetime.fromisoformat(at) if at else None,
        looks=data["looks"],
        strays=tuple(data["strays"]),
        card=CardFacts(**data["card"]),
        ops=ops,
        version=row.version,
    )
