"""What ``tillkeep doctor`` says of a keyring and of a file of sales in any state."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pos.services.doctor import CHECKS, Check, Trouble
from tests.bad_input.conftest import command_line
from tests.support.doctor import Doctor


@pytest.fixture
def doctor(data):
    data.chmod(0o700)
    return Doctor(data)


# the keyring


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("keyring.backends.fail.Keyring", "keyring_none", "no keyring"),
        ("keyring.backends.null.Keyring", "keyring_not_allowed", "keyring.backends.null"),
        ("tests.support.keyrings.PlaintextKeyring", "keyring_not_allowed", "Plaintext"),
        ("tests.support.keyrings.Locked", "keyring_locked", "is locked"),
        ("keyrings.not_installed_here.Keyring", "keyring_failed", "cannot be used"),
        ("tests.support.keyrings.Told", "", "Told keeps the Stripe key"),
    ],
)
def test_the_keyring_is_named(doctor, name, code, words):
    """As the real library chooses it."""
    doctor.keyring = name
    doctor.holds(stripe_key="canary-of-a-keyring" if code else "")
    found = doctor()["keyring"]
    assert found["code"] == code
    assert found["state"] == ("warn" if code else "ok")
    assert words in found["found"]
    assert "canary" not in json.dumps(found)


def test_a_check_that_fails_by_itself_keeps_its_report_and_quotes_nothing(doctor):
    """What the line promises: the logs say where."""
    doctor.keyring = "tests.support.keyrings.Broken"
    doctor.holds(stripe_key="canary-of-a-keyring")
    found = doctor()["keyring"]  # with nothing on its standard error
    assert (found["state"], found["code"]) == ("bad", "bug")
    reports = [path.read_text() for path in (doctor.folder / "logs").glob("crash-*.txt")]
    assert any("keyring.py" in report for report in reports), "other checks ask for secrets, too"
    assert "canary" not in doctor.command().stdout


# the file of sales


def ruin(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: 4 * 4096] + b"\xff" * 4096 + raw[5 * 4096 :])


def write(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


HARMS = {
    "damaged": (ruin, Check.DATABASE, "database_damaged"),
    "no database": (
        lambda path: path.write_text("Dear diary " * 99),
        Check.DATABASE,
        "database_damaged",
    ),
    "newer": (
        lambda path: write(path, "UPDATE alembic_version SET version_num = '9999'"),
        Check.DATABASE,
        "database_too_new",
    ),
    "older": (
        lambda path: write(path, "UPDATE alembic_version SET version_num = '0001'"),
        Check.DATABASE,
        "database_older_schema",
    ),
    "a journal entry changed": (
        lambda path: write(
            path,
            "DROP TRIGGER journal_no_update",
            "UPDATE journal SET data = '{}' WHERE kind = 'order_paid'",
        ),
        Check.JOURNAL,
        "journal_broken",
    ),
    "a total changed": (
        lambda path: write(path, "UPDATE running_total SET amount_minor = amount_minor + 1"),
        Check.TOTALS,
        "totals_differ",
    ),
    "gone": (lambda path: path.unlink(), Check.DATABASE, "database_missing"),
    "emptied": (lambda path: path.write_bytes(b""), Check.DATABASE, "database_missing"),
}


@pytest.mark.parametrize("harm", ["no database", "newer", "older", "gone"])
def test_nobody_is_sent_to_settings_that_cannot_be_opened(doctor, harm):
    """Whether a reader or a backend is set up, only the file knows."""
    act, _, _ = HARMS[harm]
    act(doctor.folder / "till.db")
    for check in (Check.READER, Check.BACKEND):
        found = doctor[check]
        assert "Settings" not in found.remedy
        assert found.code == doctor[Check.JOURNAL].code


@pytest.mark.parametrize("harm", HARMS)
def test_a_harmed_file_is_named_and_not_changed(doctor, harm):
    act, check, code = HARMS[harm]
    path = doctor.folder / "till.db"
    act(path)
    before = path.read_bytes() if path.exists() else None
    found = doctor[check]
    assert found.code == code
    assert found.state is (Trouble.WARN if harm == "older" else Trouble.BAD)
    if harm in {"older", "damaged"}:
        assert doctor.command().returncode == (0 if harm == "older" else 1)
    assert (path.read_bytes() if path.exists() else None) == before


def test_another_program_holds_the_file(doctor):
    with closing(sqlite3.connect(doctor.folder / "till.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE").close()
        other.execute("BEGIN EXCLUSIVE")
        assert doctor[Check.DATABASE].code == "database_busy"


def test_no_till_yet(tmp_path):
    found = Doctor(tmp_path / "nothing")()
    assert {found[name]["state"] for name in ("data_folder", "database", "journal")} == {
        "not_set_up"
    }
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_folder_in_letters_that_the_console_does_not_have(tmp_path, encoding):
    """As on Windows, where what is written to a file or a pipe has the letters of one language."""
    folder = tmp_path / "\N{CJK UNIFIED IDEOGRAPH-5E97}"
    done = command_line(folder, "doctor", PYTHONIOENCODING=encoding)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(CHECKS)
    assert "\\u5e97" in done.stdout


def test_a_settings_file_that_cannot_be_read_stops_no_other_check(doctor):
    (doctor.folder / "tillkeep.toml").write_text("this is = = no toml")
    found = doctor()
    assert found["settings_file"]["code"] == "config_unreadable"
    assert found["database"]["state"] == "ok"
