"""Takes the tour, step by step, and says what each one checked."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import monotonic

from PySide6.QtWidgets import QApplication

from pos.app.demo import has_screen, stage
from pos.app.tour import apart, arranging, cards, closing, crashing, refunding, selling
from pos.app.tour.camera import EVERYTHING, Camera, Plan
from pos.app.tour.quiet import pass_on_warnings
from pos.app.tour.waiting import TourError, note_bug
from pos.app.tour.walk import Step, Walk
from pos.ui import theme

STEPS: tuple[tuple[str, Step], ...] = (
    ("settings", arranging.settings),
    ("import", arranging.bring),
    ("cash sale", selling.cash),
    ("unknown code", selling.unknown),
    ("variants", selling.variant),
    ("customer", selling.customer),
    ("line discount", selling.discount),
    ("card sale", cards.card),
    ("receipt", cards.receipt),
    ("offline", apart.offline),
    ("back online", apart.back),
    ("killed, card asked for", crashing.waiting),
    ("killed, card approved", crashing.approved),
    ("second click", selling.twice),
    ("refund to the card", refunding.to_card),
    ("refund in cash", refunding.in_cash),
    ("customers", refunding.people),
    ("sync", closing.synced),
    ("stripe", closing.stripe),
    ("receipts", closing.receipts),
    ("journal", closing.chain),
    ("secrets", closing.secrets),
)


def take_tour(screenshots: Path | None, look: str, plan: Plan = EVERYTHING) -> int:
    """Walk through the whole main job; returns 0, or 1 when anything is off.

    Pictures go below ``screenshots`` when it is given, as ``plan`` has them;
    ``look`` is the theme the window wears meanwhile.
    """
    if not has_screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    pass_on_warnings()
    sys.excepthook = note_bug
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)  # it is closed and opened again on the way
    theme.apply(app, look)
    camera, began = Camera(screenshots, app, look, plan), monotonic()
    with stage() as on:
        walk = Walk(on, app, camera, look)
        try:
            well = _steps(walk)
        finally:
            walk.end()
    if not well:
        return 1
    pictures = f", {camera.taken} pictures in {screenshots}" if camera.taken else ""
    _say(f"The tour is well: {len(STEPS)} steps in {monotonic() - began:.0f} s{pictures}.")
    return 0


def _steps(walk: Walk) -> bool:
    """Take the steps up to the first that is off."""
    name = "start"
    try:
        walk.open()
        walk.synced()
        for name, step in STEPS:
            _say(f"ok  {name}: {step(walk)}")
    except TourError as error:
        _say(f"OFF {name}: {error}")
        _say(f"    on the screen: {walk.seen()}")
        return False
    return True


def _say(text: str) -> None:
    """Print at once, also where the terminal knows no arrow."""
    sys.stdout.write(text.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding))
    sys.stdout.write("\n")
    sys.stdout.flush()
