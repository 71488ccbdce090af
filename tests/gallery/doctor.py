"""The check of this till: in order, with troubles, at work, and the support file."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtWidgets import QWidget

from pos.services.bundle import Bundle
from pos.services.doctor import CHECKS, Check, Finding, Trouble
from pos.ui.controllers import doctor_words as words
from pos.ui.i18n import tr
from pos.ui.screens.doctor_panel import DoctorPanel
from pos.ui.screens.doctor_section import DoctorSection
from pos.ui.screens.doctor_views import ProgressView
from pos.ui.threads import Calls
from pos.ui.trouble import TroubleWindow
from tests.gallery.others import DAMAGED
from tests.gallery.scene import scene
from tests.ui import fake_settings, fakes

_FOUND = {
    Check.SETTINGS: "There is no tillkeep.toml: the usual settings count.",
    Check.FOLDER: "The data folder can be written.",
    Check.SPACE: "73.6 GB free.",
    Check.DATABASE: "Whole; schema 0004; 14.2 MB, with -wal (4.1 MB), -shm (32.7 kB).",
    Check.JOURNAL: "12,481 entries, all in their chain.",
    Check.TOTALS: "They agree with 4,120 sales.",
    Check.BACKUP: "The newest copy is 3 hours old (2026-11-22 01:12 UTC), and whole.",
    Check.KEYRING: "keyring.backends.SecretService.Keyring keeps the Stripe key.",
    Check.CLOCK: "The same as the backend, 1 s ahead of Stripe.",
    Check.READER: "Front desk: The reader itself answered in 0.4 s.",
    Check.BACKEND: "It answered in 0.1 s and takes this till's token: Register 1.",
    Check.OUTBOX: "Nothing waits to be sent.",
    Check.VERSIONS: "Tillkeep 0.1.0, Python 3.11.7, Qt 6.11.3, SQLite 3.40.1; Linux x86_64.",
}
IN_ORDER = [Finding(check, Trouble.OK, _FOUND[check]) for check in CHECKS]
_WRONG = {
    Check.SPACE: Finding(
        Check.SPACE,
        Trouble.WARN,
        "Only 512.0 MB free; 1.0 GB are wanted.",
        "Make room soon: copies and updates need it.",
    ),
    Check.KEYRING: Finding(
        Check.KEYRING,
        Trouble.WARN,
        "keyring.backends.SecretService.Keyring is locked.",
        "Unlock it with the system's password program, then start Tillkeep again. Until then the"
        " Stripe key and the token are asked for at each start.",
    ),
    Check.CLOCK: Finding(
        Check.CLOCK,
        Trouble.BAD,
        "4,000 s behind the backend, 4,001 s behind Stripe.",
        "Let the system set the clock by itself (network time), then check again.",
    ),
    Check.READER: Finding(
        Check.READER,
        Trouble.BAD,
        "The reader did not answer.",
        "Check that it has power and is on the network, wait a minute, then check again.",
    ),
    Check.BACKEND: Finding(
        Check.BACKEND,
        Trouble.NOT_SET_UP,
        "No backend is set up.",
        "Enter its address in Settings, Backend.",
    ),
}
MIXED = [_WRONG.get(finding.check, finding) for finding in IN_ORDER]
_BUNDLE = Bundle(
    {
        "README.txt": "Tillkeep support file\n",
        "doctor.txt": "ok          Disk space: 73.6 GB free.\n" * 13,
        "settings.json": '{"register": [{"theme": "light", "name": "[text, 10 characters]"}]}\n',
        "journal.jsonl": '{"seq": 1, "kind": "order_paid", "data": {"total": 523}}\n' * 60,
        "logs/tillkeep.jsonl": '{"event": "a call failed", "level": "error"}\n' * 40,
    },
    datetime(2026, 3, 14, 9, 30, tzinfo=UTC),
)


def _shown(calls: Calls) -> tuple[QWidget, DoctorPanel]:
    screen, section = fake_settings.settings(calls), DoctorSection()
    screen.add_section(("doctor", tr("Check this till"), "circle-check", section, ""))
    screen.open_section("doctor")
    return fakes.shell_with("settings", screen), section.panel


@scene("doctor-in-order")
def _in_order(calls: Calls) -> QWidget:
    shell, panel = _shown(calls)
    panel.show_checks(map(words.found, IN_ORDER))
    panel.say("", words.summary(IN_ORDER))
    return shell


@scene("doctor-mixed")
def _mixed(calls: Calls) -> QWidget:
    shell, panel = _shown(calls)
    panel.show_checks(map(words.found, MIXED))
    panel.say("", words.summary(MIXED))
    return shell


@scene("doctor-running")
def _running(calls: Calls) -> QWidget:
    shell, panel = _shown(calls)
    panel.show_checks(map(words.found, IN_ORDER[:8]))
    panel.show_checks([words.running(CHECKS[8]), *map(words.waiting, CHECKS[9:])])
    panel.show_progress(ProgressView(8, len(CHECKS), "Checking 9 of 13: Clock"))
    return shell


@scene("doctor-support-file")
def _support(calls: Calls) -> QWidget:
    shell, panel = _shown(calls)
    panel.viewer.show_files(_BUNDLE.files, _BUNDLE.name)
    panel.viewer.show_file("journal.jsonl")
    panel.show_support_page()
    return shell


@scene("trouble-check", own_size=True)
def _trouble(_calls: Calls) -> QWidget:
    window = TroubleWindow(DAMAGED, None, list)
    window._page.hide()
    window._doctor.show()
    window._doctor.panel.show_checks(map(words.found, MIXED))
    window._doctor.panel.say("", words.summary(MIXED))
    window.resize(900, 720)
    return window
