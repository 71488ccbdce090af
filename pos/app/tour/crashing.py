"""The till killed as a power cut would, while a card is on the reader; then started again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast

from pos.app.processes import WITHOUT_CONSOLE
from pos.app.tour.cards import WAITING, check_charged_once
from pos.app.tour.selling import KOMBUCHA
from pos.app.tour.waiting import TourError, expect, until
from pos.app.tour.walk import Walk
from pos.config import own_command
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY

CHILD = "tour-child"


def waiting(walk: Walk) -> str:
    """Killed while the reader asks for a card: the same screen, then one order, one charge."""
    before = len(walk.books.orders())
    with _killed(walk):
        pass
    walk.open()
    expect("the screen after the restart", walk.shell.page, "checkout")
    walk.hands.reads(WAITING, walk.pages.checkout_screen)
    walk.picture("recovered")
    walk.outside.present_card()
    return _ended(walk, before)


def approved(walk: Walk) -> str:
    """Killed after the bank approved and before the till heard: the order is found, once."""
    before, known = len(walk.books.orders()), _intents(walk)
    with _killed(walk):
        walk.outside.cut_stripe()
        walk.outside.present_card()
        until("the bank to approve", lambda: len(_intents(walk) - known) == 1)
        expect("orders before the kill", len(walk.books.orders()), before)
    walk.outside.cut_stripe(off=False)
    walk.open()
    expect("the screen after the restart", walk.shell.page, "checkout")
    return _ended(walk, before)


def _ended(walk: Walk, before: int) -> str:
    sold = walk.paid()
    expect("orders", len(walk.books.orders()), before + 1)
    check_charged_once(walk, sold)
    walk.hands.press("New sale", walk.pages.checkout_screen)
    walk.cart_has(0)
    return f"started again, same screen: {sold.receipt}, one order, one charge of {sold.total}"


@contextmanager
def _killed(walk: Walk) -> Iterator[None]:
    """Run the till in a process of its own up to the card; kill it on the way out."""
    walk.close()
    child = subprocess.Popen(  # noqa: S603  our own program, our own words
        own_command(CHILD),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        creationflags=WITHOUT_CONSOLE,
    )
    told, said = cast("IO[str]", child.stdin), cast("IO[str]", child.stdout)
    try:
        told.write(_given(walk) + "\n")
        told.flush()
        if said.readline().strip() != CHILD:
            raise TourError("the till in its own process did not come as far as the card")
        yield
    finally:
        child.kill()
        child.wait()
        told.close()
        said.close()


def _given(walk: Walk) -> str:
    """Say on its standard input what it shall open: no secret on a command line."""
    on = walk.on
    return json.dumps(
        {
            "folder": str(on.config.data_dir),
            "backend": on.config.backend_url,
            "stripe": on.config.stripe_url,
            "key": on.secrets.get(STRIPE_KEY),
            "token": on.secrets.get(BACKEND_TOKEN),
            "code": KOMBUCHA,
        }
    )


def _intents(walk: Walk) -> set[str]:
    """Return the PaymentIntents that took money."""
    found = walk.outside.ledger()["payment_intents"]
    return {one["id"] for one in found if one["status"] == "succeeded"}
