"""Running totals equal a recount from the lines, whatever was sold and given back, and when."""

from __future__ import annotations

import importlib
import json
import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from pos.app.build import build
from pos.cli import main
from pos.config import Config
from pos.errors import CashierError
from pos.models import migrate
from pos.models.database import Database
from pos.models.states import TotalKind
from pos.pricing import Discount, DiscountKind
from pos.services import journal, shop
from pos.services.catalogue import import_file
from pos.services.refunds import RefundLineAsk, RefundRequest
from pos.services.safety import recount
from pos.services.secrets import MemorySecrets
from pos.terminal.api import CASH
from tests.support.till import FakeClock

SCHEMAS = Path(__file__).parents[1] / "schemas"
CODES = ["4006381333931", "4006381333948", "5000112637922"]
GOODS = "barcode,name,price\n" + "\n".join(
    f"{code},Thing {n},{3 + n * 7}.99" for n, code in enumerate(CODES)
)
TWO_TAXES = shop.Preset(
    taxes=(shop.ShopTax("state", "State", 62_500), shop.ShopTax("city", "City", 8_750))
)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def till(tmp_path, clock):
    till = build(
        Config(data_dir=tmp_path / "till"), secrets=MemorySecrets(), clock=clock, preset=TWO_TAXES
    )
    file = tmp_path / "goods.csv"
    file.write_text(GOODS)
    import_file(file, "usd", till.catalogue)
    yield till
    till.close()


