"""The rows of made-up orders, table by table; see `bench.history`."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from bench.goods import Good, goods
from pos.services.checkout.commit import receipt_number
from pos.services.journal import chain_hash

APART = timedelta(seconds=53)
"""From one order to the next."""
KNOWN = 3
"""One order in this many has a customer; half of the others were paid by card."""
REFUNDED = 50
"""One order in this many got its first line back."""

Row = tuple[Any, ...]

_PRODUCTS, _SHAPES = 5_000, range(4_096)
_RATE_PPM = 88_750
_CARDS = ("visa", "mastercard", "amex")
_NO_CARD = ("", "", "")

COLUMNS = {
    "order": (
        "id cart_id business_id location_id register_id epoch receipt_no receipt_number staff_id "
        "customer_id customer_name customer_email currency prices_include_tax tax_rounding "
        "discount_kind discount_value subtotal_minor discount_minor tax_minor total_minor taxes "
        "note policy_accepted_at oversold reprints created_at"
    ),
    "order_line": (
        "id order_id position variant_key name option_name sku barcode kind tracked unit_minor "
        "quantity_milli discount_kind discount_value subtotal_minor discount_minor tax_minor "
        "total_minor taxes note refunded_milli refunded_minor"
    ),
    "payment": (
        "id order_id session_id provider_id currency amount_minor amount_refunded_minor "
        "amount_reserved_minor tendered_minor change_minor reference card_brand card_last4 data "
        "captured_at canceled_at created_at"
    ),
    "checkout_run": (
        "id cart_id state currency total_minor frozen policy_accepted_at parked_at created_at "
        "finished_at"
    ),
    "payment_session": (
        "id run_id cart_id provider_id tender amount_minor currency status is_selected is_live "
        "needs_step reader_lease phase wish data authorized_at created_at version"
    ),
    "outbox": (
        "key aggregate_id kind path body label attempts not_before created_at sent_at "
        "parked_code parked_message discarded_at"
    ),
    "journal": "register_id epoch seq at kind subject actor data previous hash",
    "refund": (
        "id order_id payment_id provider_id currency amount_minor fee_minor state is_open reason "
        "note staff_id approved_by reference code message data created_at settled_at version"
    ),
    "refund_line": "id refund_id order_line_id quantity_milli amount_minor tax_minor restock",
    "profile": (
        "id number business_id name phone phone_digits email tax_id tax_exempt search erased "
        "version created_at"
    ),
    "profile_payment_data": "profile_id account_balance_minor service_credits stripe_customer_id",
}


def insert(db: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    """Write rows whose values stand in the order of `COLUMNS`."""
    columns = COLUMNS[table].split()
    names, marks = '", "'.join(columns), ", ".join("?" * len(columns))
    db.executemany(f'INSERT INTO "{table}" ("{names}") VALUES ({marks})', rows)  # noqa: S608  words of `COLUMNS`


def v7(at: datetime, dice: random.Random) -> str:
    """Make a UUIDv7 of a moment as the till stores it: 32 digits of base 16."""
    noise = dice.getrandbits(72)
    return f"{int(at.timestamp() * 1000):012x}7{noise >> 60:03x}8{noise & (1 << 60) - 1:015x}"


def time_text(at: datetime) -> str:
    """Return a moment as the till stores it: naive UTC with microseconds."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of an order: amounts in minor units."""

    milli: int
    total: int
    tax: int
    stored: Row
    """The columns from ``variant_key`` to ``note``."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an order consists of, with its sums; hundreds of orders share one."""

    lines: tuple[_Line, ...]
    total: int
    money: Row
    """The columns from ``subtotal_minor`` to ``taxes``."""


@dataclass(frozen=True, slots=True)
class _Paid:
    """One order about to be written; ``person`` is (id, name, e-mail)."""

    id: str
    cart: str
    number: int
    at: datetime
    stored_at: str
    shape: _Shape
    person: Row
    last4: str
    refunded: bool


