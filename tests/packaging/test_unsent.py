"""What an uninstaller asks: does anything still wait for the backend?"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OLDER = ROOT / "tests" / "db" / "schemas" / "0001.db"


def unsent(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pos", "--data-dir", str(folder), "unsent"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def data(tmp_path) -> Path:
    """A till of the oldest release, with records that wait."""
    folder = tmp_path / "Läden und Kassen"
    folder.mkdir()
    shutil.copyfile(OLDER, folder / "till.db")
    return folder


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "till.db")) as db, db:
        db.execute(statement)


def test_no_till_means_nothing_waits(tmp_path):
    assert unsent(tmp_path).returncode == 0


def test_without_a_backend_nothing_waits(data):
    done = unsent(data)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No backend is set up")


def test_what_waits_is_counted_and_the_file_is_left_alone(data):
    change(data, "UPDATE payment_settings SET backend_url = 'https://backend.invalid'")
    before = (data / "till.db").read_bytes()
    done = unsent(data)
    assert (done.returncode, done.stdout) == (1, "4 records wait to be sent to the backend.\n")
    assert (data / "till.db").read_bytes() == before
    change(data, "UPDATE outbox SET sent_at = created_at")
    assert unsent(data).returncode == 0


def test_an_unreadable_file_is_no_leave_to_go(data):
    (data / "till.db").write_bytes(b"not a database at all" * 100)
    done = unsent(data)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout.endswith("[till_unreadable]\n")
