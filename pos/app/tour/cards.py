"""A sale by card: declined once, tried again on the same PaymentIntent, asked about, approved."""

from __future__ import annotations

from typing import Any

from pos.app.tour.books import Sold
from pos.app.tour.seat import Seat
from pos.app.tour.waiting import expect, until
from pos.app.tour.walk import Walk

WAITING = "Ask the customer to tap, insert or swipe"
_UNKNOWN = "We could not confirm this payment. The customer may have been charged."


def card(walk: Walk) -> str:
    """Go through every state a card payment shows."""
    hands, screen = walk.hands, walk.pages.checkout_screen
    walk.pay()
    walk.picture("cash")
    start(walk)
    walk.picture("card-waiting")
    walk.outside.present_bad_card()
    hands.reads("Declined \N{EN DASH} insufficient funds.", screen)
    hands.reads("Customer was not charged.", screen)
    walk.picture("declined")
    hands.press("Try again (same payment)", screen)
    hands.reads(WAITING, screen)
    _lose_sight(walk)
    walk.outside.present_card()
    sold = walk.paid()
    walk.picture("done")
    tries = check_charged_once(walk, sold, failed=1)
    return f"{sold.receipt}, {sold.total}, 1 PaymentIntent, {tries} charges: 1 declined, 1 taken"


def receipt(walk: Walk) -> str:
    """Look at the receipt of that sale, as it would be printed."""
    sold = walk.books.last()
    walk.hands.press("Show receipt", walk.pages.checkout_screen)
    walk.hands.reads(f"Receipt {sold.receipt}")
    walk.picture("receipt")
    walk.shell.close_overlays()
    walk.hands.press("New sale", walk.pages.checkout_screen)
    until("the sale", lambda: walk.shell.page == "sale")
    return f"{sold.receipt} shown, with its card and barcode"


def start(walk: Seat) -> None:
    """Choose the card reader and wait until it asks for a card."""
    walk.hands.press("Card reader", walk.pages.checkout_screen)
    walk.hands.reads(WAITING, walk.pages.checkout_screen)


def check_charged_once(walk: Walk, sold: Sold, *, failed: int = 0) -> int:
    """Hold an order against Stripe's ledger; returns how many charges its intent has."""
    ledger = walk.outside.ledger()
    intents = _of_order(ledger, sold)
    expect("PaymentIntents of this sale", [one["id"] for one in intents], [sold.intent])
    expect("its status", intents[0]["status"], "succeeded")
    charges = [one for one in ledger["charges"] if one["payment_intent"] == sold.intent]
    taken = [one["amount"] for one in charges if one["paid"]]
    expect("what was charged", taken, [sold.total_minor])
    expect("declined charges", len(charges) - len(taken), failed)
    return len(charges)


def _of_order(ledger: dict[str, Any], sold: Sold) -> list[dict[str, Any]]:
    """Return the intents of an order's cart: there must be one."""
    mine = next(one for one in ledger["payment_intents"] if one["id"] == sold.intent)
    cart = mine["metadata"]["cart"]
    return [one for one in ledger["payment_intents"] if one["metadata"].get("cart") == cart]


def _lose_sight(walk: Walk) -> None:
    """Stripe stops answering while the reader asks: nobody may be charged again."""
    walk.outside.cut_stripe()
    walk.hands.reads(_UNKNOWN, walk.pages.checkout_screen)
    walk.picture("unknown")
    walk.outside.cut_stripe(off=False)
    walk.hands.reads(WAITING, walk.pages.checkout_screen)
