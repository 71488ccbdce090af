"""The till in a process of its own, up to the card on the reader; the tour kills it there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from pos.app.tour.cards import start
from pos.app.tour.crashing import CHILD
from pos.app.tour.quiet import pass_on_warnings
from pos.app.tour.seat import Seat
from pos.app.tour.waiting import TourError, note_bug, until
from pos.config import Config
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from pos.terminal.api import CASH


def main() -> int:
    """Sell one thing, say so on standard output, and wait for the end.

    By card, up to the reader's question; or in cash where ``tender`` says so (the bench of
    the packaged program), and then it also says when selling could begin.
    """
    given = json.loads(sys.stdin.readline())
    pass_on_warnings()
    sys.excepthook = note_bug
    app = QApplication([])
    seat = Seat(_config(given), _secrets(given), app)
    try:
        seat.open()
        _sell(seat, given)
        until("the end", lambda: False)
    except TourError as error:
        sys.stderr.write(f"{CHILD}: {error}\n")
        seat.close()
    return 1


def _sell(seat: Seat, given: dict[str, str]) -> None:
    in_cash = given.get("tender") == CASH
    if in_cash:
        _say("open")
    seat.scan(given["code"], 1)
    seat.pay()
    if in_cash:
        seat.hands.click(seat.pages.checkout_screen.cash.exact)
        seat.hands.reads("starts a new sale", seat.pages.checkout_screen)
    else:
        start(seat)
    _say(CHILD)


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _config(given: dict[str, str]) -> Config:
    return Config(
        data_dir=Path(given["folder"]),
        backend_url=given["backend"],
        stripe_url=given["stripe"],
        training=True,
    )


def _secrets(given: dict[str, str]) -> MemorySecrets:
    kept = {STRIPE_KEY: given["key"], BACKEND_TOKEN: given["token"]}
    return MemorySecrets(kept, problem=None)
