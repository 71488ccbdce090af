"""What a start finds in a till's file, and what it puts right by itself."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text

from pos.app.build import build
from pos.config import Config
from pos.errors import CashierError
from pos.services import journal
from pos.services.safety import mark
from pos.services.secrets import MemorySecrets


def change(path, *statements):
    with closing(sqlite3.connect(path)) as db, db:
        for name in [
            row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
        ]:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert db.execute(statement).rowcount


def refused(place) -> CashierError:
    with pytest.raises(CashierError) as caught:
        place.open()
    return caught.value


DAMAGE = {
    "a total": 'UPDATE "order" SET total_minor = total_minor + 1 WHERE receipt_no = 2',
    "a subtotal": 'UPDATE "order" SET subtotal_minor = subtotal_minor + 1 WHERE receipt_no = 2',
    "a tax": 'UPDATE "order" SET tax_minor = tax_minor + 1 WHERE receipt_no = 2',
    "a line": "UPDATE order_line SET total_minor = total_minor + 1",
    "a price": "UPDATE order_line SET unit_minor = unit_minor + 64",
    "a payment": "UPDATE payment SET amount_minor = amount_minor + 1",
    "a refund from nowhere": "UPDATE payment SET amount_refunded_minor = 1",
    "a reservation from nowhere": "UPDATE payment SET amount_reserved_minor = 1",
    "a line that is gone": "DELETE FROM order_line WHERE rowid = 1",
    "a sale that is gone": "UPDATE register SET last_receipt = 9",
    "a message": "UPDATE outbox SET body = replace(CAST(body AS TEXT), '1960', '1961')",
    "a message that is none": "UPDATE outbox SET body = x'7b'",
    "a journal entry": "UPDATE journal SET data = replace(data, '1960', '1961') WHERE id > 3",
    "a journal entry's place": "UPDATE journal SET seq = 99 WHERE id = 4",
    "a date": "UPDATE checkout_run SET created_at = 'long ago'",
    "a table's name": "ALTER TABLE stock_level RENAME TO stock_lever",
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_start_finds(place, name):
    change(place.config.till_db, DAMAGE[name])
    error = refused(place)
    assert error.code == "database_damaged"
    assert error.remedy


@pytest.mark.parametrize("word", [b"CREATE TABLE business", b"finished_at IS NULL"])
def test_a_garbled_schema_is_damage_not_a_bug(place, word):
    """SQLite quotes it in bytes that are no text, on which Python stumbles."""
    content = place.config.till_db.read_bytes()
    assert word in content
    garbled = content.replace(word, word.replace(b"i", b"\xe9").replace(b" ", b"\xa0"))
    place.config.till_db.write_bytes(garbled)
    assert refused(place).code == "database_damaged"


def test_a_sound_till_opens(place):
    place.sells(1)
    assert place.sells(1) == ["R1-000005"]


def test_a_file_that_is_gone_or_empty_is_no_new_till(place):
    kept = place.config.till_db.read_bytes()
    place.config.till_db.unlink()
    assert refused(place).code == "database_missing"
    place.config.till_db.write_bytes(b"")
    assert refused(place).code == "database_missing"
    place.config.till_db.write_bytes(kept)
    place.open().close()


def test_a_file_of_this_morning_is_not_taken_for_this_evenings(place):
    old = place.config.till_db.read_bytes()
    place.sells(2)
    place.config.till_db.write_bytes(old)
    assert refused(place).code == "database_older"


def test_a_log_that_is_gone_is_found(place):
    till = place.open()
    place.sell(till)
    for name in ("till.db", "till.mark"):
        shutil.copy(place.config.data_dir / name, place.config.data_dir / f"{name}.kept")
    till.close()
    for name in ("till.db", "till.mark"):
        (place.config.data_dir / f"{name}.kept").replace(place.config.data_dir / name)
    assert refused(place).code == "database_older"


@pytest.mark.parametrize("content", [b"", b"{", b'{"epoch": 1}', b"\xff" * 99])
def test_a_mark_that_cannot_be_read_says_nothing(place, content):
    place.config.mark.write_bytes(content)
    place.open().close()
    assert mark.read(place.config.mark) is not None


RULES = (
    "UPDATE tax_rate SET rate_ppm = rate_ppm + 4096",
    "UPDATE tax_rate SET active = 0",
    "UPDATE location SET prices_include_tax = 1",
    "UPDATE location SET currency = 'usc'",
    "UPDATE tax_rate SET code = 'qales'",
)


@pytest.mark.parametrize("damage", RULES)
def test_what_prices_are_worked_out_by_is_put_back(place, damage):
    change(place.config.till_db, damage)
    assert place.sells(1) == ["R1-000004"]
    with closing(sqlite3.connect(place.config.till_db)) as db:
        totals = {row[0] for row in db.execute('SELECT total_minor || currency FROM "order"')}
        kinds = [row[0] for row in db.execute("SELECT kind FROM journal")]
    assert totals == {"1960usd"}
    assert kinds.count("settings_mended") == 1


def test_a_changed_setting_is_kept_as_it_was_changed(place):
    till = place.open()
    till.settings.edit_tax("sales", name="Tax", rate_ppm=100_000, applies_to_services=False)
    till.settings.set_theme("dark")
    till.close()
    till = place.open()
    assert [tax.rate_ppm for tax in till.shop().taxes] == [100_000]
    assert place.sell(till).total_minor == 1980
    till.close()


def test_the_tail_is_walked_from_wherever_it_begins(place):
    place.sells(9)
    till = place.open()
    with till.db.reader.begin() as db:
        entries = db.execute(text("SELECT count(*) FROM journal")).scalar_one()
        assert entries > 10
        assert journal.tail_broken(db, 10) is None
        assert journal.tail_broken(db, entries + 5) is None
    till.close()
    change(place.config.till_db, "UPDATE journal SET actor = 'x' WHERE id = 3")
    assert refused(place).code == "database_damaged"


def test_a_first_start_that_was_cut_off_starts_over(tmp_path):
    """What it left has a journal that only a writer can roll back."""
    half = tmp_path / "half.db"
    with closing(sqlite3.connect(half, isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 1")
        db.execute("PRAGMA cache_size = 1")
        db.execute("BEGIN")
        db.execute("CREATE TABLE business (id, name)")
        db.executemany("INSERT INTO business VALUES (?, ?)", [(n, "x" * 900) for n in range(99)])
        fresh = Config(data_dir=tmp_path / "fresh")
        fresh.data_dir.mkdir()
        shutil.copy(half, fresh.till_db)
        shutil.copy(f"{half}-journal", f"{fresh.till_db}-journal")
    till = build(fresh, secrets=MemorySecrets())
    assert till.shop().name == "My shop"
    till.close()
