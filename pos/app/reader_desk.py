"""Registering and trying a reader: the questions of the settings, asked of Stripe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from pos.app.build import Till
from pos.app.links import explained, reader_choice
from pos.errors import CashierError
from pos.money import Money
from pos.services.links import ReaderChoice
from pos.services.readers import NewReader, Place, checked
from pos.services.secrets import STRIPE_KEY
from pos.services.shop import Shop
from pos.terminal.minimums import refusal
from pos.terminal.operations import Answer, Outcome
from pos.terminal.posting import Posts
from pos.terminal.registration import Registration
from pos.terminal.stripe_gateway import StripeGateway
from pos.terminal.tryout import Tried, Tryout, TryResult, amount_minor

_FORBIDDEN = 403
_READER_ERRORS = {
    "terminal_reader_offline": (
        "The reader is offline.",
        "Switch it on and connect it to the network, then try again.",
    ),
    "terminal_reader_busy": ("The reader is busy.", "Wait until its screen is idle."),
    "terminal_reader_timeout": (
        "The reader did not confirm.",
        "Look at its network and try again.",
    ),
}


class TillReaderDesk:
    """A `ReaderDesk` with a connection of its own, closed after every question."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self._line: StripeGateway | None = None
        self._stop = Event()
        self._gone = False

    def hang_up(self) -> None:
        """End the question under way, and those that wait their turn: the window closes."""
        self._gone = True
        self._stop.set()
        line = self._line
        if line is not None:
            line.hang_up()

    def stop(self) -> None:
        self._stop.set()

    def places(self) -> list[Place]:
        with self._asking() as (gateway, posts):
            answer = _good(Registration(posts, gateway).places())
        found = answer.body["data"] if answer.body else []
        return [Place(str(one["id"]), str(one.get("display_name") or one["id"])) for one in found]

    def register(self, reader: NewReader) -> ReaderChoice:
        asked = checked(reader)
        with self._asking() as (gateway, posts):
            desk = Registration(posts, gateway)
            place = asked.place_id
            if asked.place is not None:
                place = str((_place(desk.make_place(asked.place)).body or {})["id"])
            answer = _registered(desk.register(asked.code, asked.label, place))
        return reader_choice(dict(answer.body or {}))

    def try_out(self, watch: Callable[[str], object]) -> str:
        shop = self._till.shop()
        if not shop.reader_id:
            raise CashierError("no_reader", "No reader is chosen.", "Choose or register one.")
        try:
            if self._stop.is_set():
                return _said(TryResult(Tried.STOPPED))
            return self._tried(shop, watch)
        finally:
            self._stop.clear()  # not before: Stop may be pressed while this waits its turn

    def _tried(self, shop: Shop, watch: Callable[[str], object]) -> str:
        """Ask for a card with a test key alone; any other key only shows words."""
        test = (self._till.secrets.get(STRIPE_KEY) or "").startswith("rk_test_")
        with self._asking() as (gateway, posts):
            trying = Tryout(posts, gateway, shop.reader_id)
            if not test:
                return _said(trying.show(f"Hello from {shop.name}", shop.currency, self._stop))
            reason = refusal(Money(amount_minor(shop.currency), shop.currency))
            if reason:
                raise CashierError("card_not_available", reason, "No card was charged.")
            return _said(trying.pay(shop.currency, self._stop, watch))

    @contextmanager
    def _asking(self) -> Iterator[tuple[StripeGateway, Posts]]:
        secrets = self._till.secrets
        gateway = StripeGateway(lambda: secrets.get(STRIPE_KEY), self._till.config.stripe_url)
        self._line = gateway
        if self._gone:
            gateway.hang_up()
        try:
            yield gateway, Posts(self._till.db, gateway, self._till.clock)
        finally:
            self._line = None
            gateway.close()


def _good(answer: Answer) -> Answer:
    if answer.outcome is not Outcome.OK:
        raise explained(answer)
    return answer


def _place(answer: Answer) -> Answer:
    if answer.outcome is Outcome.NO:
        raise CashierError(
            "place_refused",
            f"Stripe refuses this location: {answer.message}",
            "Correct the address. State and country are short, such as CA and US.",
        )
    return _good(answer)


def _registered(answer: Answer) -> Answer:
    if answer.outcome is not Outcome.NO:
        return _good(answer)
    if answer.code == "resource_missing":
        raise CashierError(
            "reader_code_unknown",
            "No reader shows this code.",
            "A code is good for some minutes: make a new one on the reader, type it as shown.",
        )
    raise CashierError(
        "reader_refused",
        f"Stripe refuses to register the reader: {answer.message}",
        "Make a new code on the reader, or look at it in the Stripe dashboard.",
    )


def _said(result: TryResult) -> str:
    words = {
        Tried.APPROVED: "The test payment was approved and let go again. The reader works.",
        Tried.SHOWN: "The reader showed the greeting. It works, and no card was charged.",
        Tried.STOPPED: "The test was stopped. No card was charged.",
    }
    if result.tried in words:
        return words[result.tried]
    raise _trouble(result)


def _trouble(result: TryResult) -> CashierError:
    if result.tried is Tried.NO_CARD:
        message = "No card was held to the reader for a minute."
        return CashierError("reader_no_card", message, "Try again with a test card in hand.")
    if result.tried is Tried.DECLINED:
        message = f"The test card was declined: {result.reason}"
        remedy = (
            "The reader works. Use one of Stripe's physical test cards: test mode takes no other."
        )
        return CashierError("reader_test_declined", message, remedy)
    if result.tried is Tried.TAKEN:
        return CashierError(
            "reader_in_use",
            "A payment is on the reader.",
            "Finish or cancel it, at the till or on the reader, then try again.",
        )
    answer = result.answer or Answer(Outcome.UNKNOWN)
    known = _READER_ERRORS.get(answer.code or "")
    if known is not None:
        return CashierError(str(answer.code), *known)
    if answer.status == _FORBIDDEN:
        remedy = "Give the key write access to PaymentIntents and Terminal in the Stripe dashboard."
        return CashierError("stripe_key_lacks", "The stored key may not try a reader.", remedy)
    if answer.outcome is Outcome.NO:
        message = f"Stripe refuses the test: {answer.message}"
        return CashierError("reader_test_refused", message, "No card was charged.")
    return explained(answer)
