"""A start that cannot be: said in the window with what to do, and nothing is lost.

The real files, the real mounts and the real window; only the hand at the mouse is ours.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from pos import logs
from pos.app import run
from pos.app.start import Look
from pos.config import load
from pos.services.secrets import MemorySecrets
from pos.ui import trouble
from pos.ui.frame import Frame
from pos.ui.trouble import TroubleWindow
from tests.bad_input.conftest import fill, read_only, sell, small_disk
from tests.support.house import ROOT

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@dataclass
class Said:
    """What the window said, and what its check found where it was asked."""

    code: str
    title: str
    remedy: str
    checks: dict[str, str]


@pytest.fixture
def start_window(qtbot, qapp, monkeypatch):
    """Return a function that starts the program on a folder and reads the window that stops it."""

    def started(folder: Path, *, check: bool = False) -> Said | None:
        said: list[Said] = []

        def show(error, rescue=None, examines=None):
            window = TroubleWindow(error, rescue, examines)
            qtbot.addWidget(window)
            window.show()
            checks = _checked(qtbot, window) if check else {}
            view = window._banner.view
            said.append(Said(view.code, view.title, view.remedy, checks))
            window.close()
            window.shut()
            return False

        monkeypatch.setattr(trouble, "show_trouble", show)
        frame = Frame()
        qtbot.addWidget(frame)
        till = run._opened(
            qapp, (frame, Look()), lambda: load(folder), (MemorySecrets(problem=None), None)
        )
        if till is not None:
            till.close()
            return None
        return said[0]

    yield started
    logs.close()


def _checked(qtbot, window) -> dict[str, str]:
    window.check.click()
    panel = window._doctor.panel
    qtbot.waitUntil(panel.stop.isHidden, timeout=60_000)
    assert not window._page.isVisible()
    window._doctor.back.click()
    assert window._page.isVisible()
    return {name: line.pill.text() for name, line in panel.lines.items()}


def write(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(statement)


def rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return db.execute('SELECT count(*) FROM "order"').fetchone()[0]


def test_a_newer_database(data, start_window):
    path = data / "till.db"
    write(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    said = start_window(data, check=True)
    assert said.code == "database_too_new"
    assert "newer program" in said.remedy
    assert said.checks["database"] == "Wrong"
    assert said.checks["data_folder"] in {"OK", "Look at this"}
    assert path.read_bytes() == before


def test_a_settings_file_that_is_none(data, start_window):
    (data / "tillkeep.toml").write_text("this is = = no toml")
    said = start_window(data, check=True)
    assert said.code == "config_unreadable"
    assert said.remedy
    assert said.checks["settings_file"] == "Wrong"
    assert said.checks["database"] == "OK"
    (data / "tillkeep.toml").unlink()
    assert start_window(data) is None


def test_a_data_folder_that_is_read_only(data, start_window):
    with read_only(data):
        said = start_window(data, check=True)
    assert said.code == "data_read_only"
    assert "right to write" in said.remedy
    assert (said.checks["data_folder"], said.checks["database"]) == ("Wrong", "OK")
    assert start_window(data) is None


def test_a_log_folder_that_is_read_only(data, start_window, start):
    """The last thing a start needs; the till is closed again, so that it can be tried again."""
    (data / "logs").mkdir(exist_ok=True)
    with read_only(data / "logs"):
        said = start_window(data)
    assert said.code == "log_unwritable"
    assert said.remedy
    assert sell(start(data)) == "R1-000002"


def test_what_nobody_thought_of_is_said_too(data, start_window):
    """A bit turned over in the shop's language: no check looks at it, and the start stumbles."""
    write(data / "till.db", "UPDATE register SET locale = 'xq_US'")
    said = start_window(data)
    assert said.code == "bug-UnknownLocaleError"
    assert said.remedy
    (report,) = (data / "logs").glob("crash-*.txt")
    assert "UnknownLocaleError" in report.read_text()
    write(data / "till.db", "UPDATE register SET locale = 'en_US'")
    assert start_window(data) is None


