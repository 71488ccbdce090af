"""The owner's PIN: kept as a slow hash, asked with growing waits, never a lock for ever."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from pos.errors import CashierError
from pos.models.sync import JournalEntry
from pos.services import shop
from pos.services.pins import FREE_TRIES, LONGEST_WAIT, PinDesk

PIN, WRONG = "258013", "258014"


@pytest.fixture
def pins(db, clock):
    return PinDesk(db, clock)


def refused(call, *args):
    with pytest.raises(CashierError) as caught:
        call(*args)
    return caught.value


def test_a_till_without_a_pin_takes_anything(db, pins):
    assert not shop.current(db).has_pin
    pins.check("")


def test_a_pin_is_on_no_disk_and_in_no_journal(db, pins):
    assert pins.set(PIN, PIN).has_pin
    pins.check(PIN)
    assert refused(pins.check, WRONG).code == "pin_wrong"
    with db.reader.begin() as connection:
        kept = connection.execute(text("SELECT pin_hash FROM staff")).scalar_one()
        journal = " ".join(connection.scalars(select(JournalEntry.data)))
        kinds = set(connection.scalars(select(JournalEntry.kind)))
    assert kept.startswith("scrypt$32768$")
    assert PIN not in kept
    assert PIN not in journal
    assert WRONG not in journal
    assert {"pin_set", "pin_refused"} <= kinds


def test_the_same_pin_is_never_the_same_hash(db, pins):
    hashes = set()
    for _ in range(2):
        pins.set(PIN, PIN, PIN)
        with db.reader.begin() as connection:
            hashes.add(connection.execute(text("SELECT pin_hash FROM staff")).scalar_one())
    assert len(hashes) == 2


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "١٢٣٤", "12 34"])
def test_what_is_no_pin_is_said(pins, pin):
    wrong = refused(pins.set, pin, pin)
    assert (wrong.code, bool(wrong.remedy)) == ("pin_malformed", True)


def test_a_slip_in_the_second_is_said(db, pins):
    assert refused(pins.set, PIN, WRONG).code == "pin_differs"
    assert not shop.current(db).has_pin


def test_changing_and_removing_ask_for_the_pin_there_is(pins):
    pins.set(PIN, PIN)
    assert refused(pins.set, "1111", "1111", WRONG).code == "pin_wrong"
    assert refused(pins.remove, WRONG).code == "pin_wrong"
    pins.check(PIN)
    assert pins.set("1111", "1111", PIN).has_pin
    assert not pins.remove("1111").has_pin


def test_wrong_pins_have_to_be_waited_for_longer_and_longer(pins, clock):
    pins.set(PIN, PIN)
    waits = []
    for _ in range(12):
        told = refused(pins.check, WRONG)
        waits.append((pins._known().not_before - clock()).total_seconds())
        if waits[-1]:
            assert "reset-pin" in told.remedy
            clock.advance(seconds=waits[-1] - 1)
            assert refused(pins.check, PIN).code == "pin_wait", "the right one waits too"
            clock.advance(seconds=1)
    assert waits[:6] == [0] * (FREE_TRIES - 1) + [5, 10, 20, 40]
    assert waits[-1] == LONGEST_WAIT.total_seconds()


def test_the_right_pin_begins_the_count_anew_and_waits_outlive_a_restart(db, pins, clock):
    pins.set(PIN, PIN)
    for _ in range(FREE_TRIES):
        refused(pins.check, WRONG)
    again = PinDesk(db, clock)
    assert refused(again.check, PIN).code == "pin_wait", "the right one waits too"
    clock.advance(seconds=5)
    again.check(PIN)
    assert refused(again.check, WRONG).code == "pin_wrong"


def test_a_clock_that_is_turned_back_locks_nobody_out(pins, clock):
    pins.set(PIN, PIN)
    for _ in range(FREE_TRIES):
        refused(pins.check, WRONG)
    clock.advance(days=-30)
    pins.check(PIN)


def test_a_lost_pin_is_taken_away_from_outside(db, pins):
    assert not pins.forget()
    pins.set(PIN, PIN)
    assert pins.forget()
    assert not shop.current(db).has_pin
    pins.check("")


def test_a_hash_that_rotted_fits_no_pin(db, pins):
    pins.set(PIN, PIN)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE staff SET pin_hash = 'scrypt$x'"))
    assert refused(pins.check, PIN).code == "pin_wrong"
