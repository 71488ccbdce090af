"""Every screen in every theme, on a small screen and in a longer language: nothing is cut off."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from PySide6.QtWidgets import QWidget

import pos.ui
from pos.ui.screen import Screen
from pos.ui.screens.sale_dialogs import _Scoped
from pos.ui.screens.settings_forms import FormSection
from pos.ui.screens.settings_sections import Section
from pos.ui.tokens import THEMES
from pos.ui.widgets.dialog import Dialog
from tests.gallery.looking import SIZES, TIGHT, faults, settle, shown, wear
from tests.gallery.pseudo import Pseudo
from tests.gallery.scenes import SCENES
from tests.ui import fake_settings

BASES = {Dialog, FormSection, Screen, Section, _Scoped}
"""Nothing but what others are made of."""
seen: set[type] = set()


@pytest.fixture(autouse=True)
def _plain_afterwards():
    yield
    wear("light")


def note(window: QWidget) -> None:
    """Remember which classes were on the screen."""
    parts = (each for each in window.findChildren(QWidget) if each.isVisible())
    seen.update(type(each) for each in (window, *parts))


@pytest.mark.parametrize("name", SCENES)
def test_nothing_is_cut_off_in_any_theme(calls, name):
    """Themes change on the open window, as they do in the settings."""
    with shown(SCENES[name], calls, SIZES[0]) as window:
        note(window)
        for look in (*THEMES, "light"):
            wear(look)
            assert at_rest(window) == [], look


def at_rest(window: QWidget) -> list[str]:
    """Look until the layouts of nested pages have come to rest, some turns at most."""
    for _ in range(20):
        settle(1)
        if not faults(window):
            return []
    return faults(window)


@pytest.mark.parametrize("size", [SIZES[1], TIGHT], ids=str)
@pytest.mark.parametrize("name", [name for name in SCENES if not SCENES[name].own_size])
def test_nothing_is_cut_off_on_a_large_or_a_small_screen(calls, name, size):
    with shown(SCENES[name], calls, size) as window:
        assert window.size().toTuple() == size
        assert faults(window) == []


@pytest.fixture
def longer(qapp):
    made = Pseudo()
    qapp.installTranslator(made)
    yield
    qapp.removeTranslator(made)


@pytest.mark.usefixtures("longer")
@pytest.mark.parametrize("name", SCENES)
def test_a_language_a_third_longer_still_fits(calls, name):
    with shown(SCENES[name], calls, TIGHT) as window:
        assert faults(window) == []


def test_every_part_of_the_screens_is_in_some_scene(calls):
    """A new screen or dialog wants a scene in tests/gallery/scenes.py."""
    for module in pkgutil.walk_packages(pos.ui.__path__, "pos.ui."):
        importlib.import_module(module.name)
    missing = parts_of_ours() - BASES - seen
    for scene in SCENES.values():
        if not missing - seen:
            break
        with shown(scene, calls, SIZES[0]) as window:
            note(window)
    assert sorted(each.__qualname__ for each in missing - seen) == []


def parts_of_ours() -> set[type]:
    found, more = set(), [QWidget]
    while more:
        more += (below := more.pop().__subclasses__())
        found.update(each for each in below if each.__module__.startswith("pos.ui."))
    return found


def test_every_section_of_the_settings_is_a_scene(calls, qtbot):
    screen = fake_settings.settings(calls)
    qtbot.addWidget(screen)
    assert screen.sections == fake_settings.SECTIONS