def ask(path: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def quarter(at: str) -> int:
    return int(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()) // 900


def stored(path: Path) -> Counter:
    rows = ask(
        path, "SELECT quarter, kind, name, amount_minor FROM running_total WHERE amount_minor"
    )
    return Counter({row[:3]: row[3] for row in rows})


def recounted(path: Path) -> Counter:
    """Add up the lines, payments and refunds of the whole file."""
    found: Counter = Counter()
    lines = ask(
        path,
        'SELECT o.created_at, l.total_minor, l.taxes FROM order_line l JOIN "order" o'
        " ON o.id = l.order_id",
    )
    for at, total, taxes in lines:
        found[quarter(at), "sale", ""] += total
        for tax in json.loads(taxes):
            found[quarter(at), "tax", tax["id"]] += tax["tax"]
    for at, name, minor in ask(path, "SELECT created_at, provider_id, amount_minor FROM payment"):
        found[quarter(at), "tender", name] += minor
    done = "SELECT settled_at, provider_id, amount_minor FROM refund WHERE state = 'succeeded'"
    for at, name, minor in ask(path, done):
        found[quarter(at), "refund", ""] += minor
        found[quarter(at), "refund_tender", name] += minor
    return +found


def plain(counted: Counter) -> Counter:
    """Leave out the split of a refund's tax, which no line has."""
    return Counter({key: minor for key, minor in counted.items() if key[1] != "refund_tax"})


def returned_tax(path: Path) -> int:
    query = (
        "SELECT ifnull(sum(b.tax_minor), 0) FROM refund_line b JOIN refund r ON r.id = b.refund_id"
        " WHERE r.state = 'succeeded'"
    )
    return ask(path, query)[0][0]


def check(path: Path) -> None:
    kept = stored(path)
    assert plain(kept) == recounted(path)
    assert sum(n for key, n in kept.items() if key[1] == "refund_tax") == returned_tax(path)
    assert said_of(path) == ""


def said_of(path: Path) -> str:
    """What the till itself says when it compares them."""
    with closing(Database(path)) as db, db.reader.begin() as connection:
        return recount.differing(connection)


HARMS = {
    "one cent more": "UPDATE running_total SET amount_minor = amount_minor + 1 WHERE kind = :kind",
    "one less counted": "UPDATE running_total SET count = count - 1 WHERE kind = :kind",
    "another quarter": "UPDATE running_total SET quarter = quarter + 1 WHERE kind = :kind",
    "gone": "DELETE FROM running_total WHERE kind = :kind",
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_total_that_turned_over_is_found_by_looking_through(till, harm, capsys):
    dice = random.Random(11)  # noqa: S311  # as above
    sold = [sell(till, dice) for _ in range(8)]
    for order_id in sold:
        give_back(till, order_id, dice)
    path = till.config.till_db
    till.close()
    folder = ["--data-dir", str(till.config.data_dir)]
    assert main([*folder, "verify-journal"]) == 0
    kept = path.read_bytes()
    for kind in TotalKind:
        with closing(sqlite3.connect(path)) as db, db:
            assert db.execute(HARMS[harm], {"kind": kind}).rowcount, kind
        assert kind in said_of(path)
        assert main([*folder, "verify-journal"]) == 1
        assert f"({kind}" in capsys.readouterr().out
        path.write_bytes(kept)


def sell(till, dice: random.Random):
    for _ in range(dice.randint(1, 4)):
        till.cart.scan(dice.choice(CODES), dice.choice([1000, 2000, 1500]))
    if dice.random() < 0.4:
        till.cart.discount_order(Discount(DiscountKind.PERCENT, 100_000))
    run = till.checkout.begin(till.cart.current().cart_id)
    till.checkout.pay(run.run_id, CASH, 10**7)
    till.checkout.receipt_done(run.run_id)
    return run.run_id


def give_back(till, order_id, dice: random.Random) -> None:
    left_of = "SELECT id, quantity_milli - refunded_milli, order_id FROM order_line"
    rows = ask(till.config.till_db, left_of)
    lines = [row[:2] for row in rows if row[1] > 0 and row[2] == order_id.hex]
    wanted = RefundRequest(order_id=order_id, amount_minor=dice.randint(1, 300))
    if lines and dice.random() < 0.7:
        id_, left = dice.choice(lines)
        part = RefundLineAsk(UUID(id_), dice.randint(1, left))
        fee = Discount(DiscountKind.PERCENT, 50_000) if dice.random() < 0.5 else None
        wanted = RefundRequest(order_id=order_id, lines=(part,), fee=fee)
    with suppress(CashierError):  # more than is left
        till.refunds.request(wanted)


def test_they_equal_a_recount_at_any_time(till, clock):
    dice = random.Random(4)  # noqa: S311  # a shop's day, nothing secret
    path, sold = till.config.till_db, []
    for _ in range(25):
        clock.advance(minutes=dice.choice([1, 7, 40]))
        sold.append(sell(till, dice))
        check(path)
        give_back(till, dice.choice(sold), dice)
        check(path)
    kinds = {key[1] for key in stored(path)}
    assert kinds == {"sale", "tender", "tax", "refund", "refund_tender", "refund_tax"}
    assert {key[2] for key in stored(path) if key[1] == "tax"} == {"state", "city"}
    with till.db.reader.begin() as db:
        assert journal.first_broken(db) is None


def test_the_last_moment_of_a_quarter_is_counted_in_it(till, clock):
    """SQLite would round it up into the next one, and a sound file be called wrong for ever."""
    clock.now = clock.now.replace(minute=14, second=59, microsecond=999_700)
    order_id = sell(till, random.Random(2))  # noqa: S311  # as above
    till.refunds.request(RefundRequest(order_id=order_id, amount_minor=100))
    assert {key[0] % 4 for key in stored(till.config.till_db)} == {0}
    check(till.config.till_db)


def test_a_sale_and_its_totals_hold_together_or_not_at_all(till, monkeypatch):
    dice = random.Random(1)  # noqa: S311  # as above
    sell(till, dice)
    before = stored(till.config.till_db)

    def fails(*_args) -> None:
        raise CashierError("disk_full", "No room.", "Make some.")

    monkeypatch.setattr(till.checkout._runs, "_enqueue", fails)  # the last act of a commit
    with pytest.raises(CashierError):
        sell(till, dice)
    assert stored(till.config.till_db) == before
    check(till.config.till_db)


def test_sales_of_before_there_were_totals_are_counted_by_the_update(tmp_path):
    path = tmp_path / "till.db"
    shutil.copy(SCHEMAS / "0001.db", path)
    migrate.upgrade(path, tmp_path / "backups")
    assert stored(path)
    check(path)


def test_the_update_counts_as_the_sales_would_have(till, clock):
    """Wipe the totals of a busy till, let the migration's own statements count anew."""
    dice = random.Random(9)  # noqa: S311  # as above
    sold = [sell(till, dice) for _ in range(12)]
    clock.now = clock.now.replace(minute=14, second=59, microsecond=999_700)
    sold.append(sell(till, dice))
    for order_id in sold:
        give_back(till, order_id, dice)
    path = till.config.till_db
    query = "SELECT * FROM running_total ORDER BY quarter, kind, name"
    kept = ask(path, query)
    script = importlib.import_module("pos.models.migrations.versions.0002_running_totals")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM running_total")
        for each in script._ALL:
            db.execute(f"INSERT INTO running_total {each}")
    assert ask(path, query) == kept