LEFT = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pos.errors import CashierError
from pos.ui import trouble
app = QApplication([])
rescue = trouble.Rescue(lambda: time.sleep(60), lambda copy: None)
QTimer.singleShot(100, app.closeAllWindows)
trouble.show_trouble(CashierError("database_damaged", "Damaged.", "Restore."), rescue)
"""


def test_leaving_while_the_copies_are_looked_through():
    """Those of a large file take long; the program ends all the same, and does not crash."""
    done = subprocess.run(
        [sys.executable, "-c", LEFT],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == trouble.EXIT_TROUBLE, done.stderr


def test_a_full_disk(tmp_path, data, start_window):
    with small_disk(tmp_path / "disk") as disk:
        shutil.copytree(data, disk / "data")
        (disk / "data" / "logs").mkdir()
        filler = fill(disk)
        said = start_window(disk / "data", check=True)
        assert said is None or said.code in {"disk_full", "disk_error", "data_read_only"}, said
        if said is not None:
            assert said.checks["disk_space"] == "Wrong"
        filler.unlink()
        assert start_window(disk / "data") is None
        assert rows(disk / "data" / "till.db") == 1


def test_an_old_database_is_brought_up_to_date_after_a_copy(tmp_path, start_window):
    folder = tmp_path / "old"
    folder.mkdir()
    shutil.copy(ROOT / "tests" / "db" / "schemas" / "0001.db", folder / "till.db")
    sold = rows(folder / "till.db")
    assert start_window(folder) is None
    assert rows(folder / "till.db") == sold
    (copy,) = (folder / "backups").glob("till-0001-*.db")
    assert rows(copy) == sold


DIES = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from pos.models import migrate
left = int(sys.argv[2])
@event.listens_for(Engine, "after_cursor_execute")
def count(*_):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
folder = Path(sys.argv[1])
migrate.upgrade(folder / "till.db", folder / "backups")
print("ended")
"""


@pytest.mark.parametrize("statement", [2, 9, 20])
def test_an_upgrade_that_is_interrupted(tmp_path, start_window, statement):
    """Killed in the middle: the copy stands, and the next start does all of it."""
    folder = tmp_path / "old"
    folder.mkdir()
    shutil.copy(ROOT / "tests" / "db" / "schemas" / "0001.db", folder / "till.db")
    sold = rows(folder / "till.db")
    done = subprocess.run(
        [sys.executable, "-c", DIES, str(folder), str(statement)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -9, done.stderr.decode()
    assert len(list((folder / "backups").glob("till-0001-*.db"))) == 1
    assert start_window(folder) is None
    copies = list((folder / "backups").glob("till-0001-*.db"))
    assert {rows(path) for path in (folder / "till.db", *copies)} == {sold}


NAMES = (
    "Kasse f\N{LATIN SMALL LETTER U WITH DIAERESIS}r Anna",
    "\N{CJK UNIFIED IDEOGRAPH-5E97} 100% #1",
    "who? me",
)


@pytest.mark.parametrize("name", NAMES, ids=["letters", "signs", "question"])
def test_a_path_with_spaces_and_foreign_letters(tmp_path, data, start, start_window, name):
    folder = tmp_path / name / "data dir"
    shutil.copytree(data, folder)
    till = start(folder)
    assert sell(till) == "R1-000002"
    till.keeper.keep()
    till.close()
    assert rows(folder / "till.db") == 2
    assert start_window(folder) is None
    assert sorted(path.name for path in folder.parent.iterdir()) == ["data dir"]
    assert [path for path in tmp_path.iterdir() if path.name not in {name, "data"}] == []
    (folder / "till.db").write_bytes(b"no database" * 99)
    said = start_window(folder, check=True)
    assert said.code == "database_damaged"
    assert said.checks["backup"] == "OK"
