"""Whoever trips over the cable: clocks, networks, nights, keys, and a hand in the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tests.simulation.stripe_model import ACCOUNT, Intent, Refund, Stripe
from tests.simulation.till import Till

_SKEWS = (0, 0, -90, 3600, -3600, -26 * 3600, 26 * 3600, 400 * 86400)
_KEYS = (ACCOUNT, ACCOUNT, "", "test:other")


_BY_HAND = ("amount", "short", "currency", "attempt", "cancel", "refund")
FATES = (*("network", "backend", "clock", "reader", "time", "key") * 2, *_BY_HAND)


class Fate:
    """One accident at a time."""

    def __init__(self, till: Till, kinds: Sequence[str]) -> None:
        self.till = till
        self.u = till.u
        self.kinds = kinds

    def act(self) -> None:
        """Let one thing happen to everybody, or to this till."""
        does = {
            "network": self._network,
            "backend": self._backend,
            "clock": self._clock,
            "reader": self._reader,
            "time": self._time,
            "key": self._key,
        }
        kind = self.u.rng.choice(self.kinds)
        does.get(kind, lambda: self._dashboard(kind))()

    def _network(self) -> None:
        stripe = self.till.stripe
        stripe.down = not stripe.down
        self.u.tell("network", "Stripe is down" if stripe.down else "Stripe is back")

    def _backend(self) -> None:
        self.till.backend.down = not self.till.backend.down

    def _clock(self) -> None:
        self.till.set_clock(timedelta(seconds=self.u.rng.choice(_SKEWS)))
        self.u.tell(self.till.name, f"clock is off by {self.till.skew}")

    def _reader(self) -> None:
        for reader in self.till.stripe.readers.values():
            (reader.lose_power if reader.powered else reader.restart)()
            self.u.tell("reader", "has power" if reader.powered else "is dark")

    def _time(self) -> None:
        self.u.advance(self.u.rng.choice((3600.0, 7 * 3600.0, 26 * 3600.0)))
        self.u.tell("world", "time passes")

    def _key(self) -> None:
        self.till.use_key(self.u.rng.choice(_KEYS))
        self.u.tell(self.till.name, f"has the key of {self.till.key or 'nobody'}")

    def _dashboard(self, what: str) -> None:
        intents = list(self.till.stripe.intents.values())
        if not intents:
            return
        intent = self.u.rng.choice([intents[-1], self.u.rng.choice(intents)])
        by_hand(self.till.stripe, intent, what)
        self.u.tell("dashboard", f"changes the {what}", intent=intent.id)


def by_hand(stripe: Stripe, intent: Intent, what: str) -> None:
    """Change a PaymentIntent as its owner may in Stripe's dashboard; most only while it is open."""
    if what == "refund":
        _refund(stripe, intent)
    if intent.status != "requires_payment_method":
        return
    if what == "amount":
        intent.amount += 500
    elif what == "short":
        intent.short = 100  # the bank approves less than was asked
    elif what == "currency":
        intent.currency = "eur"
    elif what == "attempt":
        intent.metadata = intent.metadata | {"attempt": "edited"}
    elif what == "cancel":
        intent.status = "canceled"


def _refund(stripe: Stripe, intent: Intent) -> None:
    """Give something back that no till knows of (case 60)."""
    done = sum(r.amount for r in stripe.refunds.values() if r.intent == intent.id)
    left = intent.received - done
    if intent.status == "succeeded" and left > 0:
        name = f"re_hand_{len(stripe.refunds) + 1}"
        stripe.refunds[name] = Refund(name, intent.id, min(left, 50), {})
