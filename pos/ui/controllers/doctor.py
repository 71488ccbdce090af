"""Checks this till, one thing after another and off the GUI thread; saves the support file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from pos.errors import PosError
from pos.logs import redact
from pos.services import bundle
from pos.services.bundle import Bundle
from pos.services.doctor import CHECKS, Check, Finding
from pos.services.doctor.report import line
from pos.ui.controllers import doctor_words
from pos.ui.i18n import tr
from pos.ui.screens.doctor_panel import DoctorPanel
from pos.ui.screens.doctor_views import ProgressView
from pos.ui.threads import Calls
from pos.ui.tokens import Tone
from pos.ui.widgets.banner import BannerView, banner_for


class Examines(Protocol):
    """The checks, as `pos.app.doctor.Examination` makes them; ``stop`` from any thread."""

    def look(self, check: Check) -> Finding: ...

    def stop(self) -> None: ...

    def ready(self) -> None: ...

    def bundle(self, findings: Iterable[Finding]) -> Bundle: ...


class DoctorController(QObject):
    """Drives a `DoctorPanel`. ``calls`` may be held for minutes, so it is nobody else's."""

    copied = Signal()

    def __init__(self, panel: DoctorPanel, examines: Examines, calls: Calls) -> None:
        super().__init__(panel)
        self._panel, self._examines, self._calls = panel, examines, calls
        self._findings: dict[Check, Finding] = {}
        self._left: list[Check] = []
        self._stopping = False
        self._then_support = False
        self._bundle: Bundle | None = None
        panel.show_checks(doctor_words.waiting(check) for check in CHECKS)
        panel.check_asked.connect(self._on_check)
        panel.stop_asked.connect(self._on_stop)
        panel.copy_asked.connect(self._on_copy)
        panel.support_asked.connect(self._on_support)
        panel.viewer.save_asked.connect(self._on_save)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found so far, in the order of the checks."""
        return tuple(self._findings[check] for check in CHECKS if check in self._findings)

    @property
    def is_running(self) -> bool:
        """Whether checks are being made."""
        return bool(self._left)

    def leave(self) -> None:
        """End the check under way: the window closes. From any thread."""
        self._stopping = True
        self._examines.stop()

    # the checks

    def _on_check(self) -> None:
        if self._left:
            return
        self._findings.clear()
        self._left, self._stopping = list(CHECKS), False
        self._examines.ready()
        self._panel.show_checks(doctor_words.waiting(check) for check in CHECKS)
        self._next()

    def _next(self) -> None:
        check = self._left[0]
        done = len(CHECKS) - len(self._left)
        title = doctor_words.titles()[check]
        words = tr("Checking {number} of {all}: {what}").format(
            number=done + 1, all=len(CHECKS), what=title
        )
        self._panel.show_checks([doctor_words.running(check)])
        self._panel.show_progress(ProgressView(done, len(CHECKS), words))
        self._calls.submit(self._examines.look, check, then=self._looked, failed=self._failed)

    def _looked(self, finding: Finding) -> None:
        if self._stopping:
            self._end(stopped=True)
            return
        self._findings[finding.check] = finding
        self._panel.show_checks([doctor_words.found(finding)])
        self._left.pop(0)
        if self._left:
            self._next()
        else:
            self._end()

    def _failed(self, error: PosError) -> None:
        self._end(stopped=True)
        self._panel.say("", banner_for(error))

    def _end(self, *, stopped: bool = False) -> None:
        self._panel.show_checks(doctor_words.waiting(check) for check in self._left)
        self._left = []
        self._panel.show_progress(None)
        if stopped:
            said = BannerView(tr("Stopped. What was found so far stands."), tone=Tone.INFO)
            self._panel.say("", said)
            self._then_support = False
            return
        self._panel.say("", doctor_words.summary(self.findings))
        if self._then_support:
            self._then_support = False
            self._on_support()

    def _on_stop(self) -> None:
        if self._left:
            self._panel.show_stopping()
            self.leave()

    def _on_copy(self) -> None:
        text = "\n".join(redact(line(finding)) for finding in self.findings)
        QGuiApplication.clipboard().setText(text)
        said = tr("Copied.") if text else tr("Nothing was checked yet.")
        self._panel.say(said, self._panel.banner.view)
        self.copied.emit()

    # the support file

    def _on_support(self) -> None:
        """Gather it; where nothing was checked yet, that comes first."""
        if not self._findings:
            self._then_support = True
            self._on_check()
            return
        self._panel.show_gathering(busy=True)
        self._calls.submit(
            self._examines.bundle, self.findings, then=self._gathered, failed=self._not_gathered
        )

    def _gathered(self, made: Bundle) -> None:
        self._bundle = made
        self._panel.show_gathering(busy=False)
        self._panel.say("", doctor_words.summary(self.findings))
        self._panel.viewer.show_files(made.files, made.name)
        self._panel.show_support_page()

    def _not_gathered(self, error: PosError) -> None:
        self._panel.show_gathering(busy=False)
        self._panel.say("", banner_for(error))

    def _on_save(self, path: Path) -> None:
        if self._bundle is None:
            return
        self._panel.viewer.show_saving(busy=True)
        self._calls.submit(_saved, self._bundle, path, then=self._on_saved, failed=self._not_saved)

    def _on_saved(self, path: Path) -> None:
        words = tr("Saved as {name}. Nothing was sent.").format(name=path.name)
        self._panel.viewer.show_saving(busy=False, said=BannerView(words, tone=Tone.OK))

    def _not_saved(self, error: PosError) -> None:
        self._panel.viewer.show_saving(busy=False, said=banner_for(error))


def _saved(made: Bundle, path: Path) -> Path:
    bundle.save(made, path)
    return path
