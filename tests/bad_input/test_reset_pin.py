"""A lost PIN is taken away on the command line, by whoever may use the computer's account."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import select

from pos.app.build import build
from pos.config import Config, told_command
from pos.models.sync import JournalEntry
from pos.services import shop
from pos.services.secrets import MemorySecrets
from tests.support.house import ROOT


@pytest.fixture
def folder(tmp_path):
    with closing(opened(tmp_path / "data")) as till:
        till.pins.set("258013", "258013")
    return tmp_path / "data"


def opened(folder):
    return build(Config(data_dir=folder), secrets=MemorySecrets(), preset=shop.DEMO)


def reset(folder):
    command = [sys.executable, "-m", "pos", "--data-dir", str(folder), "reset-pin"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_pin_is_gone_and_the_journal_says_so(folder):
    done = reset(folder)
    assert (done.returncode, "The PIN is removed." in done.stdout) == (0, True)
    with closing(opened(folder)) as till:
        assert not till.shop().has_pin
        with till.db.reader.begin() as db:
            assert "pin_reset" in set(db.scalars(select(JournalEntry.kind)))
    assert "No PIN is set." in reset(folder).stdout


def test_not_while_the_till_is_open(folder):
    with closing(opened(folder)) as till:
        done = reset(folder)
        assert (done.returncode, "already running" in done.stdout) == (2, True)
        assert till.shop().has_pin


def test_a_folder_without_a_till_is_left_alone(tmp_path):
    done = reset(tmp_path / "nowhere")
    assert (done.returncode, "no till" in done.stdout) == (2, True)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("system", "packaged", "named"),
    [
        ("linux", True, "tillkeep reset-pin"),
        ("win32", False, "tillkeep reset-pin"),
        ("win32", True, "tillkeep-console reset-pin"),
        ("darwin", True, "/Applications/Tillkeep.app/Contents/MacOS/Tillkeep reset-pin"),
    ],
)
def test_the_command_that_is_named_is_there_on_this_system(system, packaged, named, monkeypatch):
    monkeypatch.setattr(sys, "frozen", packaged, raising=False)
    monkeypatch.setattr(sys, "platform", system)
    told = told_command("reset-pin")
    monkeypatch.undo()
    assert told == named
