"""The check of this till in its own window: a section of the settings, and a thread for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from pos.app.build import Till
from pos.app.doctor.examine import Examination
from pos.app.doctor.outside import Alone
from pos.app.settings_page import SettingsPage
from pos.services.doctor import Finding
from pos.ui.controllers.doctor import DoctorController
from pos.ui.i18n import tr
from pos.ui.screens.doctor_section import DoctorSection
from pos.ui.threads import Calls

_PATIENCE = 15.0
"""Seconds in which the payments thread must be free for the reader."""

Lend = Callable[[Callable[[], Finding], float], Finding | None]


class DoctorPage(QObject):
    """Adds the section; ``lend`` does work on the payments thread between two payments."""

    def __init__(self, till: Till, page: SettingsPage, lend: Lend) -> None:
        super().__init__(page)
        self.section = DoctorSection()
        called = tr("doctor trouble wrong support file log version disk clock")
        row = ("doctor", tr("Check this till"), "circle-check", self.section, called)
        page.screen.add_section(row)
        self.examination = Examination(
            till.config, till.secrets.store, clock=till.clock, alone=_between(lend)
        )
        self.calls = Calls("doctor", self)
        self.controller = DoctorController(self.section.panel, self.examination, self.calls)
        page.join(self.controller.leave, self.calls)


def _between(lend: Lend) -> Alone:
    def alone(work: Callable[[], Finding]) -> Finding | None:
        return lend(work, _PATIENCE)

    return alone
