"""Rows of checkout runs and their sessions: small statements, no rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from pos.models.base import table_of
from pos.models.cart import Cart
from pos.models.checkout import CheckoutRun, PaymentSession
from pos.models.order import Order, Payment
from pos.models.states import CartStatus, RunState, SessionStatus
from pos.services.checkout.frozen import Frozen
from pos.services.checkout.views import RunView, lines_of

COMMITTED = frozenset({RunState.ORDER_COMMITTED, RunState.RECEIPT_DONE, RunState.FINISHED})

_run = table_of(CheckoutRun)
_session = table_of(PaymentSession)
_cart = table_of(Cart)
_order = table_of(Order)
_payment = table_of(Payment)


def by_cart(db: Connection, cart_id: UUID) -> Any:
    """Return the run of a cart, or None."""
    return db.execute(select(_run).where(_run.c.cart_id == cart_id)).first()


def get(db: Connection, run_id: UUID) -> Any:
    """Return one run."""
    return db.execute(select(_run).where(_run.c.id == run_id)).one()


def start(db: Connection, run_id: UUID, cart_id: UUID, frozen: Frozen, now: datetime) -> None:
    """Write a new run, or freeze the totals of an abandoned one anew."""
    values = {
        "state": RunState.STARTED,
        "currency": frozen["currency"],
        "total_minor": frozen["total_minor"],
        "frozen": frozen,
        "finished_at": None,
    }
    changed = db.execute(update(_run).where(_run.c.id == run_id).values(values))
    if not changed.rowcount:
        row = values | {"id": run_id, "cart_id": cart_id, "created_at": now}
        db.execute(insert(_run).values(row))


def set_state(db: Connection, run_id: UUID, state: RunState, **values: Any) -> None:
    """Move a run to a recovery point."""
    db.execute(update(_run).where(_run.c.id == run_id).values(state=state, **values))


def set_cart(db: Connection, cart_id: UUID, status: CartStatus) -> None:
    """Change what may be done with a cart."""
    db.execute(update(_cart).where(_cart.c.id == cart_id).values(status=status))


def open_session(db: Connection, values: dict[str, Any]) -> None:
    """Write a session and make it the selected one."""
    deselect = update(_session).where(_session.c.run_id == values["run_id"])
    db.execute(deselect.values(is_selected=False))
    db.execute(insert(_session).values(**values, version=1))


def sessions(db: Connection, run_id: UUID) -> list[Any]:
    """Return every session of a run, oldest first."""
    query = select(_session).where(_session.c.run_id == run_id).order_by(_session.c.id)
    return list(db.execute(query))


def session(db: Connection, session_id: UUID) -> Any:
    """Return one session."""
    return db.execute(select(_session).where(_session.c.id == session_id)).one()


def at_counter(db: Connection) -> UUID | None:
    """Return the run of the cart that is being paid, or the last one whose receipt is not done."""
    paying = (
        select(_run.c.id)
        .join(_cart, _cart.c.id == _run.c.cart_id)
        .where(_cart.c.status == CartStatus.PAYING)
    )
    unshown = (
        select(_run.c.id)
        .where(_run.c.state == RunState.ORDER_COMMITTED, _run.c.parked_at.is_(None))
        .order_by(_run.c.id.desc())
        .limit(1)
    )
    found: UUID | None = db.scalar(paying) or db.scalar(unshown)
    return found


def authorized(db: Connection, run_id: UUID) -> list[Any]:
    """Return the sessions whose money is taken."""
    return [s for s in sessions(db, run_id) if s.status == SessionStatus.AUTHORIZED]


def blocking(db: Connection, run_id: UUID) -> Any:
    """Return the session that forbids any other tender, or None."""
    return next((s for s in sessions(db, run_id) if s.is_live), None)


def is_taken(db: Connection, run: Any) -> bool:
    """Tell whether a run is paid, or a tender of it has taken or may still take the money."""
    found = sessions(db, run.id)
    held = any(s.is_live or s.status == SessionStatus.AUTHORIZED for s in found)
    return held or run.state in COMMITTED


def uncommitted(db: Connection) -> list[UUID]:
    """Return authorised sessions whose run has no order yet."""
    query = (
        select(_session.c.id)
        .join(_run, _run.c.id == _session.c.run_id)
        .where(_run.c.finished_at.is_(None), _run.c.state.not_in(COMMITTED))
        .where(_session.c.status == SessionStatus.AUTHORIZED)
    )
    return list(db.scalars(query))


def unfinished(db: Connection) -> list[Any]:
    """Return the runs that have not come to an end, oldest first."""
    return list(db.execute(select(_run).where(_run.c.finished_at.is_(None)).order_by(_run.c.id)))


def view(db: Connection, run_id: UUID) -> RunView:
    """Read a run as a screen shows it."""
    row = get(db, run_id)
    found = sessions(db, run_id)
    running = next((s for s in found if s.is_live), None)
    shown = running or next((s for s in reversed(found) if s.is_selected), None)
    return RunView(
        run_id=row.id,
        cart_id=row.cart_id,
        state=RunState(row.state),
        currency=row.currency,
        total_minor=row.total_minor,
        tax_minor=0 if row.frozen["prices_include_tax"] else row.frozen["tax_minor"],
        discount_minor=row.frozen["discount_minor"],
        customer_name=row.frozen["customer_name"],
        lines=lines_of(row.frozen),
        provider_id=shown.provider_id if shown else "",
        session_id=shown.id if shown else None,
        blocks=running is not None,
        parked=row.parked_at is not None,
        created_at=row.created_at,
        **_paid(db, run_id),
    )


def _paid(db: Connection, run_id: UUID) -> dict[str, Any]:
    row = db.execute(
        select(_order.c.receipt_number, _payment)
        .join(_payment, _payment.c.order_id == _order.c.id)
        .where(_order.c.id == run_id)
    ).first()
    if row is None:
        return {}
    return {
        "order_id": run_id,
        "receipt_number": row.receipt_number,
        "tendered_minor": row.tendered_minor,
        "change_minor": row.change_minor,
        "card_brand": row.card_brand,
        "card_last4": row.card_last4,
    }
