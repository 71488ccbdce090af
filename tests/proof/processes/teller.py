"""The cashier of the crash tests with two more flows, who notes what the screen called paid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from pos.services.checkout import RunProgress, RunView
from pos.terminal.api import STRIPE_TERMINAL
from tests.crash.cashier import Cashier, Stuck

SHOWN = "shown.txt"
_LIMIT = 60


class Teller(Cashier):
    """A killed process loses no line of what it showed."""

    def play(self, flow: str) -> None:
        own: dict[str, Callable[[], None]] = {
            "cancel": self.put_away,
            "cash_offline": self.offline,
        }
        if flow in own:
            own[flow]()
        else:
            super().play(flow)

    def put_away(self) -> None:
        """Cancel while the reader waits for the card (under the policy ``cancel``)."""
        self._fill()
        run = self._till.checkout.begin(self._till.cart.current().cart_id)
        self._pay(run.run_id, STRIPE_TERMINAL)
        self._attend()
        self._till.checkout.back(run.run_id)

    def offline(self) -> None:
        """Sell while the backend cannot be reached, then tell it when it can."""
        self.cash()
        self._till.link.connect(self._till.sync)
        failed = 0
        for _ in range(_LIMIT):
            status = self._till.sync.tick()
            failed += status.code == "offline"
            if status.online and not (status.waiting or status.code):
                break
            self._clock.skip(status.delay)
        if not failed or status.waiting:
            raise Stuck(f"never offline, or never told: {status}")

    def _pay(self, run_id: UUID, tender: str) -> None:
        view = self._till.checkout.pay(run_id, tender, 5000)
        self._show(view)
        self._witness.wake(view.session_id)

    def _answer(self, moved: RunProgress) -> None:
        super()._answer(moved)
        self._show(moved.run)

    def _show(self, view: RunView) -> None:
        if view.is_paid:
            with (self._witness.db.parent / SHOWN).open("a") as file:
                file.write(f"{view.run_id.hex}\n")


def shown(data: Path) -> set[str]:
    """Return the runs that any process of this till showed as paid."""
    path = data / SHOWN
    return set(path.read_text().split()) if path.exists() else set()
