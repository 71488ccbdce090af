"""What happens to the program while its window is watched."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from sqlalchemy import event

from pos.app.pages import CUSTOMERS, PURCHASES, SALE
from pos.app.settings_page import SETTINGS
from pos.terminal.api import CASH, STRIPE_TERMINAL
from tests.proof.window import cancel, closing
from tests.proof.window.stage import Stage

TEA, MAT = "4006381333931", "5901234123457"
_SLOW_S = 0.5
Scene = Callable[[Stage], None]


def hang(stage: Stage) -> None:
    """Both ports hang from before the window opens; a card sale is tried meanwhile."""
    stage.freeze_others()
    stage.opened()
    _card(stage)
    _busy_hands(stage, until=_after(stage.orders.seconds))
    stage.told["card"] = str(stage.front.pages.checkout.run is not None)


def killed(stage: Stage) -> None:
    """Both servers die in the middle of a card sale, the reader asking for the card."""
    stage.opened()
    _card(stage)
    page = stage.front.pages.checkout_screen.card
    stage.until(lambda: page.button("cancel"), what="for the reader")
    _busy_hands(stage, until=_after(stage.orders.seconds / 2))
    stage.kill_others()
    _busy_hands(stage, until=_after(stage.orders.seconds))


def sync(stage: Stage) -> None:
    """A thousand orders leave and thousands of products arrive while somebody sells."""
    stage.opened()
    wanted = int(stage.orders.words["products"])
    started = time.monotonic()

    def done() -> bool:
        return stage.elsewhere(lambda: _synced(stage, wanted))

    _busy_hands(stage, until=done, seconds=400)
    stage.told["seconds"] = round(time.monotonic() - started, 1)


def bring(stage: Stage) -> None:
    """A file of many products is imported while somebody sells."""
    stage.opened()
    imports = stage.front.settings.imports
    imports.start(Path(stage.orders.words["file"]))
    _busy_hands(stage, until=lambda: not imports.is_running, seconds=400)
    stage.told["products"] = stage.elsewhere(stage.till.catalogue.count)


def slow_disk(stage: Stage) -> None:
    """Every commit of the till's database takes half a second."""
    stage.opened()
    make_slow(stage)
    _busy_hands(stage, until=_after(stage.orders.seconds), sells=True)


def make_slow(stage: Stage) -> None:
    """Wait before every COMMIT that was begun to write; readers are not kept."""

    @event.listens_for(stage.till.db.engine, "commit")
    def _slowly(connection: Any) -> None:
        if connection.get_execution_options().get("begin") != "DEFERRED":
            time.sleep(_SLOW_S)  # noqa: TID251  the slow disk itself


def _synced(stage: Stage, wanted: int) -> bool:
    status = stage.till.sync.status()
    return not status.waiting and stage.till.catalogue.count() >= wanted


def _after(seconds: float) -> Callable[[], bool]:
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() > deadline


def _card(stage: Stage) -> None:
    """Ring up a tea and choose the card."""
    begin(stage)
    stage.front.pages.checkout_screen.tender_chosen.emit(STRIPE_TERMINAL)


def begin(stage: Stage) -> None:
    """Ring up a tea and press Charge."""
    pages = stage.front.pages
    pages.sale.scan(TEA)
    cart = stage.until(lambda: pages.sale.cart and pages.sale.cart.lines and pages.sale.cart)
    pages.checkout.begin(cart.cart_id)
    stage.until(lambda: pages.checkout.run, what="for the checkout")


def _busy_hands(
    stage: Stage, *, until: Callable[[], bool], seconds: float = 120, sells: bool = False
) -> None:
    """Do what people do, five times a second, until something is so."""
    deadline = time.monotonic() + seconds
    acts = cycle(_acts(stage, sells=sells))
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not done within {seconds} s")
        next(acts)()
        stage.turn(200)


def _acts(stage: Stage, *, sells: bool) -> list[Callable[[], object]]:
    shell, pages = stage.front.shell, stage.front.pages
    acts: list[Callable[[], object]] = [
        lambda: pages.sale.scan(TEA),
        lambda: shell.show_page(PURCHASES),
        lambda: pages.sale.scan(MAT),
        lambda: shell.show_page(CUSTOMERS),
        lambda: shell.show_page(SETTINGS),
        lambda: shell.show_page(SALE),
        lambda: pages.sale_screen.search_changed.emit("te"),
        lambda: pages.sale_screen.search_changed.emit(""),
    ]
    return [*acts, *(_cash_sale(stage) if sells else [])]


def _cash_sale(stage: Stage) -> list[Callable[[], object]]:
    pages = stage.front.pages

    def charge() -> None:
        cart = pages.sale.cart
        if cart is not None and cart.lines:
            pages.checkout.begin(cart.cart_id)

    def take() -> None:
        if pages.checkout.run is not None:
            pages.checkout_screen.tender_chosen.emit(CASH)
            pages.checkout_screen.cash_given.emit(1_000_000)

    return [charge, take, take, pages.checkout.finish]


SCENES: dict[str, Scene] = {
    "hang": hang,
    "killed": killed,
    "sync": sync,
    "import": bring,
    "slow_disk": slow_disk,
    "cancel": cancel.cancel,
    **closing.SCENES,
}
