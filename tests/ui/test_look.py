"""The look that is kept: read by the first paint, written by the window, damaged by anybody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from pos import config, look
from pos.app import start
from pos.errors import CashierError
from pos.look import GROUNDS, Look
from pos.ui import theme
from pos.ui.frame import Frame
from pos.ui.tokens import THEMES
from tests.support.house import ROOT
from tests.ui.front_fixture import idle, open_front, till_of, turn, until


def test_the_first_paint_has_the_colours_of_the_themes():
    drawn = {name: (each.background, each.text, each.muted) for name, each in THEMES.items()}
    assert drawn == GROUNDS


@pytest.mark.skipif(sys.platform != "linux", reason="the other systems move it by their own calls")
def test_the_first_paint_looks_into_the_folder_that_the_till_uses(monkeypatch, tmp_path):
    monkeypatch.delenv("TILLKEEP_DATA_DIR", raising=False)
    assert start.default_folder() == config.default_folder()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert QStandardPaths.writableLocation(
        QStandardPaths.StandardLocation.GenericDataLocation
    ) == str(tmp_path)
    assert start.default_folder() == config.default_folder() == tmp_path / "Tillkeep"
    monkeypatch.setenv("TILLKEEP_DATA_DIR", str(tmp_path / "told"))
    assert look.told_folder() == tmp_path / "told"
    assert look.told_folder(tmp_path) == tmp_path


def test_a_look_is_read_as_it_was_written(tmp_path):
    kept = Look("high-contrast", 175, "zh_Hans_CN")
    look.write(tmp_path, kept)
    assert look.read(tmp_path) == kept
    assert [each.name for each in tmp_path.iterdir()] == [look.NAME]


@pytest.mark.parametrize(
    "damage",
    [b"", b"\0" * 90, b"dark", b"pink 100 en_US", b"dark 20 en_US", b"dark 100 ../en", b"\xff\xfe",
     b"dark ten en_US", b"dark 9999999 en_US", b"dark 100 en_US more", b"x" * 100_000],
)  # fmt: skip
def test_a_damaged_look_is_the_plain_one(tmp_path, damage):
    (tmp_path / look.NAME).write_bytes(damage)
    assert look.read(tmp_path) == Look()


def test_a_look_that_cannot_be_kept_is_said(tmp_path):
    with pytest.raises(CashierError) as caught:
        look.write(tmp_path / "gone", Look("dark"))
    assert caught.value.code == "look_not_kept"


@pytest.mark.parametrize("name", [*GROUNDS, "system"])
def test_the_frame_wears_the_theme(qtbot, name):
    frame = Frame(name)
    qtbot.addWidget(frame)
    frame.show()
    ground = GROUNDS["light" if name == "system" else name][0]
    assert _at(frame.grab().toImage(), 5, 5) == ground


class DarkHints:
    """A computer that asks for dark; the offscreen platform asks for nothing."""

    def colorScheme(self):
        return Qt.ColorScheme.Dark


def test_the_frame_wears_what_the_computer_asks_for(qtbot, monkeypatch):
    monkeypatch.setattr(QApplication, "styleHints", DarkHints)
    frame = Frame("system")
    qtbot.addWidget(frame)
    assert _at(frame.grab().toImage(), 5, 5) == GROUNDS["dark"][0]


def _at(image: QImage, x: int, y: int) -> str:
    return image.pixelColor(x, y).name()


def test_the_frame_says_that_it_is_closing_and_closes_when_asked_twice(qtbot):
    frame = Frame()
    qtbot.addWidget(frame)
    frame.show()
    plain = frame.grab().toImage()
    frame.close()
    assert frame.isVisible()
    assert frame.leaving
    assert frame.grab().toImage() != plain, "a sentence stands below the name"
    frame.close()
    assert not frame.isVisible()


def test_the_window_keeps_its_look_for_the_next_start(tmp_path):
    with open_front(tmp_path) as front:
        idle(front)
        assert look.read(tmp_path) == Look("light", 100, "en_US")
        front.settings.screen.look.theme.button("dark").click()
        until(lambda: look.read(tmp_path).theme == "dark")
        till_of(front).settings.set_scale(125)
        front._show_shop(till_of(front).shop())
        until(lambda: look.read(tmp_path).scale == 125)


def test_a_restart_waits_for_a_payment(tmp_path):
    with open_front(tmp_path) as front:
        front.shell.on_scan("4006381333931")
        until(lambda: front.pages.sale.cart and front.pages.sale.cart.lines)
        front.pages.sale_screen.panel.pay.click()
        until(lambda: front.pages.checkout.run is not None)
        front.wearing.restart()
        assert front.shell.isVisible()
        assert front.shell._banner.view.code == "restart_later"
        assert not front.wearing.again
        front.shell.command.emit("back")
        front.pages.checkout_screen.on_command("back")
        until(lambda: front.pages.checkout.run is None)
        front.wearing.restart()
        assert front.wearing.again
        assert not front.shell.isVisible()


@pytest.fixture
def followed(qapp):
    yield qapp
    theme.apply(qapp)


def test_the_system_theme_follows_the_computer(followed):
    hints = followed.styleHints()
    assert theme.apply(followed, "system").name == "light", "offscreen does not say"
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    turn()
    assert theme.tokens().name == "dark"
    assert THEMES["dark"].surface in followed.styleSheet()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    turn()
    assert theme.tokens().name == "light"
    theme.apply(followed, "high-contrast")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    turn()
    assert theme.tokens().name == "high-contrast", "a theme that was chosen stays"


class StrongHints:
    """A computer that asks for high contrast; the offscreen platform asks for nothing."""

    def accessibility(self):
        return self

    def contrastPreference(self):
        return Qt.ContrastPreference.HighContrast

    def unsetColorScheme(self):
        """Follow the computer."""


@pytest.mark.skipif(not hasattr(Qt, "ContrastPreference"), reason="Qt tells it since 6.10")
def test_the_system_theme_is_high_contrast_where_the_computer_asks_for_it(followed, monkeypatch):
    monkeypatch.setattr(QApplication, "styleHints", StrongHints)
    frame = Frame("system")
    assert theme.apply(followed, "system").name == "high-contrast"
    monkeypatch.undo()
    assert _at(frame.grab().toImage(), 5, 5) == GROUNDS["high-contrast"][0]
    frame.deleteLater()


SCREEN = {"x": 0, "y": 0, "width": 1920, "height": 1080, "dpr": 1, "logicalDpi": 96}


def made_at(tmp_path: Path, scale: int, **screen: int) -> list[float]:
    """Make the application in a process of its own on a screen of that size."""
    description = tmp_path / "screens.json"
    one = SCREEN | {"name": "one", "logicalBaseDpi": 96} | screen
    description.write_text(json.dumps({"screens": [one]}))
    told = "import json; print(json.dumps([worn_scale(), app.primaryScreen().devicePixelRatio()]))"
    code = (
        "from pos.app.start import make_app; from pos.ui.frame import worn_scale;"
        f"app = make_app({scale}); {told}"
    )
    variables = {k: v for k, v in os.environ.items() if k != "QT_SCALE_FACTOR"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=variables | {"QT_QPA_PLATFORM": f"offscreen:configfile={description}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("scale", [90, 100, 125, 150])
def test_the_application_is_made_at_the_scale_that_was_chosen(tmp_path, scale):
    assert made_at(tmp_path, scale) == [scale, scale / 100]


def test_a_screen_without_room_gets_the_largest_scale_that_fits(tmp_path):
    assert made_at(tmp_path, 200) == [154, 1.54]
    assert made_at(tmp_path, 200, width=1366, height=768) == [109, 1.09]
    assert made_at(tmp_path, 200, width=800, height=600) == [100, 1.0]
