"""A till that has sold for years: customers and paid orders by the million, written fast.

    build(Config(data_dir=folder), secrets=MemorySecrets(), preset=shop.DEMO).close()
    write_customers(folder / "till.db", 1_000_000)
    write_orders(folder / "till.db", 1_000_000)

The file must have been made by the till itself, so that its tables are those of
the migrations, and nobody may have it open. Rows go in with bare sqlite3 and
without durability, the secondary indexes after them: a million orders take
some three minutes and 4 GB. The same arguments write the same rows into the same file, and the
till's own look at its books (`pos.services.safety.audit`) finds nothing wrong.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.history_orders import APART, Orders, Row, insert, time_text, v7
from pos.services.customers.finding import search_text

LAST = datetime(2026, 1, 1, 18, 0, tzinfo=UTC)
"""When the newest order was paid, unless a caller says otherwise."""

_BATCH = 20_000
_FIRST = (
    "Anna Ben Chloé Dmitri Elif Farid Greta Hana Ivan José Kofi Lena Mina Noor Olga Pavel Quinn "
    "Rosa Søren Tomás Uma Vera Wei Ximena Yusuf Zoë"
)
_LAST = (
    "Abe Bauer Costa Dubois Eriksen Fischer García Horváth Ito Jansen Kang Lopez Müller Novak "
    "O'Brien Petrov Quist Rossi Schmidt Tanaka Ueda Varga Weber Xu Young Zhang"
)


def write_customers(till_db: Path, count: int, seed: int = 1) -> None:
    """Add ``count`` customers that the backend knows, one a minute until `LAST`.

    676 names share them, each with a phone and an e-mail address of its own: a
    first name finds one in 26, as no real town's would, and an address one.
    """
    dice = random.Random(seed)  # noqa: S311  made-up people, nothing secret
    with _bulk(till_db) as db:
        (business,) = db.execute("SELECT id FROM business").fetchone()
        (known,) = db.execute("SELECT ifnull(max(number), 0) FROM profile").fetchone()
        for begin in range(0, count, _BATCH):
            made = range(begin + 1, min(begin + _BATCH, count) + 1)
            people = [_person(known + at, business, count + 1 - at, dice) for at in made]
            insert(db, "profile", people)
            insert(db, "profile_payment_data", [(row[0], 0, 0, None) for row in people])
        db.execute("INSERT INTO profile_search(profile_search) VALUES ('rebuild')")


def write_orders(till_db: Path, count: int, seed: int = 1, last: datetime = LAST) -> None:
    """Add ``count`` paid and synced orders of 1 to 5 lines, the newest paid at ``last``.

    Each has its lines, payment, finished run and session, sent message and
    journal entry. One in `KNOWN` belongs to a customer, where the file has any;
    half are paid by card; one in `REFUNDED` has a refund (`bench.history_orders`).
    Messages and runs keep no body: whoever reads old ones reads them by key. A
    later call continues the receipt numbers of an earlier one.
    """
    with _bulk(till_db) as db:
        orders = Orders(db, seed, last - (count - 1) * APART)
        for begin in range(0, count, _BATCH):
            orders.write(min(_BATCH, count - begin))


@contextmanager
def _bulk(till_db: Path) -> Iterator[sqlite3.Connection]:
    """Open a till's file for one large write: no waiting for the disk, indexes afterwards."""
    with closing(sqlite3.connect(till_db, isolation_level=None)) as db:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            db.execute(f"PRAGMA {pragma}").close()
        db.execute("BEGIN EXCLUSIVE")
        later = db.execute(
            "SELECT type, name, sql FROM sqlite_master"
            " WHERE sql IS NOT NULL AND type IN ('index', 'trigger')"
        ).fetchall()
        for kind, name, _ in later:
            db.execute(f'DROP {kind} "{name}"')
        yield db
        for _, _, sql in later:
            db.execute(sql)
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode=WAL").close()


def _person(number: int, business: str, age: int, dice: random.Random) -> Row:
    """Make a customer who was created ``age`` minutes before `LAST`."""
    at = LAST - timedelta(minutes=age)
    first, family = dice.choice(_FIRST.split()), dice.choice(_LAST.split())
    email = f"{first}.{family}.{age}@example.com".replace("'", "").lower()
    digits = f"1415{dice.randrange(10**7):07d}"
    phone = f"+1 {digits[1:4]} {digits[4:7]} {digits[7:]}"
    search = search_text(f"{first} {family}", email, "", phone)
    words = (f"{first} {family}", phone, digits, email, "", 0, search)
    return (v7(at, dice), number, business, *words, 0, age, time_text(at))
