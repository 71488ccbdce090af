"""A sale while nothing outside answers: cash goes on, and is told later."""

from __future__ import annotations

from pos.app.tour.arranging import SOAP, TEA
from pos.app.tour.waiting import expect, require, until
from pos.app.tour.walk import Walk
from pos.terminal.api import STRIPE_TERMINAL
from pos.ui.widgets.buttons import TenderButton

_GIVEN = "$25.00"


def offline(walk: Walk) -> str:
    """Card off with its reason, cash sold, the pill counts; back online all of it arrives."""
    walk.outside.cut_stripe()
    walk.outside.cut_backend()
    walk.check_now("sync")
    walk.pill("sync", "Offline")
    walk.check_now("reader")
    walk.pill("reader", "Reader offline")
    walk.scan(TEA, 1)
    walk.scan(SOAP, 2)
    walk.pay()
    card = _card(walk)
    require("the card reader is disabled", not card.isEnabled())
    require("it says why", "needs internet" in card.text())
    walk.hands.press(_GIVEN, walk.pages.checkout_screen.cash)
    walk.picture("offline")
    walk.hands.click(walk.pages.checkout_screen.cash.complete)
    sold = walk.paid()
    walk.pill("sync", "Offline · 1 waiting")
    expect("records that wait", walk.books.waiting(), 1)
    return f"{sold.receipt} in cash, change {sold.change}; card off: needs internet; 1 waiting"


def back(walk: Walk) -> str:
    """Both answer again: the sale arrives once, under its own id."""
    sold = walk.books.last()
    walk.outside.cut_stripe(off=False)
    walk.outside.cut_backend(off=False)
    walk.check_now("sync")
    walk.synced()
    walk.check_now("reader")
    walk.pill("reader", "Reader ready")
    expect("records that wait", walk.books.waiting(), 0)
    known = [one for one in walk.outside.purchases() if one.id == sold.id]
    expect("this order at the backend", [one.total_minor for one in known], [sold.total_minor])
    walk.hands.press("New sale", walk.pages.checkout_screen)
    until("the sale", lambda: walk.shell.page == "sale")
    return f"{sold.receipt} reached the backend once, the reader is ready"


def _card(walk: Walk) -> TenderButton:
    buttons = walk.pages.checkout_screen.findChildren(TenderButton)
    return next(one for one in buttons if one.property("key") == STRIPE_TERMINAL)
