"""A person who presses a button again and again must not hold up what the button is about."""

from types import SimpleNamespace
from uuid import UUID

from pos.models.states import RefundState
from pos.services.desk import PaymentDesk
from pos.terminal.api import RefundProgress

OLD, NEW = UUID(int=1), UUID(int=2)


class _Both:
    """Two refunds that always want another step; notes which one got it."""

    def __init__(self) -> None:
        self.stepped: list[UUID] = []

    def open_refunds(self) -> list[UUID]:
        return [OLD, NEW]

    def advance(self, refund_id: UUID) -> RefundProgress:
        self.stepped.append(refund_id)
        return RefundProgress(refund_id=refund_id, state=RefundState.UNKNOWN, delay=0.0)


def test_a_wake_before_every_tick_starves_nobody():
    both, now = _Both(), iter(range(1000))
    checkout = SimpleNamespace(uncommitted=list)
    desk = PaymentDesk(checkout, both, {}, lambda: float(next(now)))
    for _ in range(20):
        desk.wake()
        desk.tick()
    assert both.stepped.count(NEW) == both.stepped.count(OLD)
