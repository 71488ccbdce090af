"""A copy a day: made while selling, looked through, thinned out, and found again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from itertools import pairwise

import pytest

from pos.errors import CashierError
from pos.services.safety import copies, newest_good


def change(path, statement):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(statement)


def test_a_copy_holds_what_is_still_in_the_log(place):
    till = place.open()
    place.sell(till)
    made = copies.make(place.config.till_db, place.config.backups, place.clock())
    till.close()
    found = newest_good(place.config.backups)
    assert (found.path, found.sales, found.epoch, found.at) == (made, 4, 1, place.clock())
    assert [path.name for path in place.config.backups.iterdir() if path.suffix != ".db"] == []


def test_one_copy_a_day_and_seven_are_kept(place):
    till = place.open()
    for _ in range(20):
        till.keeper.keep()
        place.clock.advance(hours=12)
    till.close()
    found = place.copies()
    assert len(found) == copies.KEEP
    made = [copies._made_at(path) for path in found]
    assert {b - a for a, b in pairwise(made)} == {timedelta(hours=24)}


def test_after_an_update_a_copy_is_made_at_once(place):
    """Those of before are an older Tillkeep's, and this one could restore none of them."""
    change(place.copies()[0], "UPDATE alembic_version SET version_num = '0001'")
    assert newest_good(place.config.backups) is None
    place.clock.advance(hours=1)
    till = place.open()
    till.keeper.keep()
    place.clock.advance(hours=1)
    till.keeper.keep()
    till.close()
    _, made = place.copies()
    assert newest_good(place.config.backups).path == made


def test_a_clock_that_was_ahead_does_not_stop_the_copies(place):
    till = place.open()
    place.clock.advance(days=400)
    till.keeper.keep()
    place.clock.advance(days=-399)
    till.keeper.keep()
    till.close()
    assert len(place.copies()) == 3


def test_a_copy_of_before_an_update_is_not_thinned_out(place):
    before = place.config.backups / "till-0001-20200101T000000Z.db"
    place.copies()[0].rename(before)
    till = place.open()
    for _ in range(9):
        till.keeper.keep()
        place.clock.advance(days=1)
    till.close()
    assert before.exists()
    assert len(place.copies()) == copies.KEEP


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE payment SET amount_minor = amount_minor + 1, tendered_minor = 0",
        'UPDATE "order" SET total_minor = total_minor + 1',
        "UPDATE order_line SET unit_minor = unit_minor + 1",
        "UPDATE order_line SET quantity_milli = 2000",
        "UPDATE outbox SET body = replace(CAST(body AS TEXT), '_minor\":', '_minor\":1')",
        "DELETE FROM outbox",
        "UPDATE register SET last_receipt = last_receipt - 1",
        "DROP TABLE cart_undo",
        "UPDATE alembic_version SET version_num = '0000'",
        "DROP INDEX ix_order_line_order",
    ],
)
def test_a_copy_that_is_not_sound_is_passed_over(place, damage):
    """All but the last, which is only slower: every one of these is a copy nobody may trust."""
    place.clock.advance(days=1)
    newer = copies.make(place.config.till_db, place.config.backups, place.clock())
    change(newer, damage)
    found = newest_good(place.config.backups)
    trusted = newer if damage.startswith("DROP INDEX") else place.copies()[0]
    assert found.path == trusted


def test_without_a_good_copy_there_is_none(place):
    for path in place.copies():
        path.write_bytes(path.read_bytes()[:4096])
    (place.config.backups / "till-daily-20990101T000000Z.db").write_bytes(b"")
    assert newest_good(place.config.backups) is None
    assert newest_good(place.config.data_dir / "nowhere") is None


def test_damage_is_said_and_replaces_no_good_copy(place):
    till = place.open()
    place.clock.advance(days=1)
    change(place.config.till_db, "UPDATE order_line SET total_minor = total_minor - 1")
    before = place.copies()
    with pytest.raises(CashierError) as caught:
        till.keeper.keep()
    assert caught.value.code == "database_damaged"
    assert "R1-000001" in caught.value.message
    assert place.copies() == before
    till.keeper.keep()  # not again at every tick
    till.close()


def test_no_room_for_a_copy_is_said_and_selling_goes_on(place):
    till = place.open()
    place.clock.advance(days=1)
    place.config.backups.rename(place.config.data_dir / "elsewhere")
    place.config.backups.write_text("a file is where the folder should be")
    with pytest.raises(CashierError) as caught:
        till.keeper.keep()
    assert caught.value.code == "backup_failed"
    assert place.sell(till).is_paid
    till.keeper.keep()
    till.close()
