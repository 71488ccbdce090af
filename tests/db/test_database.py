"""The file of the till: durable, one writer, and with the rules of money inside it."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from pos.errors import CashierError
from pos.models.database import Database


def run(db: Database, *statements: str) -> None:
    """Change some rows in one transaction; an empty statement is where it fails."""
    with db.engine.begin() as connection:
        for statement in statements:
            assert statement, "this is where it goes wrong"
            assert connection.execute(text(statement)).rowcount, f"no row: {statement}"


def value(db: Database, query: str) -> object:
    with db.reader.begin() as connection:
        return connection.execute(text(query)).scalar_one()


# what the file promises


def pragma(connection, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_every_connection_is_durable_and_checks_foreign_keys(till):
    with till.reader.connect() as one, till.reader.connect() as two:
        for connection in (one, two):
            assert pragma(connection, "journal_mode") == "wal"
            assert pragma(connection, "synchronous") == 2  # FULL
            assert pragma(connection, "foreign_keys") == 1
            assert pragma(connection, "busy_timeout") == 5000


def test_a_place_without_a_log_is_refused():
    """What is only in memory survives nothing; some network folders are no better."""
    db = Database(Path(":memory:"))
    with pytest.raises(CashierError) as caught, db.engine.connect():
        pass
    assert caught.value.code == "database_not_durable"
    db.close()


def test_durability_is_read_back_not_hoped_for(till_file):
    till = Database(till_file)

    @event.listens_for(till.engine.pool, "connect", insert=True)
    def _stubborn(dbapi, _record):
        dbapi.execute("PRAGMA synchronous=NORMAL").close()
        dbapi.set_authorizer(_ignore_synchronous)

    with pytest.raises(CashierError) as caught, till.engine.connect():
        pass
    assert caught.value.code == "database_not_durable"
    till.close()


def _ignore_synchronous(action, what, value, *_):
    """Let the pragma be read, and silently not set."""
    ignored = action == sqlite3.SQLITE_PRAGMA and what == "synchronous" and value
    return sqlite3.SQLITE_IGNORE if ignored else sqlite3.SQLITE_OK


def test_a_writer_holds_the_lock_from_its_first_breath(till, till_file):
    with (
        till.engine.begin(),
        closing(sqlite3.connect(till_file, timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_a_lock_that_is_not_let_go_is_explained(till, till_file):
    event.listen(till.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA busy_timeout=50"))
    with closing(sqlite3.connect(till_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CashierError) as caught, till.engine.begin():
            pass
    assert caught.value.code == "database_busy"
    assert "nothing more is sent" in caught.value.message


def test_a_reader_sees_one_state_and_waits_for_nobody(till):
    motto = text("SELECT name FROM business")
    change = text("UPDATE business SET name = 'New'")
    with till.reader.begin() as reading, till.engine.begin() as writing:
        before = reading.execute(motto).scalar()
        writing.execute(change)
        assert reading.execute(motto).scalar() == before != "New"
    with till.reader.begin() as reading:
        assert reading.execute(motto).scalar() == "New"


def test_two_writers_take_turns(till):
    """100 steps from two threads: none lost, none refused."""

    step = "UPDATE register SET last_receipt = last_receipt + 1"

    def count() -> None:
        for _ in range(50):
            run(till, step)

    before = value(till, "SELECT last_receipt FROM register")
    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert value(till, "SELECT last_receipt FROM register") == before + 100


def test_an_error_leaves_nothing_of_its_transaction(till):
    with pytest.raises(AssertionError, match="goes wrong"):
        run(till, "UPDATE business SET name = 'Half'", "")
    assert value(till, "SELECT name FROM business") != "Half"


def test_an_error_does_not_quote_what_was_written(till):
    insert = text("INSERT INTO payment_settings (business_id) VALUES (:secret)")
    with pytest.raises(IntegrityError) as caught, till.engine.begin() as connection:
        connection.execute(insert, {"secret": "4242424242424242"})
    assert "4242424242424242" not in str(caught.value)


# the rules inside it


def copy_of(table: str, where: str = "1=1", **changed: str) -> tuple[str, str, dict[str, str]]:
    return table, where, {"id": "'new'"} | changed


COPIES = {
    "one run a cart": copy_of("checkout_run"),
    "one order a cart": copy_of("order", receipt_no="99"),
    "one order a number": copy_of("order", cart_id="'other'"),
    "one cart at the counter": copy_of("cart"),
    "one payment a session": copy_of("payment", "session_id IS NOT NULL"),
    "one live session a tender": copy_of(
        "payment_session", is_live="1", is_selected="0", reader_lease="NULL", make="is_live = 1"
    ),
    "one selected session a run": copy_of(
        "payment_session", is_live="0", is_selected="1", reader_lease="NULL", make="is_selected = 1"
    ),
    "one lease a reader": copy_of(
        "payment_session",
        is_live="0",
        is_selected="0",
        reader_lease="'tmr_1'",
        make="reader_lease = 'tmr_1'",
    ),
    "one open refund a payment": copy_of("refund", is_open="1", make="is_open = 1"),
    "one call a key": copy_of("stripe_operation", n="77"),
    "one call a number": copy_of("stripe_operation", key="'other'"),
    "one message a key": copy_of("outbox", seq="NULL"),
    "one entry a place in the journal": copy_of("journal", id="NULL"),
}


@pytest.mark.parametrize("name", COPIES)
def test_there_is_only(till, name):
    """Copy a row with everything changed that may differ: the rule itself must refuse it."""
    table, where, changed = COPIES[name]
    changed = dict(changed)
    with till.engine.begin() as connection:
        if make_so := changed.pop("make", None):
            first = f'SELECT id FROM "{table}" LIMIT 1'  # noqa: S608  our own words
            connection.execute(text(f'UPDATE "{table}" SET {make_so} WHERE id = ({first})'))  # noqa: S608  likewise
            where = make_so
        names = [row[1] for row in connection.exec_driver_sql(f'PRAGMA table_info("{table}")')]
        values = ", ".join(changed.get(column, f'"{column}"') for column in names)
        select = f'SELECT {values} FROM "{table}" WHERE {where} LIMIT 1'  # noqa: S608  likewise
        assert connection.execute(text(select)).first() is not None, "nothing to copy"
        with pytest.raises(IntegrityError, match="UNIQUE"):
            connection.execute(text(f'INSERT INTO "{table}" {select}'))


REFUSED = {
    "refunded beyond what was paid": "UPDATE payment SET amount_refunded_minor = amount_minor + 1",
    "refunded below nothing": "UPDATE payment SET amount_refunded_minor = -1",
    "reserved beyond what was paid": "UPDATE payment SET amount_reserved_minor = amount_minor + 1",
    "reserved and refunded beyond it": "UPDATE payment SET"
    " amount_refunded_minor = amount_minor, amount_reserved_minor = 1",
    "reserved below nothing": "UPDATE payment SET amount_reserved_minor = -1",
    "a negative payment": "UPDATE payment SET amount_minor = -1",
    "more returned than sold": "UPDATE order_line SET refunded_milli = quantity_milli + 1",
    "less returned than nothing": "UPDATE order_line SET refunded_milli = -1",
    "more given back than the line cost": "UPDATE order_line SET refunded_minor = total_minor + 1",
    "a refund of nothing": "UPDATE refund SET amount_minor = 0",
    "a negative refund": "UPDATE refund SET amount_minor = -500",
    "another reason without words": "UPDATE refund SET reason = 'other', note = ''",
    "an unknown reason": "UPDATE refund SET reason = 'because'",
    "an unknown state of a refund": "UPDATE refund SET state = 'maybe'",
    "a session for nothing": "UPDATE payment_session SET amount_minor = 0",
    "an unknown status": "UPDATE payment_session SET status = 'paid'",
    "an unknown phase": "UPDATE payment_session SET phase = 'lost'",
    "an unknown run": "UPDATE checkout_run SET state = 'lost'",
    "a run below nothing": "UPDATE checkout_run SET total_minor = -1",
    "call number nought": "UPDATE stripe_operation SET n = 0",
    "an unknown call": "UPDATE stripe_operation SET kind = 'charge'",
    "nothing in a cart line": "UPDATE cart_line SET quantity_milli = 0",
    "too much in a cart line": "UPDATE cart_line SET quantity_milli = 1000000001",
    "a price below nothing": "UPDATE cart_line SET unit_minor = -1",
    "a discount of no kind": "UPDATE cart_line SET discount_kind = 'gift'",
    "a discount below nothing": "UPDATE cart SET discount_value = -1",
    "an unknown state of a cart": "UPDATE cart SET status = 'lost'",
    "a tax over everything": "UPDATE tax_rate SET rate_ppm = 1000001",
    "a receipt below nothing": "UPDATE register SET last_receipt = -1",
    "a currency of two letters": "UPDATE location SET currency = 'us'",
    "an unknown rounding": "UPDATE location SET tax_rounding = 'up'",
    "an unknown role": "UPDATE staff SET role = 'king'",
    "an order of no shop": "UPDATE \"order\" SET business_id = 'nobody'",
    "a payment of no order": "UPDATE payment SET order_id = 'nothing'",
    "a line of no order": "UPDATE order_line SET order_id = 'nothing'",
    "a refund of no payment": "UPDATE refund SET payment_id = 'nothing'",
    "a session of no run": "UPDATE payment_session SET run_id = 'nothing', is_selected = 0",
    "lines without their order": 'DELETE FROM "order"',
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_file_refuses(till, name):
    with pytest.raises(IntegrityError, match=r"CHECK|FOREIGN"):
        run(till, REFUSED[name])
