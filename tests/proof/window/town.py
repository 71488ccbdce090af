"""The other processes of a scene, the till's folder, and the program itself as a child."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update

from pos.app.build import Till, build
from pos.config import Config
from pos.models.base import new_id
from pos.models.shop import PaymentSettings
from pos.services import shop
from pos.services.secrets import BACKEND_TOKEN, MemorySecrets
from pos.terminal.api import CASH
from tests.proof.window.stage import Orders
from tests.support.backend import TOKEN, BackendProcess
from tests.support.simulator import READER, SimulatorProcess
from tests.support.till import FakeClock
from tests.ui.front_fixture import GOODS, stock_up

ROOT = Path(__file__).parents[3]
TEA = "4006381333931"
_PATIENCE = 600
_PAGE = 1000


@dataclass(frozen=True)
class Played:
    """What one run of the program told, and how it ended."""

    told: dict[str, Any]
    code: int
    errors: str
    closing: float  # seconds from closing the window to the end of the process
    stacks: str  # of every thread, whenever the window was kept for too long
    integrity: str

    @property
    def failed(self) -> str:
        """What went wrong besides slowness; nothing, if all is well."""
        clean = self.code == 0 and not self.errors and self.integrity == "ok"
        ended = f"exit {self.code}, {self.errors[-500:]}, database {self.integrity}"
        return str(self.told.get("failed", "")) or ("" if clean else ended)


@dataclass(frozen=True)
class Load:
    """What waits to be told and heard, and the file to be imported."""

    orders: int = 0
    products: int = 0
    rows: int = 0


@contextmanager
def town(folder: Path, load: Load) -> Iterator[Orders]:
    """Start both servers and set up a till; yields the orders without their scene."""
    folder.mkdir(parents=True)
    with (
        SimulatorProcess(folder / "simulator.db") as simulator,
        BackendProcess(folder) as backend,
    ):
        orders = Orders(
            scene="",
            folder=str(folder / "till"),
            log=str(folder / "stacks.txt"),
            stripe=simulator.url,
            sim_token=simulator.token,
            sim_pid=simulator._process.pid,
            backend=backend.url,
            backend_pid=backend._process.pid,
        )
        products = _set_up(folder / "till", backend, load)
        orders.words = {"products": str(products), "file": str(_file(folder, load.rows))}
        yield orders
        backend.kill()  # it may be dead already


def _set_up(folder: Path, backend: BackendProcess, load: Load) -> int:
    """Pair a till, fill its queue and the backend's catalogue; returns how many products then."""
    clock = FakeClock(datetime.now(UTC))
    secrets = MemorySecrets({BACKEND_TOKEN: TOKEN})
    config = Config(data_dir=folder, backend_url=backend.url)
    till = build(config, secrets=secrets, preset=shop.DEMO, clock=clock)
    try:
        with till.db.engine.begin() as db:
            chosen = {"reader_id": READER, "reader_label": "Front desk"}
            db.execute(update(PaymentSettings).values(**chosen))
        till.link.connect(till.sync)
        while till.sync.tick().delay <= 1:
            pass
        stock_up(till, folder, GOODS)
        for _ in range(load.orders):
            _sell(till)
        _offer(backend, load.products)
        return till.catalogue.count() + load.products
    finally:
        till.close()


def _sell(till: Till) -> None:
    """Sell a tea for cash."""
    till.cart.scan(TEA)
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, CASH, 5_000)
    till.checkout.receipt_done(run.run_id)


def _offer(backend: BackendProcess, products: int) -> None:
    with backend.http() as http:
        for start in range(0, products, _PAGE):
            items = [_item(n) for n in range(start, min(start + _PAGE, products))]
            key = {"Idempotency-Key": str(new_id())}
            assert http.post("/catalogue/", json={"items": items}, headers=key).is_success


def _item(n: int) -> dict[str, Any]:
    barcodes = [f"{n:08}"]
    names = {"key": f"w{n}", "product_key": f"w{n}", "name": f"Product {n} of many"}
    return names | {"price_minor": 100 + n, "barcodes": barcodes}


def _file(folder: Path, rows: int) -> Path:
    file = folder / "many.csv"
    lines = (f"{10_000_000 + n},Imported thing {n},{n % 90 + 1}.50" for n in range(rows))
    file.write_text("barcode,name,price\n" + "\n".join(lines), "utf-8")
    return file


def play(orders: Orders) -> Played:
    """Run the program with these orders until it has ended."""
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from tests.proof.window.stage import main; raise SystemExit(main())",
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    said, errors = child.communicate(json.dumps(asdict(orders)), timeout=_PATIENCE)
    ended = time.time()
    told = json.loads(said.splitlines()[-1]) if said.strip() else {"failed": "it said nothing"}
    return Played(
        told=told,
        code=child.returncode,
        errors=errors.strip(),
        closing=ended - told.get("closed_at", ended),
        stacks=Path(orders.log).read_text("utf-8"),
        integrity=_integrity(Path(orders.folder) / "till.db"),
    )


def _integrity(file: Path) -> str:
    with closing(sqlite3.connect(file)) as db:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])


def unfinished(folder: Path) -> int:
    """Count the card sessions that the next start will go on with."""
    with closing(sqlite3.connect(folder / "till.db")) as db:
        return int(
            db.execute("SELECT count(*) FROM payment_session WHERE needs_step").fetchone()[0]
        )
