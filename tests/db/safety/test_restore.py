"""A copy in the place of a damaged file: nothing deleted, no number used twice (I6)."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pos.cli import main
from pos.errors import CashierError
from pos.services import safety


def ask(place, query):
    with closing(sqlite3.connect(place.config.till_db)) as db:
        return db.execute(query).fetchall()


def ruin(place) -> bytes:
    path = place.config.till_db
    content = path.read_bytes()
    broken = content[:4096] + b"\x55" * 4096 + content[8192:]
    path.write_bytes(broken)
    with pytest.raises(CashierError) as caught:
        place.open()
    assert caught.value.code in safety.DAMAGED
    return broken


def restore(place):
    copy = safety.newest_good(place.config.backups)
    return safety.restore(place.config, copy, place.clock)


def test_the_copy_is_put_in_place_and_the_damaged_file_is_kept(place):
    place.sells(2)
    broken = ruin(place)
    aside = restore(place)
    assert (aside / "till.db").read_bytes() == broken
    assert place.sells(2) == ["R1.2-000001", "R1.2-000002"]
    numbers = [row[0] for row in ask(place, 'SELECT receipt_number FROM "order" ORDER BY rowid')]
    assert numbers == ["R1-000001", "R1-000002", "R1-000003", "R1.2-000001", "R1.2-000002"]


def garble_schema(path: Path) -> None:
    """What SQLite says of it quotes bytes that are no text, and Python stumbles over that."""
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"CREATE TABLE register", b"CREATE \xffABLE register"))


def nonsense_epoch(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE register SET epoch = 'x'")


@pytest.mark.parametrize("harm", [garble_schema, nonsense_epoch])
def test_a_file_that_cannot_even_be_asked_for_its_series_is_no_hindrance(place, harm):
    path = place.config.till_db
    harm(path)
    broken = path.read_bytes()
    with pytest.raises(CashierError) as caught:
        place.open()
    assert caught.value.code == "database_damaged"
    assert (restore(place) / "till.db").read_bytes() == broken
    assert place.sells(1) == ["R1.2-000001"]


def test_the_journal_says_what_was_restored_and_what_it_follows(place):
    (last,) = ask(place, "SELECT seq, hash FROM journal ORDER BY id DESC LIMIT 1")
    copy = safety.newest_good(place.config.backups)
    place.sells(1)
    ruin(place)
    restore(place)
    ((epoch, seq, data),) = ask(
        place, "SELECT epoch, seq, data FROM journal WHERE kind = 'restored'"
    )
    said = json.loads(data)
    assert (epoch, seq, said["epoch"], said["sales"]) == (2, 1, 2, 3)
    assert said["copy"] == copy.path.name
    assert (said["after"]["epoch"], said["after"]["seq"], said["after"]["hash"]) == (1, *last)


def test_no_series_is_used_twice_however_often_the_same_copy_is_restored(place):
    (first,) = place.copies()
    seen = set(place.sells(1))
    for _ in range(4):
        ruin(place)
        copy = safety.copies.examined(first)
        safety.restore(place.config, copy, place.clock)
        numbers = place.sells(2)
        assert not seen & set(numbers)
        seen |= set(numbers)
        place.config.mark.unlink()  # what was set aside remembers too
    assert len(list(place.config.set_aside.iterdir())) == 4


@pytest.mark.parametrize(("at", "code"), [(0, "database_damaged"), (1, "database_missing")])
def test_an_interrupted_restore_is_done_again(place, monkeypatch, at, code):
    """Just before the damaged file is moved away, and just before the copy is in its place."""
    place.sells(1)
    ruin(place)
    really = os.replace

    def replace(*names):
        if Path(names[at]) == place.config.till_db:
            raise KeyboardInterrupt
        really(*names)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        restore(place)
    monkeypatch.undo()
    with pytest.raises(CashierError) as caught:
        place.open()
    assert caught.value.code == code
    restore(place)
    assert place.sells(1) == ["R1.2-000001"]


def test_no_room_to_restore_changes_nothing(place):
    broken = ruin(place)
    (place.config.data_dir / "till.db.restoring").mkdir()
    with pytest.raises(CashierError) as caught:
        restore(place)
    assert caught.value.code == "restore_failed"
    assert place.config.till_db.read_bytes() == broken


def test_a_file_that_another_program_holds_keeps_its_log(place, monkeypatch):
    """As on Windows: what was moved aside before it comes back, or commits would be lost."""
    broken = ruin(place)
    log = place.config.till_db.with_name("till.db-wal")
    log.write_bytes(b"what was committed last")
    move = Path.replace

    def held(path, target):
        if path == place.config.till_db:
            raise PermissionError(13, "Another program is using this file")
        return move(path, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(CashierError) as caught:
        restore(place)
    assert caught.value.code == "restore_failed"
    assert "close" in caught.value.remedy
    assert place.config.till_db.read_bytes() == broken
    assert log.read_bytes() == b"what was committed last"
    monkeypatch.undo()
    aside = restore(place)
    assert (aside / log.name).exists()
    assert place.sells(1) == ["R1.2-000001"]


def test_going_on_with_an_older_file_starts_a_new_series(place):
    old = place.config.till_db.read_bytes()
    place.sells(2)
    place.config.till_db.write_bytes(old)
    with pytest.raises(CashierError) as caught:
        place.open()
    assert caught.value.code == "database_older"
    safety.go_on_with(place.config, place.clock)
    assert place.sells(1) == ["R1.2-000001"]


def test_what_was_not_sent_is_still_in_the_copy(place):
    ruin(place)
    restore(place)
    till = place.open()
    assert till.sync.status().waiting == 3
    till.close()


def test_verify_journal_says_what_it_finds(place, capsys):
    folder = ["--data-dir", str(place.config.data_dir)]
    assert main([*folder, "verify-journal"]) == 0
    assert "3 sales.\nEverything agrees." in capsys.readouterr().out
    with closing(sqlite3.connect(place.config.till_db)) as db, db:
        db.execute("DROP TRIGGER journal_no_update")
        db.execute("UPDATE journal SET actor = 'nobody' WHERE id = 5")
    assert main([*folder, "verify-journal"]) == 1
    assert "changed at entry 5" in capsys.readouterr().out
    place.config.till_db.write_bytes(b"nothing of the kind, " * 999)
    assert main([*folder, "verify-journal"]) == 1
    assert "cannot be read" in capsys.readouterr().out


def test_verify_journal_needs_a_till(tmp_path, capsys):
    assert main(["--data-dir", str(tmp_path), "verify-journal"]) == 2
    assert "no_till" in capsys.readouterr().out
