"""The reader: one action slot, idle -> waiting -> authorising -> done.

What Stripe knows (``body["action"]``) and what the device does (``Device``) are
kept apart, because a reader without power or network cannot tell Stripe anything.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pos.terminal.simulator import confirm
from pos.terminal.simulator.cards import Tap
from pos.terminal.simulator.problems import BUSY, OFFLINE, TIMEOUT, ApiError, Json, refused
from pos.terminal.simulator.views import SILENCE, last_seen
from pos.terminal.simulator.world import Merchant

IDLE, WAITING, AUTHORISING = "idle", "waiting", "authorising"
_PAYS = {"process_payment_intent", "refund_payment"}
_NO_LINK = confirm.failed("connection_error", "Could not connect to Stripe.")
_CANCELED = confirm.failed(
    "customer_canceled", "This action could not be completed due to an error on the card reader."
)


class NotNowError(Exception):
    """The person at the reader cannot do this now (a /_sim/ command, never Stripe's)."""


@dataclass(slots=True)
class Device:
    """The physical reader; times are seconds since 1970."""

    phase: str = IDLE
    power: bool = True
    network: bool = True
    silent_since: float | None = None
    busy: bool = False  # updating, in its settings, or a card was left in it
    lost_acks: int = 0  # so many commands get no acknowledgement ...
    lost_delivered: bool = False  # ... although the reader did receive them
    link_error: str = ""  # next result: "authorised" or "not_authorised", as connection_error
    hold: bool = False  # an authorisation lasts until it is told to finish
    authorise_seconds: float | None = None  # None: the world's setting
    shown_amount: int = 0
    shown_currency: str = ""
    tap: Json | None = None
    reached_stripe: bool = False  # the confirmation left the reader before it went silent
    unreported: Json | None = None
    last: Json | None = None  # the result on the display, with its time

    @property
    def alive(self) -> bool:
        return self.power and self.network


class Reader:
    """One reader of a merchant, loaded for one change; call :meth:`save` after it."""

    def __init__(self, merchant: Merchant, body: Json) -> None:
        self.merchant = merchant
        self.body = body
        self.device = Device(**body["sim"])

    @property
    def action(self) -> Json | None:
        action: Json | None = self.body["action"]
        return action

    @property
    def running(self) -> str:
        """Type of the action in progress, or an empty string."""
        action = self.action
        return str(action["type"]) if action and action["status"] == "in_progress" else ""

    def save(self) -> Json:
        self.body["sim"] = asdict(self.device)
        self.merchant.save(self.body)
        return self.body

    # what Stripe's API asks of the reader

    def command(self) -> None:
        """Pass if the reader can be told something; raises ApiError as Stripe would."""
        if not self.device.alive:
            silent = self.merchant.now - last_seen(self.body["sim"], self.merchant.now)
            raise self._offline() if silent >= SILENCE else self.no_answer()
        if self.device.busy or self.device.phase == AUTHORISING:
            raise refused(BUSY, "terminal_reader_busy")
        if self.device.lost_acks and not self.device.lost_delivered:
            self.device.lost_acks -= 1
            self.save()
            raise self.no_answer()

    def acknowledge(self) -> None:
        """Raise ApiError if the reader's acknowledgement gets lost; the deed is done."""
        if self.device.lost_acks:
            self.device.lost_acks -= 1
            self.save()
            raise self.no_answer()

    @staticmethod
    def _offline() -> ApiError:
        return refused(OFFLINE, "terminal_reader_offline")

    def no_answer(self) -> ApiError:
        stored = bool(self.merchant.world.setting("store_reader_timeout"))
        return ApiError(400, TIMEOUT, code="terminal_reader_timeout", stored=stored)

    def start(self, kind: str, detail: Json, amount: int, currency: str) -> None:
        """Take the slot, replacing whatever had not begun."""
        self.body["action"] = {
            "type": kind,
            "status": "in_progress",
            "failure_code": None,
            "failure_message": None,
            kind: detail,
        }
        self.device.phase = WAITING if kind in _PAYS else IDLE
        self.device.shown_amount, self.device.shown_currency = amount, currency
        self.device.last = None
        if kind in _PAYS:
            self._prompt(kind, detail)
        self.merchant.emit("terminal.reader.action_updated", self.body)
        self.save()

    def _prompt(self, kind: str, detail: Json) -> None:
        world = self.merchant.world
        fields = {
            "at": self.merchant.now,
            "reader": self.body["id"],
            "type": kind,
            "payment_intent": detail.get("payment_intent"),
            "amount": self.device.shown_amount,
            "currency": self.device.shown_currency,
        }
        world.store.add("prompt", fields)
        if world.setting("auto"):
            world.store.set_due(self.body["id"], self.merchant.now + world.setting("auto_after"))

    def clear(self) -> None:
        """cancel_action: forget the action."""
        self.body["action"] = None
        self.device.phase = IDLE
        self.merchant.world.store.set_due(self.body["id"], None)
        self.save()

    # what happens at the reader

    def present(self, tap: Tap, *, confirmed: str = "processing", hold: bool = False) -> None:
        """Hold a card to it; the authorisation begins and, unless held, ends by its time.

        ``confirmed`` is the intent's status while the bank is asked; an empty string
        means the reader has the card but its confirmation has not reached Stripe.
        """
        self._need(WAITING)
        if not self.device.network:
            self._end(_NO_LINK)
            return
        self.device.tap = asdict(tap)
        self.device.phase = AUTHORISING
        self.device.reached_stripe = bool(confirmed)
        self._mark(confirmed)
        self._schedule(hold=hold or self.device.hold)

    def _need(self, phase: str) -> None:
        if not self.device.power:
            raise NotNowError("The reader has no power.")
        if self.device.phase != phase:
            raise NotNowError(f"The reader is {self.device.phase}, not {phase}.")

    def _mark(self, status: str) -> None:
        if not status or self.running != "process_payment_intent":
            return
        intent = self.merchant.find("payment_intent", self._detail()["payment_intent"])
        if intent["status"] == "requires_payment_method":
            intent["status"] = status
            self.merchant.save(intent)

    def _detail(self) -> Json:
        action = self.action or {}
        detail: Json = action[action["type"]]
        return detail

    def _schedule(self, *, hold: bool) -> None:
        seconds = self.device.authorise_seconds
        if seconds is None:
            seconds = self.merchant.world.setting("authorise_seconds")
        store = self.merchant.world.store
        store.set_due(self.body["id"], None if hold else self.merchant.now + seconds)
        self.save()
        if not hold and seconds <= 0:
            self.finish()

    def finish(self, outcome: str = "") -> None:
        """Let the bank answer: as the card says, or "approve", or a decline code."""
        if self.device.phase != AUTHORISING:
            raise NotNowError(f"The reader is {self.device.phase}, not authorising.")
        tap = Tap(**{**(self.device.tap or {}), **({"outcome": outcome} if outcome else {})})
        self._end(self._settle(tap))

    def _settle(self, tap: Tap) -> Json:
        lost, self.device.link_error = self.device.link_error, ""
        if lost == "not_authorised" or not (self.device.alive or self.device.reached_stripe):
            self._unmark()
            return _NO_LINK
        result = self._ask(tap)
        return _NO_LINK if lost == "authorised" else result

    def _unmark(self) -> None:
        if self.running != "process_payment_intent":
            return
        intent = self.merchant.find("payment_intent", self._detail()["payment_intent"])
        if intent["status"] in {"processing", "requires_action", "requires_confirmation"}:
            intent["status"] = "requires_payment_method"
            self.merchant.save(intent)

    def _ask(self, tap: Tap) -> Json:
        detail = self._detail()
        if self.running == "refund_payment":
            result, detail["refund"] = confirm.refund(self.merchant, detail, tap)
            return result
        if detail["process_config"].get("skip_tipping"):
            tap = Tap(**{**asdict(tap), "tip": 0})
        return confirm.payment(self.merchant, detail["payment_intent"], tap, str(self.body["id"]))

    def _end(self, result: Json) -> None:
        device = self.device
        device.phase, device.tap, device.reached_stripe = IDLE, None, False
        device.last = {**result, "at": self.merchant.now}
        self.merchant.world.store.set_due(self.body["id"], None)
        if device.alive:
            self._report(result)
        elif device.power:
            device.unreported = result
        self.save()

    def _report(self, result: Json) -> None:
        if self.action is None or not self.running:
            return
        self.action.update(result)
        ending = "succeeded" if result["status"] == "succeeded" else "failed"
        self.merchant.emit(f"terminal.reader.action_{ending}", self.body)

    def customer_cancel(self) -> None:
        """Press the cross on the reader."""
        self._need(WAITING)
        detail = self._detail()
        config = detail.get("process_config") or detail.get("refund_payment_config") or {}
        if not config.get("enable_customer_cancellation", True):
            raise NotNowError("Cancelling at the reader is switched off for this payment.")
        self._end(_CANCELED)

    def set_power(self, *, on: bool) -> None:
        """Pull or push the plug; a reader that starts again knows nothing of before."""
        if on == self.device.power:
            return
        self._alive(power=on)
        if not on and not (self.device.phase == AUTHORISING and self.device.reached_stripe):
            self.device.phase, self.device.tap = IDLE, None
            self.merchant.world.store.set_due(self.body["id"], None)
        if on:
            self.device.unreported = self.device.last = None
        self.save()

    def set_network(self, *, on: bool) -> None:
        """Cut or restore the reader's own network; what it could not tell is told then."""
        self._alive(network=on)
        if self.device.alive and self.device.unreported:
            self._report(self.device.unreported)
            self.device.unreported = None
        self.save()

    def _alive(self, **change: bool) -> None:
        was = self.device.alive
        for name, value in change.items():
            setattr(self.device, name, value)
        if was and not self.device.alive:
            self.device.silent_since = self.merchant.now
        elif self.device.alive:
            self.device.silent_since = None

    def settle_due(self) -> None:
        """Go on by itself: finish an authorisation, or present the automatic card."""
        self.merchant.world.store.set_due(self.body["id"], None)
        if self.device.phase == AUTHORISING:
            self.finish()
        elif self.device.phase == WAITING and self.device.power:
            self.present(Tap(number=self.merchant.world.setting("auto_number")))


def new_device() -> Json:
    """Return the state of a reader fresh from its box."""
    state: dict[str, Any] = asdict(Device())
    return state