class Orders:
    """Makes and writes orders in batches, each after the one before."""

    def __init__(self, db: sqlite3.Connection, seed: int, first: datetime) -> None:
        self._db, self._at = db, first
        self._dice = random.Random(seed)  # noqa: S311  made-up sales, nothing secret
        self._shapes = _shapes(self._dice)
        some = "SELECT id, name, email FROM profile WHERE number % 10 = 0"
        self._people = db.execute(some).fetchall()
        self._shop = db.execute(
            "SELECT l.business_id, l.id, r.id, r.epoch, s.id, r.number, s.name, l.currency"
            " FROM register r JOIN location l ON l.id = r.location_id"
            " JOIN staff s ON s.business_id = l.business_id"
        ).fetchone()
        self._number = db.execute("SELECT last_receipt FROM register").fetchone()[0]
        last = "SELECT seq, hash FROM journal ORDER BY id DESC LIMIT 1"
        self._seq, self._hash = db.execute(last).fetchone()

    def write(self, count: int) -> None:
        """Write ``count`` orders with all that belongs to them."""
        rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        for _ in range(count):
            self._add(rows, self._next())
        for table, found in rows.items():
            insert(self._db, table, found)
        self._db.execute("UPDATE register SET last_receipt = ?", (self._number,))

    def _next(self) -> _Paid:
        dice, at = self._dice, self._at
        self._at, self._number = at + APART, self._number + 1
        known = bool(self._people) and self._number % KNOWN == 0
        by_card = dice.random() < 0.5  # noqa: PLR2004  half of them
        return _Paid(
            id=v7(at, dice),
            cart=v7(at, dice),
            number=self._number,
            at=at,
            stored_at=time_text(at),
            shape=dice.choice(self._shapes),
            person=dice.choice(self._people) if known else (None, "", ""),
            last4=f"{dice.randrange(10_000):04d}" if by_card else "",
            refunded=self._number % REFUNDED == 0,
        )

    def _add(self, rows: dict[str, list[Row]], paid: _Paid) -> None:
        lines = [self._line(paid, at, line) for at, line in enumerate(paid.shape.lines, 1)]
        payment = self._payment(paid)
        rows["order"].append(self._order(paid))
        rows["order_line"] += lines
        rows["payment"].append(payment)
        if paid.refunded:
            self._add_refund(rows, paid, payment[0], lines[0][0])
        self._add_course(rows, paid, payment)

    def _order(self, paid: _Paid) -> Row:
        business, location, register, epoch, staff, number, _, currency = self._shop
        printed = receipt_number(number, epoch, paid.number)
        where = (business, location, register, epoch, paid.number, printed, staff)
        how = (currency, 0, "order", None, 0, *paid.shape.money)
        return (paid.id, paid.cart, *where, *paid.person, *how, "", None, 0, 0, paid.stored_at)

    def _line(self, paid: _Paid, position: int, line: _Line) -> Row:
        back = (line.milli, line.total) if paid.refunded and position == 1 else (0, 0)
        return (v7(paid.at, self._dice), paid.id, position, *line.stored, *back)

    def _payment(self, paid: _Paid) -> Row:
        dice, total, at = self._dice, paid.shape.total, paid.stored_at
        key, session = v7(paid.at, dice), v7(paid.at, dice)
        card = (f"pi_{key[8:]}", dice.choice(_CARDS), paid.last4) if paid.last4 else _NO_CARD
        provider = "stripe_terminal" if paid.last4 else "cash"
        back = paid.shape.lines[0].total if paid.refunded else 0
        money = (total, back, 0, total, 0)
        return (key, paid.id, session, provider, self._shop[7], *money, *card, "{}", at, None, at)

    def _add_refund(self, rows: dict[str, list[Row]], paid: _Paid, payment: str, line: str) -> None:
        first, at = paid.shape.lines[0], time_text(paid.at + APART)
        key, back = v7(paid.at + APART, self._dice), v7(paid.at + APART, self._dice)
        provider = "stripe_terminal" if paid.last4 else "cash"
        money = (first.total, 0, "succeeded", 0, "return", "")
        ids = (key, paid.id, payment, provider, self._shop[7])
        told = (self._shop[4], None, "", "", "", "{}", at, at, 1)
        rows["refund"].append((*ids, *money, *told))
        rows["refund_line"].append((back, key, line, first.milli, first.total, first.tax, 0))

    def _add_course(self, rows: dict[str, list[Row]], paid: _Paid, payment: Row) -> None:
        """Write how it came about: the run, its session, the message and the journal's entry."""
        at, currency, total = paid.stored_at, self._shop[7], paid.shape.total
        run = (paid.id, paid.cart, "finished", currency, total, "{}", None, None, at, at)
        rows["checkout_run"].append(run)
        phase = ("succeeded", "pay") if paid.last4 else (None, None)
        asked = (payment[2], paid.id, paid.cart, payment[3], 1, total, currency, "authorized")
        rows["payment_session"].append((*asked, 1, 0, 0, None, *phase, "{}", at, at, 1))
        printed = receipt_number(self._shop[5], self._shop[3], paid.number)
        message = (paid.id, paid.id, "purchase", "/purchases/", b"", printed, 0, at, at, at)
        rows["outbox"].append((*message, None, None, None))
        said = {"currency": currency, "number": printed, "paid_with": [payment[3]], "total": total}
        rows["journal"].append(self._entry(paid, said))

    def _entry(self, paid: _Paid, said: dict[str, Any]) -> Row:
        self._seq += 1
        row = {
            "register_id": UUID(self._shop[2]),
            "epoch": self._shop[3],
            "seq": self._seq,
            "at": paid.at,
            "kind": "order_paid",
            "subject": str(UUID(paid.id)),
            "actor": self._shop[6],
            "data": msgspec.json.encode(said, order="deterministic").decode(),
            "previous": self._hash,
        }
        self._hash = chain_hash(row)
        stored = row | {"register_id": self._shop[2], "at": paid.stored_at}
        return (*stored.values(), self._hash)


def _shapes(dice: random.Random) -> list[_Shape]:
    stock = goods(_PRODUCTS)
    lines = [[_line(dice.choice(stock), dice) for _ in range(dice.randint(1, 5))] for _ in _SHAPES]
    return [_shape(tuple(each)) for each in lines]


def _shape(lines: tuple[_Line, ...]) -> _Shape:
    total, tax = sum(line.total for line in lines), sum(line.tax for line in lines)
    taxes = json.dumps([_tax(tax) | {"base": total - tax}])
    return _Shape(lines, total, (total - tax, 0, tax, total, taxes))


def _line(good: Good, dice: random.Random) -> _Line:
    pieces = dice.choice((1, 1, 1, 2, 3))
    subtotal = good.price_minor * pieces
    tax = (subtotal * _RATE_PPM + 500_000) // 1_000_000
    what = (f"code:{good.code}", good.name, "", "", good.code, "goods", 0, good.price_minor)
    money = (None, 0, subtotal, 0, tax, subtotal + tax, json.dumps([_tax(tax)]), "")
    return _Line(pieces * 1000, subtotal + tax, tax, (*what, pieces * 1000, *money))


def _tax(minor: int) -> dict[str, Any]:
    return {"id": "sales", "name": "Tax", "rate_ppm": _RATE_PPM, "tax": minor}
