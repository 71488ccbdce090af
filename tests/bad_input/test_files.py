"""A till.db that is damaged, newer, or no database at all: said plainly, not a byte changed."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from pos.errors import CashierError
from pos.services.catalogue import import_file
from tests.bad_input.conftest import GOODS, command_line, said_plainly, sell

PAGE = 4096


def bytes_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")


def text_file(path: Path) -> None:
    path.write_text("Dear diary, today I replaced the database by this letter.\n" * 100)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def no_header(path: Path) -> None:
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


def one_page_gone(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: 4 * PAGE] + b"\xff" * PAGE + raw[5 * PAGE :])


def somebody_elses(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")


def garbled_text(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE tax_rate SET name = CAST(x'54ff78' AS TEXT)")


BROKEN = {
    garbled_text: "database_damaged",
    newer: "database_too_new",
    text_file: "database_damaged",
    truncated: "database_damaged",
    no_header: "database_damaged",
    one_page_gone: "database_damaged",
    somebody_elses: "database_damaged",
}


@pytest.mark.parametrize("harm", BROKEN, ids=lambda harm: harm.__name__)
def test_an_unusable_database_is_left_alone(data, start, harm):
    path = data / "till.db"
    harm(path)
    before = bytes_of(path)
    with pytest.raises(CashierError) as caught:
        start(data)
    assert caught.value.code == BROKEN[harm]
    assert caught.value.message
    assert caught.value.remedy
    assert bytes_of(path) == before
    assert said_plainly(command_line(data, "import", __file__), BROKEN[harm])
    assert bytes_of(path) == before


def test_a_bit_in_a_name_that_other_rows_use_is_said_in_words(data, start):
    """Table and index then disagree, and a start that writes would meet a row it cannot see."""
    path = data / "till.db"
    sound, said = path.read_bytes(), []
    for place in [found.start() for found in re.finditer(b"stripe_terminal", sound)]:
        harmed = bytearray(sound)
        harmed[place] ^= 1
        path.write_bytes(harmed)
        said.append(_said_of(start, data))
    assert set(said) <= {"", "database_damaged"}
    assert "database_damaged" in said


def _said_of(start, data: Path) -> str:
    """Return the code of what the start says, or nothing when it opens."""
    try:
        start(data).close()
    except CashierError as error:
        return error.code
    return ""


def test_a_till_that_does_not_open_holds_no_file(data, start):
    garbled_text(data / "till.db")
    with pytest.raises(CashierError):
        start(data)
    held = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.exists()]
    assert not [name for name in held if name.is_relative_to(data)]


def test_a_bit_in_what_waits_for_the_backend_is_found(data, start):
    till = start(data)
    sell(till)
    till.close()
    with closing(sqlite3.connect(data / "till.db")) as db, db:
        seq, body = db.execute("SELECT seq, body FROM outbox ORDER BY seq DESC").fetchone()
        assert b"Mina Kang" in body  # a name: no total of the rows contradicts it
        turned = body.replace(b"Mina Kang", b"Oina Kang")
        db.execute("UPDATE outbox SET body = ? WHERE seq = ?", (turned, seq))
    with pytest.raises(CashierError) as caught:
        start(data)
    assert caught.value.code == "database_damaged"


@pytest.mark.parametrize("harm", [newer, truncated], ids=lambda harm: harm.__name__)
def test_the_copy_that_was_kept_opens_again(data, start, harm):
    """What the remedy says works: put the old file back."""
    path = data / "till.db"
    kept = path.read_bytes()
    harm(path)
    with pytest.raises(CashierError):
        start(data)
    path.write_bytes(kept)
    assert sell(start(data)) == "R1-000002"


def test_every_page_that_is_wiped_is_noticed_at_the_next_start(data, start):
    path = data / "till.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("VACUUM")  # a page that nobody uses may hold anything
    raw = path.read_bytes()
    unseen = []
    for page in range(len(raw) // PAGE):
        path.write_bytes(raw[: page * PAGE] + b"\0" * PAGE + raw[(page + 1) * PAGE :])
        with suppress(CashierError):
            start(data).close()
            unseen.append(page)
    assert not unseen, f"{len(unseen)} of {len(raw) // PAGE} pages"


def test_a_folder_in_place_of_the_database(data, start):
    (data / "till.db").unlink()
    (data / "till.db").mkdir()
    with pytest.raises(CashierError) as caught:
        start(data)
    assert caught.value.code == "disk_error"
    assert said_plainly(command_line(data, "import", __file__), "disk_error")


def test_a_file_in_place_of_the_folder(tmp_path, start):
    (tmp_path / "data").write_text("")
    with pytest.raises(CashierError) as caught:
        start(tmp_path / "data")
    assert caught.value.code == "data_read_only"


def test_a_database_that_is_only_busy_is_not_called_damaged(data, start):
    """A backup program holds it for longer than the till waits."""
    with closing(sqlite3.connect(data / "till.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE").close()
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CashierError) as caught:
            start(data)
    assert caught.value.code == "database_busy"
    assert sell(start(data)) == "R1-000002"


def test_a_damaged_catalogue_stops_no_sale(data, start, tmp_path):
    """Only derived data is mended by itself, and what was there is kept aside."""
    text_file(data / "catalogue.db")
    till = start(data)
    assert till.catalogue.opened.set_aside is not None
    assert till.catalogue.count() == 0
    goods = tmp_path / "goods.csv"
    goods.write_text(GOODS)
    import_file(goods, "usd", till.catalogue)
    assert sell(till) == "R1-000002"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("this is = = no toml", "config_unreadable"),
        ('stripe_key = "rk_test_1"', "config_unknown_setting"),
        ("locale = 5", "config_wrong_value"),
        ('training = "yes"', "config_wrong_value"),
        ('backend_url = "https://[till"', "config_wrong_value"),
        ('stripe_url = "https://till:example"', "config_wrong_value"),
        (f"locale = {'[' * 900}{']' * 900}", "config_unreadable"),
        (f"{'a.' * 30_000}b = 1", "config_unreadable"),
    ],
)
def test_a_bad_configuration_file(data, text, code):
    (data / "tillkeep.toml").write_text(text)
    assert said_plainly(command_line(data, "import", __file__), code)


@pytest.mark.parametrize("word", ["server", "simulator", "virtual-reader"])
def test_a_command_with_options_of_its_own_comes_first(tmp_path, word):
    done = command_line(tmp_path / "data", word)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.rstrip().endswith(f"{word} has options of its own: name it first")
