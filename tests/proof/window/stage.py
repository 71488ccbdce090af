"""The real program in a process of its own, played by a script; prints what it measured as JSON.

`main` takes its orders as JSON on standard input.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer

from pos.app import front
from pos.app import run as program
from pos.app.build import Till
from pos.app.front import Front
from pos.config import Config
from pos.errors import CashierError
from pos.services import shop
from pos.services.secrets import BACKEND_TOKEN, STRIPE_KEY, MemorySecrets
from pos.ui import trouble
from tests.proof.window.watchdog import Watchdog, percentile
from tests.support.backend import TOKEN
from tests.support.simulator import KEY, SimControl

_FIRST_BEATS = 300
"""Three seconds: the threads import stripe and httpx, with their calls to the outside."""


@dataclass
class Orders:
    """What to play and with whom; ids are those of the other processes."""

    scene: str
    folder: str
    log: str
    stripe: str = ""
    sim_token: str = ""
    sim_pid: int = 0
    backend: str = ""
    backend_pid: int = 0
    seconds: float = 5.0
    words: dict[str, str] = field(default_factory=dict)


class Stage:
    """One run of the program. ``told`` goes into the report."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.told: dict[str, Any] = {}
        self.sim = SimControl(orders.stripe, orders.sim_token)
        self._log = Path(orders.log).open("w", encoding="utf-8")  # noqa: SIM115  closed by `play`
        # reading other threads' stacks without the lock has crashed: only when asked for
        self.watchdog = Watchdog(self._log if orders.words.get("stacks") else None)
        self.front: Front
        self.till: Till
        self._opened = False

    def play(self, scene: Callable[[Stage], None]) -> int:
        """Run the program with a scene in front of it; returns its exit code."""
        stage = self

        class Played(Front):
            def start(self) -> None:
                stage.front = self
                stage.watchdog.start()
                self.ready.connect(self._on_ready)
                super().start()
                QTimer.singleShot(0, self._play)

            def _on_ready(self) -> None:
                stage._opened = True

            def _play(self) -> None:
                stage._guarded(scene)

        front.Front = Played  # type: ignore[misc]  # the program's own window, with a script
        trouble.show_trouble = _give_up
        orders = self.orders
        secrets = MemorySecrets({STRIPE_KEY: KEY, BACKEND_TOKEN: TOKEN}, problem=None)
        config = Config(
            data_dir=Path(orders.folder), stripe_url=orders.stripe, backend_url=orders.backend
        )
        code = program.run(lambda: config, secrets=secrets, preset=shop.DEMO, prepare=self._take)
        self._log.close()
        return code

    def _take(self, till: Till) -> None:
        self.till = till

    def _guarded(self, scene: Callable[[Stage], None]) -> None:
        """Play; whatever happens, measure, tell and close the window."""
        try:
            scene(self)
        except BaseException as error:  # noqa: BLE001  told to the parent
            self.told["failed"] = f"{type(error).__name__}: {error}"
        self.wake_others()
        self.watchdog.stop()
        self._tell()
        self.front.shell.close()

    def _tell(self) -> None:
        raw, own = self.watchdog.raw, self.watchdog.own
        self.told |= {"beats": len(raw), "closed_at": time.time()}
        for name, gaps in (("raw", raw), ("own", own)):
            if gaps:
                shares = (percentile(gaps, s) for s in (0.5, 0.99, 1.0))
                self.told[name] = [round(share, 1) for share in shares]
        self.told["first"] = round(1000 * max(own[:_FIRST_BEATS], default=0.0), 1)
        print(json.dumps(self.told), flush=True)  # noqa: T201  the report

    # for the scenes

    def until(self, condition: Callable[[], Any], seconds: float = 60, what: str = "") -> Any:
        """Turn the event loop until it is so."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds} s in vain {what}")
            self.turn()
        return found

    def turn(self, milliseconds: int = 5) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def opened(self) -> None:
        """Wait until selling can begin."""
        self.until(lambda: self._opened, what="for the window")

    def elsewhere(self, act: Callable[[], Any]) -> Any:
        """Do something that waits on a network in a thread of the script's own."""
        done: list[Any] = []
        thread = threading.Thread(target=lambda: done.append(act()), daemon=True)
        thread.start()
        return self.until(lambda: done, what="for a hand")[0]

    def freeze_others(self) -> None:
        """Let both servers hang: connections are taken and nothing is ever answered."""
        self._signal(signal.SIGSTOP)

    def wake_others(self) -> None:
        self._signal(signal.SIGCONT)

    def kill_others(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        for pid in (self.orders.sim_pid, self.orders.backend_pid):
            if pid:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    continue


def _give_up(error: CashierError, *_: object) -> bool:
    raise error  # nobody is there to read it


def main() -> int:
    """Play what standard input orders."""
    from tests.proof.window.scenes import SCENES  # noqa: PLC0415  they name this module

    with suppress(OSError):  # allowed to few; keeps other programs out of the figures
        os.nice(-10)
    orders = Orders(**json.load(sys.stdin))
    return Stage(orders).play(SCENES[orders.scene])
