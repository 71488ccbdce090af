"""The ports of the cores over the simulated disk; constraints as the real database has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from pos.errors import CashierError, IllegalTransitionError
from pos.models.base import new_id
from pos.models.states import CartStatus, RunState, SessionStatus
from pos.services.checkout.ports import (
    Priced,
    RivalError,
    Run,
    Session,
    Taken,
    Terms,
    view_of,
)
from pos.services.checkout.views import RunView
from pos.services.journal import Event
from pos.services.refunds.ports import RivalRefundError
from pos.services.refunds.service import after_settling
from pos.terminal.api import STRIPE_TERMINAL
from pos.terminal.attempt import CardAttempt
from pos.terminal.refund_machine import RefundAttempt
from pos.terminal.session_row import attempt_of, columns_of
from tests.simulation import outbox
from tests.simulation.disk import Disk, Order, Payment, Rows, SessionRow
from tests.simulation.promises import must
from tests.simulation.refund_stores import RefundTx, reserve
from tests.simulation.watch import Watch

_PAYABLE = {CartStatus.PAYING, CartStatus.CHECKING}
BUSINESS, REGISTER = UUID(int=1), UUID(int=2)


class Attempts:
    """`AttemptStore` on the disk."""

    def __init__(self, disk: Disk, watch: Watch) -> None:
        self._disk, self._watch = disk, watch

    def load(self, session_id: UUID) -> CardAttempt:
        attempt = self._disk.rows.sessions[session_id].attempt
        assert attempt is not None
        return attempt

    def save(self, before: CardAttempt, after: CardAttempt) -> CardAttempt:
        with self._disk.transaction() as rows:
            stored = rows.sessions[after.id]
            if stored.attempt is None or stored.attempt.version != before.version:
                raise IllegalTransitionError("changed meanwhile")
            self._watch.concluding(stored.attempt, after)
            saved = replace(after, version=before.version + 1)
            columns = columns_of(saved, self._disk.u.now)
            names = ("status", "is_live", "is_selected", "needs_step", "reader_lease")
            chosen = {name: columns[name] for name in names}
            _one_lease(rows, after.id, chosen["reader_lease"])
            rows.sessions[after.id] = replace(stored, attempt=saved, **chosen)
            if before.phase is not after.phase:
                rows.journal.append((f"card_{after.phase.value}", str(after.run_id)))
        return saved

    def unsettled(self) -> list[UUID]:
        rows = self._disk.rows.sessions.values()
        card = [s for s in rows if s.provider_id == STRIPE_TERMINAL]
        return sorted(s.id for s in card if s.is_live or s.needs_step)

    def load_refund(self, refund_id: UUID) -> RefundAttempt:
        return self._disk.rows.refunds[refund_id].attempt

    def save_refund(self, before: RefundAttempt, after: RefundAttempt) -> None:
        with self._disk.transaction() as rows:
            stored = rows.refunds[after.id]
            if stored.attempt.state is not before.state:
                raise IllegalTransitionError("refund changed meanwhile")
            rows.refunds[after.id] = replace(stored, attempt=after)
            try:
                reserve(rows, after.id, before.state, after.state)
            except RivalRefundError as error:
                raise CashierError("refund_no_room", "No longer refundable.") from error
            if before.state is not after.state:
                tx = RefundTx(rows, self._disk)
                after_settling(tx, after.id, after.state, self._disk.u.now)


def _one_lease(rows: Rows, mine: UUID, lease: str | None) -> None:
    if lease and any(s.reader_lease == lease and s.id != mine for s in rows.sessions.values()):
        raise RivalError("reader_lease")


class RunTx:
    """`pos.services.checkout.ports.RunTx` over one transaction."""

    def __init__(self, rows: Rows, disk: Disk) -> None:
        self._rows, self._disk = rows, disk

    def terms(self) -> Terms:
        return Terms(BUSINESS, REGISTER, "Mina", ("cash", STRIPE_TERMINAL))

    def price(self, cart_id: UUID) -> Priced:
        cart = self._rows.carts[cart_id]
        return Priced(cart.status, 1, _frozen(cart.total))

    def by_cart(self, cart_id: UUID) -> Run | None:
        return next((r for r in self._rows.runs.values() if r.cart_id == cart_id), None)

    def get(self, run_id: UUID) -> Run:
        return self._rows.runs[run_id]

    def sessions(self, run_id: UUID) -> list[Session]:
        found = [s for s in self._rows.sessions.values() if s.run_id == run_id]
        return [_session(s) for s in sorted(found, key=lambda s: s.id)]

    def session(self, session_id: UUID) -> Session:
        return _session(self._rows.sessions[session_id])

    def start(self, run_id: UUID, cart_id: UUID, frozen: dict[str, Any], now: datetime) -> None:
        old = self._rows.runs.get(run_id)
        self._rows.runs[run_id] = Run(
            id=run_id,
            cart_id=cart_id,
            state=RunState.STARTED,
            currency=frozen["currency"],
            total_minor=frozen["total_minor"],
            frozen=frozen,
            policy_accepted_at=None,
            parked_at=old.parked_at if old else None,
            created_at=old.created_at if old else now,
            finished_at=None,
        )

    def set_state(self, run_id: UUID, state: RunState, **values: Any) -> None:
        self._rows.runs[run_id] = replace(self._rows.runs[run_id], state=state, **values)

    def set_cart(self, cart_id: UUID, status: CartStatus) -> None:
        self._rows.carts[cart_id] = replace(self._rows.carts[cart_id], status=status)

    def open_session(self, values: dict[str, Any]) -> None:
        rows, run_id = self._rows.sessions, values["run_id"]
        if any(s.is_live for s in rows.values() if s.run_id == run_id) and values["is_live"]:
            raise RivalError("uq_session_live")
        _one_lease(self._rows, values["id"], values["reader_lease"])
        for s in [s for s in rows.values() if s.run_id == run_id]:
            rows[s.id] = replace(s, is_selected=False)
        card = values["phase"] is not None
        row = SimpleNamespace(**values, version=1)
        rows[values["id"]] = SessionRow(
            id=values["id"],
            run_id=run_id,
            provider_id=values["provider_id"],
            status=values["status"],
            is_live=values["is_live"],
            is_selected=True,
            needs_step=values["needs_step"],
            reader_lease=values["reader_lease"],
            attempt=attempt_of(row, ()) if card else None,
        )

    def commit(self, run: Run, taken: Sequence[Taken], now: datetime) -> None:
        rows = self._rows
        if any(o.cart_id == run.cart_id for o in rows.orders.values()):
            raise RivalError("order per cart")
        cart = rows.carts[run.cart_id]
        must(cart.status in _PAYABLE and cart.total == run.total_minor, "I16: another cart is sold")
        rows.last_receipt += 1
        rows.orders[run.id] = Order(
            id=run.id, cart_id=run.cart_id, number=rows.last_receipt, total=run.total_minor
        )
        for _, provider, facts in taken:
            payment = Payment(
                id=new_id(),
                order_id=run.id,
                provider_id=provider,
                amount=facts.amount_minor,
                reference=facts.reference,
            )
            rows.payments[payment.id] = payment
        self.set_state(run.id, RunState.ORDER_COMMITTED)
        del rows.carts[run.cart_id]
        outbox.enqueue_order(rows, rows.orders[run.id], now)

    def record(self, event: Event, now: datetime) -> None:
        self._rows.journal.append((event.kind, event.subject))

    def view(self, run_id: UUID) -> RunView:
        order = self._rows.orders.get(run_id)
        paid = {"order_id": run_id, "receipt_number": f"R1-{order.number}"} if order else {}
        return view_of(self.get(run_id), self.sessions(run_id), paid)

    def at_counter(self) -> UUID | None:
        runs = sorted(self._rows.runs.values(), key=lambda r: r.id)
        carts = self._rows.carts
        paying = [
            r.id
            for r in runs
            if r.cart_id in carts and carts[r.cart_id].status is CartStatus.PAYING
        ]
        unshown = [r.id for r in runs if r.state is RunState.ORDER_COMMITTED and not r.parked_at]
        return next(iter([*paying, *reversed(unshown)]), None)

    def unfinished(self) -> list[UUID]:
        return sorted(r.id for r in self._rows.runs.values() if r.finished_at is None)

    def uncommitted(self) -> list[UUID]:
        runs = self._rows.runs
        return sorted(
            s.id
            for s in self._rows.sessions.values()
            if s.status is SessionStatus.AUTHORIZED
            and not runs[s.run_id].is_committed
            and runs[s.run_id].finished_at is None
        )


class Runs:
    """`RunStore` on the disk."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    @contextmanager
    def read(self) -> Iterator[RunTx]:
        yield RunTx(self._disk.rows, self._disk)

    @contextmanager
    def write(self) -> Iterator[RunTx]:
        with self._disk.transaction() as rows:
            yield RunTx(rows, self._disk)


def _session(s: SessionRow) -> Session:
    return Session(
        id=s.id,
        run_id=s.run_id,
        provider_id=s.provider_id,
        status=s.status,
        phase=s.attempt.phase if s.attempt else None,
        is_live=s.is_live,
        is_selected=s.is_selected,
    )


def _frozen(total: int) -> dict[str, Any]:
    return {
        "currency": "usd",
        "total_minor": total,
        "tax_minor": 0,
        "discount_minor": 0,
        "prices_include_tax": True,
        "customer_name": "",
        "lines": [],
    }
