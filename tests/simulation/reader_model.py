"""One reader: one action slot, no queue, and a customer in front of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pos.terminal.operations import Answer, Outcome
from tests.simulation.world import Universe

if TYPE_CHECKING:
    from tests.simulation.stripe_model import Intent


class Reader:
    """``phase`` is what it does; ``action`` what its status field says of the last command."""

    def __init__(self, universe: Universe, name: str) -> None:
        self.u = universe
        self.id = name
        self.phase = "idle"  # idle | waiting | authorising
        self.action: dict[str, str] = {}
        self.powered = True
        self.intent: Intent | None = None
        self.prompts = 0

    def process(self, intent: Intent) -> Answer:
        """Take a payment, as Stripe's endpoint does."""
        if intent.status != "requires_payment_method":
            return _no("intent_invalid_state")
        if self.phase == "authorising":
            return _no("terminal_reader_busy")
        if not self.powered:
            return _no("terminal_reader_offline")
        if self.u.chance(self.u.hazard / 3):  # the acknowledgement is lost on the way back
            if self.u.rng.random() < 0.5:
                self._collect(intent)
            return _no("terminal_reader_timeout")
        self._collect(intent)
        return self._body()

    def cancel_action(self) -> Answer:
        """Clear the reader, unless a card is being authorised."""
        if self.phase == "authorising":
            return _no("terminal_reader_busy")
        if not self.powered:
            return _no("terminal_reader_offline")
        self._rest({})
        return self._body()

    def _body(self) -> Answer:
        action = {
            "type": "process_payment_intent",
            "status": self.action.get("status", ""),
            "failure_code": self.action.get("failure", ""),
            "process_payment_intent": {"payment_intent": self.action.get("intent", "")},
        }
        body = {
            "object": "terminal.reader",
            "id": self.id,
            "action": action if self.action else None,
        }
        return Answer(Outcome.OK, body, status=200, server_date=self.u.now)

    def read(self) -> Answer:
        """Answer a GET."""
        return self._body()

    # the customer and the world

    def present(self, outcome: str) -> None:
        """Present a card: approve, decline, hidden (approved, reported as an error) or error."""
        if self.phase != "waiting" or not self.powered or self.intent is None:
            return
        intent = self.intent
        if intent.status != "requires_payment_method":  # canceled meanwhile: no confirm passes
            self._rest({"intent": intent.id, "status": "failed", "failure": "card_declined"})
            return
        self.phase = "authorising"
        intent.status = "processing" if self.u.rng.random() < 0.6 else intent.status
        self.u.tell("customer", f"presents a card: {outcome}", intent=intent.id)
        self.u.at(self.u.rng.uniform(0.5, 8), self._later(intent, outcome))

    def customer_cancels(self) -> None:
        """Press the reader's own cancel key."""
        if self.phase == "waiting" and self.powered and self.intent is not None:
            self.u.tell("customer", "cancels on the reader")
            self._rest(
                {"intent": self.intent.id, "status": "failed", "failure": "customer_canceled"}
            )

    def lose_power(self) -> None:
        """Go dark: what was in progress stays "in progress" for ever."""
        self.powered = False
        if self.phase == "waiting":
            self.phase = "idle"
            self.intent = None

    def restart(self) -> None:
        """Come back, as every midnight: it has forgotten what it collected."""
        self.powered = True
        if self.phase == "waiting":
            self.phase, self.intent = "idle", None

    def _collect(self, intent: Intent) -> None:
        self.prompts += 1
        self.phase, self.intent = "waiting", intent
        self.action = {"intent": intent.id, "status": "in_progress"}

    def _later(self, intent: Intent, outcome: str) -> Callable[[], None]:
        return lambda: self._authorised(intent, outcome)

    def _authorised(self, intent: Intent, outcome: str) -> None:
        """The bank answers; a PaymentIntent that was canceled meanwhile takes no charge."""
        mine = self.intent is intent and self.phase == "authorising"
        done = {"intent": intent.id, "status": "succeeded"}
        failed = {"intent": intent.id, "status": "failed", "failure": "card_declined"}
        dropped = failed | {"failure": "connection_error"}
        alive = intent.status in {"processing", "requires_payment_method"}
        if alive and outcome in {"approve", "hidden"}:
            intent.status, intent.received = "succeeded", intent.amount - intent.short
            intent.charges += 1
        elif alive:
            intent.status = "requires_payment_method"
            charge = f"ch_{intent.id}_{self.prompts}"
            intent.error = (
                {"code": "card_declined", "charge": charge} if outcome == "decline" else {}
            )
        self.u.tell("bank", outcome, intent=intent.id, now=intent.status)
        if mine and not self.powered:  # it never hears of it: "in progress" for ever
            self.phase, self.intent = "idle", None
        elif mine:
            said = {"approve": done if intent.status == "succeeded" else failed, "decline": failed}
            self._rest(said.get(outcome, dropped))

    def _rest(self, action: dict[str, str]) -> None:
        self.phase, self.intent, self.action = "idle", None, action


def _no(code: str) -> Answer:
    return Answer(Outcome.NO, status=400, code=code)
