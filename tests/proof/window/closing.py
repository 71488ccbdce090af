"""Closing the window while whatever it talks to hangs."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from pos.app.settings_page import SETTINGS
from pos.services.secrets import STRIPE_KEY
from tests.proof.window.stage import Stage


def idle(stage: Stage) -> None:
    """Nothing hangs."""
    stage.opened()
    stage.turn(500)


def payment(stage: Stage) -> None:
    """A card sale waits for Stripe."""
    stage.opened()
    stage.freeze_others()
    _card(stage)
    _waits_outside(stage, 1)


def every_port(stage: Stage) -> None:
    """A payment, the sync and both questions of the settings hang, from the start on."""
    stage.freeze_others()
    stage.opened()
    _card(stage)
    stage.front.shell.show_page(SETTINGS)
    links = stage.front.settings.links
    away = stage.front.settings.away
    away.submit(links._outside.list_readers)
    away.submit(links._outside.check_backend)
    stage.front.background.wake_sync()
    _waits_outside(stage, 3)


def busy_disk(stage: Stage) -> None:
    """Every commit takes half a second, and several are asked for."""
    from tests.proof.window.scenes import TEA, make_slow  # noqa: PLC0415  they name this module

    stage.opened()
    make_slow(stage)
    for _ in range(5):
        stage.front.pages.sale.scan(TEA)


def importing(stage: Stage) -> None:
    """A long file is being imported."""
    stage.opened()
    stage.front.settings.imports.start(Path(stage.orders.words["file"]))
    stage.turn(700)


def black_hole(stage: Stage) -> None:
    """Connections are neither taken nor refused: Stripe's address answers nothing at all."""
    stage.opened()
    hole = socket.socket()
    hole.bind(("127.0.0.1", 0))
    hole.listen(0)
    full = [socket.socket() for _ in range(3)]
    for each in full:
        each.setblocking(False)  # noqa: FBT003  socket's own
        each.connect_ex(hole.getsockname())
    stage.till.gateway._base_url = f"http://127.0.0.1:{hole.getsockname()[1]}"
    stage.turn(1000)  # the payments thread may be about to keep a client of the old address
    stage.till.gateway.close()
    _card(stage)
    _waits_outside(stage, 1, "urllib3/util/connection")


def stuck_keyring(stage: Stage) -> None:
    """The keyring asks a person, who has left; nothing of the program can end that."""
    store = stage.till.secrets._store
    stage.till.secrets._seen.pop(STRIPE_KEY, None)
    waiting = threading.Event()

    def never(_name: str) -> str | None:
        waiting.set()
        time.sleep(60)  # noqa: TID251  the person who left
        return None

    store.get = never  # type: ignore[method-assign]  # this one store
    stage.front.settings.away.submit(stage.till.secrets.get, STRIPE_KEY)
    stage.until(waiting.is_set)


def _waits_outside(stage: Stage, threads: int, *where: str) -> None:
    """Wait until so many threads have been inside a call to the outside for 300 ms."""
    places = where or ("urllib3", "httpcore")

    def outside() -> set[int]:
        frames = sys._current_frames().items()
        return {thread for thread, frame in frames if _is_in(frame, places)}

    def still() -> bool:
        before = outside()
        stage.turn(300)
        return len(before & outside()) >= threads

    stage.until(still, seconds=25, what="for the calls to hang")
    stage.told["hung"] = len(outside())


def _is_in(frame: FrameType | None, places: tuple[str, ...]) -> bool:
    while frame is not None:
        if any(place in frame.f_code.co_filename for place in places):
            return True
        frame = frame.f_back
    return False


def _card(stage: Stage) -> None:
    from tests.proof.window import scenes  # noqa: PLC0415  they name this module

    scenes._card(stage)


SCENES: dict[str, Callable[[Stage], None]] = {
    f"close, {scene.__name__.replace('_', ' ')}": scene
    for scene in (idle, payment, every_port, busy_disk, importing, black_hole, stuck_keyring)
}
