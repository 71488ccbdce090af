"""What happens to the till while its heart is watched: one scene after the other."""

from __future__ import annotations

import json
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import uuid6
from PySide6.QtCore import QObject, QTimer

from bench.goods import good
from bench.heartbeat import Heart
from bench.memory import resident
from pos.app.build import Till
from pos.app.demo import READER, READER_LABEL
from pos.config import Config
from pos.services.secrets import BACKEND_TOKEN
from pos.terminal.api import CASH, STRIPE_TERMINAL

PRODUCTS, MESSAGES, PAYMENTS = 100_000, 10_000, 5
LONGEST_DRAIN_S = 90
_REST_MS, _LOOK_MS = 5_000, 250
_HANDED = 10**7


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands behind the till."""

    folder: Path
    stripe_url: str
    backend_url: str
    token: str

    @property
    def config(self) -> Config:
        return Config(data_dir=self.folder / "till", stripe_url=self.stripe_url, training=True)


class Scenes(QObject):
    """Told of the till by `run`; goes from scene to scene and closes the window at the end."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage
        self.memory = self.left = 0
        self._paid = 0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._scenes = iter((self._sync, self._drain, self._pay))
        self._is_over: Callable[[], bool] = bool

    def load(self) -> Config:
        """Begin to watch: the frame was painted just now."""
        self.heart = Heart(self)
        self.heart.scene("start, all late imports")
        return self._stage.config

    def prepare(self, till: Till) -> None:
        """Meet the till before its window is made."""
        from pos.app.front import Front  # noqa: PLC0415  loaded behind the first paint

        till.settings.choose_reader(READER, READER_LABEL)
        self._till = till
        start = Front.start

        def started(front: Front) -> None:
            self._front = front
            front.ready.connect(self._rest)
            start(front)

        Front.start = started  # type: ignore[assignment]  # to be told without a change

    def _rest(self) -> None:
        self.heart.scene("at rest")
        QTimer.singleShot(_REST_MS, self._next)

    def _next(self) -> None:
        self.heart.scene("")
        scene = next(self._scenes, None)
        if scene is None:
            self.memory = resident()
            self._front.shell.close()
        else:
            scene()

    def _begin(self, name: str, is_over: Callable[[], bool]) -> None:
        """Watch until ``is_over``, which is asked off the GUI thread."""
        self.heart.scene(name)
        self._is_over = is_over
        self._timer.start()

    def _look(self) -> None:
        if not self._front.reads.pending:
            self._front.reads.submit(self._is_over, then=self._looked)

    def _looked(self, over: bool) -> None:  # noqa: FBT001  what a call answered
        if over and self._timer.isActive():
            self._timer.stop()
            self._next()

    # the products

    def _sync(self) -> None:
        self._till.secrets.set(BACKEND_TOKEN, self._stage.token)
        self._till.settings.set_backend_url(self._stage.backend_url)
        self._front.background.reconnect()
        self._begin(f"{PRODUCTS:,} changed products", self._is_synced)

    def _is_synced(self) -> bool:
        """Say whether the last product has its new price."""
        last = good(PRODUCTS)
        found = self._till.catalogue.lookup(last.code)
        return bool(found) and found[0].price_minor == last.price_minor + 1

    # the messages

    def _drain(self) -> None:
        self._front.writes.submit(self._fill, then=self._filled)

    def _fill(self) -> None:
        """Sell once, and let that sale's message wait ten thousand times under new ids."""
        sell(self._till, CASH)
        with closing(sqlite3.connect(self._till.config.till_db, isolation_level=None)) as db:
            find = "SELECT body FROM outbox WHERE kind = 'purchase' ORDER BY seq DESC LIMIT 1"
            (body,) = db.execute(find).fetchone()
            told, now = json.loads(body), f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
            db.execute("BEGIN IMMEDIATE")
            for number in range(MESSAGES):
                new = _renewed(told, number)
                row = (new["id"].replace("-", ""), json.dumps(new).encode(), now, now)
                db.execute(_ADD, (row[0], *row))
            db.execute("COMMIT")

    def _filled(self, _none: object) -> None:
        self._front.background.wake_sync()
        self._until = monotonic() + LONGEST_DRAIN_S
        self._begin(f"{MESSAGES:,} orders leave", self._is_drained)

    def _is_drained(self) -> bool:
        """Say whether all have left; a busy machine is not watched for ever."""
        self.left = self._till.sync.status().waiting
        return not self.left or monotonic() > self._until

    # the cards

    def _pay(self) -> None:
        self._begin(f"{PAYMENTS} cards at the reader", self._is_paid)
        threading.Thread(target=self._customers, daemon=True).start()
        self._charge()

    def _charge(self) -> None:
        self._front.writes.submit(sell, self._till, STRIPE_TERMINAL, then=self._charged)

    def _charged(self, run_id: UUID) -> None:
        self._run = run_id
        self._front.background.wake_payments()

    def _is_paid(self) -> bool:
        if not hasattr(self, "_run") or not self._till.checkout.view(self._run).is_paid:
            return False
        self._till.checkout.receipt_done(self._run)
        self._paid += 1
        if self._paid < PAYMENTS:
            self._charged(sell(self._till, STRIPE_TERMINAL))
        return self._paid >= PAYMENTS

    def _customers(self) -> None:
        """Hold a card to the reader whenever it asks for one."""
        pause = threading.Event()
        while self._paid < PAYMENTS:
            pause.wait(0.2)
            with suppress(urllib.error.HTTPError):  # not now
                _present(self._stage)


def sell(till: Till, provider: str) -> UUID:
    """Scan one product and open the tender; cash is paid at once."""
    till.cart.scan(good(1).code)
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, provider, _HANDED if provider == CASH else 0)
    if provider == CASH:
        till.checkout.receipt_done(run.run_id)
    return run.run_id


_ADD = (
    "INSERT INTO outbox (key, aggregate_id, kind, path, body, label, attempts, not_before,"
    " created_at) VALUES (?, ?, 'purchase', '/purchases/', ?, 'bench', 0, ?, ?)"
)


def _renewed(told: dict[str, Any], number: int) -> dict[str, Any]:
    """Copy a purchase under ids and a receipt number of its own."""

    def new(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"id": str(UUID(int=uuid6.uuid7().int))}

    changed = {"cart_id": str(UUID(int=uuid6.uuid7().int)), "receipt_number": f"R1-9{number:06}"}
    lines, payments = map(new, told["lines"]), map(new, told["payments"])
    return new(told) | changed | {"lines": list(lines), "payments": list(payments)}


def _present(stage: Stage) -> None:
    request = urllib.request.Request(  # noqa: S310  # the simulator of this run
        f"{stage.stripe_url}/_sim/reader/present",
        data=json.dumps({"reader": READER}).encode(),
        headers={"Authorization": f"Bearer {stage.token}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=5).close()  # noqa: S310  # as above
