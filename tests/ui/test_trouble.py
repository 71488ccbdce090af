"""The window of a till that cannot open: words, and a copy where one helps."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pos.app import run
from pos.app.build import build
from pos.app.rescue import rescue_for
from pos.config import Config
from pos.errors import CashierError
from pos.look import Look
from pos.services.safety import Copy
from pos.services.secrets import MemorySecrets
from pos.ui import theme, trouble
from pos.ui.frame import Frame
from pos.ui.trouble import Rescue, TroubleWindow

ERROR = CashierError("database_damaged", "The file is damaged.", "Restore the newest copy.")
COPY = Copy(Path("till-daily.db"), datetime(2026, 3, 14, 9, 30, tzinfo=UTC), 213, 1)


@contextmanager
def opened(qtbot, error=ERROR, rescue=None):
    window = TroubleWindow(error, rescue)
    qtbot.addWidget(window)
    window.show()
    yield window
    window.shut()


def _never(*_):
    raise AssertionError("nobody asked for it")


def test_without_a_copy_that_helps_it_only_says_what_is_wrong(qtbot):
    with opened(qtbot, CashierError("disk_full", "The disk is full.", "Make room.")) as window:
        assert not window.restore.isVisible()
        assert not window.go_on.isVisible()
        window.leave.click()
        assert not window.isVisible()
        assert not window.mended


def test_it_offers_the_newest_good_copy_and_says_what_may_be_missing(qtbot):
    with opened(qtbot, rescue=Rescue(lambda: COPY, _never)) as window:
        qtbot.waitUntil(window.restore.isVisible)
        at = COPY.at.astimezone()
        assert window.restore.words() == f"Restore the copy of {at:%Y-%m-%d, %H:%M} (213 sales)"
        assert "may be missing on this till" in window.hint.text()
        assert "The backend and Stripe know them" in window.hint.text()
        assert not window.go_on.isVisible()


def test_restoring_closes_the_window_to_start_again(qtbot):
    restored = []
    with opened(qtbot, rescue=Rescue(lambda: COPY, restored.append)) as window:
        qtbot.waitUntil(window.restore.isVisible)
        window.restore.click()
        window.restore.click()  # twice does it once
        qtbot.waitUntil(lambda: not window.isVisible())
        assert window.mended
    assert restored == [COPY]


def test_a_restore_that_fails_can_be_tried_again(qtbot):
    def fails(_copy):
        raise CashierError("restore_failed", "No room.", "Make room on the disk and try again.")

    with opened(qtbot, rescue=Rescue(lambda: COPY, fails)) as window:
        qtbot.waitUntil(window.restore.isVisible)
        window.restore.click()
        qtbot.waitUntil(lambda: window._banner.view.code == "restore_failed")
        assert window.restore.isEnabled()
        assert not window.mended


def test_a_bug_while_looking_is_said_and_the_way_out_stays(qtbot):
    with opened(qtbot, rescue=Rescue(lambda: 1 / 0, _never)) as window:
        qtbot.waitUntil(lambda: window._banner.view.code == "bug-ZeroDivisionError")
        assert window.leave.isEnabled()


def test_no_good_copy_is_said(qtbot):
    with opened(qtbot, rescue=Rescue(lambda: None, _never)) as window:
        qtbot.waitUntil(lambda: "no copy that could be trusted" in window.hint.text())
        assert not window.restore.isVisible()


def test_a_sound_but_older_file_can_be_gone_on_with(qtbot):
    done = []
    rescue = Rescue(lambda: None, _never, lambda: done.append(1))
    with opened(qtbot, CashierError("database_older", "Older.", "Choose."), rescue) as window:
        qtbot.waitUntil(window.go_on.isVisible)
        window.go_on.click()
        qtbot.waitUntil(lambda: not window.isVisible())
    assert done == [1]


@pytest.fixture
def ruined(tmp_path):
    """A till with a copy whose file was damaged since."""
    config = Config(data_dir=tmp_path / "data")
    till = build(config, secrets=MemorySecrets())
    till.keeper.keep()
    till.close()
    config.till_db.write_bytes(config.till_db.read_bytes()[:8192])
    return config


def test_a_damaged_till_opens_after_one_click(qtbot, qapp, ruined, monkeypatch):
    """The whole way that the program takes, but for the hand at the mouse."""
    said = []

    def show(error, rescue, _examines):
        said.append(error.code)
        with opened(qtbot, error, rescue) as window:
            qtbot.waitUntil(window.restore.isVisible)
            window.restore.click()
            qtbot.waitUntil(lambda: not window.isVisible())
            return window.mended

    monkeypatch.setattr(trouble, "show_trouble", show)
    frame = Frame()
    qtbot.addWidget(frame)
    till = run._opened(qapp, (frame, Look()), lambda: ruined, (MemorySecrets(), None))
    theme.apply(qapp)
    assert said == ["database_damaged"]
    assert till.shop().name == "My shop"
    till.close()
    assert len(list(ruined.set_aside.iterdir())) == 1


def test_the_copy_is_not_put_in_place_under_a_till_that_is_open(ruined):
    shutil.copy(next(ruined.backups.glob("*.db")), ruined.till_db)
    till = build(ruined, secrets=MemorySecrets())
    rescue = rescue_for(ERROR, ruined)
    copy = rescue.find()
    assert copy.at <= datetime.now(UTC) + timedelta(seconds=1)
    with pytest.raises(CashierError) as caught:
        rescue.restore(copy)
    assert caught.value.code == "already_running"
    till.close()


@pytest.mark.parametrize("code", ["disk_full", "already_running", "database_too_new"])
def test_a_copy_is_not_offered_where_it_does_not_help(ruined, code):
    assert rescue_for(CashierError(code, "x", "y"), ruined) is None
