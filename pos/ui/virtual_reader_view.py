"""What the virtual reader shows and which hands can act, from the simulator's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pos.money import format_minor
from pos.ui.i18n import tr
from pos.ui.tokens import Tone

RESULT_SECONDS = 4
"""How long a result stays on the reader's screen."""

CARD_HANDS = frozenset({"tap", "insert", "decline"})
ALL_HANDS = frozenset({*CARD_HANDS, "cancel", "power", "network"})


@dataclass(frozen=True, slots=True)
class ReaderScreen:
    """One moment of the reader. ``hands`` are the buttons that make sense now."""

    title: str
    amount: str = ""
    hint: str = ""
    picture: str = "store"
    tone: Tone = Tone.NEUTRAL
    lit: int = 0
    """How many of the four lights are on."""
    asks: bool = False
    """Whether the hint asks the customer to do something now."""
    result: bool = False
    link: str = ""
    hands: frozenset[str] = field(default_factory=frozenset)
    power: bool = True
    network: bool = True


def unreachable() -> ReaderScreen:
    """Return the screen without a simulator behind it."""
    return ReaderScreen(
        title=tr("Starting"),
        hint=tr("Waiting for the simulator"),
        picture="refresh-cw",
        link=tr("No simulator"),
        network=False,
    )


def screen_of(state: Mapping[str, Any]) -> ReaderScreen:
    """Return what a real reader would show; ``state`` is the answer of ``/_sim/reader``."""
    if not state["power"]:
        return ReaderScreen(
            title=tr("No power"),
            hint=tr("Plug the reader in"),
            picture="x",
            link=tr("Off"),
            hands=frozenset({"power"}),
            power=False,
            network=state["network"],
        )
    shown = _phase(state)
    link = tr("Online") if state["network"] else tr("No network")
    if state["network"] and state["outage"]:
        link = tr("Stripe is down")
    hands = shown.hands | {"power", "network"}
    return replace(shown, link=link, hands=hands, network=state["network"])


def _phase(state: Mapping[str, Any]) -> ReaderScreen:
    if state["phase"] == "authorising":
        return ReaderScreen(
            title=tr("Processing"),
            amount=_amount(state),
            hint=tr("Do not remove the card"),
            picture="refresh-cw",
            tone=Tone.INFO,
            lit=2,
        )
    if state["phase"] == "waiting":
        return _waiting(state)
    return _result(state) or _idle(state)


def _waiting(state: Mapping[str, Any]) -> ReaderScreen:
    refund = (state["action"] or {}).get("type") == "refund_payment"
    hands = CARD_HANDS if _no_cancel(state) else CARD_HANDS | {"cancel"}
    return ReaderScreen(
        title=tr("Refund") if refund else tr("Total"),
        amount=_amount(state),
        hint=tr("Tap, insert or swipe"),
        picture="smartphone-nfc",
        tone=Tone.INFO,
        lit=4,
        asks=True,
        hands=hands,
    )


def _no_cancel(state: Mapping[str, Any]) -> bool:
    action = state["action"] or {}
    detail = action.get(action.get("type", ""), {})
    config = detail.get("process_config") or detail.get("refund_payment_config") or {}
    return config.get("enable_customer_cancellation") is False


def _amount(state: Mapping[str, Any]) -> str:
    currency = state["shown_currency"]
    return format_minor(state["shown_amount"], currency) if currency else ""


def _result(state: Mapping[str, Any]) -> ReaderScreen | None:
    last = state["last"]
    if not last or state["now"] - last["at"] > RESULT_SECONDS:
        return None
    if last["status"] == "succeeded":
        return ReaderScreen(
            title=tr("Approved"),
            amount=_amount(state),
            hint=tr("Thank you"),
            picture="circle-check",
            tone=Tone.OK,
            lit=4,
            result=True,
        )
    return _failure(str(last["failure_code"]), str(last["failure_message"]))


def _failure(code: str, message: str) -> ReaderScreen:
    if code == "customer_canceled":
        return ReaderScreen(
            title=tr("Cancelled"),
            hint=tr("The card was not charged"),
            picture="circle-x",
            tone=Tone.WARN,
            result=True,
        )
    title, picture, tone = tr("Declined"), "circle-x", Tone.BAD
    if code == "connection_error":
        title, picture, tone = tr("No connection"), "wifi-off", Tone.WARN
    return ReaderScreen(title=title, hint=message, picture=picture, tone=tone, result=True)


def _idle(state: Mapping[str, Any]) -> ReaderScreen:
    if not state["network"]:
        return ReaderScreen(
            title=tr("Offline"),
            hint=tr("The reader has no network"),
            picture="wifi-off",
            tone=Tone.WARN,
        )
    if state["busy"]:
        return ReaderScreen(
            title=tr("Updating"), hint=tr("Please wait"), picture="refresh-cw", tone=Tone.WARN
        )
    return ReaderScreen(title=tr("Welcome"), hint=str(state["label"]), lit=1)
