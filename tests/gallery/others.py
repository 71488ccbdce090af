"""The settings, and windows of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtWidgets import QWidget

from pos.errors import CashierError
from pos.services.safety import Copy
from pos.ui import theme
from pos.ui.frame import Frame
from pos.ui.threads import Calls
from pos.ui.trouble import Rescue, TroubleWindow
from pos.ui.widgets.banner import BannerView
from tests.gallery import reader
from tests.gallery.scene import Make, scene
from tests.ui import fake_settings, fakes

# the settings


def _section(name: str) -> Make:
    def make(calls: Calls) -> QWidget:
        screen = fake_settings.settings(calls, name)
        screen.imports.show_report(fake_settings.REPORT)
        return fakes.shell_with("settings", screen)

    return make


for _name in fake_settings.SECTIONS:
    scene(f"settings-{_name}")(_section(_name))


@scene("settings-importing")
def _importing(calls: Calls) -> QWidget:
    screen = fake_settings.settings(calls, "import")
    screen.imports.show_progress(fake_settings.PROGRESS)
    return fakes.shell_with("settings", screen)


@scene("settings-found")
def _found(calls: Calls) -> QWidget:
    screen = fake_settings.settings(calls, "look")
    screen.search.setText("size")
    return fakes.shell_with("settings", screen)


@scene("settings-locked")
def _locked(calls: Calls) -> QWidget:
    screen = fake_settings.settings(calls)
    screen.show_locked(locked=True)
    screen.lock.say(BannerView("This is not the PIN.", remedy="Try again.", code="pin_wrong"))
    return fakes.shell_with("settings", screen)


# windows of their own

DAMAGED = CashierError(
    "database_damaged",
    "The file of sales is damaged: page 12 of 93 cannot be read.",
    "Restore the newest copy, or save a support file and send that.",
)
_COPY = Copy(Path("till-daily.db"), datetime(2026, 3, 14, 9, 30, tzinfo=UTC), 213, 1)


@scene("trouble", own_size=True)
def _trouble(_calls: Calls) -> QWidget:
    return TroubleWindow(DAMAGED)


@scene("trouble-copy", own_size=True)
def _trouble_copy(_calls: Calls) -> QWidget:
    return TroubleWindow(DAMAGED, Rescue(lambda: _COPY, id, list))


@scene("frame", own_size=True)
def _frame(_calls: Calls) -> QWidget:
    return Frame(theme.tokens().name)


scene("reader", own_size=True)(reader.idle)
scene("reader-waiting", own_size=True)(reader.waiting)
scene("reader-off", own_size=True)(reader.unplugged)
