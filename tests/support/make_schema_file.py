"""Make the stored database of this release's schema, for upgrade tests of later ones.

    python -m tests.support.make_schema_file

Sells in cash and by card at a simulated reader, refunds part of the card sale,
and leaves a cart open and everything unsent. Run it whenever the newest
migration changed before its release; never for a schema that was released.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from pos.app.build import Till, build
from pos.config import Config
from pos.models.migrate import HEAD
from pos.pricing import Discount, DiscountKind
from pos.services import shop
from pos.services.catalogue import import_file
from pos.services.refunds import RefundRequest
from pos.services.secrets import STRIPE_KEY, MemorySecrets
from pos.terminal.api import CASH, STRIPE_TERMINAL
from pos.terminal.attempt import Situation
from tests.support.simulator import KEY, READER, SimulatorProcess

TARGET = Path(__file__).parents[1] / "db" / "schemas" / f"{HEAD}.db"
MAT, BLOCK = "4006381333931", "4006381333948"
GOODS = f"barcode,name,price,stock\n{MAT},Yoga mat 5 mm,42.00,12\n{BLOCK},Cork block,9.99,30\n"
_LIMIT = 200


def make(folder: Path, simulator: SimulatorProcess) -> Path:
    """Fill a new data folder; returns its till.db. The till is closed, its log folded in."""
    config = Config(data_dir=folder, stripe_url=simulator.url)
    till = build(config, secrets=MemorySecrets({STRIPE_KEY: KEY}), preset=shop.DEMO)
    till.settings.choose_reader(READER, "Front desk")
    _stock(till, folder)
    _sell_in_cash(till)
    order = _sell_by_card(till, simulator)
    till.refunds.request(RefundRequest(order_id=order, amount_minor=500))
    _settle(till, simulator)
    till.cart.scan(MAT)
    till.cart.scan(BLOCK)
    till.close()
    return config.till_db


def _stock(till: Till, folder: Path) -> None:
    goods = folder / "goods.csv"
    goods.write_text(GOODS)
    import_file(goods, "usd", till.catalogue)
    goods.unlink()


def _sell_in_cash(till: Till) -> None:
    customer = till.customers.create("Jonas Weber", email="jonas@example.com")
    till.cart.scan(MAT)
    till.cart.scan(BLOCK)
    till.cart.discount_order(Discount(DiscountKind.PERCENT, 100_000))
    till.cart.set_customer(customer.id)
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, CASH, 10_000)
    till.checkout.receipt_done(run.run_id)


def _sell_by_card(till: Till, simulator: SimulatorProcess):
    till.cart.scan(MAT)
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, STRIPE_TERMINAL)
    _settle(till, simulator)
    till.checkout.receipt_done(run.run_id)
    return run.run_id


def _settle(till: Till, simulator: SimulatorProcess) -> None:
    for _ in range(_LIMIT):
        till.desk.wake()
        tick = till.desk.tick()
        if not (tick.runs or tick.refunds):
            return
        asked = {moved.progress.situation for moved in tick.runs}
        if Situation.WAITING_FOR_CARD in asked and simulator.sim.reader()["phase"] == "waiting":
            simulator.sim.present_card()
    raise RuntimeError("the payment does not settle")


def store(source: Path, target: Path) -> None:
    """Write one file without a log beside it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as db:
        db.execute("VACUUM INTO ?", [str(target)])


def main() -> int:
    with tempfile.TemporaryDirectory() as name, SimulatorProcess() as simulator:
        store(make(Path(name) / "data", simulator), TARGET)
    sys.stdout.write(f"{TARGET.relative_to(TARGET.parents[3])}: {TARGET.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
